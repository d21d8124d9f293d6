using System.Numerics;

namespace HpdCds.Clinical;

/// <summary>How a value is compared with a threshold.</summary>
public enum Comparison
{
    /// <summary>Strictly above.</summary>
    GreaterThan,

    /// <summary>At or above.</summary>
    AtLeast,

    /// <summary>Strictly below.</summary>
    LessThan,

    /// <summary>At or below.</summary>
    AtMost,
}

/// <summary>
/// The values that a reading leaves possible: one value, or everything between two ends, either of which may be
/// excluded or missing. Never empty. Decimal throughout, so that nothing is rounded before a comparison.
/// </summary>
public readonly record struct Interval
{
    private Interval(decimal? low, bool lowIncluded, decimal? high, bool highIncluded) =>
        (Low, LowIncluded, High, HighIncluded) = (low, lowIncluded, high, highIncluded);

    /// <summary>The lower end; null when there is none.</summary>
    public decimal? Low { get; }

    /// <summary>Whether the lower end itself is possible.</summary>
    public bool LowIncluded { get; }

    /// <summary>The upper end; null when there is none.</summary>
    public decimal? High { get; }

    /// <summary>Whether the upper end itself is possible.</summary>
    public bool HighIncluded { get; }

    /// <summary>Every value: nothing is known.</summary>
    public static Interval Everything => new(null, false, null, false);

    /// <summary>The one value when the interval holds no other; else null.</summary>
    public decimal? OnlyValue => Low is { } low && Low == High ? low : null;

    /// <summary>One value.</summary>
    public static Interval Exactly(decimal value) => new(value, true, value, true);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ends are in the wrong order.</exception>
    public static Interval Between(decimal low, decimal high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        return new(low, true, high, true);
    }

    /// <summary>Everything that compares to <paramref name="value"/> as said.</summary>
    public static Interval Of(Comparison comparison, decimal value) => comparison switch
    {
        Comparison.GreaterThan => new(value, false, null, false),
        Comparison.AtLeast => new(value, true, null, false),
        Comparison.LessThan => new(null, false, value, false),
        Comparison.AtMost => new(null, false, value, true),
        _ => throw new ArgumentOutOfRangeException(nameof(comparison)),
    };

    /// <summary>The values that are in both; null when there are none.</summary>
    public Interval? Intersect(Interval other)
    {
        var (low, lowIncluded) = HigherLow(this, other);
        var (high, highIncluded) = LowerHigh(this, other);
        var empty = low > high || (low == high && low is not null && !(lowIncluded && highIncluded));
        return empty ? null : new Interval(low, lowIncluded, high, highIncluded);
    }

    /// <summary>The smallest interval that holds both.</summary>
    public Interval Hull(Interval other)
    {
        var (low, lowIncluded) = Low is null || other.Low is null
            ? (null, false)
            : Low < other.Low ? (Low, LowIncluded) : Low > other.Low ? (other.Low, other.LowIncluded) : (Low, LowIncluded || other.LowIncluded);
        var (high, highIncluded) = High is null || other.High is null
            ? (null, false)
            : High > other.High ? (High, HighIncluded) : High < other.High ? (other.High, other.HighIncluded) : (High, HighIncluded || other.HighIncluded);
        return new Interval(low, lowIncluded, high, highIncluded);
    }

    /// <summary>Every value times a positive factor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not positive.</exception>
    public Interval Times(decimal factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        return Rounded(Low * factor, LowIncluded, High * factor, HighIncluded);
    }

    /// <summary>Every value divided by a positive number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The divisor is not positive.</exception>
    public Interval DividedBy(decimal divisor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(divisor);
        return Rounded(Low / divisor, LowIncluded, High / divisor, HighIncluded);
    }

    /// <summary>
    /// Every quotient of a value of this interval and a value of <paramref name="divisor"/>, both of amounts that are not
    /// negative; a divisor that may be zero leaves no upper end.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The divisor can only be zero.</exception>
    public Interval DividedBy(Interval divisor)
    {
        if (divisor.High is <= 0)
            throw new ArgumentOutOfRangeException(nameof(divisor), "A ratio to nothing has no value.");
        if (High is 0)
            return Exactly(0);
        var (low, lowIncluded) = Low is null or 0 ? (0m, Low is null || LowIncluded)
            : divisor.High is { } most ? (Low.Value / most, LowIncluded && divisor.HighIncluded)
            : (0m, false);
        var (high, highIncluded) = divisor.Low is > 0 and { } fewest && High is { } highest
            ? ((decimal?)(highest / fewest), HighIncluded && divisor.LowIncluded)
            : (null, false);
        return Rounded(low, lowIncluded, high, highIncluded);
    }

    // Two ends that differ in the last digit of a decimal can meet in a product or a quotient, and what lies between them with them.
    private static Interval Rounded(decimal? low, bool lowIncluded, decimal? high, bool highIncluded) =>
        low is not null && low == high ? new Interval(low, true, high, true) : new Interval(low, lowIncluded, high, highIncluded);

    private static (decimal? Low, bool Included) HigherLow(Interval one, Interval other) =>
        one.Low is null ? (other.Low, other.LowIncluded)
        : other.Low is null || one.Low > other.Low ? (one.Low, one.LowIncluded)
        : one.Low < other.Low ? (other.Low, other.LowIncluded)
        : (one.Low, one.LowIncluded && other.LowIncluded);

    private static (decimal? High, bool Included) LowerHigh(Interval one, Interval other) =>
        one.High is null ? (other.High, other.HighIncluded)
        : other.High is null || one.High < other.High ? (one.High, one.HighIncluded)
        : one.High > other.High ? (other.High, other.HighIncluded)
        : (one.High, one.HighIncluded && other.HighIncluded);

    /// <summary>The kind of thing, and nothing of its content: it may be about a patient.</summary>
    public override string ToString() => "[Interval]";
}

/// <summary>A threshold: a comparison and the value compared with.</summary>
/// <param name="Comparison">How a value is compared.</param>
/// <param name="Value">The value compared with, in the unit of what is compared.</param>
public readonly record struct Threshold(Comparison Comparison, decimal Value)
{
    /// <summary>The part of a reading that meets the threshold; null when no part does.</summary>
    public Interval? Meeting(Interval reading) => reading.Intersect(Interval.Of(Comparison, Value));

    /// <summary>The part of a reading that does not meet the threshold; null when no part does not.</summary>
    public Interval? Missing(Interval reading) => reading.Intersect(Interval.Of(Opposite, Value));

    /// <summary>Whether one value meets the threshold.</summary>
    /// <typeparam name="T">The type in which the value was computed; the threshold is taken into it.</typeparam>
    public bool IsMetBy<T>(T value)
        where T : INumber<T>
    {
        var limit = T.CreateChecked(Value);
        return Comparison switch
        {
            Comparison.GreaterThan => value > limit,
            Comparison.AtLeast => value >= limit,
            Comparison.LessThan => value < limit,
            _ => value <= limit,
        };
    }

    private Comparison Opposite => Comparison switch
    {
        Comparison.GreaterThan => Comparison.AtMost,
        Comparison.AtLeast => Comparison.LessThan,
        Comparison.LessThan => Comparison.AtLeast,
        _ => Comparison.GreaterThan,
    };
}
