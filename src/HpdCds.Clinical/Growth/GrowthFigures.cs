using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>The rates of a course and how they compare; each figure is null exactly when its "why no" says why.</summary>
public sealed record GrowthFigures : PatientData
{
    private readonly GrowthCriteria _criteria;

    /// <summary>Computes the figures of a course.</summary>
    public GrowthFigures(GrowthCourse course, GrowthCriteria criteria)
    {
        ArgumentNullException.ThrowIfNull(course);
        ArgumentNullException.ThrowIfNull(criteria);
        (Course, _criteria) = (course, criteria);
        var whyNoBaseline = course.Baseline.Gap;
        WhyNoOnTreatment = whyNoBaseline ?? course.OnTreatment.Gap ?? course.WhyNotComparable;
        WhyNoReference = whyNoBaseline ?? course.PreBaseline.Gap;
        if (WhyNoOnTreatment is null)
            OnTreatment = new(course.Baseline.Scan!, course.OnTreatment.Scan!);
        if (WhyNoReference is null)
            Reference = new(course.PreBaseline.Scan!, course.Baseline.Scan!);
        WhyNoRise = WhyNoReference ?? WhyNoOnTreatment ?? (Reference!.GrowthRate is null || OnTreatment!.GrowthRate is null ? GrowthGap.StartsAtZero : null);
        WhyNoRatio = WhyNoRise ?? (Reference!.Change <= 0 ? GrowthGap.ReferenceNotPositive : null);
    }

    /// <summary>What the figures were computed from.</summary>
    public GrowthCourse Course { get; }

    /// <summary>Growth from the scan before the baseline to the baseline.</summary>
    public GrowthInterval? Reference { get; }

    /// <summary>Growth from the baseline to the first evaluation.</summary>
    public GrowthInterval? OnTreatment { get; }

    /// <summary>Why there is no reference interval.</summary>
    public GrowthGap? WhyNoReference { get; }

    /// <summary>Why there is no interval on treatment.</summary>
    public GrowthGap? WhyNoOnTreatment { get; }

    /// <summary>Why there is no rise of the growth rate.</summary>
    public GrowthGap? WhyNoRise { get; }

    /// <summary>Why there are no ratios. A reference that did not grow leaves them open, never "below".</summary>
    public GrowthGap? WhyNoRatio { get; }

    /// <summary>Delta-TGR: the growth rate on treatment minus that before, percentage points of volume per month.</summary>
    public double? RateRise => WhyNoRise is null ? OnTreatment!.GrowthRate - Reference!.GrowthRate : null;

    /// <summary>TGR ratio: the growth rate on treatment over that before.</summary>
    public double? RateRatio => WhyNoRatio is null ? OnTreatment!.GrowthRate / Reference!.GrowthRate : null;

    /// <summary>TGK ratio: kinetics on treatment over those before.</summary>
    public decimal? KineticsRatio => WhyNoRatio is null ? OnTreatment!.KineticsRatioTo(Reference!) : null;

    /// <summary>
    /// Progression by RECIST 1.1 (Eisenhauer EA et al. Eur J Cancer 2009;45:228-247) at the first evaluation: enough growth over the nadir, which at the first evaluation is
    /// the baseline, or a new lesion; also where a clinician recorded it, since lesions that are no targets can progress too.
    /// </summary>
    public Judgement Progression => Judgement.Any(SizeProgression, AtEvaluation(RecordedProgression), AnyNewLesion);

    /// <summary>By what the first evaluation is progression, in the order in which it is told; empty where it is none, or where that is open.</summary>
    public ImmutableArray<GrowthGround> Grounds =>
    [
        .. Where(SizeProgression, new(GroundKind.Sum, Place: null)),
        .. Where(AnyNewLesion, new(GroundKind.NewLesion, PlaceOf(Course.NewLesions))),
        .. Where(AtEvaluation(RecordedProgression), new(GroundKind.Recorded, PlaceOf(Course.RecordedProgression))),
    ];

