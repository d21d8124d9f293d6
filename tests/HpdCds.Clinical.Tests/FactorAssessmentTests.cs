using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class FactorAssessmentTests
{
    [Theory]
    [InlineData("2.999", 0)]
    [InlineData("3", 1)]
    [InlineData("4.125", 1)]
    [InlineData("4.126", 2)]
    public void Nlr_scores_1_from_3_and_2_above_4_125(string value, int points) => AssertKnown("nlr", value, points);

    [Theory]
    [InlineData("1", 0)]
    [InlineData("1.0001", 1)]
    public void Ldh_scores_above_the_limit_of_its_laboratory(string multiple, int points) => AssertKnown("ldh", multiple, points);

    [Theory]
    [InlineData("399.99", 0)]
    [InlineData("400", 1)]
    public void Afp_scores_from_400(string value, int points) => AssertKnown("afp", value, points);

    [Theory]
    [InlineData("6", 0)]
    [InlineData("7", 1)]
    public void Child_pugh_scores_from_7(string value, int points) => AssertKnown("child-pugh", value, points);

    [Theory]
    [InlineData("pvtt")]
    [InlineData("spread")]
    [InlineData("amp-11q13")]
    [InlineData("amp-mdm2")]
    public void Presence_scores_1_and_an_explicit_no_0(string factor)
    {
        AssertKnown(factor, "1", 1);
        AssertKnown(factor, "0", 0);
    }

    [Theory]
    [InlineData("age", "64", "65")]
    [InlineData("sex", "0", "1")]
    [InlineData("crp", "9.99", "10")]
    [InlineData("albi", "-2.31", "-2.30")]
    [InlineData("ecog", "0", "1")]
    [InlineData("anaemia", "1", "0.999")]
    public void Context_is_read_and_never_scored(string factor, string without, string with)
    {
        Assert.Equal((FactState.Known, (bool?)false, new PointsRange(0, 0)), Essence(Score(factor, Number(N(without)))));
        Assert.Equal((FactState.Known, (bool?)true, new PointsRange(0, 0)), Essence(Score(factor, Number(N(with)))));
    }

    [Theory]
    [InlineData("nlr", 2)]
    [InlineData("ldh", 1)]
    [InlineData("pvtt", 1)]
    [InlineData("spread", 1)]
    [InlineData("afp", 1)]
    [InlineData("child-pugh", 1)]
    public void An_unknown_core_factor_is_open_from_none_to_all_of_its_points(string factor, int most)
    {
        var row = Score(factor, Missing(UnknownReason.TooOld));

        Assert.Equal((FactState.Unknown, (bool?)null, new PointsRange(0, most)), Essence(row));
        Assert.Equal((UnknownReason.TooOld, factor, true), (row.Reason, row.Datum, row.IsFullyOpen));
        Assert.Null(row.Finding);
    }

    [Theory]
    [InlineData("amp-11q13")]
    [InlineData("amp-mdm2")]
    [InlineData("sex")]
    public void An_unknown_factor_that_is_not_core_widens_nothing(string factor)
    {
        Assert.Equal((FactState.Unknown, (bool?)null, new PointsRange(0, 0)), Essence(Score(factor, Missing())));
        Assert.Equal(
            (FactState.Unknown, (bool?)null, new PointsRange(0, 0)),
            Essence(Score(factor, Within(Interval.Between(0, 1), UnknownReason.Ambiguous))));
    }

    [Fact]
    public void A_factor_that_is_not_core_scores_what_is_sure()
    {
        var copies = HccModel.Row("amp-mdm2", "genomics", Tier.D, review: false, HccModel.AtLeast(10, 2), HccModel.AtLeast(6, 1));

        Assert.Equal(new PointsRange(1, 1), FactorAssessment.Of(copies, Within(Interval.Between(7, 12))).Points);
    }

    [Fact]
    public void A_presumed_absence_scores_as_a_no()
    {
        var row = Score("pvtt", Presumed());

        Assert.Equal((FactState.PresumedAbsent, (bool?)false, new PointsRange(0, 0)), Essence(row));
        Assert.Null(row.Reason);
        Assert.False(row.IsFullyOpen);
    }

    [Fact]
    public void A_factor_that_does_not_arise_scores_nothing_and_is_no_gap()
    {
        var row = Score("amp-11q13", DoesNotArise());

        Assert.Equal((FactState.NotApplicable, (bool?)false, new PointsRange(0, 0)), Essence(row));
        Assert.Null(row.Reason);
    }

    [Theory]
    [InlineData(Comparison.GreaterThan, "4.125", FactState.Known, 2, 2)]
    [InlineData(Comparison.GreaterThan, "4", FactState.Unknown, 1, 2)]
    [InlineData(Comparison.GreaterThan, "3.5", FactState.Unknown, 1, 2)]
    [InlineData(Comparison.AtLeast, "3", FactState.Unknown, 1, 2)]
    [InlineData(Comparison.GreaterThan, "2.9", FactState.Unknown, 0, 2)]
    [InlineData(Comparison.LessThan, "3", FactState.Known, 0, 0)]
    [InlineData(Comparison.AtMost, "3", FactState.Unknown, 0, 1)]
    [InlineData(Comparison.AtMost, "4.125", FactState.Unknown, 0, 1)]
    [InlineData(Comparison.LessThan, "5", FactState.Unknown, 0, 2)]
    public void A_bound_keeps_the_points_that_it_leaves(Comparison bound, string value, FactState state, int low, int high)
    {
        var row = Score("nlr", Within(Interval.Of(bound, N(value))));

        Assert.Equal((state, new PointsRange(low, high)), (row.State, row.Points));
        Assert.Equal(state == FactState.Unknown ? UnknownReason.BoundOnly : null, row.Reason);
        Assert.Equal(state == FactState.Unknown && high - low == 2, row.IsFullyOpen);
    }

    [Fact]
    public void A_range_inside_one_level_is_known()
    {
        Assert.Equal((FactState.Known, (bool?)true, new PointsRange(1, 1)), Essence(Score("nlr", Within(Interval.Between(3.1m, 4)))));
        Assert.Equal((FactState.Known, (bool?)true, new PointsRange(2, 2)), Essence(Score("nlr", Within(Interval.Between(5, 6)))));
        Assert.Equal((FactState.Known, (bool?)false, new PointsRange(0, 0)), Essence(Score("nlr", Within(Interval.Between(1, 2.9m)))));
        Assert.Equal((FactState.Unknown, (bool?)true, new PointsRange(1, 2)), Essence(Score("nlr", Within(Interval.Between(4, 5)))));
        Assert.Equal((FactState.Unknown, (bool?)null, new PointsRange(0, 2)), Essence(Score("nlr", Within(Interval.Between(1, 5)))));
    }

    [Fact]
    public void An_open_context_factor_is_unknown_although_its_points_are_settled()
    {
        var row = Score("age", Within(Interval.Between(64, 65), UnknownReason.ImpreciseDate));

        Assert.Equal((FactState.Unknown, (bool?)null, new PointsRange(0, 0)), Essence(row));
        Assert.Equal(UnknownReason.ImpreciseDate, row.Reason);
    }

    [Theory]
    [InlineData("nlr", "5", 2)]
    [InlineData("nlr", "3", 1)]
    [InlineData("nlr", "2", 0)]
    [InlineData("ldh", "1.2", 1)]
    public void A_confounded_factor_stays_known_and_its_points_start_at_0(string factor, string value, int most)
    {
        var row = Score(factor, Confounded(N(value), Confounder.Corticosteroid));

        Assert.Equal((FactState.Known, new PointsRange(0, most)), (row.State, row.Points));
        Assert.Equal(($"repeat-{factor}", false), (row.Datum, row.IsFullyOpen));
        Assert.Null(row.Reason);
    }

    [Fact]
    public void A_confounded_bound_is_open_from_0_to_the_most_that_it_leaves()
    {
        var bound = new Finding(Interval.Of(Comparison.GreaterThan, 3.5m), UnknownReason.BoundOnly, new Shown.Flag(Value: true)) { IsConfounded = true };

        Assert.Equal((FactState.Unknown, new PointsRange(0, 2)), (Score("nlr", Known(bound)).State, Score("nlr", Known(bound)).Points));
    }

    [Fact]
    public void The_datum_is_the_missing_part_else_the_factor()
    {
        Assert.Equal("lymphocytes", Score("nlr", Missing(UnknownReason.TooOld, "lymphocytes")).Datum);
        Assert.Equal("nlr", Score("nlr", Missing(UnknownReason.NotPaired)).Datum);
        Assert.Equal("nlr", Score("nlr", Within(Interval.Of(Comparison.GreaterThan, 1))).Datum);
        Assert.Equal("albumin", Score("child-pugh", Known(new Finding(Interval.Between(5, 7), UnknownReason.TooOld, new Shown.Flag(Value: true)) { Datum = "albumin" })).Datum);
        Assert.Equal("pvtt", Score("pvtt", Presumed()).Datum);
        Assert.Equal("amp-mdm2", Score("amp-mdm2", DoesNotArise()).Datum);
    }

    [Fact]
    public void Findings_carry_what_a_reader_sees()
    {
        Assert.Equal(new Shown.Flag(Value: true), Finding.Presence(present: true).Shown);
        Assert.Equal((Interval.Exactly(0), UnknownReason.Ambiguous), (Finding.Presence(present: false).Compared, Finding.Presence(present: false).WhyOpen));
        Assert.Equal(new Shown.Number(34, Comparison.LessThan, "g/L", Limit: null), Finding.Of(Measured<Albumin>(34, Comparison.LessThan)).Shown);
        Assert.Empty(Finding.Presence(present: true).Confounders);
        Assert.Equal(new Shown.Flag(Value: true), Score("pvtt", Yes()).Finding?.Shown);
    }

    [Theory]
    [InlineData(250, 0)]
    [InlineData(251, 1)]
    public void Ldh_is_compared_as_a_multiple_of_the_limit(int value, int points)
    {
        var finding = Finding.AgainstLimit(Measured<LactateDehydrogenase>(value), 250);

        Assert.Equal(new PointsRange(points, points), Score("ldh", Known(finding)).Points);
        Assert.Equal(new Shown.Number(value, Bound: null, "U/L", Limit: 250), finding.Shown);
        Assert.Throws<ArgumentOutOfRangeException>(() => Finding.AgainstLimit(Measured<LactateDehydrogenase>(value), 0));
    }

    [Theory]
    [InlineData("3.2", "4", FactState.Known, 1, 1, "4")]
    [InlineData("4", "3.2", FactState.Known, 1, 1, "4")]
    [InlineData("2", "5", FactState.Unknown, 0, 2, "5")]
    [InlineData("5", "3.5", FactState.Unknown, 1, 2, "5")]
    [InlineData("4", "4", FactState.Known, 1, 1, "4")]
    public void Two_statements_conflict_only_where_their_points_differ(string one, string other, FactState state, int low, int high, string shown)
    {
        var both = Stated(one).Against(Stated(other));
        var row = Score("nlr", Known(both));

        Assert.Equal((state, new PointsRange(low, high)), (row.State, row.Points));
        Assert.Equal(state == FactState.Unknown ? UnknownReason.Conflicting : null, row.Reason);
        Assert.Equal(N(shown), ((Shown.Number)both.Shown).Value);
    }

    [Fact]
    public void Of_two_bounds_with_one_lower_end_the_one_that_reaches_higher_is_shown()
    {
        var lower = new Finding(Interval.Between(3, 5), UnknownReason.BoundOnly, new Shown.Code("lower"));
        var higher = new Finding(Interval.Between(3, 9), UnknownReason.BoundOnly, new Shown.Code("higher"));

        Assert.Equal(higher.Shown, lower.Against(higher).Shown);
        Assert.Equal(higher.Shown, higher.Against(lower).Shown);
        Assert.Equal(FactState.Known, Score("afp", Known(lower.Against(higher))).State);
    }

    [Fact]
    public void Two_like_statements_stay_open_for_their_own_reason()
    {
        var above = new Finding(Interval.Of(Comparison.LessThan, 5), UnknownReason.BoundOnly, new Shown.Flag(Value: true));

        Assert.Equal(above, above.Against(above with { }));
        Assert.Equal(UnknownReason.Conflicting, above.Against(Stated("2")).WhyOpen);
        Assert.Same(Stated("2").Shown.GetType(), above.Against(Stated("2")).Shown.GetType());
    }

    private static Finding Stated(string value) =>
        new(Interval.Exactly(N(value)), UnknownReason.BoundOnly, new Shown.Number(N(value), Bound: null, "1", Limit: null));

    private static void AssertKnown(string factor, string value, int points) => Assert.Equal(
        (FactState.Known, (bool?)(points > 0), new PointsRange(points, points)),
        Essence(Score(factor, Number(N(value)))));

    private static (FactState State, bool? IsMet, PointsRange Points) Essence(FactorAssessment row) => (row.State, row.IsMet, row.Points);

    private static FactorAssessment Score(string factor, Fact<Finding> fact) => FactorAssessment.Of(HccModel.Factor(factor), fact);

    private static decimal N(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
