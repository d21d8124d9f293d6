namespace HpdCds.Clinical.Growth;

/// <summary>Why something about growth cannot be evaluated. A stable code: callers may switch on its kebab-case name.</summary>
public enum GrowthGap
{
    /// <summary>A place where measurements would stand was not read, or not to its end.</summary>
    NotRead,

    /// <summary>No date of the first dose is recorded.</summary>
    NoFirstDoseDate,

    /// <summary>The treatment was ordered and no dose is recorded: the scan in question may lie before the first one.</summary>
    DoseOnlyOrdered,

    /// <summary>There is a measurement without a date of imaging: it may be the one that is missed.</summary>
    MeasurementUndated,

    /// <summary>No scan on or before the day of the first dose.</summary>
    NoBaseline,

    /// <summary>No scan before the baseline.</summary>
    NoPreBaseline,

    /// <summary>There are scans before the baseline, all of them too near to it or too far from it.</summary>
    PreBaselineInterval,

    /// <summary>No scan after the first dose.</summary>
    NoOnTreatment,

    /// <summary>The first scan after the first dose came too late.</summary>
    OnTreatmentInterval,

    /// <summary>The scans after the first dose came too soon after it.</summary>
    OnTreatmentTooEarly,

    /// <summary>Two scans do not measure the same lesions.</summary>
    DifferentLesions,

    /// <summary>Two scans were made in different ways (CT, MR).</summary>
    DifferentModality,

    /// <summary>Which lesion a size belongs to is not recorded.</summary>
    LesionsNotIdentified,

    /// <summary>The sizes of a scan, or of two, are or may be of different cancers, or of one whose record was not read.</summary>
    CancerUnclear,

    /// <summary>A sum is only a bound.</summary>
    BoundOnly,

    /// <summary>The tumour did not grow before the baseline, so that there is no ratio to that growth.</summary>
    ReferenceNotPositive,

    /// <summary>An interval begins with a sum of 0.</summary>
    StartsAtZero,

    /// <summary>Whether there are new lesions, how many or where is not recorded.</summary>
    NewLesionsUnknown,

    /// <summary>The recorded responses contradict each other, or it is not said of which cancer they are.</summary>
    ResponseUnclear,

    /// <summary>Whether the treatment was stopped is not recorded.</summary>
    StopUnknown,

    /// <summary>The ECOG grade at baseline or around the first evaluation is not known.</summary>
    EcogUnknown,
}

/// <summary>The codes of the gaps on the wire.</summary>
public static class GrowthGaps
{
    /// <summary>The kebab-case code, such as <c>no-pre-baseline</c>.</summary>
    public static string Code(this GrowthGap gap) => Kebab.Case(gap);
}
