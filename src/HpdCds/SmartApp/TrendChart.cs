using System.Globalization;
using System.Xml.Linq;
using HpdCds.Clinical;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>One trend as inline SVG: the window in which a value counts, thresholds, treatments begun, and the values; drawn so that it reads without colour.</summary>
internal sealed class TrendChart
{
    private const decimal Width = 320;
    private const decimal Height = 168;
    private const decimal Left = 44;
    private const decimal Right = 10;
    private const decimal Top = 20;
    private const decimal Bottom = 24;
    private const int MostDates = 4;
    private const decimal LeastBetweenDates = 46;

    private static readonly ChartShapes Shapes = new(Left, Width - Right, Height - Bottom);

    private readonly Trend _trend;
    private readonly Picture _picture;
    private readonly PictureWords _words;
    private readonly DateTimeOffset _first;
    private readonly DateTimeOffset _last;
    private readonly decimal _low;
    private readonly decimal _high;

    public TrendChart(Trend trend, Picture picture, PictureWords words)
    {
        (_trend, _picture, _words) = (trend, picture, words);
        _last = picture.Request.AsOf;
        var start = trend.Points[0].When.Latest;
        _first = new[] { start, WindowStart }.Min() - TimeSpan.FromDays(4);
        (_low, _high) = Reach([.. trend.Points.Select(point => point.Drawn), .. trend.Thresholds]);
    }

    public static string MarkOf(int treatment) => ((char)('A' + treatment)).ToString();

    private DateTimeOffset WindowStart => _last.AddDays(-_trend.WindowDays);

    public XElement Draw(string spoken) => Drawn(
        "svg",
        Has("class", "trend"),
        Has("viewBox", ChartShapes.Written($"0 0 {Width} {Height}")),
        Has("role", "img"),
        Has("aria-label", spoken),
        Window(),
        Ticks().Select(tick => Shapes.Tick(Y(tick), tick)),
        Dates().Select(month => Shapes.Month(X(month), Bottom - 7, month)),
        Shapes.Axes(Top),
        _trend.Thresholds.Select(Threshold),
        _picture.Treatments.SelectMany(Treatment),
        ChartShapes.Line([.. _trend.Points.Select(point => (X(point.When.Latest), Y(point.Drawn)))], "line"),
        _trend.Points.Select(point => ChartShapes.Dot(X(point.When.Latest), Y(point.Drawn), point.Bound, point.IsMarked ? "dot marked" : "dot")),
        Labels());

    private XElement Window() => Drawn(
        "rect", Has("class", "window"), Has("x", X(WindowStart)), Has("y", Top), Has("width", X(_last) - X(WindowStart)), Has("height", Height - Top - Bottom));

    // Over what is drawn, each with an edge of paper around it.
    private IEnumerable<XElement> Labels()
    {
        var isLow = Y(_trend.Points[^1].Drawn) > Height / 2;
        yield return Drawn(
            "text", Has("class", "small over"), Has("x", X(_last) - 3), Has("y", isLow ? Top + 11 : Height - Bottom - 5), Has("text-anchor", "end"),
            _words.Say("page.trend-window", ("days", PictureWords.Number(_trend.WindowDays))));
        foreach (var value in _trend.Thresholds)
        {
            yield return Drawn("text", Has("class", "small limit over"), Has("x", Left + 4), Has("y", Y(value) - 3), _trend.Points[0].Limit is null
                ? _words.Say("page.trend-threshold", ("value", PictureWords.Number(Math.Round(value, value > 10 ? 1 : 3))))
                : _words["page.trend-limit"]);
        }
    }

    private XElement Threshold(decimal value) =>
        Drawn("line", Has("class", "threshold"), Has("x1", Left), Has("x2", Width - Right), Has("y1", Y(value)), Has("y2", Y(value)));

    private XElement[] Treatment(TreatmentMark treatment, int at)
    {
        if (treatment.When.Latest < _first)
            return [];
        var x = X(treatment.When.Latest);
        return
        [
            Drawn("line", Has("class", "treatment"), Has("x1", x), Has("x2", x), Has("y1", Top - 4), Has("y2", Height - Bottom)),
            Drawn("text", Has("class", "small strong"), Has("x", x), Has("y", Top - 7), Has("text-anchor", "middle"), MarkOf(at)),
        ];
    }

    private decimal X(DateTimeOffset time) => Math.Round(
        Left + ((Width - Left - Right) * Math.Clamp((time.UtcTicks - _first.UtcTicks) / (decimal)(_last.UtcTicks - _first.UtcTicks), 0, 1)), 1);

    private decimal Y(decimal value) => Math.Round(Height - Bottom - ((Height - Top - Bottom) * Math.Clamp((Scaled(value) - _low) / (_high - _low), 0, 1)), 1);

    // A tumour marker of nothing has no place on a log axis; it stands on its lowest line.
    private decimal Scaled(decimal value) => _trend.IsLog ? (decimal)Math.Log10((double)Math.Max(value, 1)) : value;

    private (decimal Low, decimal High) Reach(decimal[] values)
    {
        var (low, high) = (values.Min(Scaled), values.Max(Scaled));
        if (_trend.IsLog)
            return (Math.Floor(low), Math.Max(Math.Ceiling(high), Math.Floor(low) + 1));
        // A change of little must look small.
        var least = Math.Max(Math.Abs(high) / 4, 0.4m);
        if (high - low < least)
            (low, high) = (low - ((least - high + low) / 2), high + ((least - high + low) / 2));
        var step = StepOf(high - low);
        return (low >= 0 && low - step < 0 ? 0 : Math.Floor((low - (step / 4)) / step) * step, Math.Ceiling((high + (step / 4)) / step) * step);
    }

    private IEnumerable<decimal> Ticks()
    {
        var step = _trend.IsLog ? 1 : StepOf(_high - _low);
        for (var tick = Math.Ceiling(_low / step) * step; tick <= _high; tick += step)
            yield return _trend.IsLog ? (decimal)Math.Pow(10, (double)tick) : tick;
    }

    /// <summary>A round step that makes three to five of a span.</summary>
    private static decimal StepOf(decimal span)
    {
        var size = (decimal)Math.Pow(10, Math.Floor(Math.Log10((double)span)));
        return (span / size) switch
        {
            > 8 => 2.5m * size,
            > 4 => 2 * size,
            > 2 => size,
            > 1.2m => 0.5m * size,
            _ => 0.25m * size,
        };
    }

    private List<DateTimeOffset> Dates()
    {
        var months = new List<DateTimeOffset>();
        for (var month = new DateTimeOffset(_first.Year, _first.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1); month <= _last; month = month.AddMonths(1))
            months.Add(month);
        var every = ((months.Count - 1) / MostDates) + 1;
        var shown = new List<DateTimeOffset>();
        foreach (var month in months.Where((_, at) => at % every == 0))
        {
            if (shown.Count == 0 || LabelOf(month) - LabelOf(shown[^1]) >= LeastBetweenDates)
                shown.Add(month);
        }

        return shown;
    }

    // The middle of the label, which the edges of the picture push inwards.
    private decimal LabelOf(DateTimeOffset month) => Math.Clamp(X(month), Left + 19, Width - Right - 19);
}
