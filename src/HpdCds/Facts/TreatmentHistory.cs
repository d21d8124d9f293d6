using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// What the chart says was ordered, given or taken before now: administrations always count, statements and orders when
/// they say that it was taken or is to be, and never the draft itself.
/// </summary>
internal sealed class TreatmentHistory(
    PatientChart chart, DrugRecognition recognition, FactRules rules, DateTimeOffset asOf, TimeZoneInfo zone, IReadOnlyCollection<ChartOrder> drafts, ReadingTrace? trace = null)
{
    private static readonly ChartKey[] Places = [ChartKey.Medications, ChartKey.Statements, ChartKey.Administrations];

    /// <summary>What has begun: an order only from the day after it was written, what was given or taken also today.</summary>
    public ChartMedication[] Begun => field ??= [.. Taken.Where(medication => Counts(medication, HasBegun(medication) ? null : "not-begun"))];

    public bool WasRead => chart.WereRead(Places);

    /// <summary>Whether one of these may be any drug.</summary>
    public bool HoldsUnknownDrug => Taken.Any(MayBeAny);

    public bool MayBeAny(ChartMedication medication) => recognition.MayBeUnknownDrug(medication.Concepts, medication.Elsewhere);

    public UnknownReason WhyNotFound => chart.WhyNotFound(Places);

    /// <summary>
    /// Why it had no part in a sample; null where it was begun before that, or that day, and not over for longer than so many
    /// days by then. What was ordered earlier and still is active, and what is being taken and has no date, counts too.
    /// </summary>
    public static string? WhyNotAt(ChartMedication medication, ClinicalTime sample, int days) => medication.Time?.When switch
    {
        { } at when (medication.Began?.When ?? at).Earliest > sample.Latest => "after-the-sample",
        _ when IsBeingTaken(medication) => null,
        null => UnknownReason.ImpreciseDate.Code(),
        { } at => at.Latest >= sample.Earliest.AddDays(-days) ? null : UnknownReason.TooOld.Code(),
    };

    /// <summary>What was ordered, given or taken at any time.</summary>
    public ChartMedication[] Taken => field ??= [.. chart.Medications.Where(medication => Counts(
        medication,
        medication.DoNotPerform ? "do-not-perform" : !IsTaken(medication) ? medication.Status ?? "no-status" : IsDraft(medication) ? "draft" : null))];

    /// <summary>
    /// What was ordered and then stopped or held, or of which nobody says what became of it: it may have been given. No evidence of exposure
    /// (clinical model, section 1), and none against it.
    /// </summary>
    public ChartMedication[] PerhapsTaken => field ??=
        [.. chart.Medications.Where(medication => !medication.DoNotPerform && IsPerhapsTaken(medication) && !IsDraft(medication) && HasBegun(medication))];

    /// <summary>Tells whoever asked what became of a medication.</summary>
    public void Explain(ChartMedication medication, Fate fate, string? fact, string? why = null) =>
        trace?.Note(medication.Reference, fate, medication.Source, fact, why);

    private bool Counts(ChartMedication medication, string? whyNot)
    {
        if (whyNot is not null)
            Explain(medication, Fate.NotEvidence, fact: null, whyNot);
        return whyNot is null;
    }

    private static bool IsTaken(ChartMedication medication) => (medication.Kind, medication.Status) switch
    {
        (ChartMedicationKind.Administration, "completed" or "in-progress") => true,
        (ChartMedicationKind.Request, "active" or "completed") => true,
        (ChartMedicationKind.Statement, "active" or "completed" or "stopped" or "on-hold") => true,
        _ => false,
    };

    private static bool IsPerhapsTaken(ChartMedication medication) => (medication.Kind, medication.Status) switch
    {
        (ChartMedicationKind.Request, "stopped" or "on-hold" or "unknown") => true,
        (ChartMedicationKind.Statement, "unknown") => true,
        // An infusion that was broken off was begun.
        (ChartMedicationKind.Administration, "stopped" or "on-hold" or "unknown") => true,
        _ => false,
    };

    private static bool IsBeingTaken(ChartMedication medication) =>
        (medication.Kind, medication.Status) is (ChartMedicationKind.Statement or ChartMedicationKind.Request, "active") or (ChartMedicationKind.Administration, "in-progress");

    private bool IsDraft(ChartMedication medication) =>
        medication.Kind == ChartMedicationKind.Request
        && drafts.Any(draft => draft.Reference == medication.Reference || draft.Identifiers.Intersect(medication.Identifiers, StringComparer.Ordinal).Any());

    /// <summary>When it was last taken; for a course whose end is still to come, when that began.</summary>
    public ClinicalTime? LastTaken(ChartMedication medication) =>
        IsStillToEnd(medication) ? medication.Began?.When : medication.Time?.When;

    /// <summary>Taken within so many days, or being taken now.</summary>
    public bool IsRecent(ChartMedication medication, int days) =>
        IsStillToEnd(medication) || IsTakenWithoutEnd(medication) || medication.Time?.When.IsWithin(days, asOf) == true;

    // Active, with a beginning and no end: what began long ago is taken today.
    private static bool IsTakenWithoutEnd(ChartMedication medication) =>
        medication is { Kind: ChartMedicationKind.Statement, Status: "active", Time: not null }
        && (medication.Began is null || medication.Began.When == medication.Time.When);

    private bool IsStillToEnd(ChartMedication medication) => medication is { Began: not null, Time.When: var end } && !IsPast(end);

    private bool HasBegun(ChartMedication medication)
    {
        if ((medication.Began ?? medication.Time)?.When is not { } when)
            return true;
        return medication.Kind == ChartMedicationKind.Request ? DayOf(when.Earliest) < DayOf(asOf) : IsPast(when);
    }

    private bool IsPast(ClinicalTime when) => when.Earliest <= asOf.AddMinutes(rules.FutureMinutes);

    private DateOnly DayOf(DateTimeOffset instant) => ChartTimes.DayIn(zone, instant);
}

