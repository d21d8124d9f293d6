using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class RiskAssessmentTests
{
    [Fact]
    public void Nothing_remarkable_is_baseline()
    {
        var answer = Well().Assess();

        Assert.Equal(new PointsRange(0, 0), answer.Points);
        Assert.Equal(new BandRange(Band.Baseline, Band.Baseline), answer.Band);
        Assert.True(answer.IsAssessable);
        Assert.Null(answer.Settles);
        Assert.Equal(HccModel.AsOf, answer.AsOf);
        Assert.Same(HccModel.Model, answer.Model);
    }

    [Fact]
    public void Every_row_of_the_table_is_accounted_for_in_its_order() => Assert.Equal(
        string.Join(' ', HccModel.Factors.Select(factor => factor.Id)),
        string.Join(' ', Well().Assess().Factors.Select(row => row.Factor.Id)));

    [Fact]
    public void A_factor_that_was_not_read_was_not_supplied()
    {
        var row = Of(("nlr", Number(2))).Assess()["ldh"];

        Assert.Equal((FactState.Unknown, UnknownReason.NotSupplied), (row.State, row.Reason));
    }

    [Fact]
    public void A_factor_that_the_model_does_not_have_is_a_fault_of_the_caller() =>
        Assert.Equal("The model has no such factor.", Assert.Throws<InvalidOperationException>(() => Well().Assess()["psa"]).Message);

    [Fact]
    public void Inflammation_counts_the_higher_of_its_two_factors()
    {
        Assert.Equal(2, Points(Well().But("nlr", Number(5)).But("ldh", Number(2))));
        Assert.Equal(1, Points(Well().But("nlr", Number(3)).But("ldh", Number(2))));
        Assert.Equal(1, Points(Well().But("ldh", Number(2))));
    }

    [Fact]
    public void Invasion_is_a_sum_of_at_most_2()
    {
        Assert.Equal(1, Points(Well().But("pvtt", Yes())));
        Assert.Equal(2, Points(Well().But("pvtt", Yes()).But("spread", Yes())));
        Assert.Equal(2, Points(Well().But("pvtt", Yes()).But("spread", Yes()).But("afp", Number(1240))));
    }

    [Fact]
    public void Genomics_counts_once()
    {
        var both = Well().But("amp-11q13", Yes()).But("amp-mdm2", Yes()).Assess();

        Assert.Equal(new PointsRange(1, 1), both.Points);
        Assert.Equal(new PointsRange(1, 1), both.DomainPoints(HccModel.Domains[3]));
        Assert.Equal(new PointsRange(0, 0), both.DomainPoints(HccModel.Domains[1]));
    }

    [Fact]
    public void Everything_present_is_6_of_6()
    {
        var worst = Well().But("nlr", Number(9)).But("ldh", Number(3)).But("pvtt", Yes()).But("spread", Yes()).But("afp", Number(5000))
            .But("child-pugh", Number(12)).But("amp-11q13", Yes()).But("sex", Yes()).But("age", Number(80)).Assess();

        Assert.Equal(new PointsRange(6, 6), worst.Points);
        Assert.Equal(new BandRange(Band.High, Band.High), worst.Band);
    }

    [Fact]
    public void The_example_card_counts_3_with_imaging_not_coded()
    {
        var answer = Well().But("nlr", Number(5.2m)).But("afp", Number(1240)).But("pvtt", Missing()).But("spread", Missing()).Assess();

        Assert.Equal(new PointsRange(3, 4), answer.Points);
        Assert.Equal(new BandRange(Band.Raised, Band.High), answer.Band);
        Assert.Equal(new BandRange(Band.Raised, Band.Raised), answer.BandWithUncodedAtLeast);
        Assert.False(answer.Band.IsSettled);
    }

    [Theory]
    [InlineData("nlr", 0, 2)]
    [InlineData("ldh", 0, 1)]
    [InlineData("pvtt", 0, 1)]
    [InlineData("spread", 0, 1)]
    [InlineData("afp", 0, 1)]
    [InlineData("child-pugh", 0, 1)]
    [InlineData("amp-11q13", 0, 0)]
    [InlineData("age", 0, 0)]
    public void One_unknown_factor_opens_its_own_points(string factor, int low, int high) =>
        Assert.Equal(new PointsRange(low, high), Well().But(factor, Missing()).Assess().Points);

    [Fact]
    public void Caps_are_applied_after_the_range()
    {
        var open = Well().But("pvtt", Missing()).But("spread", Missing()).But("afp", Missing());

        Assert.Equal(new PointsRange(0, 2), open.Assess().Points);
        Assert.Equal(new PointsRange(1, 2), open.But("afp", Number(500)).Assess().Points);
        Assert.Equal(new PointsRange(2, 2), open.But("afp", Number(500)).But("pvtt", Yes()).Assess().Points);
    }

    [Fact]
    public void What_is_unknown_behind_a_higher_one_changes_nothing()
    {
        var answer = Well().But("nlr", Number(5)).But("ldh", Missing()).Assess();

        Assert.Equal(new PointsRange(2, 2), answer.Points);
        Assert.Equal(FactState.Unknown, answer["ldh"].State);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, true)]
    public void Without_nlr_and_child_pugh_nothing_can_be_said(bool withoutNlr, bool withoutChildPugh, bool isAssessable)
    {
        var patient = Well();
        patient = withoutNlr ? patient.But("nlr", Missing()) : patient;
        patient = withoutChildPugh ? patient.But("child-pugh", Missing(UnknownReason.SourceFailed)) : patient;

        Assert.Equal(isAssessable, patient.Assess().IsAssessable);
    }

    [Fact]
    public void Only_a_fully_open_unknown_counts_as_missing()
    {
        var withoutLiver = Well().But("child-pugh", Missing());

        Assert.True(withoutLiver.But("nlr", Within(Interval.Of(Comparison.GreaterThan, 3.5m))).Assess().IsAssessable);
        Assert.False(withoutLiver.But("nlr", Within(Interval.Of(Comparison.GreaterThan, 1))).Assess().IsAssessable);
        Assert.True(withoutLiver.But("nlr", Confounded(5, Confounder.Infection)).Assess().IsAssessable);
        Assert.False(Well().But("nlr", Missing()).But("child-pugh", Within(Interval.Between(5, 7))).Assess().IsAssessable);
        Assert.True(Well().But("nlr", Missing()).But("child-pugh", Within(Interval.Between(7, 9))).Assess().IsAssessable);
    }

    [Fact]
    public void A_model_without_leading_factors_can_always_be_assessed()
    {
        var model = HccModel.Build(assessableWithAnyOf: []);

        Assert.True(RiskAssessment.Of(model, Of()).IsAssessable);
        Assert.False(Of().Assess().IsAssessable);
    }

    [Theory]
    [InlineData("pvtt")]
    [InlineData("spread")]
    public void What_hospitals_seldom_code_does_not_speak_by_itself(string factor)
    {
        var patient = Well().But("nlr", Number(3));

        Assert.Equal(new BandRange(Band.Baseline, Band.Raised), patient.But(factor, Missing()).Assess().Band);
        Assert.Equal(new BandRange(Band.Baseline, Band.Baseline), patient.But(factor, Missing()).Assess().BandWithUncodedAtLeast);
        Assert.Equal(new BandRange(Band.Baseline, Band.Raised), patient.But(factor, Missing(UnknownReason.Ambiguous)).Assess().BandWithUncodedAtLeast);
        Assert.Equal(new BandRange(Band.Baseline, Band.Raised), patient.But(factor, Missing(UnknownReason.NotSupplied)).Assess().BandWithUncodedAtLeast);
    }

    [Fact]
    public void What_laboratories_measure_speaks_when_it_is_missing()
    {
        var patient = Well().But("nlr", Number(3)).But("afp", Missing());

        Assert.Equal(new BandRange(Band.Baseline, Band.Raised), patient.Assess().BandWithUncodedAtLeast);
    }

    [Fact]
    public void What_is_uncoded_and_present_still_counts()
    {
        var patient = Well().But("nlr", Number(3)).But("pvtt", Yes()).But("spread", Missing());

        Assert.Equal(new BandRange(Band.Raised, Band.Raised), patient.Assess().BandWithUncodedAtLeast);
    }

    [Fact]
    public void The_review_lens_counts_seven_features()
    {
        Assert.Equal(new ReviewLens(7, 0, 0), Well().But("sex", No()).But("age", Number(40)).Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 2), Well().Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 7), Of().Assess().Review);
    }

    [Theory]
    [InlineData("sex", "1", "0")]
    [InlineData("age", "65", "64")]
    [InlineData("child-pugh", "7", "6")]
    [InlineData("pvtt", "1", "0")]
    [InlineData("nlr", "3", "2.9")]
    [InlineData("ldh", "1.01", "1")]
    [InlineData("afp", "400", "399")]
    public void Each_feature_is_present_absent_or_unknown(string factor, string present, string absent)
    {
        var patient = Of();

        Assert.Equal(new ReviewLens(7, 1, 6), patient.But(factor, Number(N(present))).Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 6), patient.But(factor, Number(N(absent))).Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 6), patient.But(factor, Presumed()).Assess().Review);
    }

    [Fact]
    public void Spread_is_not_a_feature_of_the_review() =>
        Assert.Equal(new ReviewLens(7, 0, 7), Of().But("spread", Yes()).Assess().Review);

    [Fact]
    public void A_partly_settled_nlr_above_3_is_a_present_feature_and_a_confounded_one_is_unknown()
    {
        Assert.Equal(new ReviewLens(7, 1, 6), Of(("nlr", Within(Interval.Of(Comparison.GreaterThan, 3.5m)))).Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 7), Of(("nlr", Confounded(5, Confounder.GCsf))).Assess().Review);
        Assert.Equal(new ReviewLens(7, 0, 6), Of(("nlr", Confounded(2, Confounder.GCsf))).Assess().Review);
    }

    [Fact]
    public void A_feature_of_the_review_is_surely_present_surely_absent_or_neither()
    {
        Assert.True(RiskAssessment.HasFeature(Of(("pvtt", Yes())).Assess()["pvtt"]));
        Assert.False(RiskAssessment.HasFeature(Of(("pvtt", No())).Assess()["pvtt"]));
        Assert.Null(RiskAssessment.HasFeature(Of().Assess()["pvtt"]));
    }

    [Fact]
    public void An_unknown_feature_is_not_absent_even_where_a_site_scores_it_without_making_it_core()
    {
        var site = HccModel.Factor("sex") with { Levels = [HccModel.Yes(1)] };
        var model = HccModel.Build(factors: HccModel.Factors.Replace(HccModel.Factor("sex"), site));

        Assert.Equal(new ReviewLens(7, 0, 7), RiskAssessment.Of(model, Of()).Review);
        Assert.Equal(new ReviewLens(7, 0, 6), RiskAssessment.Of(model, Of(("sex", No()))).Review);
        Assert.Equal(new ReviewLens(7, 1, 6), RiskAssessment.Of(model, Of(("sex", Yes()))).Review);
    }

    [Fact]
    public void A_feature_whose_level_a_site_no_longer_scores_is_not_present_there()
    {
        var site = HccModel.Factor("nlr") with { Levels = [HccModel.Above(4.125m, 1), HccModel.AtLeast(3, 0)] };
        var model = HccModel.Build(factors: HccModel.Factors.Replace(HccModel.Factor("nlr"), site));

        Assert.Equal(new ReviewLens(7, 0, 6), RiskAssessment.Of(model, Of(("nlr", Number(3.5m)))).Review);
        Assert.Equal(new ReviewLens(7, 1, 6), RiskAssessment.Of(model, Of(("nlr", Number(5)))).Review);
    }

    private static int Points(PatientFacts patient)
    {
        var points = patient.Assess().Points;
        Assert.True(points.IsSettled);
        return points.Low;
    }

    private static decimal N(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
