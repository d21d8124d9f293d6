using System.Globalization;
using System.Text.RegularExpressions;

namespace HpdCds.Sandbox.Fhir;

/// <summary>A FHIR date of any precision as the span of time that it covers; the end is exclusive.</summary>
public readonly partial record struct DateRange(DateTimeOffset Start, DateTimeOffset End)
{
    public static DateRange? TryParse(string? text)
    {
        if (text is null || Shape().Match(text) is not { Success: true } match)
            return null;
        try
        {
            return match.Groups["hour"].Success ? OfTime(match) : OfCalendar(match);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    public bool Contains(DateRange other) => Start <= other.Start && other.End <= End;

    private static DateRange OfCalendar(Match match)
    {
        var start = new DateTimeOffset(Number(match, "year", 1), Number(match, "month", 1), Number(match, "day", 1), 0, 0, 0, TimeSpan.Zero);
        var end = match.Groups["day"].Success ? start.AddDays(1)
            : match.Groups["month"].Success ? start.AddMonths(1)
            : start.AddYears(1);
        return new(start, end);
    }

    private static DateRange OfTime(Match match)
    {
        var fraction = match.Groups["fraction"];
        var start = new DateTimeOffset(
            Number(match, "year", 1), Number(match, "month", 1), Number(match, "day", 1),
            Number(match, "hour", 0), Number(match, "minute", 0), Number(match, "second", 0), Offset(match));
        if (fraction.Success)
        {
            start = start.AddTicks(long.Parse(fraction.Value.PadRight(7, '0')[..7], CultureInfo.InvariantCulture));
            return new(start, start.AddTicks((long)Math.Pow(10, Math.Max(0, 7 - fraction.Length))));
        }
        return new(start, match.Groups["second"].Success ? start.AddSeconds(1) : start.AddMinutes(1));
    }

    private static TimeSpan Offset(Match match)
    {
        var text = match.Groups["offset"].Value;
        if (text is "" or "Z")
            return TimeSpan.Zero;
        var span = TimeSpan.ParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture);
        return text[0] == '-' ? -span : span;
    }

    private static int Number(Match match, string group, int otherwise) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : otherwise;

    [GeneratedRegex(
        @"^(?<year>\d{4})(-(?<month>\d{2})(-(?<day>\d{2})(T(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(:(?<second>[0-5]\d)(\.(?<fraction>\d{1,9}))?)?(?<offset>Z|[+-](0\d|1[0-4]):[0-5]\d)?)?)?)?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
