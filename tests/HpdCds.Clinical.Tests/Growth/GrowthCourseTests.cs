using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>Which scan has which part, and what is said where none has.</summary>
public sealed class GrowthCourseTests
{
    private static readonly DateOnly Dose = Day("2024-03-10");

    [Fact]
    public void Progression_that_was_recorded_later_is_told_only_where_the_first_evaluation_is_none()
    {
        var later = new GrowthGround(GroundKind.Recorded, new Provenance(When: null, "Observation/later", []));

        Assert.Equal(later, (Course(80, 100, 101) with { RecordedLater = later }).Assess().Figures.RecordedLater);
        Assert.Null((Course(80, 100, 121) with { RecordedLater = later }).Assess().Figures.RecordedLater);
        Assert.Null(Course(80, 100, 101).Assess().Figures.RecordedLater);
    }

    [Fact]
    public void The_last_scan_up_to_the_day_of_the_dose_is_the_baseline_and_the_next_the_first_evaluation()
    {
        var course = Of(At(Dose.AddDays(80), 4), At(Dose, 2), At(Dose.AddDays(-30), 1), At(Dose.AddDays(14), 3));

        Assert.Equal([1m, 2m, 3m], Sums(course));
        Assert.Equal([4m], course.Later.Select(scan => scan.Sum.Value));
        Assert.Equal(Dose, course.FirstDose);
        Assert.Equal((null, null, null, null), (course.PreBaseline.Gap, course.Baseline.Gap, course.OnTreatment.Gap, course.WhyNotComparable));
    }

    [Theory]
    [InlineData(13, GrowthGap.PreBaselineInterval)]
    [InlineData(14, null)]
    [InlineData(180, null)]
    [InlineData(181, GrowthGap.PreBaselineInterval)]
    public void The_scan_before_the_baseline_lies_two_weeks_to_180_days_before_it(int days, GrowthGap? gap)
    {
        var baseline = Dose.AddDays(-5);
        var course = Of(At(baseline.AddDays(-days), 1), At(baseline, 2), At(Dose.AddDays(40), 3));

        Assert.Equal(gap, course.PreBaseline.Gap);
        Assert.Equal(1m, course.PreBaseline.Scan!.Sum.Value);
    }

    [Fact]
    public void Of_several_the_nearest_that_can_be_compared_stands_before_the_baseline()
    {
        var other = At(Dose.AddDays(-20), 9, "lung");
        var course = Of(At(Dose.AddDays(-100), 7), At(Dose.AddDays(-60), 1), other, At(Dose.AddDays(-3), 8), At(Dose, 2), At(Dose.AddDays(40), 3));

        Assert.Equal([1m, 2m, 3m], Sums(course));
        var alone = Of(At(Dose.AddDays(-200), 7), At(Dose.AddDays(-30), 6, "bone"), other, At(Dose, 2), At(Dose.AddDays(40), 3));
        Assert.Equal((9m, GrowthGap.DifferentLesions), (alone.PreBaseline.Scan!.Sum.Value, alone.PreBaseline.Gap));
        var far = Of(At(Dose.AddDays(-300), 5), At(Dose.AddDays(-200), 7), At(Dose, 2));
        Assert.Equal(7m, far.PreBaseline.Scan!.Sum.Value);
    }

    [Theory]
    [InlineData(91, null)]
    [InlineData(92, GrowthGap.OnTreatmentInterval)]
    public void The_first_evaluation_comes_within_91_days_of_the_dose(int days, GrowthGap? gap)
    {
        var course = Of(At(Dose.AddDays(-40), 1), At(Dose.AddDays(-5), 2), At(Dose.AddDays(days), 3));

        Assert.Equal(gap, course.OnTreatment.Gap);
        Assert.Equal(3m, course.OnTreatment.Scan!.Sum.Value);
    }

    [Fact]
    public void A_scan_in_the_first_two_weeks_is_passed_over_and_alone_it_is_no_evaluation()
    {
        var course = Of(At(Dose.AddDays(-40), 1), At(Dose, 2), At(Dose.AddDays(3), 9), At(Dose.AddDays(13), 8), At(Dose.AddDays(14), 3), At(Dose.AddDays(60), 4));

        Assert.Equal([1m, 2m, 3m], Sums(course));
        Assert.Equal([4m], course.Later.Select(scan => scan.Sum.Value));
        var alone = Of(At(Dose, 2), At(Dose.AddDays(3), 9), At(Dose.AddDays(13), 8));
        Assert.Equal((8m, GrowthGap.OnTreatmentTooEarly), (alone.OnTreatment.Scan!.Sum.Value, alone.OnTreatment.Gap));
        Assert.Empty(alone.Later);
        Assert.Equal("on-treatment-too-early", Words(alone.Assess().Progression));
        var late = Of(At(Dose, 2), At(Dose.AddDays(3), 9), At(Dose.AddDays(92), 3));
        Assert.Equal(GrowthGap.OnTreatmentInterval, late.OnTreatment.Gap);
    }

