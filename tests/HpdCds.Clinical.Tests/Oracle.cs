using static HpdCds.Clinical.Tests.Generators;

namespace HpdCds.Clinical.Tests;

/// <summary>
/// The model worked out the long way: every value of every factor is tried and the totals are counted. Shares no code with
/// the model under test: the points are written down again from the table of the clinical model, section 2.
/// </summary>
internal static class Oracle
{
    /// <summary>The points of one value, from the table.</summary>
    public static int Points(string factor, decimal value) => factor switch
    {
        "nlr" => value > 4.125m ? 2 : value >= 3 ? 1 : 0,
        "ldh" => value > 1 ? 1 : 0,
        "afp" => value >= 400 ? 1 : 0,
        "child-pugh" => value >= 7 ? 1 : 0,
        "pvtt" or "spread" or "amp-11q13" or "amp-mdm2" => value >= 1 ? 1 : 0,
        _ => 0,
    };

    /// <summary>The points that a fact leaves possible, none left out.</summary>
    public static int[] Possible(string factor, Fact<Finding> fact)
    {
        var values = Values[factor];
        var read = fact.Match<decimal[]>(
            (finding, _) => [.. Around(values, finding.Compared)],
            _ => [values[0]],
            _ => [.. values],
            _ => [values[0]]).Select(value => Points(factor, value)).Distinct().ToArray();
        var from = fact is Fact<Finding>.Known { Value.IsConfounded: true } ? 0 : read.Min();
        var to = factor.StartsWith("amp-", StringComparison.Ordinal) ? read.Min() : read.Max();
        return [.. Enumerable.Range(from, to - from + 1)];
    }

    /// <summary>The least and the most points over all combinations.</summary>
    public static PointsRange Total(Dictionary<string, int[]> possible)
    {
        var totals = Combinations(possible).ToArray();
        return new(totals.Min(), totals.Max());
    }

    /// <summary>What would settle the answer; null when the band is settled or nothing would.</summary>
    public static string? Settles(Dictionary<string, int[]> possible)
    {
        var before = Total(possible);
        if (BandOf(before.Low) == BandOf(before.High))
            return null;
        string[] byTierAndTable = ["nlr", "pvtt", "spread", "child-pugh", "afp", "ldh"];
        return byTierAndTable
            .Where(factor => possible[factor].Length > 1)
            .Select(factor => (factor, Worth: WorthOf(factor, possible, before)))
            .Where(candidate => candidate.Worth.Share > 0 || candidate.Worth.Narrowed > 0)
            .OrderByDescending(candidate => candidate.Worth)
            .Select(candidate => candidate.factor)
            .FirstOrDefault();
    }

    public static int BandOf(int points) => points switch { <= 1 => 0, <= 3 => 1, _ => 2 };

    private static (double Share, double Narrowed) WorthOf(string factor, Dictionary<string, int[]> possible, PointsRange before)
    {
        var after = possible[factor].Select(points => Total(new(possible, StringComparer.Ordinal) { [factor] = [points] })).ToArray();
        return (
            after.Average(total => BandOf(total.Low) == BandOf(total.High) ? 1.0 : 0.0),
            after.Average(total => before.High - before.Low - (double)(total.High - total.Low)));
    }

    private static IEnumerable<int> Combinations(Dictionary<string, int[]> possible) =>
        from nlr in possible["nlr"]
        from ldh in possible["ldh"]
        from pvtt in possible["pvtt"]
        from spread in possible["spread"]
        from afp in possible["afp"]
        from liver in possible["child-pugh"]
        from chromosome11 in possible["amp-11q13"]
        from mdm2 in possible["amp-mdm2"]
        select Math.Min(2, Math.Max(nlr, ldh)) + Math.Min(2, pvtt + spread + afp) + Math.Min(1, liver) + Math.Min(1, Math.Max(chromosome11, mdm2));

    private static IEnumerable<decimal> Around(IEnumerable<decimal> values, Interval range) =>
        values.Concat([-1, 1_000_000]).SelectMany(value => new[] { value - 0.0001m, value, value + 0.0001m }).Where(value => range.Holds(value));
}
