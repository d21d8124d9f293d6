using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// What the chart says was ordered, given or taken before now: administrations always count, statements and orders when
/// they say that it was taken or is to be, and never the draft itself.
/// </summary>
internal sealed class TreatmentHistory(
    PatientChart chart, DrugRecognition recognition, FactRules rules, DateTimeOffset asOf, TimeZoneInfo zone, IReadOnlyCollection<ChartOrder> drafts)
{
    private static readonly ChartKey[] Places = [ChartKey.Medications, ChartKey.Statements, ChartKey.Administrations];

    /// <summary>Before today: an order counts only from the day after it was written.</summary>
    public ImmutableArray<ChartMedication> BeforeToday => [.. Taken.Where(HasBegun)];

    public bool WasRead => chart.WereRead(Places);

    /// <summary>Whether one of these may be any drug.</summary>
    public bool HoldsUnknownDrug => Taken.Any(MayBeAny);

    public bool MayBeAny(ChartMedication medication) => recognition.MayBeUnknownDrug(medication.Concepts, medication.Elsewhere);

    public UnknownReason WhyNotFound => chart.WhyNotFound(Places);

    /// <summary>
    /// Begun before a sample was taken, or that day, and not over for longer than so many days by then; what was ordered
    /// earlier and still is active, and what is being taken and has no date, counts too.
    /// </summary>
    public IEnumerable<ChartMedication> Before(ClinicalTime sample, int days) => Taken.Where(medication => medication.Time?.When is { } when
        ? (medication.Began?.When ?? when).Earliest <= sample.Latest
            && (when.Latest >= sample.Earliest.AddDays(-days) || IsBeingTaken(medication))
        : IsBeingTaken(medication));

    private IEnumerable<ChartMedication> Taken =>
        chart.Medications.Where(medication => !medication.DoNotPerform && IsTaken(medication) && !IsDraft(medication));

    private static bool IsTaken(ChartMedication medication) => (medication.Kind, medication.Status) switch
    {
        (ChartMedicationKind.Administration, "completed" or "in-progress") => true,
        (ChartMedicationKind.Request, "active" or "completed") => true,
        (ChartMedicationKind.Statement, "active" or "completed" or "stopped" or "on-hold") => true,
        _ => false,
    };

    private static bool IsBeingTaken(ChartMedication medication) =>
        (medication.Kind, medication.Status) is (ChartMedicationKind.Statement or ChartMedicationKind.Request, "active") or (ChartMedicationKind.Administration, "in-progress");

    private bool IsDraft(ChartMedication medication) =>
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

/// <summary>Earlier treatment: checkpoint inhibitors, which decide whether this is a first dose, and systemic therapy of any kind.</summary>
internal sealed class ExposureFacts(TreatmentHistory history, DrugRecognition recognition, FactRules rules, DateTimeOffset asOf)
{
    public Exposure ToInhibitors()
    {
        var earlier = history.BeforeToday.Where(medication => !recognition.InhibitorsIn(medication.Concepts).Names.IsEmpty).ToArray();
        if (earlier.Any(medication => medication.Time?.When.IsWithin(rules.RecentExposureDays, asOf) == true))
            return Exposure.Recent;
        if (earlier.Length > 0)
            return Exposure.Earlier;
        return history.WasRead && !history.BeforeToday.Any(history.MayBeAny) ? Exposure.None : Exposure.Unknown;
    }

    /// <summary>Any cancer drug before today. None found proves nothing: treatment elsewhere is seldom recorded here.</summary>
    public Fact<Finding> SystemicTherapy()
    {
        var earlier = history.BeforeToday.Where(medication => recognition.IsAntineoplastic(medication.Concepts))
            .OrderByDescending(medication => medication.Time?.When.Latest)
            .ThenBy(medication => medication.Reference, StringComparer.Ordinal)
            .FirstOrDefault();
        return earlier is null
            ? new Fact<Finding>.Unknown(history.WhyNotFound)
            : new Fact<Finding>.Known(Finding.Presence(true), new Provenance(earlier.Time?.When, earlier.Reference));
    }
}
