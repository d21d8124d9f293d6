using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// The neutrophil-to-lymphocyte ratio from whatever the laboratory reports: two counts, two shares, or a count and a share
/// with the white cells of one time; always of one specimen, panel or moment (clinical model, sections 1, 8 and 9).
/// </summary>
internal sealed class DifferentialFacts(PatientChart chart, Results results, FactRules rules)
{
    // Pairs are tried with each other: more of one kind than this, all inside the window, is a monitor, not a blood count.
    private const int MostOfOneKind = 200;

    private const int ProductKind = 2;

    private const string NeutrophilDatum = "neutrophils";
    private const string LymphocyteDatum = "lymphocytes";

    private static readonly string[] Parts =
    [
        "neutrophils-abs", "neutrophils-pct", "lymphocytes-abs", "lymphocytes-pct", "leukocytes",
        "neutrophils-segmented-abs", "neutrophils-segmented-pct", "bands-abs", "bands-pct",
    ];

    private int Window => rules.Window("cbc");

    public Fact<Finding> Ratio(DateTimeOffset asOf)
    {
        var neutrophils = HalfOf<Neutrophils>("neutrophils-abs", "neutrophils-pct");
        var lymphocytes = HalfOf<Lymphocytes>("lymphocytes-abs", "lymphocytes-pct");
        if (chart.MayHideNewer(ChartKey.Cbc, asOf.AddDays(-Window)))
        {
            results.ExplainCut("nlr", results.Of(Parts));
            return new Fact<Finding>.Unknown(UnknownReason.Truncated, NeutrophilDatum);
        }

        var summed = SegmentedAndBands();
        var pairs = Pairs(neutrophils, lymphocytes)
            .Concat(Pairs(summed, lymphocytes).Select(pair => pair with { IsSummed = true }))
            .OrderByDescending(pair => pair.SortTime)
            .ThenBy(pair => pair.Kind)
            .ThenBy(pair => pair.IsSummed)
            .ThenByDescending(pair => pair.Rank)
            .ThenBy(pair => pair.Older.Reference, StringComparer.Ordinal)
            .ToArray();
        var newest = Results.NewestOf(pairs, pair => pair.Older.Time?.When, pair => pair.Weight).ToArray();
        if (results.AreExplained)
            Explain([.. neutrophils.Unusable, .. lymphocytes.Unusable], newest);
        if (pairs.Length > 0)
            return Chosen(pairs[0], newest, neutrophils, lymphocytes);
        var reported = Reported();
        var none = WhyNone(neutrophils, lymphocytes, summed.IsUsable);
        // A ratio that came and cannot be used says more than that no counts came.
        var saysMore = reported is Fact<Finding>.Unknown { Reason: not UnknownReason.NotRecorded }
            && none is Fact<Finding>.Unknown { Reason: UnknownReason.NotRecorded, Datum: NeutrophilDatum } && !lymphocytes.IsUsable;
        return reported is Fact<Finding>.Known || saysMore ? reported : none;
    }

    private void Explain(Reading<Finding>[] unusable, Pair[] newest)
    {
        results.Explain("nlr", unusable, isUsed: _ => false);
        var used = newest.SelectMany(PartsOf).ToHashSet();
        foreach (var observation in results.Of(Parts).Except(unusable.Select(reading => reading.Observation)))
        {
            var fate = used.Contains(observation) ? Fate.Used : newest.Length > 0 ? Fate.Superseded : Fate.Unusable;
            results.Explain(observation, fate, "nlr", fate == Fate.Unusable ? UnknownReason.NotPaired.Code() : null);
        }

        foreach (var reported in newest.Length > 0 ? results.Of("nlr") : [])
            results.Explain(reported, Fate.Superseded, "nlr");
    }

    private IEnumerable<ChartObservation> PartsOf(Pair pair)
    {
        var white = White[pair.Neutrophils.Time?.When].Concat(White[pair.Lymphocytes.Time?.When]).Select(reading => reading.Observation);
        var bands = results.Of("bands-abs", "bands-pct").Where(band => AreOfOneSample(pair.Neutrophils, band));
        return [pair.Neutrophils, pair.Lymphocytes, .. pair.Kind == ProductKind ? white : [], .. pair.IsSummed ? bands : []];
    }

