using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>
/// What the chart says about one factor of a model, in the quantity that the model's table compares: a number with its
/// unit, or a yes or no (compared as 1 and 0).
/// </summary>
/// <param name="Compared">The values that are possible in the compared quantity (for LDH and haemoglobin: multiples of the laboratory's limit).</param>
/// <param name="WhyOpen">Why the finding may leave a threshold open.</param>
/// <param name="Shown">The finding as a reader sees it.</param>
public sealed record Finding(Interval Compared, UnknownReason WhyOpen, Shown Shown) : PatientData
{
    /// <summary>The datum that would settle the finding where it stays open; null: the factor itself.</summary>
    public string? Datum { get; init; }

    /// <summary>What else explains the finding; its points then become a range from 0 (clinical model, section 1, "Confounders").</summary>
    public ImmutableArray<Confounder> Confounders { get; init; } = [];

    /// <summary>Whether a confounder opens the points of the whole finding, and not only of a part that already is a range.</summary>
    public bool IsConfounded { get; init; }

    /// <summary>An explicit yes or no.</summary>
    public static Finding Presence(bool present) =>
        new(Interval.Exactly(present ? 1 : 0), UnknownReason.Ambiguous, new Shown.Flag(present));

    /// <summary>A measurement compared as it is.</summary>
    public static Finding Of<TAnalyte>(Measure<TAnalyte> measure)
        where TAnalyte : IAnalyte
    {
        ArgumentNullException.ThrowIfNull(measure);
        return new(measure.Range, measure.WhyOpen, new Shown.Number(measure.Value, measure.Bound, TAnalyte.Unit, Limit: null));
    }

    /// <summary>
    /// A measurement compared with a limit of the laboratory that reported it, as a multiple of that limit.
    /// </summary>
    /// <param name="measure">The measurement.</param>
    /// <param name="limit">The limit, in the canonical unit; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public static Finding AgainstLimit<TAnalyte>(Measure<TAnalyte> measure, decimal limit)
        where TAnalyte : IAnalyte
    {
        ArgumentNullException.ThrowIfNull(measure);
        return new(measure.Range.DividedBy(limit), measure.WhyOpen, new Shown.Number(measure.Value, measure.Bound, TAnalyte.Unit, limit));
    }

    /// <summary>
    /// Two statements of equal weight about the same thing: open where they disagree about a threshold, else the higher is
    /// shown, whichever of the two was read first (clinical model, section 8).
    /// </summary>
    public Finding Against(Finding other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var higher = other.Height.CompareTo(Height) > 0 ? other : this;
        return higher with
        {
            Compared = Compared.Hull(other.Compared),
            WhyOpen = Compared == other.Compared ? higher.WhyOpen : UnknownReason.Conflicting,
        };
    }

    private (decimal Low, decimal High, decimal Stated) Height => (
        Compared.Low ?? decimal.MinValue,
        Compared.High ?? decimal.MaxValue,
        Shown is Shown.Number number ? number.Value : 0);
}

/// <summary>A finding as a reader sees it. Numbers are unrounded; whoever displays them rounds.</summary>
public abstract record Shown : PatientData
{
    private Shown()
    {
    }

    /// <summary>A number with its unit.</summary>
    /// <param name="Value">The number, in <paramref name="Unit"/>.</param>
    /// <param name="Bound">How the true value compares to it; null when it is the value.</param>
    /// <param name="Unit">A UCUM unit.</param>
    /// <param name="Limit">The laboratory's own limit in the same unit, where that is what is compared.</param>
    public sealed record Number(decimal Value, Comparison? Bound, string Unit, decimal? Limit) : Shown;

    /// <summary>A whole number that lies between two ends: a score with unknown parts, an age from a partial birth date.</summary>
    /// <param name="Low">The least possible value.</param>
    /// <param name="High">The greatest possible value.</param>
    /// <param name="Unit">A UCUM unit.</param>
    /// <param name="Class">The class that goes with a score (A, B, C or a span of them); else null.</param>
    public sealed record Span(int Low, int High, string Unit, string? Class) : Shown;

    /// <summary>A yes or a no.</summary>
    /// <param name="Value">The answer.</param>
    public sealed record Flag(bool Value) : Shown;

    /// <summary>A coded answer that is neither (<c>female</c>).</summary>
    /// <param name="Value">A stable code.</param>
    public sealed record Code(string Value) : Shown;
}
