using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class AgeTests
{
    private static readonly DateOnly Today = new(2026, 11, 20);

    [Theory]
    [InlineData("1961-11-20", 65)]
    [InlineData("1961-11-21", 64)]
    [InlineData("1961-11-19", 65)]
    [InlineData("1961-12-01", 64)]
    [InlineData("1961-10-31", 65)]
    [InlineData("2026-11-20", 0)]
    [InlineData("1896-11-20", 130)]
    public void Years_are_completed_on_the_birthday(string birth, int years) => Assert.Equal(new Age(years, years), Born(birth, birth));

    [Theory]
    [InlineData("2025-02-28", 20)]
    [InlineData("2025-03-01", 21)]
    [InlineData("2024-02-28", 19)]
    [InlineData("2024-02-29", 20)]
    public void Somebody_born_on_29_February_completes_a_year_on_1_March(string today, int years) =>
        Assert.Equal(new Age(years, years), Age.At(Date(today), new DateOnly(2004, 2, 29), new DateOnly(2004, 2, 29)));

    [Fact]
    public void A_partial_birth_date_is_a_range()
    {
        Assert.Equal(new Age(64, 65), Born("1961-01-01", "1961-12-31"));
        Assert.Equal(new Age(64, 65), Born("1961-11-01", "1961-11-30"));
        Assert.Equal(new Age(65, 65), Born("1961-10-01", "1961-10-31"));
    }

    [Fact]
    public void A_birth_in_the_future_is_no_birth()
    {
        Assert.Null(Born("2026-11-21", "2026-11-21"));
        Assert.Equal(new Age(0, 0), Born("2026-01-01", "2026-12-31"));
    }

    [Fact]
    public void Nobody_is_older_than_130()
    {
        Assert.Null(Born("1895-11-20", "1895-11-20"));
        Assert.Null(Born("1895-01-01", "1895-12-31"));
        Assert.NotNull(Born("1895-11-21", "1895-12-31"));
    }

    [Theory]
    [InlineData("2008-11-21", "2008-11-21", true)]
    [InlineData("2008-11-20", "2008-11-20", false)]
    [InlineData("2008-01-01", "2008-12-31", false)]
    [InlineData("2009-01-01", "2009-12-31", true)]
    public void A_child_is_surely_under_18(string earliest, string latest, bool isChild) => Assert.Equal(isChild, Born(earliest, latest)!.IsChild);

    [Theory]
    [InlineData("1961-11-20", "1961-11-20", true)]
    [InlineData("1961-11-21", "1961-11-21", false)]
    [InlineData("1961-01-01", "1961-12-31", null)]
    public void Advanced_age_is_65_completed_years(string earliest, string latest, bool? isMet)
    {
        var finding = Born(earliest, latest)!.ToFinding();
        var row = FactorAssessment.Of(HccModel.Factor("age"), Known(finding));

        Assert.Equal(isMet, row.IsMet);
        Assert.Equal(isMet is null ? UnknownReason.ImpreciseDate : null, row.Reason);
        Assert.Equal(new PointsRange(0, 0), row.Points);
    }

    [Fact]
    public void An_age_is_shown_in_years() =>
        Assert.Equal(new Shown.Span(64, 65, "a", Class: null), Born("1961-01-01", "1961-12-31")!.ToFinding().Shown);

    private static Age? Born(string earliest, string latest) => Age.At(Today, Date(earliest), Date(latest));

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}

public sealed class ClinicalTimeTests
{
    private static readonly DateTimeOffset AsOf = HccModel.AsOf;

    [Fact]
    public void An_instant_begins_and_ends_at_once()
    {
        var time = ClinicalTime.At(AsOf);

        Assert.Equal((AsOf, AsOf, TimePrecision.Instant), (time.Earliest, time.Latest, time.Precision));
    }

    [Theory]
    [InlineData(TimePrecision.Year, "2026")]
    [InlineData(TimePrecision.Month, "2026-11")]
    [InlineData(TimePrecision.Day, "2026-11-30")]
    [InlineData(TimePrecision.Instant, "2026-11-30")]
    public void A_date_is_shown_as_exactly_as_it_was_recorded(TimePrecision precision, string shown)
    {
        var end = new DateTimeOffset(2026, 11, 30, 23, 59, 59, TimeSpan.FromHours(8));

        Assert.Equal(shown, ClinicalTime.Spanning(end, end, precision).Date);
    }

    [Fact]
    public void A_window_is_so_many_times_24_hours_and_its_start_belongs_to_it()
    {
        Assert.True(ClinicalTime.At(AsOf.AddDays(-42)).IsWithin(42, AsOf));
        Assert.False(ClinicalTime.At(AsOf.AddDays(-42).AddTicks(-1)).IsWithin(42, AsOf));
        Assert.True(ClinicalTime.At(AsOf).IsWithin(42, AsOf));
    }

    [Fact]
    public void A_clock_that_is_ten_minutes_ahead_does_not_lie_in_the_future()
    {
        Assert.True(ClinicalTime.At(AsOf.AddMinutes(10)).IsWithin(42, AsOf));
        Assert.False(ClinicalTime.At(AsOf.AddMinutes(10).AddTicks(1)).IsWithin(42, AsOf));
    }

    [Fact]
    public void A_day_counts_if_any_instant_of_it_fits()
    {
        var midnight = new DateTimeOffset(2026, 10, 9, 0, 0, 0, TimeSpan.FromHours(8));
        var day = ClinicalTime.Spanning(midnight, midnight.AddDays(1).AddTicks(-1), TimePrecision.Day);

        Assert.True(day.IsWithin(42, AsOf));
        Assert.True(day.IsWithin(42, midnight.AddDays(43).AddTicks(-1)));
        Assert.False(day.IsWithin(42, midnight.AddDays(43)));
        Assert.Equal("2026-10-09", day.Date);
        Assert.Equal(TimePrecision.Day, day.Precision);
    }

    [Fact]
    public void A_span_that_ends_before_it_starts_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ClinicalTime.Spanning(AsOf, AsOf.AddTicks(-1), TimePrecision.Day));
}
