using System.Globalization;
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
