using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Whether the patient had a checkpoint inhibitor before: administrations always count, statements and orders when they
/// say that it was taken or is to be, an order only from the day after it was written and never when it is the draft.
/// </summary>
internal sealed class ExposureFacts(PatientChart chart, DrugRecognition recognition, FactRules rules, DateTimeOffset asOf, TimeZoneInfo zone)
{
    public Exposure Before(IReadOnlyCollection<ChartOrder> drafts)
    {
        var earlier = chart.Medications
            .Where(medication => !medication.DoNotPerform && IsTaken(medication) && !IsDraft(medication, drafts) && HasBegun(medication))
            .Where(medication => !recognition.InhibitorsIn(medication.Concepts).Names.IsEmpty)
            .ToArray();
        if (earlier.Any(medication => medication.Time?.When.IsWithin(rules.RecentExposureDays, asOf) == true))
            return Exposure.Recent;
        if (earlier.Length > 0)
            return Exposure.Earlier;
        return chart.WereRead(ChartKey.Medications, ChartKey.Statements, ChartKey.Administrations) ? Exposure.None : Exposure.Unknown;
    }

    private static bool IsTaken(ChartMedication medication) => (medication.Kind, medication.Status) switch
    {
        (ChartMedicationKind.Administration, "completed" or "in-progress") => true,
        (ChartMedicationKind.Request, "active" or "completed") => true,
        (ChartMedicationKind.Statement, "active" or "completed" or "stopped" or "on-hold") => true,
        _ => false,
    };

    private static bool IsDraft(ChartMedication medication, IReadOnlyCollection<ChartOrder> drafts) =>
        medication.Kind == ChartMedicationKind.Request
        && drafts.Any(draft => draft.Reference == medication.Reference || draft.Identifiers.Intersect(medication.Identifiers, StringComparer.Ordinal).Any());

    private bool HasBegun(ChartMedication medication)
    {
        if (medication.Time?.When is not { } when)
            return true;
        if (medication.Kind != ChartMedicationKind.Request)
            return when.Earliest <= asOf.AddMinutes(rules.FutureMinutes);
        return DayOf(when.Earliest) < DayOf(asOf);
    }

    private DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
}
