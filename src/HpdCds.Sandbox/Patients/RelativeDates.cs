using System.Globalization;
using System.Text.RegularExpressions;

namespace HpdCds.Sandbox.Patients;

/// <summary>
/// Expands the dates of a patient file: <c>{{today-12d}}</c> is a day, <c>{{now-12d}}</c> an instant, <c>{{year-65y}}</c>
/// a year alone. Units are d (days), h (hours) and y (years).
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
        var amount = match.Groups["amount"] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        var moment = match.Groups["unit"].Value switch
        {
            "y" => now.AddYears(-amount),
            "h" => now.AddHours(-amount),
            _ => now.AddDays(-amount),
        };
        var format = match.Groups["word"].Value switch
        {
            "year" => "yyyy",
            "today" => "yyyy-MM-dd",
            _ => "yyyy-MM-ddTHH:mm:ssZ",
        };
        return moment.ToString(format, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\{\{(?<word>today|now|year)(-(?<amount>\d{1,5})(?<unit>[dhy]))?\}\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