/// <summary>Earlier treatment: checkpoint inhibitors, which decide whether this is a first dose, and systemic therapy of any kind.</summary>
internal sealed class ExposureFacts(TreatmentHistory history, DrugRecognition recognition, FactRules rules)
{
    public Exposure ToInhibitors()
    {
        var earlier = history.Begun.Where(medication => !recognition.InhibitorsIn(medication.Concepts).Names.IsEmpty).ToArray();
        var recent = Array.FindAll(earlier, medication => history.IsRecent(medication, rules.RecentExposureDays));
        var counting = recent.Length > 0 ? recent : earlier;
        foreach (var medication in earlier)
            history.Explain(medication, counting.Contains(medication) ? Fate.Used : Fate.Superseded, "exposure");
        var unknown = Array.FindAll(history.Begun, history.MayBeAny);
        foreach (var medication in unknown)
            history.Explain(medication, Fate.Unusable, "exposure", "unknown-drug");
        return recent.Length > 0 ? Exposure.Recent
            : earlier.Length > 0 ? Exposure.Earlier
            : history.WasRead && unknown.Length == 0 ? Exposure.None
            : Exposure.Unknown;
    }

    /// <summary>Any cancer drug that has begun. None found proves nothing: treatment elsewhere is seldom recorded here.</summary>
    public Fact<Finding> SystemicTherapy()
    {
        var earlier = history.Begun.Where(medication => recognition.IsAntineoplastic(medication.Concepts))
            .OrderByDescending(medication => history.LastTaken(medication)?.Latest)
            .ThenBy(medication => medication.Reference, StringComparer.Ordinal)
            .ToArray();
        foreach (var medication in earlier)
            history.Explain(medication, medication == earlier[0] ? Fate.Used : Fate.Superseded, "prior-therapy");
        return earlier is [var newest, ..]
            ? new Fact<Finding>.Known(Finding.Presence(true), new Provenance(history.LastTaken(newest), newest.Reference))
            : new Fact<Finding>.Unknown(history.WhyNotFound);
    }
}
