using System.Collections.Immutable;

namespace HpdCds.Clinical.Tests;

/// <summary>The table of the clinical model, section 2, written down a second time from the specification.</summary>
internal static class HccModel
{
    public static readonly DateTimeOffset AsOf = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    public static readonly ImmutableArray<string> Core = ["nlr", "ldh", "pvtt", "spread", "afp", "child-pugh"];

    public static readonly ImmutableArray<Domain> Domains =
    [
        new("inflammation", Combination.Highest, 2),
        new("invasion", Combination.Sum, 2),
        new("liver", Combination.Sum, 1),
        new("genomics", Combination.Highest, 1),
        new("context", Combination.Sum, 0),
    ];

    public static readonly ImmutableArray<Factor> Factors =
    [
        Row("nlr", "inflammation", Tier.A, review: true, Above(4.125m, 2), AtLeast(3, 1)),
        Row("ldh", "inflammation", Tier.B, review: true, Above(1, 1)),
        Row("pvtt", "invasion", Tier.A, review: true, Yes(1)),
        Row("spread", "invasion", Tier.A, review: false, Yes(1)),
        Row("afp", "invasion", Tier.AMinus, review: true, AtLeast(400, 1)),
        Row("child-pugh", "liver", Tier.A, review: true, AtLeast(7, 1)),
        Row("amp-11q13", "genomics", Tier.C, review: false, Yes(1)),
        Row("amp-mdm2", "genomics", Tier.D, review: false, Yes(1)),
        Row("sex", "context", Tier.E, review: true, Yes(0)),
        Row("age", "context", Tier.E, review: true, AtLeast(65, 0)),
        Row("crp", "context", Tier.C, review: false, AtLeast(10, 0)),
        Row("albi", "context", Tier.C, review: false, AtLeast(-2.30m, 0)),
        Row("ecog", "context", Tier.C, review: false, AtLeast(1, 0)),
        Row("anaemia", "context", Tier.A, review: false, new ScoringLevel(new Threshold(Comparison.LessThan, 1), 0)),
    ];

    public static readonly ImmutableArray<(Band Band, PointsRange Points)> Bands =
        [(Band.Baseline, new(0, 1)), (Band.Raised, new(2, 3)), (Band.High, new(4, 6))];

    public static readonly RiskModel Model = Build();

    public static RiskModel Build(
        ImmutableArray<Domain>? domains = null,
        ImmutableArray<Factor>? factors = null,
        ImmutableArray<(Band, PointsRange)>? bands = null,
        ImmutableArray<string>? assessableWithAnyOf = null,
        ImmutableArray<string>? leastWhenNotRecorded = null) => new(
            "hpd-hcc",
            "1.0.0",
            domains ?? Domains,
            factors ?? Factors,
            bands ?? Bands,
            assessableWithAnyOf ?? ["nlr", "child-pugh"],
            leastWhenNotRecorded ?? ["pvtt", "spread"]);

    public static Factor Factor(string id) => Factors.Single(factor => factor.Id == id);

    public static ScoringLevel Above(decimal value, int points) => new(new Threshold(Comparison.GreaterThan, value), points);

    public static ScoringLevel AtLeast(decimal value, int points) => new(new Threshold(Comparison.AtLeast, value), points);

    public static ScoringLevel Yes(int points) => AtLeast(1, points);

    public static Factor Row(string id, string domain, Tier tier, bool review, params ScoringLevel[] levels) =>
        new(id, domain, Core.Contains(id, StringComparer.Ordinal), [.. levels], string.Join(", ", levels.Select(level => level.Threshold)), tier, ["a-citation"], review);
}
