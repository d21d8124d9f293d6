using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>Sizes over time as inline SVG, from 0 mm on, with the days of doses; one line for a sum, or one for each lesion.</summary>
/// <param name="lines">Each with what stands at its end: nothing, or a number.</param>
/// <param name="doses">Oldest first; the first has a line of its own.</param>
internal sealed class GrowthChart(IReadOnlyList<(string? Name, IReadOnlyList<(DateOnly Day, Measure<TumourSum> Size)> Points)> lines, ImmutableArray<TreatmentDose> doses, DateOnly? firstDose)
{
    private const decimal Width = 320;
    private const decimal Height = 190;
    private const decimal Left = 40;
    private const decimal Right = 18;
    private const decimal Top = 22;
    private const decimal Bottom = 26;
    private const decimal LeastBetweenDates = 80;
    private const int Ticks = 4;
    private const decimal LabelHeight = 10;
    private const decimal LabelWidth = 12;

    private static readonly ChartShapes Shapes = new(Left, Width - Right, Height - Bottom);

    private readonly DateOnly _first = lines.SelectMany(line => line.Points).Min(point => point.Day).AddDays(-4);
    private readonly DateOnly _last = lines.SelectMany(line => line.Points).Select(point => point.Day).Concat(doses.Select(dose => dose.Day)).Max().AddDays(4);

    /// <summary>What a line would have been, where it is not measured.</summary>
    public IReadOnlyList<(DateOnly Day, decimal Size)> Expected { get; init; } = [];

    /// <summary>Whether the lines are pieces of one course, and look alike.</summary>
    public bool IsOneCourse { get; init; }

    private decimal Most => lines.SelectMany(line => line.Points).Select(point => point.Size.Value).Concat(Expected.Select(point => point.Size)).Max();

    private decimal Step => Math.Max(1, StepOf(Most / Ticks));

    private decimal High => Math.Max(Step, Math.Ceiling(Most / Step) * Step);

    public XElement Draw(string spoken, string doseWord) => Drawn(
        "svg",
        Has("class", "trend"),
        Has("viewBox", ChartShapes.Written($"0 0 {Width} {Height}")),
        Has("role", "img"),
        Has("aria-label", spoken),
        Enumerable.Range(0, (int)(High / Step) + 1).SelectMany(step => Shapes.Tick(Y(step * Step), step * Step)),
        Months().Select(month => Shapes.Month(X(month), Bottom - 8, month)),
        Shapes.Axes(Top),
        doses.Where(dose => dose.Day >= _first && dose.Day != firstDose).Select(dose =>
            Drawn("line", Has("class", "dose"), Has("x1", X(dose.Day)), Has("x2", X(dose.Day)), Has("y1", Height - Bottom - 9), Has("y2", Height - Bottom))),
        firstDose is { } day && day >= _first ? FirstDose(day, doseWord) : null,
        ChartShapes.Line([.. Expected.Select(point => (X(point.Day), Y(point.Size)))], "expected"),
        lines.SelectMany(Line));

    private XElement[] FirstDose(DateOnly day, string word)
    {
        var x = X(day);
        var isLate = x > Width / 2;
        return
        [
            Drawn("line", Has("class", "treatment"), Has("x1", x), Has("x2", x), Has("y1", Top - 8), Has("y2", Height - Bottom)),
            Drawn("text", Has("class", "small strong over"), Has("x", isLate ? x - 4 : x + 4), Has("y", Top - 10), Has("text-anchor", isLate ? "end" : "start"), word),
        ];
    }

    private IEnumerable<XElement?> Line((string? Name, IReadOnlyList<(DateOnly Day, Measure<TumourSum> Size)> Points) line, int at)
    {
        yield return ChartShapes.Line([.. line.Points.Select(point => (X(point.Day), Y(point.Size.Value)))], "line", Dashes(IsOneCourse ? 0 : at));
        foreach (var point in line.Points)
            yield return ChartShapes.Dot(X(point.Day), Y(point.Size.Value), point.Size.Bound);
        if (line.Name is { } name)
            yield return Drawn("text", Has("class", "small strong over"), Has("x", X(line.Points[^1].Day) + 6), Has("y", Labels[at] + 4), name);
    }

    // Where each line's number stands: at its end, and below the number of a line that ends in the same place.
    private decimal[] Labels => field ??= Spread();

    private decimal[] Spread()
    {
        var ends = lines.Select((line, at) => (At: at, X: X(line.Points[^1].Day), Y: Y(line.Points[^1].Size.Value))).OrderBy(end => end.Y).ToArray();
        var places = new decimal[lines.Count];
        for (var at = 0; at < ends.Length; at++)
        {
            var above = ends[..at].Where(end => Math.Abs(end.X - ends[at].X) < LabelWidth).Select(end => places[end.At]).DefaultIfEmpty(decimal.MinValue).Max();
            places[ends[at].At] = above == decimal.MinValue ? ends[at].Y : Math.Max(ends[at].Y, above + LabelHeight);
        }

        return places;
    }

    // Lines are told apart by their dashes, too.
    private static XAttribute? Dashes(int line) => line == 0 ? null : Has("stroke-dasharray", ((string[])["6 2", "3 2", "8 2 2 2"])[(line - 1) % 3]);

    private IEnumerable<DateOnly> Months()
    {
        decimal? drawn = null;
        for (var month = new DateOnly(_first.Year, _first.Month, 1).AddMonths(1); month <= _last; month = month.AddMonths(1))
        {
            if (drawn is { } before && X(month) - before < LeastBetweenDates)
                continue;
            drawn = X(month);
            yield return month;
        }
    }

    private decimal X(DateOnly day) => Math.Round(Left + ((Width - Left - Right) * (day.DayNumber - _first.DayNumber) / (_last.DayNumber - _first.DayNumber)), 1);

    private decimal Y(decimal size) => Math.Round(Height - Bottom - ((Height - Top - Bottom) * size / High), 1);

    /// <summary>The next round step: 1, 2, 2.5 or 5 times a power of ten.</summary>
    private static decimal StepOf(decimal least)
    {
        if (least <= 1)
            return 1;
        var size = (decimal)Math.Pow(10, Math.Floor(Math.Log10((double)least)));
        return ((decimal[])[1, 2, 2.5m, 5, 10]).First(step => step * size >= least) * size;
    }
}
