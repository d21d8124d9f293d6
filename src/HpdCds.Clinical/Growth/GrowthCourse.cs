using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>A scan in its role, or why there is none.</summary>
/// <param name="Scan">The scan; it may stand beside a gap, when it was seen and cannot be used.</param>
/// <param name="Gap">Why the role is not filled; null when it is.</param>
public sealed record ScanInRole(Scan? Scan, GrowthGap? Gap) : PatientData
{
    /// <summary>The role is filled.</summary>
    public static ScanInRole Filled(Scan scan) => new(scan, Gap: null);

    /// <summary>Nothing fills the role.</summary>
    public static ScanInRole Missing(GrowthGap gap) => new(Scan: null, gap);
}

/// <summary>How well the day of the first dose is known.</summary>
public enum FirstDoseKind
{
    /// <summary>A record says that it was given, or that treatment began, on that day.</summary>
    Given,

    /// <summary>It was given on that day, and another record leaves it open whether that was the first time.</summary>
    AtTheLatest,

    /// <summary>It was ordered on that day; no record says that anything was given.</summary>
    Ordered,
}

/// <summary>Lesions that were not there at the baseline, as the first evaluation reports them.</summary>
/// <param name="Count">How many at least; 0 for none.</param>
/// <param name="MostInOneInvolvedOrgan">The most of them in one organ that had lesions before; null when nobody says where they are.</param>
/// <param name="Organs">In how many organs they are; null when nobody says.</param>
/// <param name="IsInNewOrgan">Whether any is in an organ that had none before; null when nobody says.</param>
public sealed record NewLesions(int Count, int? MostInOneInvolvedOrgan, int? Organs, bool? IsInNewOrgan) : PatientData
{
    /// <summary>There may be more of them in one such organ than <see cref="MostInOneInvolvedOrgan"/>.</summary>
    public bool MayBeMoreInOneOrgan { get; init; }

    /// <summary>They may be in more organs than <see cref="Organs"/>.</summary>
    public bool MayBeInMoreOrgans { get; init; }

    /// <summary>Stated that there are none.</summary>
    public static readonly NewLesions None = new(0, 0, 0, IsInNewOrgan: false);
}

/// <summary>What growth is judged by: three scans around the first dose, and what the first evaluation says beside the sums.</summary>
/// <param name="FirstDose">The day of the first dose, or of the order where no dose is recorded (<see cref="FirstDoseKind"/>); null when only that it was given is known.</param>
/// <param name="PreBaseline">The scan before the baseline.</param>
/// <param name="Baseline">The last scan on or before the day of the first dose.</param>
/// <param name="OnTreatment">The first evaluation.</param>
public sealed record GrowthCourse(DateOnly? FirstDose, ScanInRole PreBaseline, ScanInRole Baseline, ScanInRole OnTreatment) : PatientData
{
    /// <summary>How well <see cref="FirstDose"/> is known.</summary>
    public FirstDoseKind FirstDoseKind { get; init; }

    /// <summary>Why the sums of the first evaluation cannot be set against those of the baseline; null when they can.</summary>
    public GrowthGap? WhyNotComparable { get; init; }

    /// <summary>Scans after the first evaluation: shown, never judged.</summary>
    public ImmutableArray<Scan> Later { get; init; } = [];

    /// <summary>New lesions at the first evaluation.</summary>
    public Fact<NewLesions> NewLesions { get; init; } = new Fact<NewLesions>.Unknown(UnknownReason.NotRecorded);

    /// <summary>
    /// Whether a clinician recorded progression (true) or anything else (false) for the first evaluation; conflicting, ambiguous or of an
    /// imprecise date where it is recorded both ways, cannot be read, or is perhaps of another cancer or another evaluation.
    /// </summary>
    public Fact<bool> RecordedProgression { get; init; } = new Fact<bool>.Unknown(UnknownReason.NotRecorded);

    /// <summary>The first record of progression after all that belongs to the first evaluation; null where there is none.</summary>
    public GrowthGround? RecordedLater { get; init; }

    /// <summary>The day on which the treatment was stopped; not applicable when it goes on.</summary>
    public Fact<DateOnly> Stopped { get; init; } = new Fact<DateOnly>.Unknown(UnknownReason.NotRecorded);

