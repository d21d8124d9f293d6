using System.Collections.Immutable;
using CsCheck;
using HpdCds.Reports;

namespace HpdCds.Tests.Reports;

/// <summary>That nobody finds a count from one to four who reads a table with a pencil, or with a computer.</summary>
public sealed class SmallCountTests
{
    // How far a hidden count is from the true one in the tables that are tried in its place.
    private const int Farthest = 4;

    [Fact]
    public void A_zero_hides_no_small_count()
    {
        var table = Table([[9, 0, 3], [8, 7, 6]]);

        Assert.Equal(0, table.Rows[1].Cells[2]);
        Assert.Null(table.Rows[1].Cells[1]);
        Assert.Null(table.Rows[1].Cells[3]);
    }

    [Fact]
    public void Two_ones_do_not_hide_each_other()
    {
        // 2 is 1 and 1 where nothing hidden is zero.
        var table = Table([[1, 1, 20], [20, 20, 20]]);

        Assert.All([1, 2], column => Assert.True(Ranges(table, [[1, 1, 20], [20, 20, 20]])[(1, column)].Count > 1));
    }

    [Fact]
    public void A_table_without_small_counts_is_shown_as_it_is() =>
        Assert.DoesNotContain(null, Table([[5, 0], [12, 7]]).Rows.SelectMany(row => row.Cells));

    [Fact]
    public void No_small_count_follows_from_what_is_shown() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 2]).SelectMany(size => Gen.Long[0, 7].Array[size.Item2].Array[size.Item1]).Sample(
            counts => Ranges(Table(counts), counts).All(range => range.Value.Count > 1 && range.Value.Any(value => value >= ReportTable.Fewest) && (range.Key.Row == 0 || range.Key.Column == 0 || range.Value.Contains(1))), iter: 100);

    /// <summary>What each small count, totals among them, can be in any other table of which the same is shown.</summary>
    private static Dictionary<(int Row, int Column), HashSet<long>> Ranges(ReportTable table, long[][] counts)
    {
        var shown = table.Rows.Select(row => row.Cells.ToArray()).ToArray();
        var truth = WithTotals(counts);
        var ranges = new Dictionary<(int Row, int Column), HashSet<long>>();
        for (var row = 0; row < truth.Length; row++)
        {
            for (var column = 0; column < truth[0].Length; column++)
            {
                if (truth[row][column] is > 0 and < ReportTable.Fewest)
                    ranges[(row, column)] = [];
            }
        }

        var hidden = (from row in Enumerable.Range(0, counts.Length) from column in Enumerable.Range(0, counts[0].Length) where shown[row + 1][column + 1] is null select (row, column)).ToArray();
        long[][] tried = [.. counts.Select(row => row.ToArray())];
        Try(0);
        return ranges;

        void Try(int at)
        {
            if (at > 0 && (at == hidden.Length || hidden[at].row != hidden[at - 1].row) && shown[hidden[at - 1].row + 1][0] is { } total && tried[hidden[at - 1].row].Sum() != total)
                return;
            if (at < hidden.Length)
            {
                var (row, column) = hidden[at];
                for (var value = Math.Max(1, counts[row][column] - Farthest); value <= counts[row][column] + Farthest; value++)
                {
                    tried[row][column] = value;
                    Try(at + 1);
                }

                return;
            }

            var other = WithTotals(tried);
            if (!shown.Zip(other).All(row => row.First.Zip(row.Second).All(cell => cell.First is null || cell.First == cell.Second)))
                return;
            foreach (var (cell, values) in ranges)
                values.Add(other[cell.Row][cell.Column]);
        }
    }

    private static long[][] WithTotals(long[][] counts)
    {
        long[][] rows = [[.. counts[0].Select((_, column) => counts.Sum(row => row[column]))], .. counts];
        return [.. rows.Select(row => (long[])[row.Sum(), .. row])];
    }

    private static ReportTable Table(long[][] counts) => ReportTable.Of(
        "t", "t", "", [.. counts[0].Select((_, column) => $"c{column}")], counts.Select((row, at) => ($"r{at}", row.ToImmutableArray())));
}
