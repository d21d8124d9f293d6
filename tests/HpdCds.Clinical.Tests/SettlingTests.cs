using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

/// <summary>Worked by hand from the text of the clinical model, section 2, "Settles".</summary>
public sealed class SettlingTests
{
    [Fact]
    public void A_settled_band_names_nothing_even_when_points_are_open()
    {
        var patient = Well().But("pvtt", Missing());

        Assert.Equal(new PointsRange(0, 1), patient.Assess().Points);
        Assert.Null(patient.Assess().Settles);
    }

    [Fact]
    public void The_only_open_factor_is_named()
    {
        Assert.Equal("pvtt", Well().But("nlr", Number(3)).But("pvtt", Missing()).Assess().Settles);
        Assert.Equal("ldh", Well().But("pvtt", Yes()).But("ldh", Missing()).Assess().Settles);
    }

    // nlr 0/1/2 with afp open leaves 0..1, 1..2, 2..3: bands meet at 2 of 3. afp 0/1 with nlr open leaves 0..2, 1..3: never.
    [Fact]
    public void The_datum_that_settles_the_band_more_often_wins() =>
        Assert.Equal("nlr", Well().But("nlr", Missing()).But("afp", Missing()).Assess().Settles);

    // With pvtt known: nlr 0/1/2 and afp open leave 1..2, 2..3, 3..4: bands meet at 1 of 3; afp 0/1 leaves 1..3, 2..4: never.
    [Fact]
    public void One_value_of_three_is_better_than_none() =>
        Assert.Equal("nlr", Well().But("pvtt", Yes()).But("nlr", Missing()).But("afp", Missing()).Assess().Settles);

    // 1 point of LDH; pvtt and child-pugh open: 1..3. pvtt 0: 1..2, 1: 2..3, so 1 of 2 and one point less; child-pugh the same.
    [Fact]
    public void The_order_of_the_table_breaks_a_tie_of_worth_and_tier()
    {
        var patient = Well().But("ldh", Number(2)).But("child-pugh", Missing());

        Assert.Equal("pvtt", patient.But("pvtt", Missing()).Assess().Settles);
        Assert.Equal("spread", patient.But("spread", Missing()).Assess().Settles);
        Assert.Equal("pvtt", patient.But("pvtt", Missing()).But("spread", Missing()).Assess().Settles);
    }

    // 1 point of pvtt; ldh (tier B) and child-pugh (tier A) open: 1..3, each settles 1 of 2 and narrows by 1.
    [Fact]
    public void The_better_tier_breaks_a_tie_before_the_order_of_the_table()
    {
        var patient = Well().But("pvtt", Yes()).But("child-pugh", Missing());

        Assert.Equal("child-pugh", patient.But("ldh", Missing()).Assess().Settles);
        Assert.Equal("child-pugh", patient.But("afp", Missing()).Assess().Settles);
    }

    // 1 point of child-pugh; ldh (tier B) stands before afp (tier A-) and both settle 1 of 2.
    [Fact]
    public void A_minus_is_better_than_B() =>
        Assert.Equal("afp", Well().But("child-pugh", Number(7)).But("ldh", Missing()).But("afp", Missing()).Assess().Settles);

    // Beside 1 of pvtt, ldh 0/1 with nlr open leaves 1..3, 2..3, so 1 of 2; nlr 0/1/2 leaves 1..2, 2..2, 3..3, so 2 of 3.
    [Fact]
    public void Two_of_three_is_better_than_one_of_two() =>
        Assert.Equal("nlr", Well().But("pvtt", Yes()).But("nlr", Missing()).But("ldh", Missing()).Assess().Settles);

    // Beside 1 of ldh, nlr 0/1/2 with child-pugh open leaves 1..2, 1..2, 2..3: 1 of 3. child-pugh 0/1 with nlr open leaves
    // 1..2, 2..3: 1 of 2. Both narrow by 1, and nlr stands first in the table.
    [Fact]
    public void Shares_are_compared_and_not_counts() =>
        Assert.Equal("child-pugh", Well().But("ldh", Number(2)).But("nlr", Missing()).But("child-pugh", Missing()).Assess().Settles);

    // One point is sure, nlr (0..2) and afp (0..1) are open under a cap of 2, child-pugh beside it: 1..3, and every point has
    // its own band. nlr 0/1/2 leaves 1..3, 2..3, 2..3, narrowing by 2/3; child-pugh 0/1 leaves 1..2, 2..3, narrowing by 1.
    [Fact]
    public void Narrowing_is_a_mean_and_not_a_sum()
    {
        var model = HccModel.Build(
            domains: [new("one", Combination.Sum, 2), new("two", Combination.Sum, 1)],
            factors:
            [
                HccModel.Row("nlr", "one", Tier.A, review: true, HccModel.Above(4.125m, 2), HccModel.AtLeast(3, 1)),
                HccModel.Row("ldh", "one", Tier.A, review: true, HccModel.Above(1, 1)),
                HccModel.Row("afp", "one", Tier.A, review: true, HccModel.AtLeast(400, 1)),
                HccModel.Row("child-pugh", "two", Tier.A, review: true, HccModel.AtLeast(7, 1)),
            ],
            bands: [(Band.Baseline, new PointsRange(0, 1)), (Band.Raised, new PointsRange(2, 2)), (Band.High, new PointsRange(3, 3))],
            leastWhenNotRecorded: []);
        var answer = RiskAssessment.Of(model, Of(("ldh", Number(2))));

        Assert.Equal(new PointsRange(1, 3), answer.Points);
        Assert.Equal("child-pugh", answer.Settles);
    }

