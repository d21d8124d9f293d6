using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// The imaging that comes next: what lies ahead, or was ordered since the first dose and says no day. An older order without a day
/// may be that of the baseline, never closed, and one whose day is over is no plan and not done either (clinical model, section 5).
/// </summary>
internal sealed class PlannedImaging
{
    private static readonly string[] Open = ["active", "draft", "on-hold", "proposed", "pending", "booked", "arrived", "checked-in", "waitlist"];

    private readonly KnowledgeBase _knowledge;
    private readonly EhrReading _ehr;
    private readonly DateTimeOffset _asOf;
    private readonly ILookup<bool, ChartPlan> _byIsImaging;

    public PlannedImaging(PatientChart chart, KnowledgeBase knowledge, EhrReading ehr, DateTimeOffset asOf)
    {
        (_knowledge, _ehr, _asOf) = (knowledge, ehr, asOf);
        _byIsImaging = chart.Imaging.Plans.Where(plan => !plan.DoNotPerform && Open.Contains(plan.Status, StringComparer.Ordinal)).ToLookup(IsImaging);
    }

    public ChartPlan? Next(DateOnly? firstDose) => _byIsImaging[true]
        .Where(plan => plan.Time is null ? IsSince(firstDose, plan) : Ahead(plan) is not null)
        .Select(plan => plan with { Time = Ahead(plan) })
        .OrderBy(plan => plan.Time?.When.Earliest ?? DateTimeOffset.MaxValue)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>The newest that is open and says no day, so that it may be for something else, or whose day is over: late, under way, or never closed.</summary>
    public ChartPlan? Unclear(DateOnly? firstDose) => _byIsImaging[true]
        .Where(plan => plan.Time is null ? !IsSince(firstDose, plan) : Ahead(plan) is null && !IsBefore(firstDose, plan))
        .OrderByDescending(plan => (plan.Time ?? plan.Authored)?.When.Latest ?? DateTimeOffset.MinValue)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>What comes next of that which is not known for imaging, nor for anything else: a hospital has codes of its own for imaging.</summary>
    public ChartPlan? OfUnknownKind() => _byIsImaging[false]
        .Where(plan => Ahead(plan) is not null && !IsTest(plan))
        .Select(plan => plan with { Time = Ahead(plan) })
        .OrderBy(plan => plan.Time!.When.Earliest)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>Whether something was ordered since the first dose of which nobody says when it is due, and which is not known for anything.</summary>
    public bool HoldsUnknownOrder(DateOnly? firstDose) => _byIsImaging[false].Any(plan => plan.Time is null && IsSince(firstDose, plan) && !IsTest(plan));

    private bool IsTest(ChartPlan plan) => plan.Kinds.Any(kind => _knowledge.Codes.Observations.FindAll(kind).Length > 0
        || kind.Codings.Any(coding => _knowledge.Drugs.IsTestCategory(coding.System, coding.Code)));

    /// <summary>Whether it is known to be for imaging, by a common code or by that with which the hospital orders it.</summary>
    public bool IsImaging(ChartPlan plan) => plan.Kinds.Any(kind => _knowledge.Codes.Imaging.FindAll(kind).Length > 0
        || kind.Codings.Any(coding => _ehr.ImagingOrder is { } order && order.System == coding.System && order.Code == coding.Code));

    private bool IsSince(DateOnly? firstDose, ChartPlan plan) => firstDose is { } dose && plan.Authored is { } authored
        && ChartTimes.DayIn(_ehr.Zone, authored.When.Earliest) >= dose;

    // What was meant for a day before the first dose is not the first imaging since it, closed or not.
    private bool IsBefore(DateOnly? firstDose, ChartPlan plan) => firstDose is { } dose
        && ChartTimes.DayIn(_ehr.Zone, (plan.Until ?? plan.Days.MaxBy(day => day.When.Latest) ?? plan.Time!).When.Latest) < dose;

    /// <summary>The end of its period, or the next of its days, where that is not over.</summary>
    private ChartTime? Ahead(ChartPlan plan)
    {
        ImmutableArray<ChartTime> days = plan.Until is { } until ? [until] : !plan.Days.IsEmpty ? plan.Days : plan.Time is { } time ? [time] : [];
        return days.Where(day => day.When.Latest >= _asOf).MinBy(day => day.When.Latest);
    }
}
