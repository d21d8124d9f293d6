using System.Collections.Immutable;

namespace HpdCds.Budget;

/// <summary>
/// Draws patients. Each factor follows a normal latent variable that shares a part with all others; its rank decides the
/// value. The numbers come from a generator of our own, so that a seed gives the same cohort on every machine and runtime.
/// </summary>
public sealed class SyntheticPatients(Cohort cohort, double correlation, ulong seed)
{
    private ulong _state = seed;

    /// <summary>One patient: for each factor the index of its value, and whether that stands in the chart.</summary>
    public ImmutableArray<(int Value, bool IsRecorded)> Next()
    {
        var shared = Normal() * Math.Sqrt(correlation);
        var own = Math.Sqrt(1 - correlation);
        return [.. cohort.Factors.Select(marginal => Draw(marginal, shared + (own * Normal())))];
    }

    private (int Value, bool IsRecorded) Draw(Marginal marginal, double latent)
    {
        var above = 1 - Rank(latent);
        var index = 0;
        while (index < marginal.Values.Length && above >= marginal.Values[index].Share)
            above -= marginal.Values[index++].Share;
        var isRecorded = Uniform() < marginal.Recorded;
        return (index, isRecorded && (marginal.RecordedWhenAbsent || index < marginal.Values.Length));
    }

    // Box and Muller. The first draw is never 0, whose logarithm has no value.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    // The share of a normal distribution below a value: Abramowitz and Stegun 26.2.17, to seven decimals.
    private static double Rank(double value)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(value)));
        var series = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        var tail = Math.Exp(-value * value / 2) / Math.Sqrt(2 * Math.PI) * series;
        return value < 0 ? tail : 1 - tail;
    }

    // SplitMix64 (Steele, Lea, Flood 2014).
    private double Uniform()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
