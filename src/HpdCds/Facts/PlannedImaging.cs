using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// The imaging that comes next: what lies ahead, or was ordered since the first dose and says no day. An older order without a day
/// may be that of the baseline, never closed, and one whose day is over is no plan and not done either (clinical model, section 5).
/// </summary>
internal sealed class PlannedImaging(PatientChart chart, KnowledgeBase knowledge, EhrReading ehr, DateTimeOffset asOf)
{
    private static readonly string[] Open = ["active", "draft", "on-hold", "proposed", "pending", "booked", "arrived", "checked-in", "waitlist"];

    private readonly ChartPlan[] _plans = [.. chart.Imaging.Plans.Where(plan => !plan.DoNotPerform && Open.Contains(plan.Status, StringComparer.Ordinal)
        && plan.Kinds.Any(kind => knowledge.Codes.Imaging.FindAll(kind).Any() || kind.Codings.Any(coding => ehr.ImagingOrder is { } order && order.System == coding.System && order.Code == coding.Code)))];

    public ChartPlan? Next(DateOnly? firstDose) => _plans
        .Where(plan => plan.Time is null ? IsSince(firstDose, plan) : Ahead(plan) is not null)
        .Select(plan => plan with { Time = Ahead(plan) })
        .OrderBy(plan => plan.Time?.When.Earliest ?? DateTimeOffset.MaxValue)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>The newest that is open and says no day, so that it may be for something else, or whose day is over: late, under way, or never closed.</summary>
    public ChartPlan? Unclear(DateOnly? firstDose) => _plans
        .Where(plan => plan.Time is null ? !IsSince(firstDose, plan) : Ahead(plan) is null)
        .OrderByDescending(plan => (plan.Time ?? plan.Authored)?.When.Latest ?? DateTimeOffset.MinValue)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    private bool IsSince(DateOnly? firstDose, ChartPlan plan) => firstDose is { } dose && plan.Authored is { } authored
        && ChartTimes.DayIn(ehr.Zone, authored.When.Earliest) >= dose;

    private ChartTime? Ahead(ChartPlan plan) => plan.Time is { } time && time.When.Latest >= asOf ? time : plan.Until is { } until && until.When.Latest >= asOf ? until : null;
}
