using System.Collections.Immutable;

namespace HpdCds.Reports;

/// <summary>One table of a report: what was counted, with every count from one to four, and all that would give one away, left out.</summary>
public sealed record ReportTable(string Id, string Title, string Note, ImmutableArray<string> Columns, ImmutableArray<ReportRow> Rows)
{
    public const long Fewest = 5;

    public const string All = "all";

    /// <summary>
    /// Counts by row and column, with the total of each row first and a row for all of them. A hidden count could be found
    /// by subtraction where it is the only one of its row or column: there the next smallest is hidden, too.
    /// </summary>
    public static ReportTable Of(string id, string title, string note, ImmutableArray<string> columns, IEnumerable<(string Name, ImmutableArray<long> Counts)> rows)
    {
        var counted = rows.ToArray();
        var names = counted.Select(row => row.Name).ToArray();
        var cells = counted.Select(row => row.Counts.Select(count => new Cell(count)).ToArray()).ToArray();
        Hide(cells);
        var body = cells.Select((row, at) => new ReportRow(names[at], [Shown(row.Sum(cell => cell.Count)), .. row.Select(cell => cell.Shown)]));
        var sums = columns.Select((_, column) => cells.Sum(row => row[column].Count)).ToArray();
        var all = Row(sums);
        return new(id, title, note, ["total", .. columns], [new(All, [Shown(sums.Sum()), .. all]), .. body]);
    }

    private static ImmutableArray<long?> Row(IEnumerable<long> counts)
    {
        Cell[][] one = [[.. counts.Select(count => new Cell(count))]];
        Hide(one);
        return [.. one[0].Select(cell => cell.Shown)];
    }

    private static void Hide(Cell[][] cells)
    {
        var lines = cells.Concat(Enumerable.Range(0, cells.FirstOrDefault()?.Length ?? 0).Select(column => cells.Select(row => row[column]).ToArray())).ToArray();
        bool changed;
        do
        {
            changed = false;
            foreach (var line in lines.Where(line => line.Length > 1 && line.Count(cell => cell.Hidden) == 1))
            {
                line.Where(cell => !cell.Hidden).MinBy(cell => cell.Count)!.Hidden = true;
                changed = true;
            }
        }
        while (changed);
    }

    private static long? Shown(long count) => count is > 0 and < Fewest ? null : count;

    private sealed class Cell(long count)
    {
        public long Count { get; } = count;

        public bool Hidden { get; set; } = count is > 0 and < Fewest;

        public long? Shown => Hidden ? null : Count;
    }
}

/// <param name="Cells">Null where the count is hidden.</param>
public sealed record ReportRow(string Name, ImmutableArray<long?> Cells);

/// <summary>How long answers took, in milliseconds; only where enough were given to say it.</summary>
public sealed record AnswerTimes(string Name, long Median, long P95, long P99);

/// <param name="Lost">Decisions and feedback items that could not be stored in this time: the tables are short of them.</param>
/// <param name="Orphans">Feedback on cards that are not in the store; null where hidden.</param>
public sealed record Report(DateOnly From, DateOnly Until, ImmutableArray<ReportTable> Tables, ImmutableArray<AnswerTimes> Times, long Lost, long? Orphans);
