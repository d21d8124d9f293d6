using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>Why a model's table has the numbers that it has.</summary>
/// <param name="Weights">By factor: why it gives the points that it gives. Weights are always our own choice.</param>
/// <param name="CutOffs">By factor, level by level.</param>
/// <param name="Domains">By domain: why its factors add up as they do, and no further.</param>
/// <param name="Bands">By band: why it begins where it does.</param>
public sealed record TableReasons(
    ImmutableDictionary<string, string> Weights,
    ImmutableDictionary<string, ImmutableArray<Basis>> CutOffs,
    ImmutableDictionary<string, string> Domains,
    ImmutableDictionary<Band, string> Bands)
{
    internal static TableReasons From(ModelFile file, CitationUse citations, Action<string> fault)
    {
        foreach (var row in file.Factors)
        {
            citations.Cite(row.Evidence, row.Id, fault);
            foreach (var level in row.Levels)
                citations.Require(Basis.Of(level.Evidence, level.ProjectChoice), $"{row.Id}, the cut-off of {level.Points} points", fault);
        }

        foreach (var rate in file.Rates)
            CheckRate(rate, citations, fault);
        return new(
            Reasons(file.Factors.Select(row => (row.Id, row.ProjectChoice)), "the weight of", fault),
            LastOf(file.Factors.Select(row => (row.Id, row.Levels.Select(level => Basis.Of(level.Evidence, level.ProjectChoice)).ToImmutableArray()))),
            Reasons(file.Domains.Select(domain => (domain.Id, domain.ProjectChoice)), "the cap of", fault),
            Reasons(file.Bands.Select(band => (band.Band, band.ProjectChoice)), "the band", fault));
    }

    private static void CheckRate(PublishedRate rate, CitationUse citations, Action<string> fault)
    {
        citations.Cite([rate.Evidence], "rates", fault);
        if (string.IsNullOrWhiteSpace(rate.Definition))
            fault($"rates: {rate.Events}/{rate.Of} needs the definition that it was counted by");
    }

    private static ImmutableDictionary<TKey, string> Reasons<TKey>(IEnumerable<(TKey Key, string? Reason)> rows, string what, Action<string> fault)
        where TKey : notnull
    {
        var all = rows.ToArray();
        foreach (var (key, _) in all.Where(row => string.IsNullOrWhiteSpace(row.Reason)))
            fault($"{what} {key} needs projectChoice with the reason");
        return LastOf(all.Select(row => (row.Key, row.Reason ?? "")));
    }

    // That nothing stands twice is the model's own check.
    private static ImmutableDictionary<TKey, TValue> LastOf<TKey, TValue>(IEnumerable<(TKey Key, TValue Value)> rows)
        where TKey : notnull => rows.GroupBy(row => row.Key).ToImmutableDictionary(group => group.Key, group => group.Last().Value);
}
