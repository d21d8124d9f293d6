using System.Collections.Immutable;
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

    public Fact<Finding> Ratio(DateTimeOffset asOf) => Read(asOf).Ratio;

    /// <summary>The ratio with the results that it was made of.</summary>
    public (Fact<Finding> Ratio, Func<ImmutableArray<FactPart>> Parts) Read(DateTimeOffset asOf)
    {
        var neutrophils = HalfOf<Neutrophils>("neutrophils-abs", "neutrophils-pct");
        var lymphocytes = HalfOf<Lymphocytes>("lymphocytes-abs", "lymphocytes-pct");
        if (chart.MayHideNewer(ChartKey.Cbc, asOf.AddDays(-Window)))
        {
            results.ExplainCut("nlr", results.Of(Parts));
            return (new Fact<Finding>.Unknown(UnknownReason.Truncated, NeutrophilDatum), () => []);
        }

        var summed = SegmentedAndBands();
        var impossible = Impossible(neutrophils.Shares, lymphocytes.Shares).Concat(Impossible(summed.Shares, lymphocytes.Shares)).ToArray();
        var pairs = Ordered([.. Pairs(neutrophils, lymphocytes, impossible), .. Pairs(summed, lymphocytes, impossible).Select(pair => pair with { IsSummed = true })]);
        var newest = Results.NewestOf(pairs, pair => pair.Older.Time?.When, pair => pair.Weight).ToArray();
        if (results.AreExplained)
            Explain([.. neutrophils.Unusable, .. lymphocytes.Unusable], impossible, newest);
        if (pairs.Length > 0)
            return (Chosen(pairs[0], newest, neutrophils.HasUnusableAfter(pairs[0].SortTime) || lymphocytes.HasUnusableAfter(pairs[0].SortTime) || Array.Exists(impossible, share => Results.SortTimeOf(share) > pairs[0].SortTime)), () => PartsOf(pairs[0]));
        var reported = Reported();
        var none = impossible.Length > 0 ? new Fact<Finding>.Unknown(UnknownReason.Implausible, "nlr") : WhyNone(neutrophils, lymphocytes, summed.IsUsable);
        // A ratio that came and cannot be used says more than that no counts came.
        var saysMore = reported is Fact<Finding>.Unknown { Reason: not UnknownReason.NotRecorded }
            && none is Fact<Finding>.Unknown { Reason: UnknownReason.NotRecorded, Datum: NeutrophilDatum } && !lymphocytes.IsUsable;
        var answer = reported is Fact<Finding>.Known || saysMore ? reported : none;
        // Who is told that they are no pair sees what they are.
        return (answer, () => answer is Fact<Finding>.Unknown { Reason: UnknownReason.NotPaired } ? [.. NewestOf(NeutrophilDatum, neutrophils, summed), .. NewestOf(LymphocyteDatum, lymphocytes)] : []);
    }

    private static Pair[] Ordered(Pair[] pairs) => pairs.Length < 2 ? pairs :
        [.. pairs.OrderByDescending(pair => pair.SortTime)
            .ThenBy(pair => pair.Kind)
            .ThenBy(pair => pair.IsSummed)
            .ThenByDescending(pair => pair.Rank)
            .ThenBy(pair => pair.Older.Reference, StringComparer.Ordinal)];

    private static IEnumerable<FactPart> NewestOf(string half, params ReadOnlySpan<Half> halves) => PartsOf(half, halves.ToArray()
        .SelectMany(one => one.Usable)
        .MaxBy(from => Results.SortTimeOf(from[0])));

    private static ImmutableArray<FactPart> PartsOf(Pair pair) =>
        [.. PartsOf(NeutrophilDatum, pair.Neutrophils), .. PartsOf(LymphocyteDatum, pair.Lymphocytes)];

    // As recorded: of a share and the white cells, or of segmented and bands, each by itself.
    private static IEnumerable<FactPart> PartsOf(string half, ImmutableArray<ChartObservation> from) => from.Distinct().Select((observation, at) => new FactPart(
        at == 0 ? half : half == NeutrophilDatum && observation.Value is ChartValue.Quantity { Unit: var unit } && from[0].Value is ChartValue.Quantity { Unit: var first } && unit == first ? "bands" : "leukocytes",
        new Fact<Finding>.Known(
            new Finding(Interval.Everything, UnknownReason.BoundOnly, observation.Value switch
            {
                ChartValue.Quantity quantity => new Shown.Number(quantity.Value, BoundOf(quantity.Comparator), quantity.Unit ?? "1", Limit: null),
                ChartValue.Number number => new Shown.Number(number.Value, Bound: null, "1", Limit: null),
                _ => new Shown.Flag(true),
            }),
            Results.ProvenanceOf(observation, isFallback: false))));

    private static Comparison? BoundOf(string? comparator) => comparator switch
    {
        ">" => Comparison.GreaterThan,
        ">=" => Comparison.AtLeast,
        "<" => Comparison.LessThan,
        "<=" => Comparison.AtMost,
        _ => null,
    };

    private void Explain(Reading<Finding>[] unusable, ChartObservation[] impossible, Pair[] newest)
    {
        results.Explain("nlr", unusable, isUsed: _ => false);
        var used = newest.SelectMany(pair => pair.From).ToHashSet();
        foreach (var observation in results.Of(Parts).Except(unusable.Select(reading => reading.Observation)))
        {
            var isImpossible = !used.Contains(observation) && impossible.Contains(observation);
            var fate = used.Contains(observation) ? Fate.Used : newest.Length > 0 && !isImpossible ? Fate.Superseded : Fate.Unusable;
            results.Explain(observation, fate, "nlr", fate == Fate.Unusable ? (isImpossible ? UnknownReason.Implausible : UnknownReason.NotPaired).Code() : null);
        }

        foreach (var reported in newest.Length > 0 ? results.Of("nlr") : [])
            results.Explain(reported, Fate.Superseded, "nlr");
    }

    private static Fact<Finding> Chosen(Pair first, Pair[] newest, bool isFallback)
    {
        var finding = newest
            .Select(pair => pair.Ratio.ToFinding())
            .Aggregate((one, other) => one.Against(other));
        var provenance = Results.ProvenanceOf(first.Older, isFallback);
        return new Fact<Finding>.Known(finding, Array.Exists(newest, pair => pair.Rank == 0) ? provenance.With(Mark.Preliminary) : provenance);
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

    private IEnumerable<Pair> Pairs(Half<Neutrophils> neutrophils, Half<Lymphocytes> lymphocytes, ChartObservation[] impossible)
    {
        var counted = Counts(neutrophils.Counts, lymphocytes.Counts, kind: 0);
        return neutrophils.Shares.Count + lymphocytes.Shares.Count == 0 ? counted : counted
            .Concat(
                from one in neutrophils.Shares
                from other in lymphocytes.Shares
                where AreOfOneSample(one.Main, other.Main) && !IsMoreThanAll(one, other)
                let ratio = NeutrophilLymphocyteRatio.From(one.Value, other.Value)
                where ratio is not null
                select new Pair(ratio, one.From, other.From, Kind: 1))
            .Concat(Counts(neutrophils.Counts, Products<Lymphocytes>(lymphocytes.Shares, impossible), ProductKind))
            .Concat(Counts(Products<Neutrophils>(neutrophils.Shares, impossible), lymphocytes.Counts, ProductKind));
    }

    private IEnumerable<Pair> Counts(IReadOnlyCollection<Part<Neutrophils>> neutrophils, IReadOnlyCollection<Part<Lymphocytes>> lymphocytes, int kind) =>
        neutrophils.Count == 0 || lymphocytes.Count == 0 ? [] :
        from one in neutrophils
        from other in lymphocytes
        where AreOfOneSample(one.Main, other.Main)
        let ratio = NeutrophilLymphocyteRatio.From(one.Value, other.Value)
        where ratio is not null
        select new Pair(ratio, one.From, other.From, kind);

    /// <summary>Shares of one differential that together are more than all of its cells.</summary>
    private IEnumerable<ChartObservation> Impossible(IReadOnlyCollection<Part<DifferentialShare>> neutrophils, IReadOnlyCollection<Part<DifferentialShare>> lymphocytes) =>
        neutrophils.Count == 0 || lymphocytes.Count == 0 ? [] :
        from one in neutrophils
        from other in lymphocytes
        where AreOfOneSample(one.Main, other.Main) && IsMoreThanAll(one, other)
        from observation in one.From.Concat(other.From)
        select observation;

    private static bool IsMoreThanAll(Part<DifferentialShare> one, Part<DifferentialShare> other) => one.Value.Range.Low + other.Value.Range.Low > 100;

    /// <summary>Segmented neutrophils are not all of them: they count only together with the bands of one sample.</summary>
    private Half<Neutrophils> SegmentedAndBands() => !results.HasAny(["neutrophils-segmented-abs", "neutrophils-segmented-pct"]) ? new([], [], []) : new(
        Sums(Usable(All<Neutrophils>("neutrophils-segmented-abs", "cell-count")), Usable(All<Neutrophils>("bands-abs", "cell-count"))),
        Sums(Usable(All<DifferentialShare>("neutrophils-segmented-pct", "percent")), Usable(All<DifferentialShare>("bands-pct", "percent"))),
        []);

    private Part<TAnalyte>[] Sums<TAnalyte>(Part<TAnalyte>[] segmented, Part<TAnalyte>[] bands)
        where TAnalyte : IAnalyte =>
        [.. (from one in segmented
            where one.Value.Bound is null
            from other in NearestTo(one, bands)
            let sum = Measure<TAnalyte>.From(one.Value.Value + other.Value.Value, bound: null, factor: 1)
            where sum is not null
            select new Part<TAnalyte>(sum, [.. one.From, .. other.From])).Take(MostOfOneKind)];

    // The bands of the very sample, else those nearest in time: several that are equally near each make a sum of their own.
    private IEnumerable<Part<TAnalyte>> NearestTo<TAnalyte>(Part<TAnalyte> segmented, IEnumerable<Part<TAnalyte>> bands)
        where TAnalyte : IAnalyte => bands
            .Where(band => band.Value.Bound is null && AreOfOneSample(segmented.Main, band.Main))
            .GroupBy(band => (!AreSaidToBeOfOneSample(segmented.Main, band.Main), (Results.SortTimeOf(segmented.Main) - Results.SortTimeOf(band.Main)).Duration()))
            .OrderBy(equallyNear => equallyNear.Key)
            .FirstOrDefault() ?? Enumerable.Empty<Part<TAnalyte>>();

    /// <summary>Absolute counts as white cells times share; only exact numbers, both of one time.</summary>
    private Part<TAnalyte>[] Products<TAnalyte>(IEnumerable<Part<DifferentialShare>> shares, ChartObservation[] impossible)
        where TAnalyte : IAnalyte =>
        [.. (from share in shares
            where share.Value.Bound is null && !share.From.Intersect(impossible).Any()
            from white in White[share.Main.Time?.When]
            let product = Measure<TAnalyte>.From(white.Value.Value * share.Value.Value / 100, bound: null, factor: 1)
            where product is not null
            select new Part<TAnalyte>(product, [.. share.From, .. white.From])).Take(MostOfOneKind)];

    private Half<TAnalyte> HalfOf<TAnalyte>(string countGroup, string shareGroup)
        where TAnalyte : IAnalyte
    {
        var counts = All<TAnalyte>(countGroup, unitsOf: "cell-count");
        var shares = All<DifferentialShare>(shareGroup, unitsOf: "percent");
        return new(Usable(counts), Usable(shares), Results.Ordered([.. Problems(counts), .. Problems(shares)]));
    }

    private ILookup<ClinicalTime?, Part<Leukocytes>> White => field ??= Usable(All<Leukocytes>("leukocytes", "cell-count"))
        .Where(white => white.Value.Bound is null)
        .ToLookup(white => white.Main.Time?.When);

    // Of one time only the best status counts, before it meets the other half.
    private static Part<TAnalyte>[] Usable<TAnalyte>(Reading<Measure<TAnalyte>>[] readings)
        where TAnalyte : IAnalyte => readings is [var only] ? only.Value is { } value ? [new(value, [only.Observation])] : [] :
        [.. readings.Where(reading => reading.Value is not null)
            .GroupBy(reading => reading.When)
            .SelectMany(ofOneTime => ofOneTime.GroupBy(reading => Results.RankOf(reading.Observation)).MaxBy(equals => equals.Key)!)
            .Take(MostOfOneKind)
            .Select(reading => new Part<TAnalyte>(reading.Value!, [reading.Observation]))];

    private Reading<Measure<TAnalyte>>[] All<TAnalyte>(string group, string unitsOf)
        where TAnalyte : IAnalyte => !results.HasAny([group]) ? [] : Results.Ordered([.. results.Of(group).Select(observation =>
            results.Dated(WithoutLymphocytes(results.Measured<TAnalyte>(observation, unitsOf), group), Window))]);

    // No living patient has no lymphocytes: a zero would make the ratio endless.
    private static Reading<Measure<TAnalyte>> WithoutLymphocytes<TAnalyte>(Reading<Measure<TAnalyte>> reading, string group)
        where TAnalyte : IAnalyte => reading.Value?.Value == 0 && group.StartsWith("lymphocytes", StringComparison.Ordinal)
            ? new(reading.Observation, Value: null, UnknownReason.Implausible)
            : reading;

    private static IEnumerable<Reading<Finding>> Problems<T>(Reading<T>[] readings)
        where T : class => Array.TrueForAll(readings, reading => reading.Value is not null) ? []
            : readings.Where(reading => reading.Value is null).Select(reading => new Reading<Finding>(reading.Observation, Value: null, reading.Problem));

    private static bool AreSaidToBeOfOneSample(ChartObservation one, ChartObservation other) =>
        (one.Specimen is not null && one.Specimen == other.Specimen) || (one.Panel is not null && one.Panel == other.Panel);

    private bool AreOfOneSample(ChartObservation one, ChartObservation other) => AreSaidToBeOfOneSample(one, other) || (one.Time?.When, other.Time?.When) switch
    {
        ({ Precision: TimePrecision.Instant } at, { Precision: TimePrecision.Instant } against) =>
            (at.Latest - against.Latest).Duration() <= TimeSpan.FromHours(rules.PairingHours),
        ({ Precision: TimePrecision.Day } day, { Precision: TimePrecision.Day } otherDay) => day == otherDay,
        _ => false,
    };

    /// <summary>A number of one half of the ratio.</summary>
    /// <param name="From">The results that it was made of, the one whose time and sample it has first.</param>
    private sealed record Part<TAnalyte>(Measure<TAnalyte> Value, ImmutableArray<ChartObservation> From) : PatientData
        where TAnalyte : IAnalyte
    {
        public ChartObservation Main => From[0];
    }

    private sealed record Pair(NeutrophilLymphocyteRatio Ratio, ImmutableArray<ChartObservation> Neutrophils, ImmutableArray<ChartObservation> Lymphocytes, int Kind) : PatientData
    {
        /// <summary>Of segmented neutrophils and bands: a total beside them goes before it.</summary>
        public bool IsSummed { get; init; }

        public IEnumerable<ChartObservation> From => Neutrophils.Concat(Lymphocytes);

        public ChartObservation Older => TimeOf(Lymphocytes[0]) < TimeOf(Neutrophils[0]) ? Lymphocytes[0] : Neutrophils[0];

        public DateTimeOffset SortTime => TimeOf(Older);

        public int Rank => From.Min(Results.RankOf);

        /// <summary>Of pairs of one time: how they were measured first, their status last.</summary>
        public int Weight => (-10 * Kind) - (IsSummed ? 5 : 0) + Rank;

        private static DateTimeOffset TimeOf(ChartObservation observation) => observation.Time?.When.Latest ?? DateTimeOffset.MinValue;
    }

    private abstract record Half(IReadOnlyCollection<Part<DifferentialShare>> Shares, Reading<Finding>[] Unusable) : PatientData
    {
        /// <summary>The results of each usable part.</summary>
        public abstract IEnumerable<ImmutableArray<ChartObservation>> Usable { get; }

        public bool IsUsable => Usable.Any();

        public bool HasUnusableAfter(DateTimeOffset time) => Unusable.Any(reading => reading.SortTime > time);
    }

    private sealed record Half<TAnalyte>(
        IReadOnlyCollection<Part<TAnalyte>> Counts,
        IReadOnlyCollection<Part<DifferentialShare>> Shares,
        Reading<Finding>[] Unusable) : Half(Shares, Unusable)
        where TAnalyte : IAnalyte
    {
        public override IEnumerable<ImmutableArray<ChartObservation>> Usable => Counts.Select(part => part.From).Concat(Shares.Select(part => part.From));
    }
}
