namespace HpdCds.Clinical.Growth;

/// <summary>
/// Sum of the longest diameters of the target lesions (RECIST 1.1), mm. The upper end of the believable range is the
/// project's choice: five lesions, the most that RECIST 1.1 lets count, of 400 mm each.
/// </summary>
public abstract class TumourSum : IAnalyte
{
    /// <inheritdoc />
    public static string Name => "tumour-size";

    /// <inheritdoc />
    public static string Unit => "mm";

    /// <inheritdoc />
    public static Interval Plausible => Interval.Between(0, 2000);
}

/// <summary>What was measured on one day of imaging.</summary>
/// <param name="Date">The day of the imaging, never that of its report (evidence, section 3.1).</param>
/// <param name="Sum">The sum of diameters, mm.</param>
/// <param name="Lesions">What stands in the sum, in a fixed order, so that two scans of the same lesions have equal texts.</param>
/// <param name="Modality">How the images were made, such as <c>CT</c>; null where nobody says.</param>
/// <param name="Source">The resource or resources, as <c>Type/id</c>.</param>
public sealed record Scan(DateOnly Date, Measure<TumourSum> Sum, string Lesions, string? Modality, string Source) : PatientData
{
    /// <summary>
    /// A lesion in it is not named, was not readable, was read in two ways, may stand in it twice or be of another cancer, so that it cannot be
    /// known to be the same set of lesions as another. Except for want of a name alone, the sum is then a lower bound.
    /// </summary>
    public bool IsUnsure { get; init; }

    /// <summary>Why the two cannot be compared; null when they can. A modality that is not stated is not a change.</summary>
    public GrowthGap? WhyNotComparableWith(Scan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IsUnsure || other.IsUnsure ? GrowthGap.LesionsNotIdentified
            : Lesions != other.Lesions ? GrowthGap.DifferentLesions
            : Modality is not null && other.Modality is not null && Modality != other.Modality ? GrowthGap.DifferentModality
            : Sum.Bound is not null || other.Sum.Bound is not null ? GrowthGap.BoundOnly
            : null;
    }
}
