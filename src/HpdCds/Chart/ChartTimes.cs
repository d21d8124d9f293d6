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
        return IsWholeSecond(text) && Number(text[..4]) is >= FirstYear and <= LastYear and var year && OffsetOf(text[19..]) is { } offset && IsReal(text, year)
            ? ClinicalTime.At(TimeZoneInfo.ConvertTime(new DateTimeOffset(year, Number(text[5..7]), Number(text[8..10]), Number(text[11..13]), Number(text[14..16]), Number(text[17..19]), offset), zone))
            : Parse(Encoding.ASCII.GetString(text), zone);
    }

    // As nearly every server writes it. Anything else is read the long way, by the framework.
    private static bool IsWholeSecond(ReadOnlySpan<byte> text) =>
        text.Length is 20 or 25 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';

    private static bool IsReal(ReadOnlySpan<byte> text, int year) =>
        Number(text[5..7]) is >= 1 and <= 12 and var month && Number(text[8..10]) is >= 1 and var day && day <= DateTime.DaysInMonth(year, month)
            && Number(text[11..13]) is >= 0 and <= 23 && Number(text[14..16]) is >= 0 and <= 59 && Number(text[17..19]) is >= 0 and <= 59;

    private static TimeSpan? OffsetOf(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'Z'] => TimeSpan.Zero,
        [var sign and ((byte)'+' or (byte)'-'), _, _, (byte)':', _, _] when Number(text[1..3]) is >= 0 and <= 13 and var hours && Number(text[4..6]) is >= 0 and <= 59 and var minutes =>
            new TimeSpan(sign == '-' ? -hours : hours, sign == '-' ? -minutes : minutes, 0),
        _ => null,
    };

    // Below 0 where anything but digits stands.
    [MethodImpl(JsonScanner.Hot)]
    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return -1;
            number = (number * 10) + (digit - '0');
        }

        return number;
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
