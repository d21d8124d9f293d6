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
    /// Why it cannot be known to be the same set of lesions as another; null when it can. <see cref="GrowthGap.LesionsNotIdentified"/>: a lesion in
    /// it is not named, was not readable, was read in two ways or may stand in it twice. <see cref="GrowthGap.CancerUnclear"/>: a lesion in it is, or
    /// may be, of another cancer. Except for want of a name alone, the sum is then a lower bound.
    /// </summary>
    public GrowthGap? WhyUnsure { get; init; }

    /// <summary>False where nothing that was measured could be read or added up: the sum is then 0 at least, which is no size to show.</summary>
    public bool HasSum { get; init; } = true;

    /// <summary>The cancer that its sizes name, as a comparable text; null where all scans can be of one.</summary>
    public string? Cancer { get; init; }

    /// <summary>Why the two cannot be compared; null when they can. A modality that is not stated is not a change.</summary>
    public GrowthGap? WhyNotComparableWith(Scan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return WhyUnsure == GrowthGap.CancerUnclear || other.WhyUnsure == GrowthGap.CancerUnclear || Cancer != other.Cancer ? GrowthGap.CancerUnclear
            : (WhyUnsure ?? other.WhyUnsure) is { } unsure ? unsure
            : Lesions != other.Lesions ? GrowthGap.DifferentLesions
            : Modality is not null && other.Modality is not null && Modality != other.Modality ? GrowthGap.DifferentModality
            : Sum.Bound is not null || other.Sum.Bound is not null ? GrowthGap.BoundOnly
            : null;
    }
}