    [Theory]
    [InlineData(28, GrowthGap.DoseOnlyOrdered)]
    [InlineData(29, null)]
    public void A_scan_within_four_weeks_of_an_order_may_lie_before_the_dose(int days, GrowthGap? gap)
    {
        Scan[] scans = [At(Dose, 2), At(Dose.AddDays(days), 3), At(Dose.AddDays(50), 4)];

        Assert.Equal(gap, GrowthCourse.Of(scans, Dose, Windows, unread: null, FirstDoseKind.Ordered).OnTreatment.Gap);
        Assert.Null(GrowthCourse.Of(scans, Dose, Windows, unread: null, FirstDoseKind.AtTheLatest).OnTreatment.Gap);
    }

    [Fact]
    public void What_was_only_ordered_or_given_at_the_latest_is_never_a_warning_and_an_order_not_surely_late()
    {
        var given = Course(80, 90, 135);
        Assert.True(given.Assess().IsWarning);
        Assert.Equal((false, false), ((given with { FirstDoseKind = FirstDoseKind.AtTheLatest }).Assess().IsWarning, (given with { FirstDoseKind = FirstDoseKind.Ordered }).Assess().IsWarning));
        Assert.Equal("met", (given with { FirstDoseKind = FirstDoseKind.Ordered }).Says("matos-2020"));
        Assert.Equal("not-met", Course(80, 90, 135, daysAfter: 80).Says("matos-2020"));
        Assert.Equal("dose-only-ordered", (Course(80, 90, 135, daysAfter: 80) with { FirstDoseKind = FirstDoseKind.Ordered }).Says("matos-2020"));
    }

    [Fact]
    public void What_is_early_by_the_latest_day_that_the_dose_can_have_is_not_surely_early()
    {
        Assert.Equal("no-first-dose-date", (Course(80, 90, 135) with { FirstDoseKind = FirstDoseKind.AtTheLatest }).Says("matos-2020"));
        Assert.Equal("not-met", (Course(80, 90, 135, daysAfter: 80) with { FirstDoseKind = FirstDoseKind.AtTheLatest }).Says("matos-2020"));
        var stopped = Course(80, 90, 140, daysAfter: 80) with { FirstDoseKind = FirstDoseKind.AtTheLatest, Stopped = Known(Day("2024-04-01")) };
        Assert.Equal("no-first-dose-date", stopped.Says("kato-2017"));
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        Assert.Equal(GrowthGap.NoBaseline, Of(At(Dose.AddDays(40), 3)).Baseline.Gap);
        Assert.Equal(GrowthGap.NoBaseline, Of(At(Dose.AddDays(40), 3)).PreBaseline.Gap);
        Assert.Null(Of(At(Dose.AddDays(40), 3)).WhyNotComparable);
        Assert.Equal(GrowthGap.NoPreBaseline, Of(At(Dose, 2)).PreBaseline.Gap);
        Assert.Equal(GrowthGap.NoOnTreatment, Of(At(Dose, 2)).OnTreatment.Gap);
        Assert.Null(Of(At(Dose, 2)).WhyNotComparable);
        var undated = GrowthCourse.Of([At(Dose, 2)], firstDose: null, Windows, unread: null);
        Assert.Equal(
            (GrowthGap.NoFirstDoseDate, GrowthGap.NoFirstDoseDate, GrowthGap.NoFirstDoseDate, null),
            (undated.PreBaseline.Gap, undated.Baseline.Gap, undated.OnTreatment.Gap, undated.FirstDose));
        var unread = GrowthCourse.Of([At(Dose, 2)], Dose, Windows, GrowthGap.NotRead);
        Assert.Equal((GrowthGap.NotRead, GrowthGap.NotRead, GrowthGap.NotRead), (unread.PreBaseline.Gap, unread.Baseline.Gap, unread.OnTreatment.Gap));
        Assert.Equal((Dose, null), (unread.FirstDose, unread.Baseline.Scan));
    }

