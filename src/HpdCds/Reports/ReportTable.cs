using System.Collections.Immutable;
using System.Globalization;

namespace HpdCds.Reports;

/// <summary>
/// One table of a report. Counts from one to four are left out, and all others stand to the nearest five: what one table hides
/// then follows from no sum, from no other table that counts the same patients, and from no reading before or after one more of them.
/// </summary>
public sealed record ReportTable(string Id, string Title, string Note, ImmutableArray<string> Columns, ImmutableArray<ReportRow> Rows)
{
    public const long Fewest = 5;

    private const long Step = 5;

    public const string All = "all";

    /// <summary>
    /// Counts by row and column, with the total of each row first and a row for all of them before the others. Totals are
    /// counted before anything is rounded.
    /// </summary>
    public static ReportTable Of(string id, string title, string note, ImmutableArray<string> columns, IEnumerable<(string Name, ImmutableArray<long> Counts)> rows)
    {
        var counted = rows.ToArray();
        long[][] counts = [[.. columns.Select((_, column) => counted.Sum(row => row.Counts[column]))], .. counted.Select(row => row.Counts.ToArray())];
        return new(id, title, note, ["total", .. columns], [.. counts.Zip(
            counted.Select(row => row.Name).Prepend(All),
            (row, name) => new ReportRow(name, [.. row.Prepend(row.Sum()).Select(Shown)]))]);
    }

    public static long? Shown(long count) => count is > 0 and < Fewest ? null : (count + (Step / 2)) / Step * Step;
}

/// <param name="Cells">The total, then each column, to the nearest five. Null where the count is hidden.</param>
public sealed record ReportRow(string Name, ImmutableArray<long?> Cells)
{
    /// <summary>Of each column, in 100 of the total; null where either is hidden.</summary>
    public ImmutableArray<decimal?> PerHundred => [.. Cells.Skip(1).Select(cell => cell is { } count && Cells[0] is > 0 and var total ? Math.Round(100m * count / total, 1) : (decimal?)null)];
}

/// <summary>
/// A quarter of a year. Reports are of one quarter and never of another span: the more spans overlap, the more could be
/// found by subtraction.
/// </summary>
public sealed record Quarter(int Year, int Number)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Year}-Q{Number}");

    public DateOnly First => new(Year, (Number * 3) - 2, 1);

    public Quarter Next => Of(First.AddMonths(3));

    public static Quarter Of(DateOnly day) => new(day.Year, (day.Month + 2) / 3);

    public static Quarter? Parse(string text) =>
        text is { Length: 7 } && text[4..6] == "-Q" && text[6] is >= '1' and <= '4' && int.TryParse(text[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is > 2000 and < 9000
            ? new(year, text[6] - '0')
            : null;
}

/// <summary>How long answers took, in milliseconds; only where enough were given to say it.</summary>
public sealed record AnswerTimes(string Name, long Median, long P95, long P99);

/// <param name="Lost">Decisions and feedback items that could not be stored in this time: the tables are short of them.</param>
/// <param name="OpenRuns">Runs of the service, seen last in this time, that did not end with everything stored: what they lost nobody knows.</param>
/// <param name="Orphans">Feedback on cards that are not in the store; null where hidden.</param>
public sealed record Report(string Quarter, ImmutableArray<ReportTable> Tables, ImmutableArray<AnswerTimes> Times, long Lost, long OpenRuns, long? Orphans);
