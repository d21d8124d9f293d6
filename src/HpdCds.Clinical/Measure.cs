namespace HpdCds.Clinical;

/// <summary>Something a laboratory measures: what it is called, its canonical UCUM unit, and what a living patient can have.</summary>
public interface IAnalyte
{
    /// <summary>The kebab-case name, which is also the name in the unit table.</summary>
    static abstract string Name { get; }

    /// <summary>The canonical UCUM unit of every <see cref="Measure{TAnalyte}"/> of it.</summary>
    static abstract string Unit { get; }

    /// <summary>The believable range in that unit, ends included (clinical model, section 1, "Plausibility stops").</summary>
    static abstract Interval Plausible { get; }
}

/// <summary>
/// One believable measurement in its canonical unit. It may be a bound (a result with &lt; or &gt;) or, after a conversion
/// with an assay-dependent factor, a span: <see cref="Range"/> always says what is possible.
/// </summary>
/// <typeparam name="TAnalyte">What was measured.</typeparam>
public sealed record Measure<TAnalyte> : PatientData
    where TAnalyte : IAnalyte
{
    // Far beyond every believable range, and small enough that no factor of the unit table can overflow a decimal.
    private const decimal Unreadable = 1_000_000_000_000m;

    private Measure(decimal value, Comparison? bound, Interval range, bool isConverted, bool isDisputed = false) =>
        (Value, Bound, Range, IsConverted, IsDisputed) = (value, bound, range, isConverted, isDisputed);

    /// <summary>The stated number, in the canonical unit.</summary>
    public decimal Value { get; }

    /// <summary>How the true value compares to the stated one; null when it is the stated one.</summary>
    public Comparison? Bound { get; }

    /// <summary>The values that are possible, within the believable range.</summary>
    public Interval Range { get; }

    /// <summary>Converted between quantities with an assay-dependent factor.</summary>
    public bool IsConverted { get; }

    /// <summary>Two statements of equal weight disagree.</summary>
    public bool IsDisputed { get; }

    /// <summary>Why the measurement may leave a threshold open.</summary>
    public UnknownReason WhyOpen => IsDisputed ? UnknownReason.Conflicting
        : IsConverted && Bound is null ? UnknownReason.ConversionUncertain
        : UnknownReason.BoundOnly;

    /// <summary>This measurement and another of equal weight at the same moment: both are possible, the higher is shown.</summary>
    public Measure<TAnalyte> Against(Measure<TAnalyte> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Range == other.Range)
            return this;
        var higher = other.Value > Value ? other : this;
        return new(higher.Value, higher.Bound, Range.Hull(other.Range), IsConverted || other.IsConverted, isDisputed: true);
    }

    /// <summary>Takes a measurement as reported.</summary>
    /// <param name="reported">The number as reported.</param>
    /// <param name="bound">The comparator that came with it.</param>
    /// <param name="factor">What one reported unit is in the canonical unit.</param>
    /// <param name="alternative">The other defensible factor, where the conversion depends on the assay; else null.</param>
    /// <returns>The measurement, or null when no living patient can have it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is not positive.</exception>
    public static Measure<TAnalyte>? From(decimal reported, Comparison? bound, decimal factor, decimal? alternative = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        if (alternative is <= 0)
            throw new ArgumentOutOfRangeException(nameof(alternative), "A conversion factor is positive.");
        if (Math.Abs(reported) > Unreadable)
            return null;
        var stated = reported * factor;
        var statedRange = Possible(stated, bound);
        if (TAnalyte.Plausible.Intersect(Interval.Exactly(stated)) is null)
            return null;
        if (alternative is not { } other)
            return new(stated, bound, statedRange.Intersect(TAnalyte.Plausible) ?? Interval.Exactly(stated), isConverted: false);
        var both = statedRange.Hull(Possible(reported * other, bound));
        return new(stated, bound, both.Intersect(TAnalyte.Plausible) ?? Interval.Exactly(stated), isConverted: true);
    }

    private static Interval Possible(decimal stated, Comparison? bound) =>
        bound is { } comparison ? Interval.Of(comparison, stated) : Interval.Exactly(stated);
}
