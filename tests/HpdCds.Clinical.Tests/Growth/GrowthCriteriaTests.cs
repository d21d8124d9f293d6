using System.Collections.Immutable;
using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>The numbers are refused when they are not those of the rules; and how parts make a whole.</summary>
public sealed class GrowthCriteriaTests
{
    private static readonly Judgement Open = Judgement.Open(GrowthGap.EcogUnknown);

    private static readonly Judgement Other = Judgement.Open(GrowthGap.StopUnknown);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var rules = Rules.Remove("kas-2020").Add("nobody-2024", Rules["kas-2020"]).SetItem("ferrara-2018", Rules["champiat-2017"]);
        var wrong = Assert.Throws<ArgumentException>("rules", () => With(
            rules, Windows with { LeastDaysBefore = 0 }, error: 0, primary: ImmutableDictionary<string, string>.Empty.Add("hcc", "else-2024")));

        Assert.StartsWith(
            "Growth criteria hpd-growth: the windows must be positive and in order; the error of measurement and the early months must be positive; "
            + "the rule ferrara-2018 needs exactly delta-tgr; the rule kas-2020 is missing; the rule nobody-2024 does not exist; the rule else-2024 does not exist; "
            + "no definition decides for all tumours that have none of their own (*).",
            wrong.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_with_other_thresholds_is_told_all_that_it_needs()
    {
        var wrong = Assert.Throws<ArgumentException>("rules", () => With(Rules.SetItem("maesaka-2022-hcc", Rules["kas-2020"])));

        Assert.StartsWith("Growth criteria hpd-growth: the rule maesaka-2022-hcc needs exactly tgk-ratio, tgr-ratio.", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, true)]
    [InlineData(0, 180, 14, 91, false)]
    [InlineData(181, 180, 14, 91, false)]
    [InlineData(14, 180, 0, 91, false)]
    [InlineData(14, 180, 92, 91, false)]
    public void Windows_are_positive_and_in_order(int least, int most, int soonest, int latest, bool isSound)
    {
        var windows = Windows with { LeastDaysBefore = least, MostDaysBefore = most, LeastDaysOnTreatment = soonest, MostDaysOnTreatment = latest };

        Assert.Equal(isSound, Record.Exception(() => With(Rules, windows)) is null);
    }

    [Theory]
    [InlineData(0, 1, 0, 0, true)]
    [InlineData(-1, 1, 0, 0, false)]
    [InlineData(0, 0, 0, 0, false)]
    [InlineData(0, 1, -1, 0, false)]
    [InlineData(0, 1, 0, -1, false)]
    public void What_surrounds_the_scans_is_not_negative(int toDose, int betweenOrders, int around, int ofBaseline, bool isSound)
    {
        var windows = Windows with { MostDaysToDose = toDose, MostDaysBetweenOrders = betweenOrders, MostDaysAroundEvaluation = around, MostDaysOfBaseline = ofBaseline };

        Assert.Equal(isSound, Record.Exception(() => With(Rules, windows)) is null);
    }

    [Theory]
    [InlineData(5, 2, true)]
    [InlineData(0, 2, false)]
    [InlineData(-1, 2, false)]
    [InlineData(5, 0, false)]
    [InlineData(5, -1, false)]
    public void Error_and_months_are_positive(int error, int early, bool isSound) =>
        Assert.Equal(isSound, Record.Exception(() => With(Rules, error: error, early: early)) is null);

    [Fact]
    public void The_criteria_say_what_they_were_made_of()
    {
        Assert.Equal(("hpd-growth", "1.0.0", 5m, 2m), (Criteria.Id, Criteria.Version, Criteria.MeasurementError, Criteria.EarlyMonths));
        Assert.Equal((AtLeast(20), AtLeast(5)), Criteria.Progression);
        Assert.Equal(Windows, Criteria.Windows);
        Assert.Equal("maesaka-2022-hcc", Criteria.PrimaryFor("hcc"));
        Assert.Equal("champiat-2017", Criteria.PrimaryFor("lung"));
        Assert.Equal(Primary, Criteria.Primary);
    }

    [Fact]
    public void A_certain_no_decides_whatever_is_open()
    {
        Assert.Equal(Judgement.NotMet, Judgement.All(Open, Judgement.NotMet, Judgement.Met));
        Assert.Equal(Open, Judgement.All(Judgement.Met, Open, Other));
        Assert.Equal(Other, Judgement.All(Other, Open));
        Assert.Equal(Judgement.Met, Judgement.All(Judgement.Met, Judgement.Met));
    }

    [Fact]
    public void A_certain_yes_decides_where_one_is_enough()
    {
        Assert.Equal(Judgement.Met, Judgement.Any(Open, Judgement.Met));
        Assert.Equal(Open, Judgement.Any(Judgement.NotMet, Open, Other));
        Assert.Equal(Judgement.NotMet, Judgement.Any(Judgement.NotMet, Judgement.NotMet));
    }

    [Fact]
    public void Of_several_parts_what_is_open_matters_while_it_can_decide()
    {
        Assert.Equal(Judgement.Met, Judgement.AtLeast(2, Judgement.Met, Judgement.Met, Open));
        Assert.Equal(Open, Judgement.AtLeast(2, Judgement.Met, Open, Judgement.NotMet));
        Assert.Equal(Judgement.NotMet, Judgement.AtLeast(2, Judgement.NotMet, Open, Judgement.NotMet));
        Assert.Equal(Judgement.NotMet, Judgement.AtLeast(2, Judgement.Met, Judgement.NotMet));
    }

    [Theory]
    [InlineData(Comparison.GreaterThan, false, false, true)]
    [InlineData(Comparison.AtLeast, false, true, true)]
    [InlineData(Comparison.LessThan, true, false, false)]
    [InlineData(Comparison.AtMost, true, true, false)]
    public void One_value_is_compared_as_said(Comparison comparison, bool below, bool at, bool above)
    {
        var threshold = new Threshold(comparison, 2.5m);

        Assert.Equal((below, at, above), (threshold.IsMetBy(2.4), threshold.IsMetBy(2.5), threshold.IsMetBy(2.6)));
        Assert.Equal((below, at, above), (threshold.IsMetBy(2.4m), threshold.IsMetBy(2.5m), threshold.IsMetBy(2.6m)));
    }

    [Fact]
    public void A_sum_is_in_millimetres_and_believable()
    {
        Assert.Equal(("tumour-size", "mm"), (TumourSum.Name, TumourSum.Unit));
        Assert.NotNull(Measure<TumourSum>.From(0, bound: null, factor: 1));
        Assert.NotNull(Measure<TumourSum>.From(200, bound: null, factor: 10));
        Assert.Null(Measure<TumourSum>.From(200.1m, bound: null, factor: 10));
        Assert.Null(Measure<TumourSum>.From(-0.1m, bound: null, factor: 1));
    }

    [Fact]
    public void Missing_arguments_are_named_and_nothing_of_a_patient_is_printed()
    {
        var course = Course(80, 90, 135);

        Assert.Throws<ArgumentNullException>("other", () => course.Baseline.Scan!.WhyNotComparableWith(null!));
        Assert.Throws<ArgumentNullException>("scans", () => GrowthCourse.Of(null!, course.FirstDose, Windows, unread: null));
        Assert.Throws<ArgumentNullException>("windows", () => GrowthCourse.Of([], course.FirstDose, null!, unread: null));
        Assert.Throws<ArgumentNullException>("course", () => new GrowthFigures(null!, Criteria));
        Assert.Throws<ArgumentNullException>("criteria", () => new GrowthFigures(course, null!));
        Assert.Throws<ArgumentNullException>("interval", () => course.Assess().Figures.IsWithinError(null!));
        Assert.Equal("[Judgement]", course.Assess().Progression.ToString());
        Assert.Equal("[GrowthCourse]", course.ToString());
    }

    [Fact]
    public void Nothing_said_of_a_course_is_unknown_and_never_a_no()
    {
        var course = new GrowthCourse(null, ScanInRole.Missing(GrowthGap.NotRead), ScanInRole.Missing(GrowthGap.NotRead), ScanInRole.Missing(GrowthGap.NotRead));

        Assert.Equal(Unknown<NewLesions>(UnknownReason.NotRecorded), course.NewLesions);
        Assert.Equal(Unknown<bool>(UnknownReason.NotRecorded), course.RecordedProgression);
        Assert.Equal(Unknown<DateOnly>(UnknownReason.NotRecorded), course.Stopped);
        Assert.Equal((Unknown<int>(UnknownReason.NotRecorded), Unknown<int>(UnknownReason.NotRecorded)), (course.EcogAtBaseline, course.EcogNow));
        Assert.Empty(course.Later);
        Assert.All(course.Assess().Results, result => Assert.Equal("not-read", Words(result.Judgement)));
    }
}
