using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class NeutrophilLymphocyteRatioTests
{
    [Theory]
    [InlineData("2.9", "1", 0)]
    [InlineData("8.99", "3", 0)]
    [InlineData("9", "3", 1)]
    [InlineData("9.3", "3.1", 1)]
    [InlineData("4.125", "1", 1)]
    [InlineData("33", "8", 1)]
    [InlineData("33.001", "8", 2)]
    [InlineData("5.2", "1", 2)]
    public void The_ratio_scores_at_3_and_above_4_125(string neutrophils, string lymphocytes, int points)
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(N(neutrophils)), Measured<Lymphocytes>(N(lymphocytes)))!;

        Assert.Equal(N(neutrophils) / N(lymphocytes), ratio.Value);
        Assert.Null(ratio.Bound);
        Assert.Equal(new PointsRange(points, points), Score(ratio).Points);
        Assert.Equal(FactState.Known, Score(ratio).State);
    }

    [Fact]
    public void Two_shares_of_one_differential_give_the_ratio_of_the_counts()
    {
        var shares = NeutrophilLymphocyteRatio.From(Measured<DifferentialShare>(66), Measured<DifferentialShare>(16))!;

        Assert.Equal(4.125m, shares.Value);
        Assert.Equal(Interval.Exactly(4.125m), shares.Range);
    }

    [Fact]
    public void Without_lymphocytes_there_is_no_ratio()
    {
        Assert.Null(NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(4), Measured<Lymphocytes>(0)));
        Assert.Null(NeutrophilLymphocyteRatio.From(Measured<DifferentialShare>(40), Measured<DifferentialShare>(0)));
    }

    [Fact]
    public void Without_neutrophils_the_ratio_is_surely_nothing()
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(0), Measured<Lymphocytes>(0.2m, Comparison.LessThan))!;

        Assert.Equal(Interval.Exactly(0), ratio.Range);
        Assert.Equal(FactState.Known, Score(ratio).State);
    }

    [Fact]
    public void Few_lymphocytes_bound_the_ratio_from_below()
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(4), Measured<Lymphocytes>(0.5m, Comparison.LessThan))!;

        Assert.Equal((8m, Comparison.GreaterThan), (ratio.Value, ratio.Bound));
        Assert.Equal(new PointsRange(2, 2), Score(ratio).Points);
        Assert.Equal(FactState.Known, Score(ratio).State);
    }

    [Fact]
    public void A_bound_that_settles_only_the_lower_threshold_leaves_one_point_open()
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(3.5m), Measured<Lymphocytes>(1, Comparison.LessThan))!;
        var row = Score(ratio);

        Assert.Equal(new PointsRange(1, 2), row.Points);
        Assert.Equal((FactState.Unknown, UnknownReason.BoundOnly, "nlr"), (row.State, row.Reason, row.Datum));
        Assert.False(row.IsFullyOpen);
    }

    [Theory]
    [InlineData(Comparison.LessThan, null, Comparison.LessThan)]
    [InlineData(Comparison.AtMost, null, Comparison.AtMost)]
    [InlineData(Comparison.GreaterThan, null, Comparison.GreaterThan)]
    [InlineData(Comparison.AtLeast, null, Comparison.AtLeast)]
    [InlineData(null, Comparison.LessThan, Comparison.GreaterThan)]
    [InlineData(null, Comparison.AtMost, Comparison.AtLeast)]
    [InlineData(null, Comparison.GreaterThan, Comparison.LessThan)]
    [InlineData(null, Comparison.AtLeast, Comparison.AtMost)]
    public void The_ratio_is_bounded_as_its_half_is(Comparison? neutrophils, Comparison? lymphocytes, Comparison expected)
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(6, neutrophils), Measured<Lymphocytes>(2, lymphocytes))!;

        Assert.Equal((3m, expected), (ratio.Value, ratio.Bound));
        Assert.Equal(expected is Comparison.AtLeast or Comparison.GreaterThan ? ratio.Range.Low : ratio.Range.High, 3m);
    }

    [Fact]
    public void Two_halves_bounded_the_same_way_leave_the_ratio_open_on_both_sides()
    {
        var ratio = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(1, Comparison.LessThan), Measured<Lymphocytes>(0.5m, Comparison.LessThan))!;
        var row = Score(ratio);

        Assert.Equal((0m, true, null), (ratio.Range.Low, ratio.Range.LowIncluded, ratio.Range.High));
        Assert.Equal((0m, Comparison.AtLeast), (ratio.Value, ratio.Bound));
        Assert.Equal(new PointsRange(0, 2), row.Points);
        Assert.True(row.IsFullyOpen);
    }

    [Fact]
    public void The_ratio_is_shown_without_unit()
    {
        var finding = NeutrophilLymphocyteRatio.From(Measured<Neutrophils>(5), Measured<Lymphocytes>(2))!.ToFinding();

        Assert.Equal(new Shown.Number(2.5m, Bound: null, "1", Limit: null), finding.Shown);
        Assert.Equal(Interval.Exactly(2.5m), finding.Compared);
        Assert.Equal((UnknownReason.BoundOnly, "nlr", false), (finding.WhyOpen, finding.Datum, finding.IsConfounded));
    }

    private static FactorAssessment Score(NeutrophilLymphocyteRatio ratio) =>
        FactorAssessment.Of(HccModel.Factor("nlr"), Known(ratio.ToFinding()));

    private static decimal N(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