    [Fact]
    public void Two_scans_are_compared_when_they_measure_the_same_lesions_in_the_same_way()
    {
        var scan = At(Dose, 50);

        Assert.Null(scan.WhyNotComparableWith(At(Dose, 90)));
        Assert.Null(scan.WhyNotComparableWith(At(Dose, 90, modality: null)));
        Assert.Null(At(Dose, 90, modality: null).WhyNotComparableWith(scan));
        Assert.Equal(GrowthGap.DifferentModality, scan.WhyNotComparableWith(At(Dose, 90, modality: "MR")));
        Assert.Equal(GrowthGap.DifferentLesions, scan.WhyNotComparableWith(At(Dose, 90, "lung", "MR")));
        Assert.Equal(GrowthGap.BoundOnly, scan.WhyNotComparableWith(At(Dose, 90, bound: Comparison.LessThan)));
        Assert.Equal(GrowthGap.BoundOnly, At(Dose, 90, bound: Comparison.LessThan).WhyNotComparableWith(scan));
        Assert.Equal(GrowthGap.DifferentLesions, Of(scan, At(Dose.AddDays(40), 60, "lung")).WhyNotComparable);
        var unsure = scan with { WhyUnsure = GrowthGap.LesionsNotIdentified };
        Assert.Equal((GrowthGap.LesionsNotIdentified, GrowthGap.LesionsNotIdentified), (scan.WhyNotComparableWith(unsure), unsure.WhyNotComparableWith(scan)));
        Assert.Equal(GrowthGap.LesionsNotIdentified, unsure.WhyNotComparableWith(At(Dose, 90, "lung", "MR")));
    }

    [Fact]
    public void Two_scans_of_two_cancers_or_of_an_unclear_one_are_not_compared()
    {
        var scan = At(Dose, 50) with { Cancer = "hcc" };

        Assert.Null(scan.WhyNotComparableWith(At(Dose, 90) with { Cancer = "hcc" }));
        Assert.Equal(GrowthGap.CancerUnclear, scan.WhyNotComparableWith(At(Dose, 90) with { Cancer = "breast" }));
        Assert.Equal(GrowthGap.CancerUnclear, scan.WhyNotComparableWith(scan with { WhyUnsure = GrowthGap.CancerUnclear }));
        var (unclear, unsure) = (scan with { WhyUnsure = GrowthGap.CancerUnclear }, scan with { WhyUnsure = GrowthGap.LesionsNotIdentified });
        Assert.Equal((GrowthGap.CancerUnclear, GrowthGap.CancerUnclear), (unclear.WhyNotComparableWith(unsure), unsure.WhyNotComparableWith(unclear)));
        Assert.True(scan.HasSum);
    }

    [Fact]
    public void Without_an_earlier_scan_only_rules_that_need_none_are_judged()
    {
        var course = Course(80, 90, 135) with { PreBaseline = ScanInRole.Missing(GrowthGap.NoPreBaseline) };

        Assert.Equal("met", course.Says("matos-2020"));
        Assert.Equal("not-met", course.Says("lo-russo-2019"));
        Assert.Equal("not-met", course.Says("kato-2017"));
        Assert.All(GrowthRule.Every.Where(rule => rule.NeedsPreBaseline && rule.Id != "kato-2017"), rule => Assert.Equal("no-pre-baseline", course.Says(rule.Id)));
        Assert.Equal((null, GrowthGap.NoPreBaseline), (course.Assess().Figures.Reference, course.Assess().Figures.WhyNoReference));
        Assert.NotNull(course.Assess().Figures.OnTreatment);
    }

    [Fact]
    public void Without_progression_the_missing_earlier_scan_matters_to_three_rules_only()
    {
        var course = Course(80, 100, 101) with { PreBaseline = ScanInRole.Missing(GrowthGap.NoPreBaseline) };

        Assert.Equal(
            ["kas-2020", "saada-bouzid-2017", "kim-2021-hcc"],
            course.Assess().Results.Where(result => result.Judgement.Verdict == Verdict.NotEvaluable).Select(result => result.Rule.Id));
    }

    [Fact]
    public void Other_lesions_leave_the_sums_open_and_a_new_lesion_still_counts()
    {
        var course = Course(80, 90, 135) with { WhyNotComparable = GrowthGap.DifferentLesions };

        Assert.Equal("different-lesions", Words(course.Assess().Progression));
        Assert.Equal("different-lesions", course.Says("saada-bouzid-2017"));
        Assert.Null(course.Assess().Figures.OnTreatment);
        var spread = course with { NewLesions = Known(new NewLesions(3, 2, 2, IsInNewOrgan: true)) };
        Assert.Equal("met", Words(spread.Assess().Progression));
        Assert.Equal("met", spread.Says("lo-russo-2019"));
        Assert.Equal("different-lesions", spread.Says("matos-2020"));
    }