    /// <summary>ECOG grade at the baseline, 0-4.</summary>
    public Fact<int> EcogAtBaseline { get; init; } = new Fact<int>.Unknown(UnknownReason.NotRecorded);

    /// <summary>ECOG grade at the first evaluation, 0-4.</summary>
    public Fact<int> EcogNow { get; init; } = new Fact<int>.Unknown(UnknownReason.NotRecorded);

    /// <summary>Finds the scans of each role (clinical model, sections 5 and 8).</summary>
    /// <param name="scans">At most one for each day, in any order.</param>
    /// <param name="firstDose">The day of the first dose; null when it is not recorded.</param>
    /// <param name="windows">How far the scans may lie apart.</param>
    /// <param name="unread">Why scans may be missing from <paramref name="scans"/>; null when all were read.</param>
    /// <param name="kind">How well the day of the first dose is known.</param>
    public static GrowthCourse Of(IEnumerable<Scan> scans, DateOnly? firstDose, ScanWindows windows, GrowthGap? unread, FirstDoseKind kind = FirstDoseKind.Given)
    {
        ArgumentNullException.ThrowIfNull(scans);
        ArgumentNullException.ThrowIfNull(windows);
        // A scan that was not read may be nearer to the dose than any that was.
        if ((unread ?? (firstDose is null ? GrowthGap.NoFirstDoseDate : null)) is { } gap)
            return new(firstDose, ScanInRole.Missing(gap), ScanInRole.Missing(gap), ScanInRole.Missing(gap)) { FirstDoseKind = kind };
        var dose = firstDose!.Value;
        var ordered = scans.OrderBy(scan => scan.Date).ToArray();
        var baseline = Array.FindLast(ordered, scan => scan.Date <= dose);
        var after = Array.FindAll(ordered, scan => scan.Date > dose);
        var onTreatment = OnTreatmentOf(after, dose, windows, kind);
        return new(dose, PreBaselineOf(ordered, baseline, windows), baseline is null ? ScanInRole.Missing(GrowthGap.NoBaseline) : ScanInRole.Filled(baseline), onTreatment)
        {
            FirstDoseKind = kind,
            WhyNotComparable = baseline is not null ? onTreatment.Scan?.WhyNotComparableWith(baseline) : null,
            Later = [.. after.Where(scan => scan.Date > onTreatment.Scan!.Date)],
        };
    }

    private static ScanInRole OnTreatmentOf(Scan[] after, DateOnly dose, ScanWindows windows, FirstDoseKind kind)
    {
        if (after is not [var first, ..])
            return ScanInRole.Missing(GrowthGap.NoOnTreatment);
        if (kind == FirstDoseKind.Ordered && first.Date.DayNumber - dose.DayNumber <= windows.MostDaysToDose)
            return new(first, GrowthGap.DoseOnlyOrdered);
        // The error of measurement outweighs what grows in a few days, whatever the scan was made for.
        if (Array.Find(after, scan => scan.Date.DayNumber - dose.DayNumber >= windows.LeastDaysOnTreatment) is not { } evaluation)
            return new(after[^1], GrowthGap.OnTreatmentTooEarly);
        return evaluation.Date.DayNumber - dose.DayNumber > windows.MostDaysOnTreatment ? new(evaluation, GrowthGap.OnTreatmentInterval) : ScanInRole.Filled(evaluation);
    }

    // The nearest that can be compared: another behind it that cannot says nothing against it.
    private static ScanInRole PreBaselineOf(Scan[] ordered, Scan? baseline, ScanWindows windows)
    {
        if (baseline is null)
            return ScanInRole.Missing(GrowthGap.NoBaseline);
        var before = Array.FindAll(ordered, scan => scan.Date < baseline.Date);
        var inside = Array.FindAll(before, scan => windows.IsPreBaseline(baseline.Date.DayNumber - scan.Date.DayNumber));
        return Array.FindLast(inside, scan => scan.WhyNotComparableWith(baseline) is null) is { } comparable ? ScanInRole.Filled(comparable)
            : inside is [.., var nearest] ? new(nearest, nearest.WhyNotComparableWith(baseline))
            : before is [.., var outside] ? new(outside, GrowthGap.PreBaselineInterval)
            : ScanInRole.Missing(GrowthGap.NoPreBaseline);
    }
}