    // Points 0..4 with nlr, pvtt, child-pugh open. No single value makes the bands meet but nlr: 0 leaves 0..2, 1 1..3, 2 2..4.
    // All worth 0 in the share; nlr narrows by 2, the others by 1.
    [Fact]
    public void Without_any_share_the_datum_that_narrows_most_wins() =>
        Assert.Equal("nlr", Well().But("nlr", Missing()).But("pvtt", Missing()).But("child-pugh", Within(Interval.Between(5, 7))).Assess().Settles);

    // nlr, ldh, spread and afp open: 0..4. nlr 0/1/2 leaves 0..3, 1..3, 2..4: never, narrowing by 5/3; ldh 0..4, 1..4: by 1/2;
    // spread 0..3, 1..4: never, by 1, and afp the same.
    [Fact]
    public void What_stays_open_counts_and_not_how_high_it_is()
    {
        var answer = Well().But("nlr", Missing()).But("ldh", Missing()).But("spread", Missing()).But("afp", Missing()).Assess();

        Assert.Equal(new PointsRange(0, 4), answer.Points);
        Assert.Equal("nlr", answer.Settles);
    }

    // pvtt yes, spread and afp open (the cap leaves 1..2), ldh open: 1..3. ldh 0 leaves 1..2, ldh 1 leaves 2..3: 1 of 2.
    // spread 0 changes nothing (afp still opens 1..2), spread 1 leaves 2..3: 1 of 2, narrowing by 1 in one of two values only.
    [Fact]
    public void Of_equal_shares_the_one_that_narrows_more_wins()
    {
        var patient = Well().But("pvtt", Yes()).But("spread", Missing()).But("afp", Missing()).But("ldh", Missing());

        Assert.Equal("ldh", patient.Assess().Settles);
    }

    [Fact]
    public void The_missing_part_of_the_factor_is_named()
    {
        var patient = Well().But("pvtt", Yes());

        Assert.Equal("lymphocytes", patient.But("nlr", Missing(UnknownReason.TooOld, "lymphocytes")).Assess().Settles);
        Assert.Equal("nlr", patient.But("nlr", Missing(UnknownReason.NotPaired)).Assess().Settles);
    }

    [Fact]
    public void An_anticoagulated_inr_is_named_as_the_part_that_it_is()
    {
        var score = ChildPughScore.From(
            new ChildPughParts(
                Known(Measured<Bilirubin>(10)),
                Known(Measured<Albumin>(45)),
                Known(Measured<ProthrombinRatio>(2.5m)),
                Known(ComplicationGrade.None),
                Known(ComplicationGrade.None),
                IsAnticoagulated: true),
            new ChildPughCutOffs((2, 3), (3.5m, 2.8m), (1.7m, 2.3m)));

        Assert.Equal("inr", Well().But("pvtt", Yes()).But("child-pugh", Known(score.ToFinding())).Assess().Settles);
    }

    [Fact]
    public void A_confounded_factor_asks_to_be_repeated()
    {
        Assert.Equal("repeat-nlr", Well().But("nlr", Confounded(5, Confounder.GCsf)).Assess().Settles);
        Assert.Equal("repeat-ldh", Well().But("pvtt", Yes()).But("ldh", Confounded(2, Confounder.Haemolysis)).Assess().Settles);
    }

    // The cap of invasion is reached only by two of three, each of which is open: 0 leaves 1..2 still, and 1 settles.
    [Fact]
    public void A_cap_counts_before_the_worth()
    {
        var patient = Well().But("nlr", Number(3)).But("pvtt", Missing()).But("spread", Missing());

        Assert.Equal(new PointsRange(1, 3), patient.Assess().Points);
        Assert.Equal("pvtt", patient.Assess().Settles);
    }

    // nlr gives the 2 points of its domain whatever LDH is: only afp decides between 3 and 4.
    [Fact]
    public void A_factor_that_hides_behind_a_higher_one_is_not_named() =>
        Assert.Equal("afp", Well().But("nlr", Number(5)).But("ldh", Missing()).But("pvtt", Yes()).But("afp", Missing()).Assess().Settles);

    [Fact]
    public void What_is_not_core_is_never_named() =>
        Assert.Equal("ldh", Well().But("pvtt", Yes()).But("amp-11q13", Missing()).But("ldh", Missing()).Assess().Settles);
}
