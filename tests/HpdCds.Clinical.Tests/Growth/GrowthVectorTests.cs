using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>Every vector of the clinical model, section 5, and of the evidence behind it.</summary>
public sealed class GrowthVectorTests
{
    [Theory]
    [InlineData("A", 80, 90, 135, 60, 42, 19.63, 141.46, 121.83, 7.205, 5.073, 32.612, 6.429)]
    [InlineData("B", 80, 100, 121, 60, 42, 40.44, 51.35, 10.91, 1.270, 10.146, 15.219, 1.500)]
    [InlineData("C", 100, 95, 120, 60, 42, -7.51, 66.18, 73.69, null, -2.536, 18.118, null)]
    [InlineData("D", 100, 100, 130, 60, 42, 0, 76.90, 76.90, null, 0, 21.741, null)]
    [InlineData("E", 80, 90, 60, 60, 42, 19.63, -58.58, -78.22, -2.984, 5.073, -21.741, -4.286)]
    [InlineData("V1", 50, 55, 77, 60, 56, 15.6098, 73.0906, 57.4809, 4.6824, 2.53646, 11.95759, 4.7143)]
    [InlineData("V2", 80, 80, 100, 60, 56, 0, 43.8863, 43.8863, null, 0, 10.87054, null)]
    [InlineData("V3", 60, 50, 65, 60, 56, -24.2302, 53.3889, 77.6191, null, -5.07292, 8.15290, null)]
    [InlineData("V4", 40, 52, 58, 60, 56, 49.0759, 19.4895, -29.5864, 0.3971, 6.0875, 3.26116, 0.5357)]
    [InlineData("V6", 70, 75, 96, 84, 42, 7.7883, 71.0354, 63.2471, 9.1208, 1.81176, 15.21875, 8.4)]
    public void The_rates_come_out(
        string vector, int before, int baseline, int after, int daysBefore, int daysAfter,
        double reference, double onTreatment, double rise, double? rateRatio, double kinetics, double kineticsOn, double? kineticsRatio)
    {
        var figures = Course(before, baseline, after, daysBefore, daysAfter).Assess().Figures;

        Assert.NotEmpty(vector);
        Equal(reference, figures.Reference!.GrowthRate);
        Equal(onTreatment, figures.OnTreatment!.GrowthRate);
        Equal(rise, figures.RateRise);
        Equal(rateRatio, figures.RateRatio, 0.0006);
        Equal(kinetics, (double?)figures.Reference.Kinetics, 0.0006);
        Equal(kineticsOn, (double?)figures.OnTreatment.Kinetics, 0.0006);
        Equal(kineticsRatio, (double?)figures.KineticsRatio, 0.0006);
    }

    [Theory]
    [InlineData("A", 80, 90, 135, 60, 42, "met", "met", "met", "met", "met", "met", "met", "met", "not-met", "met", "not-met")]
    [InlineData("B", 80, 100, 121, 60, 42, "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met")]
    [InlineData("C", 100, 95, 120, 60, 42, Flat, "met", "not-met", Flat, Flat, Flat, Flat, Flat, "not-met", "not-met", "not-met")]
    [InlineData("D", 100, 100, 130, 60, 42, Flat, "met", "not-met", Flat, Flat, Flat, Flat, Flat, "not-met", "not-met", "not-met")]
    [InlineData("E", 80, 90, 60, 60, 42, "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met")]
    [InlineData("V1", 50, 55, 77, 60, 56, "met", "met", "not-met", "met", "met", "met", "met", "met", "not-met", "met", "not-met")]
    [InlineData("V2", 80, 80, 100, 60, 56, Flat, "not-met", "not-met", Flat, Flat, Flat, Flat, Flat, "not-met", "not-met", "not-met")]
    [InlineData("V3", 60, 50, 65, 60, 56, Flat, "met", "not-met", Flat, Flat, Flat, Flat, Flat, "not-met", "not-met", "not-met")]
    [InlineData("V4", 40, 52, 58, 60, 56, "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met", "not-met")]
    [InlineData("V6", 70, 75, 96, 84, 42, "met", "met", "not-met", "met", "met", "met", "met", "met", "not-met", "not-met", "not-met")]
    public void The_rules_say_what_they_were_published_to_say(
        string vector, int before, int baseline, int after, int daysBefore, int daysAfter,
        string champiat, string ferrara, string kas, string saada, string kim, string maesaka, string yumita, string strict, string kato, string matos, string loRusso)
    {
        var course = Course(before, baseline, after, daysBefore, daysAfter);

        Assert.NotEmpty(vector);
        Assert.Equal(
            [
                ("champiat-2017", champiat), ("ferrara-2018", ferrara), ("kas-2020", kas), ("saada-bouzid-2017", saada), ("kim-2021-hcc", kim),
                ("maesaka-2022-hcc", maesaka), ("yumita-2023-hcc", yumita), ("yumita-2023-hcc-strict", strict), ("kato-2017", kato),
                ("matos-2020", matos), ("lo-russo-2019", loRusso),
            ],
            course.Assess().Results.Select(result => (result.Rule.Id, Words(result.Judgement))));
    }

