namespace HpdCds.Clinical;

/// <summary>
/// Neutrophil-to-lymphocyte ratio (NLR), without unit. Built only from a pair of one kind: two counts or two shares of the
/// same differential, never a mixture (clinical model, section 1, "NLR"; cut-offs: Kim CG 2021, Maesaka 2022).
/// </summary>
public sealed record NeutrophilLymphocyteRatio : PatientData
{
    private NeutrophilLymphocyteRatio(Interval range, decimal shown, Comparison? bound) =>
        (Range, Value, Bound) = (range, shown, bound);

    /// <summary>The ratios that are possible.</summary>
    public Interval Range { get; }

    /// <summary>
    /// The ratio of the two stated numbers; where bounds leave it open on both sides of that, the least possible ratio.
    /// </summary>
    public decimal Value { get; }

    /// <summary>How the true ratio compares to <see cref="Value"/>; null when it is the value.</summary>
    public Comparison? Bound { get; }

    /// <summary>The ratio of two counts; null when there are no lymphocytes, which no living patient has.</summary>
    public static NeutrophilLymphocyteRatio? From(Measure<Neutrophils> neutrophils, Measure<Lymphocytes> lymphocytes)
    {
        ArgumentNullException.ThrowIfNull(neutrophils);
        ArgumentNullException.ThrowIfNull(lymphocytes);
        return From(neutrophils.Range, neutrophils.Value, lymphocytes.Range, lymphocytes.Value);
    }

    /// <summary>The ratio of two shares of one differential; null when the lymphocytes' share is zero.</summary>
    public static NeutrophilLymphocyteRatio? From(Measure<DifferentialShare> neutrophils, Measure<DifferentialShare> lymphocytes)
    {
        ArgumentNullException.ThrowIfNull(neutrophils);
        ArgumentNullException.ThrowIfNull(lymphocytes);
        return From(neutrophils.Range, neutrophils.Value, lymphocytes.Range, lymphocytes.Value);
    }

    /// <summary>The ratio as a finding.</summary>
    public Finding ToFinding() => new(Range, UnknownReason.BoundOnly, new Shown.Number(Value, Bound, ReportedRatio.Unit, Limit: null)) { Datum = "nlr" };

    private static NeutrophilLymphocyteRatio? From(Interval neutrophils, decimal neutrophilsStated, Interval lymphocytes, decimal lymphocytesStated)
    {
        if (lymphocytesStated == 0)
            return null;
        var range = neutrophils.DividedBy(lymphocytes);
        var stated = neutrophilsStated / lymphocytesStated;
        if (range.OnlyValue is not null)
            return new(range, stated, bound: null);
        return range.High == stated
            ? new(range, stated, range.HighIncluded ? Comparison.AtMost : Comparison.LessThan)
            : new(range, range.Low ?? 0, range.LowIncluded ? Comparison.AtLeast : Comparison.GreaterThan);
    }
}