    [Fact]
    public void A_first_evaluation_that_came_too_late_says_only_that_nothing_was_early()
    {
        var course = Course(80, 90, 200, 60, 100) with
        {
            OnTreatment = new(At(Day("2024-06-09"), 200), GrowthGap.OnTreatmentInterval),
            NewLesions = Known(new NewLesions(3, 2, 2, IsInNewOrgan: true)),
            RecordedProgression = Known(true),
            EcogNow = Known(3),
        };

        Assert.Equal("on-treatment-interval", Words(course.Assess().Progression));
        Assert.Equal("not-met", course.Says("matos-2020"));
        Assert.Equal("not-met", course.Says("kato-2017"));
        Assert.Equal("on-treatment-interval", course.Says("lo-russo-2019"));
        Assert.Equal("on-treatment-interval", course.Says("saada-bouzid-2017"));
    }

    [Fact]
    public void Without_an_evaluation_nothing_is_met_or_missed()
    {
        var course = GrowthCourse.Of([At(Dose.AddDays(-40), 80), At(Dose, 90)], Dose, Windows, unread: null);

        Assert.All(course.Assess().Results, result => Assert.Equal("no-on-treatment", Words(result.Judgement)));
        Assert.NotNull(course.Assess().Figures.Reference);
        Assert.Equal(GrowthGap.NoOnTreatment, course.Assess().Figures.WhyNoOnTreatment);
    }

    [Fact]
    public void A_missing_baseline_is_the_reason_for_everything_that_compares_with_it()
    {
        var course = GrowthCourse.Of([At(Dose.AddDays(40), 90)], Dose, Windows, unread: null);
        var figures = course.Assess().Figures;

        Assert.Equal((GrowthGap.NoBaseline, GrowthGap.NoBaseline), (figures.WhyNoReference, figures.WhyNoOnTreatment));
        Assert.Equal((GrowthGap.NoBaseline, GrowthGap.NoBaseline), (figures.WhyNoRise, figures.WhyNoRatio));
        Assert.Equal((null, null, null), (figures.RateRise, figures.RateRatio, figures.KineticsRatio));
        Assert.Equal("no-baseline", Words(course.Assess().Progression));
    }

    [Fact]
    public void Of_several_reasons_the_one_of_the_earlier_step_is_said()
    {
        var course = Course(80, 90, 135);
        var evaluation = course with { OnTreatment = new(course.OnTreatment.Scan, GrowthGap.MeasurementUndated), WhyNotComparable = GrowthGap.DifferentLesions };
        var baseline = evaluation with { Baseline = new(course.Baseline.Scan, GrowthGap.NotRead), PreBaseline = new(course.PreBaseline.Scan, GrowthGap.PreBaselineInterval) };

        Assert.Equal(GrowthGap.MeasurementUndated, evaluation.Assess().Figures.WhyNoOnTreatment);
        Assert.Equal((GrowthGap.NotRead, GrowthGap.NotRead), (baseline.Assess().Figures.WhyNoOnTreatment, baseline.Assess().Figures.WhyNoReference));
        Assert.Equal(GrowthGap.NotRead, (course with { Baseline = baseline.Baseline }).Assess().Figures.WhyNoReference);
        Assert.Equal(GrowthGap.MeasurementUndated, evaluation.Assess()["kato-2017"].Parts.Single(part => part.Name == "percent").Judgement.Reason);
    }

    [Theory]
    [InlineData(28, null)]
    [InlineData(29, 29)]
    public void A_baseline_of_more_than_four_weeks_before_the_dose_is_old(int days, int? old)
    {
        var course = Of(At(Dose.AddDays(-100), 80), At(Dose.AddDays(-days), 90), At(Dose.AddDays(40), 135));

        Assert.Equal(old, course.Assess().Figures.DaysOfOldBaseline);
        Assert.Null((course with { FirstDose = null }).Assess().Figures.DaysOfOldBaseline);
    }

    [Fact]
    public void A_sum_of_zero_leaves_rates_open_and_not_progression()
    {
        var fromNothing = Course(80, 0, 30);

        Assert.Equal("met", Words(fromNothing.Assess().Progression));
        Assert.Equal("starts-at-zero", fromNothing.Says("champiat-2017"));
        Assert.Equal("starts-at-zero", fromNothing.Says("kas-2020"));
        Assert.Equal("starts-at-zero", fromNothing.Says("matos-2020"));
        Assert.Equal("starts-at-zero", Course(0, 50, 90).Says("saada-bouzid-2017"));
        Assert.Equal("met", Course(0, 50, 90).Says("matos-2020"));
    }

    private static GrowthCourse Of(params Scan[] scans) => GrowthCourse.Of(scans, Dose, Windows, unread: null);

    private static decimal[] Sums(GrowthCourse course) =>
        [course.PreBaseline.Scan!.Sum.Value, course.Baseline.Scan!.Sum.Value, course.OnTreatment.Scan!.Sum.Value];
}
