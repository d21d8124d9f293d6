using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>FHIR date, dateTime and instant texts. What the text leaves open becomes a span; what cannot be read, nothing.</summary>
public static class ChartTimes
{
    private const int FirstYear = 1800;
    private const int LastYear = 2300;
    private static readonly string[] WithOffset =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mmzzz"];

    private static readonly string[] WithoutOffset =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];

    /// <summary>The day on which something was, in the hospital.</summary>
    public static DateOnly DayIn(TimeZoneInfo zone, DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <param name="text">As in the resource.</param>
    /// <param name="zone">The hospital's zone, in which dates and times without an offset are meant, and every time is told.</param>
    public static ClinicalTime? Parse(string? text, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (text is null || text.Length < 4 || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year))
            return null;
        if (year is < FirstYear or > LastYear)
            return null;
        return text.Length switch
        {
            4 => Span(new DateTime(year, 1, 1), TimePrecision.Year, zone),
            7 => DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
                ? Span(month, TimePrecision.Month, zone)
                : null,
            10 => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? Span(day, TimePrecision.Day, zone)
                : null,
            _ => ParseInstant(text, zone),
        };
    }

    /// <param name="text">The same in ASCII.</param>
    /// <param name="zone">The hospital's zone.</param>
    public static ClinicalTime? Parse(ReadOnlySpan<byte> text, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return WholeSecond(text) is { } instant ? ClinicalTime.At(TimeZoneInfo.ConvertTime(instant, zone)) : Parse(Encoding.ASCII.GetString(text), zone);
    }

    // As nearly every server writes it. Anything else is read the long way, by the framework.
    private static DateTimeOffset? WholeSecond(ReadOnlySpan<byte> text)
    {
        if (text.Length is not (20 or 25) || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
            return null;
        var (year, month, day) = ((100 * Pair(text, 0)) + Pair(text, 2), Pair(text, 5), Pair(text, 8));
        var (hour, minute, second) = (Pair(text, 11), Pair(text, 14), Pair(text, 17));
        var isReal = year is >= FirstYear and <= LastYear && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour is >= 0 and <= 23 && minute is >= 0 and <= 59 && second is >= 0 and <= 59;
        return isReal && OffsetOf(text[19..]) is { } offset ? new DateTimeOffset(year, month, day, hour, minute, second, offset) : null;
    }

    private static TimeSpan? OffsetOf(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'Z'] => TimeSpan.Zero,
        [var sign and ((byte)'+' or (byte)'-'), _, _, (byte)':', _, _] when Pair(text, 1) is >= 0 and <= 13 and var hours && Pair(text, 4) is >= 0 and <= 59 and var minutes =>
            new TimeSpan(sign == '-' ? -hours : hours, sign == '-' ? -minutes : minutes, 0),
        _ => null,
    };

    // Far below 0 where anything but digits stands.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pair(ReadOnlySpan<byte> text, int at)
    {
        const int NoNumber = -1_000_000;
        var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
        return (uint)tens > 9 || (uint)ones > 9 ? NoNumber : (10 * tens) + ones;
    }

    private static ClinicalTime? ParseInstant(string text, TimeZoneInfo zone)
    {
        var full = WithSevenDigitsAtMost(text.EndsWith('Z') ? text[..^1] + "+00:00" : text);
        if (DateTimeOffset.TryParseExact(full, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
            // The day on which it was is that of the hospital, whatever offset somebody wrote it with.
            return ClinicalTime.At(TimeZoneInfo.ConvertTime(instant, zone));
        return DateTime.TryParseExact(full, WithoutOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? ClinicalTime.At(InZone(local, zone))
            : null;
    }

    // FHIR puts no limit on fractions of a second; ours ends at a hundred nanoseconds.
    private static string WithSevenDigitsAtMost(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point > 8 ? text[..(point + 8)] + text[end..] : text;
    }

    private static ClinicalTime Span(DateTime first, TimePrecision precision, TimeZoneInfo zone)
    {
        var next = precision switch
        {
            TimePrecision.Year => first.AddYears(1),
            TimePrecision.Month => first.AddMonths(1),
            _ => first.AddDays(1),
        };
        return ClinicalTime.Spanning(InZone(first, zone), InZone(next, zone).AddTicks(-1), precision);
    }

    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone) => new(local, zone.GetUtcOffset(local));
}