    private static Fact<Finding> Chosen(Pair first, Pair[] newest, Half neutrophils, Half lymphocytes)
    {
        var finding = newest
            .Select(pair => pair.Ratio.ToFinding())
            .Aggregate((one, other) => one.Against(other));
        var isFallback = neutrophils.HasUnusableAfter(first.SortTime) || lymphocytes.HasUnusableAfter(first.SortTime);
        var provenance = Results.ProvenanceOf(first.Older, isFallback);
        return new Fact<Finding>.Known(finding, first.Rank == 0 ? provenance.With(Mark.Preliminary) : provenance);
    }

    private Fact<Finding> Reported()
    {
        var reported = results.Latest(new ResultQuestion<Measure<ReportedRatio>>(
            "nlr",
            ["nlr"],
            Window,
            ChartKey.Cbc,
            observation => results.Measured<ReportedRatio>(observation, "ratio"),
            (one, other) => one.Against(other)));
        return reported is Fact<Measure<ReportedRatio>>.Unknown unusable
            ? new Fact<Finding>.Unknown(unusable.Reason, "nlr", unusable.Seen)
            : reported.Map(measure => Finding.Of(measure) with { Datum = "nlr" });
    }

    private Fact<Finding> WhyNone(Half neutrophils, Half lymphocytes, bool hasSummed)
    {
        var hasNeutrophils = neutrophils.IsUsable || hasSummed;
        if (hasNeutrophils && lymphocytes.IsUsable)
            return new Fact<Finding>.Unknown(UnknownReason.NotPaired, "nlr");
        var (missing, datum) = hasNeutrophils ? (lymphocytes, LymphocyteDatum) : (neutrophils, NeutrophilDatum);
        return results.Unusable(missing.Unusable, ChartKey.Cbc, datum);
    }

    private IEnumerable<Pair> Pairs(Half<Neutrophils> neutrophils, Half<Lymphocytes> lymphocytes) =>
        Counts(neutrophils.Counts, lymphocytes.Counts, kind: 0)
            .Concat(
                from one in neutrophils.Shares
                from other in lymphocytes.Shares
                where AreOfOneSample(one.Observation, other.Observation)
                let ratio = NeutrophilLymphocyteRatio.From(one.Value!, other.Value!)
                where ratio is not null
                select new Pair(ratio, one.Observation, other.Observation, Kind: 1))
            .Concat(Counts(neutrophils.Counts, Products<Lymphocytes>(lymphocytes.Shares), ProductKind))
            .Concat(Counts(Products<Neutrophils>(neutrophils.Shares), lymphocytes.Counts, ProductKind));

    private IEnumerable<Pair> Counts(
        IEnumerable<Reading<Measure<Neutrophils>>> neutrophils,
        IReadOnlyCollection<Reading<Measure<Lymphocytes>>> lymphocytes,
        int kind) =>
        from one in neutrophils
        from other in lymphocytes
        where AreOfOneSample(one.Observation, other.Observation)
        let ratio = NeutrophilLymphocyteRatio.From(one.Value!, other.Value!)
        where ratio is not null
        select new Pair(ratio, one.Observation, other.Observation, kind);

    /// <summary>Segmented neutrophils are not all of them: they count only together with the bands of one sample.</summary>
    private Half<Neutrophils> SegmentedAndBands() => new(
        Sums(All<Neutrophils>("neutrophils-segmented-abs", "cell-count"), All<Neutrophils>("bands-abs", "cell-count")),
        Sums(All<DifferentialShare>("neutrophils-segmented-pct", "percent"), All<DifferentialShare>("bands-pct", "percent")),
        []);

    private Reading<Measure<TAnalyte>>[] Sums<TAnalyte>(Reading<Measure<TAnalyte>>[] segmented, Reading<Measure<TAnalyte>>[] bands)
        where TAnalyte : IAnalyte =>
        [.. from one in segmented.Where(reading => reading.Value is { Bound: null }).Take(MostOfOneKind)
            let other = Array.Find(bands, band => band.Value is { Bound: null } && AreOfOneSample(one.Observation, band.Observation))
            where other is not null
            let sum = Measure<TAnalyte>.From(one.Value!.Value + other.Value!.Value, bound: null, factor: 1)
            where sum is not null
            select new Reading<Measure<TAnalyte>>(one.Observation, sum, Problem: null)];

    /// <summary>Absolute counts as white cells times share; only exact numbers, both of one time.</summary>
    private Reading<Measure<TAnalyte>>[] Products<TAnalyte>(IEnumerable<Reading<Measure<DifferentialShare>>> shares)
        where TAnalyte : IAnalyte =>
        [.. (from share in shares
            from white in White[share.When]
            where share.Value!.Bound is null
            let product = Measure<TAnalyte>.From(white.Value!.Value * share.Value!.Value / 100, bound: null, factor: 1)
            where product is not null
            select new Reading<Measure<TAnalyte>>(share.Observation, product, Problem: null)).Take(MostOfOneKind)];

