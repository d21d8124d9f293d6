using System.Globalization;
using System.Text.RegularExpressions;

namespace HpdCds.Sandbox.Patients;

/// <summary>
/// Expands the dates of a patient file: <c>{{today-12d}}</c> is a day, <c>{{now-12d}}</c> an instant, <c>{{year-65y}}</c>
/// a year alone. Units are d (days), h (hours) and y (years), and may follow each other: <c>{{today-61y-100d}}</c>. What is
/// booked lies ahead: <c>{{now+21d}}</c>.
/// </summary>
public static partial class RelativeDates
{
    public static string Expand(string text, DateTimeOffset now)
    {
        var minute = new DateTimeOffset(now.UtcDateTime.Ticks - (now.UtcDateTime.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        return Placeholder().Replace(text, match => Format(match, minute));
    }

    private static string Format(Match match, DateTimeOffset now)
    {
        var moment = match.Groups["step"].Captures.Aggregate(now, (from, step) => Moved(from, step.Value));
        var format = match.Groups["word"].Value switch
        {
            "year" => "yyyy",
            "today" => "yyyy-MM-dd",
            _ => "yyyy-MM-ddTHH:mm:ssZ",
        };
        return moment.ToString(format, CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset Moved(DateTimeOffset from, string step)
    {
        var amount = int.Parse(step.AsSpan(0, step.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return step[^1] switch
        {
            'y' => from.AddYears(amount),
            'h' => from.AddHours(amount),
            _ => from.AddDays(amount),
        };
    }

    [GeneratedRegex(@"\{\{(?<word>today|now|year)(?<step>[-+]\d{1,5}[dhy])*\}\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
