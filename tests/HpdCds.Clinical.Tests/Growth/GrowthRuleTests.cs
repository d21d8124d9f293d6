using System.Collections.Immutable;
using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>Each rule at each of its edges.</summary>
public sealed class GrowthRuleTests
{
    [Theory]
    [InlineData(100, 119.99, false)]
    [InlineData(100, 120, true)]
    [InlineData(24, 28.99, false)]
    [InlineData(24, 29, true)]
    [InlineData(25, 30, true)]
    [InlineData(0, 4.99, false)]
    [InlineData(0, 5, true)]
    public void Progression_needs_a_fifth_and_five_millimetres(double baseline, double after, bool isProgression) => Assert.Equal(
        isProgression ? "met" : "not-met", Words(Course(20, (decimal)baseline, (decimal)after).Assess().Progression));

    [Fact]
    public void A_new_lesion_is_progression_whatever_the_sums()
    {
        Assert.Equal("met", Words((Course(80, 90, 60) with { NewLesions = Known(new NewLesions(1, null, null, IsInNewOrgan: null)) }).Assess().Progression));
        Assert.Equal("not-met", Words((Course(80, 90, 60) with { NewLesions = Known(NewLesions.None) }).Assess().Progression));
        Assert.Equal("not-met", Words((Course(80, 90, 60) with { NewLesions = new Fact<NewLesions>.PresumedAbsent(Rule) }).Assess().Progression));
        Assert.Equal("not-met", Words((Course(80, 90, 60) with { NewLesions = new Fact<NewLesions>.NotApplicable("none") }).Assess().Progression));
        Assert.Equal("new-lesions-unknown", Words((Course(80, 90, 60) with { NewLesions = Unknown<NewLesions>(UnknownReason.NotRecorded) }).Assess().Progression));
    }

    [Fact]
    public void Progression_that_a_clinician_recorded_counts_and_another_response_excludes_new_lesions()
    {
        var unsaid = Course(80, 90, 60) with { NewLesions = Unknown<NewLesions>(UnknownReason.NotRecorded) };

        Assert.Equal("met", Words((unsaid with { RecordedProgression = Known(true) }).Assess().Progression));
        Assert.Equal("not-met", Words((unsaid with { RecordedProgression = Known(false) }).Assess().Progression));
        Assert.Equal("met", Words((Course(80, 100, 121) with { RecordedProgression = Known(false) }).Assess().Progression));
        Assert.Equal("met", Words((Course(80, 90, 60) with { RecordedProgression = Known(true) }).Assess().Progression));
    }

    [Theory]
    [InlineData(UnknownReason.Conflicting)]
    [InlineData(UnknownReason.Ambiguous)]
    [InlineData(UnknownReason.NotAuthorised)]
    public void A_response_says_nothing_of_new_lesions_that_are_recorded_and_not_clear(UnknownReason reason)
    {
        var unclear = Course(80, 90, 60) with { NewLesions = Unknown<NewLesions>(reason) };

        Assert.Equal("new-lesions-unknown", Words((unclear with { RecordedProgression = Known(false) }).Assess().Progression));
        Assert.Equal("met", Words((unclear with { RecordedProgression = Known(true) }).Assess().Progression));
    }

    [Fact]
    public void A_first_dose_that_is_only_the_latest_possible_one_is_no_ground_for_a_warning()
    {
        Assert.False((Course(80, 90, 135) with { FirstDoseKind = FirstDoseKind.AtTheLatest }).Assess().IsWarning);
        Assert.False((Course(80, 90, 135) with { FirstDoseKind = FirstDoseKind.Ordered }).Assess().IsWarning);
    }