    /// <summary>Whether the change in an interval lies within the error of measurement.</summary>
    public bool IsWithinError(GrowthInterval interval)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return Math.Abs(interval.Change) < _criteria.MeasurementError;
    }

    /// <summary>Days from the baseline to the first dose, where they are so many that growth since the baseline is not growth since the dose; else null.</summary>
    public int? DaysOfOldBaseline => Course is { FirstDose: { } dose, Baseline: { Gap: null, Scan: { } baseline } } && dose.DayNumber - baseline.Date.DayNumber is var days
        && days > _criteria.Windows.MostDaysOfBaseline ? days : null;

    /// <summary>
    /// The first later scan, within the window of the first evaluation, that is progression against the baseline where the evaluation is
    /// none; null where there is no such scan. It is shown and judged by no definition.
    /// </summary>
    public Scan? LaterProgression => Progression.Verdict != Verdict.Met && Course is { FirstDose: { } dose, Baseline: { Gap: null, Scan: { } baseline } }
        ? Course.Later.FirstOrDefault(scan => scan.Date.DayNumber - dose.DayNumber <= _criteria.Windows.MostDaysOnTreatment
            && scan.WhyNotComparableWith(baseline) is null && IsProgression(new(baseline, scan)))
        : null;

    /// <summary>The record of progression after the first evaluation, where that is none; null where there is no such record. It is judged by no definition.</summary>
    public GrowthGround? RecordedLater => Progression.Verdict != Verdict.Met ? Course.RecordedLater : null;

    internal Judgement Early(decimal months) =>
        WhyNotEvaluated is { } gap && gap != GrowthGap.OnTreatmentInterval ? Judgement.Open(gap)
        : IsEarly(Course.OnTreatment.Scan!.Date, months);

    /// <summary>Whether a day lies within so many months of the first dose; open where the first dose may have been on another day and that could change it.</summary>
    internal Judgement IsEarly(DateOnly day, decimal months)
    {
        if (Course.FirstDose is not { } start)
            return Judgement.Open(GrowthGap.NoFirstDoseDate);
        var isEarly = GrowthInterval.MonthsIn(day.DayNumber - start.DayNumber) <= months;
        return Course.FirstDoseKind switch
        {
            FirstDoseKind.AtTheLatest when isEarly => Judgement.Open(GrowthGap.NoFirstDoseDate),
            FirstDoseKind.Ordered when !isEarly => Judgement.Open(GrowthGap.DoseOnlyOrdered),
            _ => Judgement.Of(isEarly),
        };
    }

    /// <summary>What the first evaluation says of new lesions; open where it does not, or where there was none in time.</summary>
    internal Judgement NewLesions(Func<NewLesions, bool?> ask) => AtEvaluation(Course.NewLesions.Match(
        (lesions, _) => ask(lesions) is { } answer ? Judgement.Of(answer) : Judgement.Open(GrowthGap.NewLesionsUnknown),
        _ => Judgement.NotMet,
        _ => ResponseInstead is not null ? Judgement.NotMet : Judgement.Open(GrowthGap.NewLesionsUnknown),
        _ => Judgement.NotMet));

    /// <summary>The record by which <see cref="NewLesions"/> answers; empty where nothing was recorded that does.</summary>
    internal ImmutableArray<GrowthGround> NewLesionGrounds =>
    [
        .. PlaceOf(Course.NewLesions) is { } stated ? [new GrowthGround(GroundKind.NewLesion, stated)] : Array.Empty<GrowthGround>(),
        .. ResponseInstead is { } response ? [new GrowthGround(GroundKind.Recorded, response)] : Array.Empty<GrowthGround>(),
    ];

    /// <summary>The records by which progression was judged, beside the sums: those that make it, else what was said of new lesions.</summary>
    internal ImmutableArray<GrowthGround> ProgressionGrounds =>
        Progression.Verdict == Verdict.Met ? [.. Grounds.Where(ground => ground.Place is not null)] : NewLesionGrounds;

    internal Judgement AtEvaluation(Judgement judgement) => WhyNotEvaluated is { } gap ? Judgement.Open(gap) : judgement;

    private Judgement AnyNewLesion => NewLesions(lesions => lesions.Count > 0);

    // A response speaks for new lesions where nobody recorded any, and settles no contradiction about those that were.
    private Provenance? ResponseInstead => Course.NewLesions is Fact<NewLesions>.Unknown { Reason: UnknownReason.NotRecorded } && Course.RecordedProgression is Fact<bool>.Known { Value: false } response
        ? response.Provenance : null;

    private Judgement RecordedProgression => Course.RecordedProgression switch
    {
        Fact<bool>.Known { Value: true } => Judgement.Met,
        Fact<bool>.Unknown { Reason: UnknownReason.Conflicting or UnknownReason.Ambiguous or UnknownReason.ImpreciseDate } => Judgement.Open(GrowthGap.ResponseUnclear),
        _ => Judgement.NotMet,
    };

    private GrowthGap? WhyNotEvaluated => Course.OnTreatment.Gap;

    /// <summary>Whether the sum alone is progression at the first evaluation (RECIST 1.1).</summary>
    public Judgement SizeProgression => OnTreatment is not { } growth
        ? Judgement.Open(WhyNoOnTreatment!.Value)
        : Judgement.Of(IsProgression(growth));

    private static GrowthGround[] Where(Judgement judgement, GrowthGround ground) => judgement.Verdict == Verdict.Met ? [ground] : [];

    private static Provenance? PlaceOf<T>(Fact<T> fact)
        where T : notnull => (fact as Fact<T>.Known)?.Provenance;

    // From nothing to something is more than any share of nothing.
    private bool IsProgression(GrowthInterval growth) => _criteria.Progression.Millimetres.IsMetBy(growth.Change)
        && (growth.ChangePercent is not { } percent || _criteria.Progression.Percent.IsMetBy(percent));
}
