using System.Globalization;
using HpdCds.Clinical;

namespace HpdCds.Cards;

/// <summary>Numbers, thresholds and tiers as they are written, the same on a card and on the wire.</summary>
internal static class FactorText
{
    private const int MostDecimals = 4;

    public static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.GreaterThan => ">",
        Comparison.AtLeast => ">=",
        Comparison.LessThan => "<",
        _ => "<=",
    };

    public static string TierOf(Tier tier) => tier == Tier.AMinus ? "A-" : tier.ToString();

    /// <summary>The threshold that the value meets; of several levels the highest met, and the lowest when none is.</summary>
    public static string ThresholdOf(FactorAssessment row)
    {
        if (row.Factor.Levels.Length < 2)
            return row.Factor.Threshold;
        var met = row.Finding is { } finding
            ? row.Factor.Levels.FirstOrDefault(level => level.Threshold.Missing(finding.Compared) is null, row.Factor.Levels[^1])
            : row.Factor.Levels[^1];
        return Sign(met.Threshold.Comparison) + met.Threshold.Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The phrase by which a page tells a threshold that is words; null where it is the number of the row's own last level.</summary>
    public static string? ThresholdPhraseOf(Factor factor)
    {
        if (factor.Levels is [.., { Threshold: var last }]
            && factor.Threshold.StartsWith(Sign(last.Comparison), StringComparison.Ordinal)
            && decimal.TryParse(factor.Threshold.AsSpan(Sign(last.Comparison).Length), NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            && number == last.Value)
            return null;
        var words = factor.Threshold.Replace(">", "over", StringComparison.Ordinal).Replace("<", "under", StringComparison.Ordinal);
        return "page.threshold-" + string.Join('-', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Four decimals at most, without trailing zeros.</summary>
    public static decimal Rounded(decimal value) => Math.Round(value, MostDecimals, MidpointRounding.AwayFromZero) / 1.0000000000000000000000000000m;

    /// <summary>
    /// As few decimals as are useful, and as many as it takes for the written number to stand on the same side of every
    /// threshold as the true one.
    /// </summary>
    public static string Written(decimal value, Func<decimal, bool> isOnTheSameSide)
    {
        var decimals = Math.Abs(value) >= 100 ? 0 : 1;
        while (decimals < 12 && !isOnTheSameSide(Math.Round(value, decimals, MidpointRounding.AwayFromZero)))
            decimals++;
        return Math.Round(value, decimals, MidpointRounding.AwayFromZero)
            .ToString("#,##0." + new string('#', Math.Max(decimals, 1)), CultureInfo.InvariantCulture);
    }
}
