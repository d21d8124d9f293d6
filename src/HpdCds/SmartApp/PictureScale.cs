using System.Globalization;
using System.Xml.Linq;
using HpdCds.Clinical;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>The points on a plain scale: a box for each, the bands below them, filled where counted and hatched where open.</summary>
internal static class PictureScale
{
    private const int Width = 300;
    private const int Left = 2;
    private const int BoxHeight = 26;
    private const int TriedTop = 62;

    public static XElement Of(RiskAssessment read, RiskAssessment? tried, PictureWords words)
    {
        var model = read.Model;
        var most = model.MostPoints;
        var box = (Width - (2m * Left)) / (most + 1);
        var isTried = tried is { IsAssessable: true };
        var told = read.IsAssessable ? words.Span(read.Points) : words["page.not-assessable"];
        var spoken = words.Say(
            "page.scale",
            ("most", PictureWords.Number(most)),
            ("bands", words.List(model.Bands.Select(band => words.Say("page.scale-band", ("band", words.BandOf(band.Band)), ("points", words.Span(band.Points)))))),
            ("points", told));
        return Markup.Of(
            "figure",
            Has("class", "scale"),
            Drawn(
                "svg",
                Has("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {(isTried ? TriedTop + 34 : 50)}")),
                Has("role", "img"),
                Has("aria-label", spoken),
                Hatch("open"),
                Enumerable.Range(0, most + 1).SelectMany(points => Box(points, box, top: 0, read.IsAssessable ? read.Points : null, model.BandOf(points))),
                model.Bands.SelectMany(band => BandLine(band.Points, box, words.BandOf(band.Band))),
                isTried ? Enumerable.Range(0, most + 1).SelectMany(points => Box(points, box, TriedTop, tried!.Points, model.BandOf(points)).Append(null)) : null),
            isTried ? Classed("figcaption", "tried", words["page.scale-tried"]) : null);
    }

    /// <summary>The pattern of what is open, under a name of its own: it fills by reference.</summary>
    public static XElement Hatch(string id) => Drawn("defs", Drawn(
        "pattern", Has("id", id), Has("width", 5), Has("height", 5), Has("patternUnits", "userSpaceOnUse"), Has("patternTransform", "rotate(45)"),
        Drawn("line", Has("class", "hatch"), Has("x1", 0), Has("y1", 0), Has("x2", 0), Has("y2", 5))));

    private static IEnumerable<XElement?> Box(int points, decimal box, int top, PointsRange? range, Band band)
    {
        var left = Left + (box * points);
        var isIn = range is { } read && points >= read.Low && points <= read.High;
        var isSettled = range is { IsSettled: true };
        yield return Drawn(
            "rect", Has("class", $"box {Kebab.Case(band)}{(isIn ? " in" : "")}"), Has("x", Math.Round(left, 1)), Has("y", top + 1), Has("width", Math.Round(box, 1)), Has("height", BoxHeight),
            isIn && !isSettled ? Has("fill", "url(#open)") : null);
        yield return Drawn(
            "text", Has("class", isIn && isSettled ? "on" : isIn ? "strong" : "off"), Has("x", Math.Round(left + (box / 2), 1)), Has("y", top + 19), Has("text-anchor", "middle"), PictureWords.Number(points));
    }

    private static IEnumerable<XElement> BandLine(PointsRange points, decimal box, string name)
    {
        var (left, right) = (Left + (box * points.Low) + 2, Left + (box * (points.High + 1)) - 2);
        yield return Drawn("line", Has("class", "edge"), Has("x1", Math.Round(left, 1)), Has("y1", 32), Has("x2", Math.Round(right, 1)), Has("y2", 32));
        yield return Drawn("text", Has("x", Math.Round((left + right) / 2, 1)), Has("y", 46), Has("text-anchor", "middle"), name);
    }
}
