namespace HpdCds.Reports;

/// <summary>
/// Which counts of a table are hidden: every count from one to four, and of the others as many as it takes that nobody finds
/// one of those by subtraction. A zero is always shown, so whoever reads knows that what is hidden is at least one: of every
/// small count the other counts must leave open that it is one, and that it is not small.
/// </summary>
/// <remarks>
/// Rows and columns with their totals are a network in which counts flow and nothing stays: from a row into its columns, from a
/// column into the row of totals, and back through the column of totals. What a hidden count may be is how much more, and how
/// much less, can flow through it while all that is shown stays as it is; where that is too little, the cheapest way is hidden, too.
/// </remarks>
internal sealed class SmallCounts
{
    private readonly long[][] _counts;
    private readonly bool[][] _hidden;
    private readonly int _rows;
    private readonly int _columns;

    private SmallCounts(long[][] counts)
    {
        (_counts, _rows, _columns) = (counts, counts.Length, counts[0].Length);
        _hidden = [.. counts.Select(row => row.Select(count => count is > 0 and < ReportTable.Fewest).ToArray())];
    }

    /// <param name="counts">With the row of totals first, and the total first in each row.</param>
    public static bool[][] Hidden(long[][] counts)
    {
        var table = new SmallCounts(counts);
        var small = Enumerable.Range(0, table._rows).SelectMany(row => Enumerable.Range(0, table._columns).Where(column => table._hidden[row][column]).Select(column => new Cell(row, column))).ToArray();
        foreach (var cell in small)
        {
            table.Open(cell, table.To(cell), table.From(cell), ReportTable.Fewest - table.Count(cell));
            table.Open(cell, table.From(cell), table.To(cell), table.Count(cell) - 1);
        }

        return table._hidden;
    }

    /// <summary>Hides what it takes that so much more can flow from one place to the other without the cell. A total of four ones cannot be one, and is left at that.</summary>
    private void Open(Cell without, int from, int to, long amount)
    {
        long[][] flow = [.. _counts.Select(row => row.ToArray())];
        while (amount > 0 && Cheapest(flow, without, from, to) is { } way)
        {
            var step = Math.Min(amount, way.Min(arc => arc.Room));
            foreach (var (cell, isForward, _) in way)
            {
                flow[cell.Row][cell.Column] += isForward ? step : -step;
                _hidden[cell.Row][cell.Column] = true;
            }

            amount -= step;
        }
    }

    /// <returns>The way that hides the least; null where there is none.</returns>
    private List<Arc>? Cheapest(long[][] flow, Cell without, int from, int to)
    {
        var costs = Enumerable.Repeat(long.MaxValue, _rows + _columns).ToArray();
        var arrivals = new Arc?[costs.Length];
        var next = new PriorityQueue<int, long>();
        costs[from] = 0;
        next.Enqueue(from, 0);
        while (next.TryDequeue(out var place, out var cost) && place != to)
        {
            if (cost > costs[place])
                continue;
            foreach (var arc in ArcsAt(flow, place).Where(arc => arc.Cell != without))
            {
                var (there, price) = (EndOf(arc), cost + (_hidden[arc.Cell.Row][arc.Cell.Column] ? 0 : Count(arc.Cell)));
                if (price >= costs[there])
                    continue;
                (costs[there], arrivals[there]) = (price, arc);
                next.Enqueue(there, price);
            }
        }

        if (costs[to] == long.MaxValue)
            return null;
        var way = new List<Arc>();
        for (var place = to; place != from; place = way[^1].IsForward ? From(way[^1].Cell) : To(way[^1].Cell))
            way.Add(arrivals[place]!);
        return way;
    }

    private IEnumerable<Arc> ArcsAt(long[][] flow, int place)
    {
        var cells = place < _rows ? Enumerable.Range(0, _columns).Select(column => new Cell(place, column)) : Enumerable.Range(0, _rows).Select(row => new Cell(row, place - _rows));
        foreach (var cell in cells.Where(cell => Count(cell) > 0))
        {
            if (From(cell) == place)
                yield return new(cell, IsForward: true, long.MaxValue);
            else if (flow[cell.Row][cell.Column] > 1)
                yield return new(cell, IsForward: false, flow[cell.Row][cell.Column] - 1);
        }
    }

    private long Count(Cell cell) => _counts[cell.Row][cell.Column];

    private int EndOf(Arc arc) => arc.IsForward ? To(arc.Cell) : From(arc.Cell);

    private int From(Cell cell) => IsFromRow(cell) ? cell.Row : _rows + cell.Column;

    private int To(Cell cell) => IsFromRow(cell) ? _rows + cell.Column : cell.Row;

    private static bool IsFromRow(Cell cell) => (cell.Row == 0) == (cell.Column == 0);

    private readonly record struct Cell(int Row, int Column);

    /// <param name="Room">How much can be added to a count, or taken from it.</param>
    private sealed record Arc(Cell Cell, bool IsForward, long Room);
}
