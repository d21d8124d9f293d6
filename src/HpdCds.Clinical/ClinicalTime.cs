using System.Globalization;

namespace HpdCds.Clinical;

/// <summary>How exactly the chart says when something happened.</summary>
public enum TimePrecision
{
    /// <summary>An instant, to the second or finer.</summary>
    Instant,

    /// <summary>A calendar day.</summary>
    Day,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A calendar year.</summary>
    Year,
}

/// <summary>
/// When something in the chart happened: the first and the last instant that the recorded text allows, both inclusive.
/// An instant has the two equal; a day spans 24 hours in the zone of the hospital.
/// </summary>
public readonly record struct ClinicalTime
{
    /// <summary>How far the clock of a laboratory may be ahead before its results lie in the future (clinical model, section 8).</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private ClinicalTime(DateTimeOffset earliest, DateTimeOffset latest, TimePrecision precision) =>
        (Earliest, Latest, Precision) = (earliest, latest, precision);

    /// <summary>The first instant that the recorded text allows.</summary>
    public DateTimeOffset Earliest { get; }

    /// <summary>The last instant that the recorded text allows; never before <see cref="Earliest"/>.</summary>
    public DateTimeOffset Latest { get; }

    /// <summary>How exactly the time was recorded.</summary>
    public TimePrecision Precision { get; }

    /// <summary>The calendar date as recorded, for display: only the year or the month where no more was recorded.</summary>
    public string Date => Latest.DateTime.ToString(
        Precision switch
        {
            TimePrecision.Year => "yyyy",
            TimePrecision.Month => "yyyy-MM",
            _ => "yyyy-MM-dd",
        },
        CultureInfo.InvariantCulture);

    /// <summary>An exact instant.</summary>
    public static ClinicalTime At(DateTimeOffset instant) => new(instant, instant, TimePrecision.Instant);

    /// <summary>A span of the calendar: a day, a month or a year.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span ends before it starts.</exception>
    public static ClinicalTime Spanning(DateTimeOffset earliest, DateTimeOffset latest, TimePrecision precision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latest, earliest);
        return new(earliest, latest, precision);
    }

    /// <summary>
    /// Whether any instant of this time lies in the window of <paramref name="days"/> times 24 hours that ends at
    /// <paramref name="asOf"/>, both ends inclusive (clinical model, section 1, "Windows"). What lies after it by no more than
    /// <see cref="ClockTolerance"/> does not lie in the future, and so belongs to the window.
    /// </summary>
    public bool IsWithin(int days, DateTimeOffset asOf) => Latest >= asOf.AddDays(-days) && Earliest <= asOf + ClockTolerance;

    /// <summary>The kind of thing, and nothing of its content: it may be about a patient.</summary>
    public override string ToString() => "[ClinicalTime]";
}