    [Theory]
    [InlineData("2024-05-31", 150, "150")]
    [InlineData("2024-06-01", 150, null)]
    [InlineData("2024-05-31", 119, null)]
    public void A_later_scan_within_the_window_may_be_progression_against_the_baseline(string day, int sum, string? later)
    {
        var course = Course(90, 100, 101, 60, 16) with { Later = [At(Day(day), sum)] };

        Assert.Equal(later, course.Assess().Figures.LaterProgression?.Sum.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Null((course with { Later = [At(Day(day), sum, lesions: "lung")] }).Assess().Figures.LaterProgression);
    }

    [Theory]
    [InlineData("champiat-2017", "tgr-ratio")]
    [InlineData("maesaka-2022-hcc", "tgr-ratio")]
    [InlineData("kim-2021-hcc", "tgr-ratio")]
    [InlineData("yumita-2023-hcc", "tgr-ratio")]
    [InlineData("yumita-2023-hcc-strict", "tgr-ratio")]
    [InlineData("saada-bouzid-2017", "tgk-ratio")]
    [InlineData("maesaka-2022-hcc", "tgk-ratio")]
    [InlineData("kim-2021-hcc", "tgk-ratio")]
    [InlineData("kato-2017", "tgk-ratio")]
    [InlineData("ferrara-2018", "delta-tgr")]
    [InlineData("kas-2020", "delta-tgr")]
    [InlineData("kim-2021-hcc", "delta-tgr")]
    [InlineData("kato-2017", "percent")]
    [InlineData("matos-2020", "mm")]
    public void A_rule_without_one_of_its_parts_is_not_met(string rule, string part)
    {
        var course = Course(80, 90, 140);
        var criteria = rule.StartsWith("yumita", StringComparison.Ordinal)
            ? With(Rules.SetItem(rule, Rules[rule].SetItem("tgk-ratio", Above(1000)).SetItem(part, Above(1000))))
            : But(rule, part, Above(1000));

        Assert.Equal("met", course.Says(rule));
        Assert.Equal("not-met", course.Says(rule, criteria));
    }

    [Theory]
    [InlineData("champiat-2017")]
    [InlineData("ferrara-2018")]
    [InlineData("maesaka-2022-hcc")]
    [InlineData("yumita-2023-hcc")]
    [InlineData("yumita-2023-hcc-strict")]
    [InlineData("kato-2017")]
    [InlineData("matos-2020")]
    [InlineData("lo-russo-2019")]
    public void Without_progression_these_are_not_met(string rule)
    {
        // 10 mm in 20 days after 1 mm in 60 days: fast, and 16.7 %.
        Assert.Equal("not-met", Course(59, 60, 70, 60, 20).Says(rule));
    }

    [Theory]
    [InlineData("kas-2020")]
    [InlineData("saada-bouzid-2017")]
    [InlineData("kim-2021-hcc")]
    public void These_do_not_ask_for_progression(string rule)
    {
        // 11.9 %: no progression. TGR 0.9 to 171 % a month, TGK ratio 63.
        var course = Course(99.5m, 100, 111.9m, 60, 10);

        Assert.Equal("not-met", Words(course.Assess().Progression));
        Assert.Equal("met", course.Says(rule, But("kas-2020", "delta-tgr", Above(99))));
    }

    [Theory]
    [InlineData("yumita-2023-hcc", "tgr-ratio", "tgk-ratio")]
    [InlineData("yumita-2023-hcc", "tgk-ratio", "tgr-ratio")]
    [InlineData("yumita-2023-hcc-strict", "tgr-ratio", "tgk-ratio")]
    [InlineData("yumita-2023-hcc-strict", "tgk-ratio", "tgr-ratio")]
    public void Either_ratio_is_enough_for_yumita(string rule, string met, string missed)
    {
        var course = Course(80, 90, 140);

        Assert.Equal("met", course.Says(rule, With(Rules.SetItem(rule, Rules[rule].SetItem(met, Above(1)).SetItem(missed, Above(1000))))));
    }

    [Theory]
    [InlineData(110, 130, "met", "not-met", "met")]
    [InlineData(110, 129.99, "not-met", "not-met", "not-met")]
    [InlineData(110, 130.01, "met", "met", "met")]
    public void A_kinetics_ratio_of_exactly_two_meets_at_least_and_not_above(double baseline, double after, string saada, string yumita, string maesaka)
    {
        var course = Course(100, (decimal)baseline, (decimal)after, 60, 60) with { NewLesions = Known(new NewLesions(1, 1, 1, IsInNewOrgan: false)) };
        // Only the kinetics decide here.
        var criteria = With(Rules
            .SetItem("yumita-2023-hcc", Rules["yumita-2023-hcc"].SetItem("tgr-ratio", Above(1000)))
            .SetItem("maesaka-2022-hcc", Rules["maesaka-2022-hcc"].SetItem("tgr-ratio", AtLeast(1))));

        Assert.Equal(saada, course.Says("saada-bouzid-2017"));
        Assert.Equal(yumita, course.Says("yumita-2023-hcc", criteria));
        Assert.Equal(maesaka, course.Says("maesaka-2022-hcc", criteria));
    }

    [Theory]
    [InlineData("135", "not-met")]
    [InlineData("135.01", "met")]
    public void Kato_asks_for_more_than_half(string after, string says) => Assert.Equal(says, Course(80, 90, N(after)).Says("kato-2017"));

    [Theory]
    [InlineData(60, "met")]
    [InlineData(61, "not-met")]
    public void Early_is_within_two_months_of_the_first_dose(int days, string says)
    {
        var course = Course(88, 90, 150, 60, days + 10) with { FirstDose = Day("2024-03-11") };

        Assert.Equal(says, course.Says("kato-2017"));
        Assert.Equal(says, course.Says("matos-2020"));
        Assert.Equal(says, (course with { NewLesions = Known(new NewLesions(2, 2, 1, IsInNewOrgan: false)) }).Says("lo-russo-2019"));
    }

    [Fact]
    public void A_day_that_lies_exactly_so_many_months_after_the_dose_is_within_them()
    {
        string Said(decimal early) => Words((Course(80, 90, 135) with { FirstDose = Day("2024-03-01") }).Assess(With(Rules, early: early))["lo-russo-2019"].Parts.Single(part => part.Name == "early").Judgement);

        Assert.Equal("met", Said(GrowthInterval.MonthsIn(42)));
        Assert.Equal("not-met", Said(GrowthInterval.MonthsIn(42) - 0.0001m));
    }

    [Theory]
    [InlineData(42)]
    [InlineData(61)]
    public void Without_the_date_of_the_dose_nothing_is_early_or_late(int days) =>
        Assert.Equal("no-first-dose-date", (Course(80, 90, 150, 60, days) with { FirstDose = null }).Says("matos-2020"));

    [Theory]
    [InlineData(60, "met")]
    [InlineData(61, "not-met")]
    public void An_early_stop_is_as_good_as_progression_for_kato(int days, string says)
    {
        var course = Course(88, 90, 150, 60, 80);

        Assert.Equal(says, (course with { Stopped = Known(Day("2024-03-01").AddDays(days)) }).Says("kato-2017"));
        Assert.Equal("no-first-dose-date", (course with { Stopped = Known(Day("2024-03-01").AddDays(days)), FirstDose = null }).Says("kato-2017"));
        Assert.Equal("not-met", (course with { Stopped = new Fact<DateOnly>.PresumedAbsent(Rule) }).Says("kato-2017"));
        Assert.Equal("stop-unknown", (course with { Stopped = Unknown<DateOnly>(UnknownReason.NotRecorded) }).Says("kato-2017"));
    }

    [Fact]
    public void A_response_that_is_not_clear_leaves_progression_open_unless_something_else_shows_it()
    {
        foreach (var reason in new[] { UnknownReason.Conflicting, UnknownReason.Ambiguous, UnknownReason.ImpreciseDate })
        {
            Assert.Equal("response-unclear", Words((Course(80, 100, 101) with { RecordedProgression = Unknown<bool>(reason) }).Assess().Progression));
            Assert.Equal("met", Words((Course(80, 100, 121) with { RecordedProgression = Unknown<bool>(reason) }).Assess().Progression));
        }

        Assert.Equal("not-met", Words((Course(80, 100, 101) with { RecordedProgression = Unknown<bool>(UnknownReason.NotRecorded) }).Assess().Progression));
    }

    [Fact]
    public void Fewer_new_lesions_than_a_rule_asks_for_are_too_few_only_where_there_cannot_be_more()
    {
        NewLesions one = new(1, 1, 1, IsInNewOrgan: false);
        string Said(NewLesions lesions, string rule, string part) => Words((Course(80, 100, 125) with { NewLesions = Known(lesions) }).Assess()[rule].Parts.Single(asked => asked.Name == part).Judgement);

        Assert.Equal(("not-met", "not-met"), (Said(one, "lo-russo-2019", "new-lesions"), Said(one, "matos-2020", "organs")));
        Assert.Equal("new-lesions-unknown", Said(one with { MayBeMoreInOneOrgan = true }, "lo-russo-2019", "new-lesions"));
        Assert.Equal("new-lesions-unknown", Said(one with { MayBeInMoreOrgans = true }, "matos-2020", "organs"));
        NewLesions two = new(2, 2, 2, IsInNewOrgan: false) { MayBeMoreInOneOrgan = true, MayBeInMoreOrgans = true };
        Assert.Equal(("met", "met"), (Said(two, "lo-russo-2019", "new-lesions"), Said(two, "matos-2020", "organs")));
    }

    [Fact]
    public void A_stop_without_a_beginning_is_not_early_or_late()
    {
        var course = Course(88, 90, 150, 60, 80) with { FirstDose = null, Baseline = ScanInRole.Missing(GrowthGap.NoBaseline), Stopped = Known(Day("2024-04-01")) };

        Assert.Equal(GrowthGap.NoFirstDoseDate, course.Assess()["kato-2017"].Parts.Single(part => part.Name == "early-stop").Judgement.Reason);
        Assert.Equal(GrowthGap.NoFirstDoseDate, course.Assess()["lo-russo-2019"].Parts.Single(part => part.Name == "early").Judgement.Reason);
    }

    [Theory]
    [InlineData("20", "29.99", 2, "not-met")]
    [InlineData("20", "30", 0, "met")]
    [InlineData("100", "139.99", 0, "not-met")]
    [InlineData("100", "140", 0, "met")]
    [InlineData("100", "120", 2, "not-met")]
    [InlineData("100", "120.01", 2, "met")]
    [InlineData("100", "120.01", 1, "not-met")]
    public void Matos_asks_for_ten_millimetres_and_a_large_share_or_spread(string baseline, string after, int organs, string says)
    {
        var course = Course(80, N(baseline), N(after)) with { NewLesions = Known(new NewLesions(organs, 0, organs, IsInNewOrgan: organs > 0)) };

        Assert.Equal(says, course.Says("matos-2020"));
    }

    [Fact]
    public void Matos_asks_where_new_lesions_are_only_where_that_decides()
    {
        var somewhere = Known(new NewLesions(3, null, null, IsInNewOrgan: null));

        Assert.Equal("new-lesions-unknown", (Course(80, 100, 125) with { NewLesions = somewhere }).Says("matos-2020"));
        Assert.Equal("met", (Course(80, 100, 140) with { NewLesions = somewhere }).Says("matos-2020"));
        Assert.Equal("not-met", (Course(80, 100, 119) with { NewLesions = somewhere }).Says("matos-2020"));
    }

    [Theory]
    [InlineData(42, "150", 2, false, 0, 1, "met")]
    [InlineData(42, "149.9", 2, false, 0, 1, "not-met")]
    [InlineData(42, "150", 1, false, 0, 1, "not-met")]
    [InlineData(70, "150", 2, false, 0, 1, "not-met")]
    [InlineData(42, "150", 0, true, 0, 0, "met")]
    [InlineData(42, "150", 0, false, 1, 2, "met")]
    [InlineData(42, "150", 0, false, 2, 3, "not-met")]
    [InlineData(42, "150", 0, false, 0, 1, "not-met")]
    [InlineData(70, "130", 2, true, 1, 2, "met")]
    public void Lo_Russo_asks_for_three_of_five_signs(int days, string after, int inInvolved, bool newOrgan, int ecogBefore, int ecogNow, string says)
    {
        var course = Course(80, 100, N(after), 60, days) with
        {
            NewLesions = Known(new NewLesions(inInvolved + (newOrgan ? 1 : 0), inInvolved, 1, newOrgan)),
            EcogAtBaseline = Known(ecogBefore),
            EcogNow = Known(ecogNow),
        };

        Assert.Equal(says, course.Says("lo-russo-2019"));
    }

    [Fact]
    public void Lo_Russo_waits_for_the_grade_only_where_it_decides()
    {
        var two = Course(80, 100, 150) with { EcogNow = Unknown<int>(UnknownReason.TooOld) };

        Assert.Equal("ecog-unknown", two.Says("lo-russo-2019"));
        Assert.Equal("ecog-unknown", (two with { EcogNow = new Fact<int>.NotApplicable("none") }).Says("lo-russo-2019"));
        Assert.Equal("ecog-unknown", (two with { EcogNow = new Fact<int>.PresumedAbsent(Rule) }).Says("lo-russo-2019"));
        Assert.Equal("ecog-unknown", (two with { EcogNow = Known(2), EcogAtBaseline = Unknown<int>(UnknownReason.NotRecorded) }).Says("lo-russo-2019"));
        Assert.Equal("not-met", (two with { EcogNow = Known(1), EcogAtBaseline = Unknown<int>(UnknownReason.NotRecorded) }).Says("lo-russo-2019"));
        Assert.Equal("not-met", (two with { EcogAtBaseline = Known(2) }).Says("lo-russo-2019"));
        Assert.Equal("met", (two with { NewLesions = Known(new NewLesions(1, 0, 1, IsInNewOrgan: true)) }).Says("lo-russo-2019"));
        Assert.Equal("not-met", Course(80, 100, 121, 60, 70).Says("lo-russo-2019"));
    }

    [Fact]
    public void A_result_keeps_what_it_was_judged_by()
    {
        var result = Course(80, 90, 135).Assess()["matos-2020"];

        Assert.Equal(["early-progression", "mm", "percent", "percent-with-new-lesions", "organs"], result.Parts.Select(part => part.Name));
        Assert.Equal([null, 45.0, 50.0, 50.0, 0.0], result.Parts.Select(part => part.Value));
        Assert.Equal([null, AtLeast(10), AtLeast(40), Above(20), AtLeast(2)], result.Parts.Select(part => part.Threshold));
        Assert.Equal(["met", "met", "met", "met", "not-met"], result.Parts.Select(part => Words(part.Judgement)));
        var loRusso = (Course(80, 90, 135) with { EcogNow = Known(3) }).Assess()["lo-russo-2019"];
        Assert.Equal(["progression", "early", "percent", "new-lesions", "new-organ", "ecog"], loRusso.Parts.Select(part => part.Name));
        Assert.Equal(3.0, loRusso.Parts[^1].Value);
        Assert.Equal(
            ["early-progression", "early-stop", "percent", "tgk-ratio"],
            Course(80, 90, 135).Assess()["kato-2017"].Parts.Select(part => part.Name));
        Assert.Equal(7.205, Course(80, 90, 135).Assess()["champiat-2017"].Parts[1].Value!.Value, precision: 3);
        Assert.Equal(121.83, Course(80, 90, 135).Assess()["kas-2020"].Parts[0].Value!.Value, precision: 2);
        Assert.Null((Course(80, 90, 135) with { EcogNow = Unknown<int>(UnknownReason.TooOld), NewLesions = Unknown<NewLesions>(UnknownReason.NotRecorded) })
            .Assess()["lo-russo-2019"].Parts[^1].Value);
    }

    [Fact]
    public void Only_progression_with_the_primary_definition_met_is_a_warning()
    {
        var fast = Course(99.5m, 100, 111.9m, 60, 10);

        Assert.True(Course(80, 90, 135).Assess().IsWarning);
        Assert.False(Course(80, 100, 121).Assess().IsWarning);
        Assert.False(Course(80, 100, 121).Assess().IsAnyMet);
        Assert.True(fast.Assess().IsAnyMet);
        Assert.False(GrowthAssessment.Of(fast, Criteria, "saada-bouzid-2017").IsWarning);
        Assert.True(GrowthAssessment.Of(Course(100, 95, 120), Criteria, "ferrara-2018").IsWarning);
        Assert.False(GrowthAssessment.Of(Course(100, 95, 120), Criteria, "champiat-2017").IsWarning);
        Assert.Equal("ferrara-2018", GrowthAssessment.Of(Course(100, 95, 120), Criteria, "ferrara-2018").PrimaryResult.Rule.Id);
        Assert.StartsWith(
            "No definition has this id.", Assert.Throws<ArgumentException>("primary", () => GrowthAssessment.Of(fast, Criteria, "nobody-2024")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => fast.Assess()["nobody-2024"]);
    }

    [Fact]
    public void Which_rules_compare_with_growth_before_the_baseline_is_said()
    {
        Assert.Equal(["matos-2020", "lo-russo-2019"], GrowthRule.Every.Where(rule => !rule.NeedsPreBaseline).Select(rule => rule.Id));
        Assert.All(GrowthRule.Every, rule => Assert.NotEmpty(rule.Thresholds));
    }
}
