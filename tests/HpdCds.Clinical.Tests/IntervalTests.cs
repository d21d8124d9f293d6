namespace HpdCds.Clinical.Tests;

public sealed class IntervalTests
{
    private static readonly Interval AboveTwo = Interval.Of(Comparison.GreaterThan, 2);
    private static readonly Interval FromTwo = Interval.Of(Comparison.AtLeast, 2);
    private static readonly Interval BelowTwo = Interval.Of(Comparison.LessThan, 2);
    private static readonly Interval UpToTwo = Interval.Of(Comparison.AtMost, 2);

    [Fact]
    public void Each_comparison_makes_its_half_line()
    {
        Assert.Equal((2m, false, null, false), Ends(AboveTwo));
        Assert.Equal((2m, true, null, false), Ends(FromTwo));
        Assert.Equal((null, false, 2m, false), Ends(BelowTwo));
        Assert.Equal((null, false, 2m, true), Ends(UpToTwo));
        Assert.Equal((null, false, null, false), Ends(Interval.Everything));
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Of((Comparison)99, 2));
    }

    [Fact]
    public void One_value_is_its_own_interval()
    {
        Assert.Equal((2m, true, 2m, true), Ends(Interval.Exactly(2)));
        Assert.Equal(2, Interval.Exactly(2).OnlyValue);
        Assert.Equal(2, Interval.Between(2, 2).OnlyValue);
        Assert.Null(Interval.Between(2, 3).OnlyValue);
        Assert.Null(FromTwo.OnlyValue);
        Assert.Null(UpToTwo.OnlyValue);
        Assert.Null(Interval.Everything.OnlyValue);
    }

    [Fact]
    public void Ends_in_the_wrong_order_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Between(3, 2));

    [Fact]
    public void What_two_intervals_share_excludes_what_either_excludes()
    {
        Assert.Equal(Interval.Exactly(2), FromTwo.Intersect(UpToTwo));
        Assert.Null(AboveTwo.Intersect(UpToTwo));
        Assert.Null(FromTwo.Intersect(BelowTwo));
        Assert.Null(AboveTwo.Intersect(BelowTwo));
        Assert.Equal(AboveTwo, AboveTwo.Intersect(FromTwo));
        Assert.Equal(AboveTwo, FromTwo.Intersect(AboveTwo));
        Assert.Equal(BelowTwo, UpToTwo.Intersect(BelowTwo));
        Assert.Equal(BelowTwo, BelowTwo.Intersect(UpToTwo));
        Assert.Equal(Interval.Between(2, 3), FromTwo.Intersect(Interval.Between(1, 3)));
        Assert.Equal(Interval.Between(1, 2), UpToTwo.Intersect(Interval.Between(1, 3)));
        Assert.Equal(Interval.Between(2, 3), Interval.Between(1, 3).Intersect(Interval.Between(2, 4)));
        Assert.Null(Interval.Between(1, 2).Intersect(Interval.Between(3, 4)));
        Assert.Null(Interval.Between(3, 4).Intersect(Interval.Between(1, 2)));
        Assert.Equal(Interval.Everything, Interval.Everything.Intersect(Interval.Everything));
    }

    [Fact]
    public void The_hull_reaches_from_the_lowest_to_the_highest()
    {
        Assert.Equal(Interval.Between(1, 4), Interval.Between(1, 2).Hull(Interval.Between(3, 4)));
        Assert.Equal(Interval.Between(1, 4), Interval.Between(3, 4).Hull(Interval.Between(1, 2)));
        Assert.Equal(FromTwo, AboveTwo.Hull(FromTwo));
        Assert.Equal(FromTwo, FromTwo.Hull(AboveTwo));
        Assert.Equal(AboveTwo, AboveTwo.Hull(AboveTwo));
        Assert.Equal(UpToTwo, BelowTwo.Hull(UpToTwo));
        Assert.Equal(UpToTwo, UpToTwo.Hull(BelowTwo));
        Assert.Equal(BelowTwo, BelowTwo.Hull(BelowTwo));
        Assert.Equal(Interval.Everything, AboveTwo.Hull(BelowTwo));
        Assert.Equal(AboveTwo, AboveTwo.Hull(Interval.Exactly(3)));
        Assert.Equal(AboveTwo, Interval.Exactly(3).Hull(AboveTwo));
        Assert.Equal(BelowTwo, Interval.Exactly(1).Hull(BelowTwo));
        Assert.Equal(BelowTwo, BelowTwo.Hull(Interval.Exactly(1)));
    }

    [Fact]
    public void Scaling_keeps_which_ends_belong()
    {
        Assert.Equal(Interval.Of(Comparison.GreaterThan, 6), AboveTwo.Times(3));
        Assert.Equal(Interval.Of(Comparison.AtMost, 6), UpToTwo.Times(3));
        Assert.Equal(Interval.Of(Comparison.AtLeast, 0.5m), FromTwo.DividedBy(4));
        Assert.Equal(Interval.Of(Comparison.LessThan, 0.5m), BelowTwo.DividedBy(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => FromTwo.Times(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FromTwo.DividedBy(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FromTwo.DividedBy(0m));
    }

    [Fact]
    public void A_quotient_runs_from_least_by_most_to_most_by_least()
    {
        Assert.Equal(Interval.Exactly(2.5m), Interval.Exactly(5).DividedBy(Interval.Exactly(2)));
        Assert.Equal(Interval.Between(1, 4), Interval.Between(4, 8).DividedBy(Interval.Between(2, 4)));
        Assert.Equal(Interval.Of(Comparison.GreaterThan, 2.5m), AboveFive.DividedBy(Interval.Exactly(2)));
        Assert.Equal(Interval.Of(Comparison.AtLeast, 0.5m), Interval.Exactly(2).DividedBy(Interval.Between(0, 4)));
        Assert.Equal(Interval.Of(Comparison.GreaterThan, 4), Interval.Exactly(2).DividedBy(HalfOpen(0, 0.5m)));
        Assert.Equal((0m, false, 1m, true), Ends(Interval.Exactly(2).DividedBy(FromTwo)));
        Assert.Equal((0m, false, 1m, false), Ends(Interval.Exactly(2).DividedBy(AboveTwo)));
        Assert.Equal((0m, true, 2m, false), Ends(HalfOpen(0, 4).DividedBy(Interval.Exactly(2))));
        Assert.Equal((0m, true, 1m, false), Ends(BelowTwo.DividedBy(Interval.Exactly(2))));
        Assert.Equal((1m, true, null, false), Ends(FromTwo.DividedBy(Interval.Exactly(2))));
    }

    [Fact]
    public void Nothing_divided_by_something_is_nothing()
    {
        Assert.Equal(Interval.Exactly(0), Interval.Exactly(0).DividedBy(HalfOpen(0, 4)));
        Assert.Equal((0m, true, null, false), Ends(Interval.Between(0, 2).DividedBy(HalfOpen(0, 4))));
        Assert.Equal((0m, true, 2m, true), Ends(Interval.Between(0, 2).DividedBy(Interval.Of(Comparison.AtLeast, 1))));
    }

    [Fact]
    public void A_ratio_to_nothing_has_no_value()
    {
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Exactly(5).DividedBy(Interval.Exactly(0)));

        Assert.Equal("divisor", fault.ParamName);
        Assert.StartsWith("A ratio to nothing has no value.", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Exactly(5).DividedBy(Interval.Of(Comparison.AtMost, 0)));
    }

    [Theory]
    [InlineData(Comparison.GreaterThan, 2, false, true)]
    [InlineData(Comparison.AtLeast, 2, true, true)]
    [InlineData(Comparison.LessThan, 2, false, false)]
    [InlineData(Comparison.AtMost, 2, true, false)]
    public void A_threshold_splits_what_is_possible(Comparison comparison, int value, bool atIt, bool aboveIt)
    {
        var threshold = new Threshold(comparison, value);

        Assert.Equal(atIt, threshold.Meeting(Interval.Exactly(2)) is not null);
        Assert.Equal(!atIt, threshold.Missing(Interval.Exactly(2)) is not null);
        Assert.Equal(aboveIt, threshold.Meeting(Interval.Exactly(2.0001m)) is not null);
        Assert.Equal(!aboveIt, threshold.Meeting(Interval.Exactly(1.9999m)) is not null);
        Assert.NotEqual(threshold.Meeting(Interval.Between(1, 3)), threshold.Missing(Interval.Between(1, 3)));
        Assert.Equal(Interval.Between(1, 3), threshold.Meeting(Interval.Between(1, 3))!.Value.Hull(threshold.Missing(Interval.Between(1, 3))!.Value));
    }

    private static Interval AboveFive => Interval.Of(Comparison.GreaterThan, 5);

    private static Interval HalfOpen(decimal low, decimal high) =>
        Interval.Between(low, high).Intersect(Interval.Of(Comparison.LessThan, high))!.Value;

    private static (decimal? Low, bool LowIncluded, decimal? High, bool HighIncluded) Ends(Interval interval) =>
        (interval.Low, interval.LowIncluded, interval.High, interval.HighIncluded);

    // "< 0.1666..67 ukat/L" is just over the least believable LDH: the two ends meet once they are compared with a limit.
    [Fact]
    public void Ends_that_meet_by_rounding_leave_one_value_and_never_none()
    {
        var measure = Measure<LactateDehydrogenase>.From(0.1666666666666666666666666667m, Comparison.LessThan, factor: 60)!;

        var multiple = measure.Range.DividedBy(240m);

        Assert.Equal(multiple.Low, multiple.OnlyValue);
        Assert.NotNull(multiple.Intersect(Interval.Everything));
        Assert.NotNull(measure.Range.DividedBy(Interval.Exactly(240)).Intersect(Interval.Everything));
    }
}
