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

    public static string TierOf(Tier tier) => tier == Tier.AMinus ? "A-" : Enum.GetName(tier)!;

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

    /// <summary>The phrase by which a page tells a threshold that is words; null where it is a number, which the levels of the row have.</summary>
    public static string? ThresholdPhraseOf(Factor factor)
    {
        if (decimal.TryParse(factor.Threshold.AsSpan().TrimStart("<>="), NumberStyles.Number, CultureInfo.InvariantCulture, out _))
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
    /// <param name="least">How many decimals are useful in any case; null for as many as a size like this needs.</param>
    public static string Written(decimal value, Func<decimal, bool> isOnTheSameSide, int? least = null)
    {
        var decimals = least ?? (Math.Abs(value) >= 100 ? 0 : 1);
        while (decimals < 12 && !isOnTheSameSide(Math.Round(value, decimals, MidpointRounding.AwayFromZero)))
            decimals++;
        return Math.Round(value, decimals, MidpointRounding.AwayFromZero)
            .ToString("#,##0." + new string('#', Math.Max(decimals, 1)), CultureInfo.InvariantCulture);
    }
}