    private Half<TAnalyte> HalfOf<TAnalyte>(string countGroup, string shareGroup)
        where TAnalyte : IAnalyte
    {
        var counts = All<TAnalyte>(countGroup, unitsOf: "cell-count");
        var shares = All<DifferentialShare>(shareGroup, unitsOf: "percent");
        return new(
            [.. counts.Where(reading => reading.Value is not null).Take(MostOfOneKind)],
            [.. shares.Where(reading => reading.Value is not null).Take(MostOfOneKind)],
            Results.Ordered(counts.Where(reading => reading.Value is null).Select(AsProblem)
                .Concat(shares.Where(reading => reading.Value is null).Select(AsProblem))));
    }

    private ILookup<ClinicalTime?, Reading<Measure<Leukocytes>>> White => field ??= All<Leukocytes>("leukocytes", "cell-count")
        .Where(reading => reading.Value is { Bound: null })
        .ToLookup(reading => reading.When);

    private Reading<Measure<TAnalyte>>[] All<TAnalyte>(string group, string unitsOf)
        where TAnalyte : IAnalyte => Results.Ordered(results.Of(group).Select(observation =>
            results.Dated(WithoutLymphocytes(results.Measured<TAnalyte>(observation, unitsOf), group), Window)));

    // No living patient has no lymphocytes: a zero would make the ratio endless.
    private static Reading<Measure<TAnalyte>> WithoutLymphocytes<TAnalyte>(Reading<Measure<TAnalyte>> reading, string group)
        where TAnalyte : IAnalyte => reading.Value?.Value == 0 && group.StartsWith("lymphocytes", StringComparison.Ordinal)
            ? new(reading.Observation, Value: null, UnknownReason.Implausible)
            : reading;

    private static Reading<Finding> AsProblem<T>(Reading<T> reading)
        where T : class => new(reading.Observation, Value: null, reading.Problem);

    private bool AreOfOneSample(ChartObservation one, ChartObservation other)
    {
        if (one.Specimen is not null && one.Specimen == other.Specimen)
            return true;
        if (one.Panel is not null && one.Panel == other.Panel)
            return true;
        return (one.Time?.When, other.Time?.When) switch
        {
            ({ Precision: TimePrecision.Instant } at, { Precision: TimePrecision.Instant } against) =>
                (at.Latest - against.Latest).Duration() <= TimeSpan.FromHours(rules.PairingHours),
            ({ Precision: TimePrecision.Day } day, { Precision: TimePrecision.Day } otherDay) => day == otherDay,
            _ => false,
        };
    }

    private sealed record Pair(NeutrophilLymphocyteRatio Ratio, ChartObservation Neutrophils, ChartObservation Lymphocytes, int Kind) : PatientData
    {
        /// <summary>Of segmented neutrophils and bands: a total beside them goes before it.</summary>
        public bool IsSummed { get; init; }

        public ChartObservation Older => TimeOf(Lymphocytes) < TimeOf(Neutrophils) ? Lymphocytes : Neutrophils;

        public DateTimeOffset SortTime => TimeOf(Older);

        public int Rank => Math.Min(Results.RankOf(Neutrophils), Results.RankOf(Lymphocytes));

        /// <summary>Of pairs of one time: how they were measured first, their status last.</summary>
        public int Weight => (-10 * Kind) - (IsSummed ? 5 : 0) + Rank;

        private static DateTimeOffset TimeOf(ChartObservation observation) => observation.Time?.When.Latest ?? DateTimeOffset.MinValue;
    }

    private abstract record Half(IReadOnlyList<Reading<Measure<DifferentialShare>>> Shares, Reading<Finding>[] Unusable) : PatientData
    {
        public abstract bool IsUsable { get; }

        public bool HasUnusableAfter(DateTimeOffset time) => Unusable.Any(reading => reading.SortTime > time);
    }

    private sealed record Half<TAnalyte>(
        IReadOnlyList<Reading<Measure<TAnalyte>>> Counts,
        IReadOnlyList<Reading<Measure<DifferentialShare>>> Shares,
        Reading<Finding>[] Unusable) : Half(Shares, Unusable)
        where TAnalyte : IAnalyte
    {
        public override bool IsUsable => Counts.Count > 0 || Shares.Count > 0;
    }
}