    [Theory]
    [InlineData(50, 60, 1, 72.800)]
    [InlineData(50, 60, 2, 31.453)]
    [InlineData(100, 120, 1.5, 44.000)]
    [InlineData(100, 100, 2, 0)]
    [InlineData(100, 80, 2, -28.446)]
    [InlineData(50, 100, 3, 100)]
    public void A_single_period_gives_the_rate_of_the_formula(int from, int to, double months, double rate)
    {
        // No number of whole days is a whole number of months: scans 32 times as far apart stand for the same with a 32nd of the growth constant.
        var days = (int)(months * 32 * 365.25 / 12);
        var interval = Between(from, to, days);

        Assert.Equal(months * 32, (double)interval.Months);
        Equal(rate, 100 * (Math.Exp(interval.Growth!.Value * 32) - 1), 0.0006);
    }

    [Fact]
    public void Equal_exponential_growth_has_a_rate_ratio_of_one_and_a_higher_kinetics_ratio()
    {
        var figures = Course(100, 110, 121, 30, 30).Assess().Figures;

        Assert.Equal(1.0, figures.RateRatio);
        Assert.Equal(0.0, figures.RateRise);
        Assert.Equal(1.1m, figures.KineticsRatio);
    }

    [Fact]
    public void A_month_is_a_twelfth_of_a_mean_year()
    {
        Assert.Equal(12m, GrowthInterval.MonthsIn(1461) / 4);
        Assert.Equal(1.9713, (double)GrowthInterval.MonthsIn(60), precision: 4);
        Assert.Equal(1.3799, (double)GrowthInterval.MonthsIn(42), precision: 4);
    }

    [Fact]
    public void An_interval_says_its_change_in_both_ways()
    {
        var interval = Between(90, 135, 42);

        Assert.Equal((42, 45m, 50m), (interval.Days, interval.Change, interval.ChangePercent));
        Assert.Equal(3 * Math.Log(1.5) / (42 * 12 / 365.25), interval.Growth!.Value, precision: 12);
    }

    [Fact]
    public void What_vanished_shrank_by_all_of_it()
    {
        var interval = Between(90, 0, 42);

        Assert.Equal(-100.0, interval.GrowthRate);
        Assert.Equal(-100m, interval.ChangePercent);
        Assert.Equal(double.NegativeInfinity, interval.Growth);
    }

    [Fact]
    public void Nothing_is_computed_from_a_sum_of_zero()
    {
        var interval = Between(0, 30, 42);

        Assert.Null(interval.Growth);
        Assert.Null(interval.GrowthRate);
        Assert.Null(interval.Kinetics);
        Assert.Null(interval.ChangePercent);
        Assert.Equal(30m, interval.Change);
    }

    [Theory]
    [InlineData(100, 104.9, true)]
    [InlineData(100, 105, false)]
    [InlineData(100, 95.1, true)]
    [InlineData(100, 95, false)]
    public void Less_than_five_millimetres_lie_within_the_error_of_measurement(double from, double to, bool isWithin)
    {
        var figures = Course(80, (decimal)from, (decimal)to).Assess().Figures;

        Assert.Equal(isWithin, figures.IsWithinError(figures.OnTreatment!));
    }

    private const string Flat = "reference-not-positive";

    private static GrowthInterval Between(decimal from, decimal to, int days) => new(At(Day("2024-03-01"), from), At(Day("2024-03-01").AddDays(days), to));

    private static void Equal(double? expected, double? found, double within = 0.006)
    {
        Assert.Equal(expected is null, found is null);
        if (expected is not null)
            Assert.InRange(found!.Value, expected.Value - within, expected.Value + within);
    }
}
