using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Markers that are shown as reported and never scored: PD-L1, microsatellites, mutational burden, IL-6, immune cells.</summary>
internal sealed class MarkerFacts(Results results, GenomicFacts genomics, KnowledgeBase knowledge)
{
    private const int NoWindowDays = 365 * 100;

    public Fact<Finding> PdL1 => Reported("pd-l1", "pd-l1-tps", "pd-l1-presence", "pd-l1-text");

    public Fact<Finding> RegulatoryTCells => Reported("treg", "treg");

    public Fact<Finding> TumourMacrophages => Reported("tam", "tam");

    public Fact<Finding> MutationalBurden => OrNotTested(results.Latest(new ResultQuestion<Measure<MutationsPerMegabase>>(
        "tmb",
        ["tmb"],
        NoWindowDays,
        ChartKey.Genomics,
        observation => results.Measured<MutationsPerMegabase>(observation),
        (one, other) => one.Against(other))).Map(Finding.Of));

    public Fact<Finding> Interleukin => results.Latest(new ResultQuestion<Measure<InterleukinSix>>(
        "il-6",
        ["il-6"],
        knowledge.Rules.Window("il-6"),
        ChartKey.Chemistry,
        observation => results.Measured<InterleukinSix>(observation),
        (one, other) => one.Against(other))).Map(Finding.Of);

    public Fact<Finding> MicrosatelliteInstability => OrNotTested(results.Latest(new ResultQuestion<Finding>(
        "msi",
        ["msi"],
        NoWindowDays,
        ChartKey.Genomics,
        InstabilityIn,
        (one, other) => one.Against(other))));

    private Fact<Finding> Reported(string fact, params ImmutableArray<string> groups) => OrNotTested(results.Latest(new ResultQuestion<Finding>(
        fact,
        groups,
        NoWindowDays,
        ChartKey.Genomics,
        ShareOrPresence,
        (one, other) => one.Against(other))));

    private Reading<Finding> InstabilityIn(ChartObservation observation)
    {
        const string prefix = "msi-";
        var group = observation.Value is ChartValue.Concept concept ? knowledge.Codes.Answers.Find(concept.Value)?.Group : null;
        var finding = group?.StartsWith(prefix, StringComparison.Ordinal) == true
            ? Finding.Presence(group is "msi-high" or "msi-unstable") with { Shown = new Shown.Code(group[prefix.Length..]) }
            : null;
        return new(observation, finding, finding is null ? UnknownReason.Ambiguous : null);
    }

    private Reading<Finding> ShareOrPresence(ChartObservation observation)
    {
        var answer = observation.Value switch
        {
            ChartValue.Flag flag => flag.Value,
            ChartValue.Concept concept => knowledge.Codes.Answers.Find(concept.Value)?.Group switch
            {
                "present" => true,
                "absent" => false,
                _ => (bool?)null,
            },
            _ => null,
        };
        if (answer is { } said)
            return new(observation, Finding.Presence(said), Problem: null);
        var share = results.Measured<CellShare>(observation, "percent");
        return new(observation, share.Value is { } measure ? Finding.Of(measure) : null, share.Problem);
    }

    private Fact<Finding> OrNotTested(Fact<Finding> fact) => fact is Fact<Finding>.Unknown { Reason: UnknownReason.NotRecorded } ? genomics.NotTested : fact;
}

/// <summary>A share of the cells that were looked at, %.</summary>
internal abstract class CellShare : IAnalyte
{
    public static string Name => "percent";

    public static string Unit => "%";

    public static Interval Plausible => Interval.Between(0, 100);
}

/// <summary>Mutations for each million bases.</summary>
internal abstract class MutationsPerMegabase : IAnalyte
{
    public static string Name => "tmb";

    public static string Unit => "1/1000000{Base}";

    public static Interval Plausible => Interval.Between(0, 10_000);
}

/// <summary>Interleukin 6 in serum or plasma, pg/mL.</summary>
internal abstract class InterleukinSix : IAnalyte
{
    public static string Name => "il-6";

    public static string Unit => "pg/mL";

    public static Interval Plausible => Interval.Of(Comparison.AtLeast, 0);
}
