using System.Globalization;
using System.Xml.Linq;
using HpdCds.Clinical;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>What charts over time are drawn of, so that each of them reads alike.</summary>
/// <param name="Left">Where the axes begin.</param>
/// <param name="Right">Where they end.</param>
/// <param name="Bottom">Where the axis of time lies.</param>
internal sealed record ChartShapes(decimal Left, decimal Right, decimal Bottom)
{
    // A bound is no value: it points to where the value lies.
    public static XElement Dot(decimal x, decimal y, Comparison? bound, string classes = "dot") => bound switch
    {
        null => Drawn("circle", Has("class", classes), Has("cx", x), Has("cy", y), Has("r", 3.5m)),
        Comparison.GreaterThan or Comparison.AtLeast => Drawn("path", Has("class", classes), Has("d", Written($"M{x - 4} {y + 3}H{x + 4}L{x} {y - 5}Z"))),
        _ => Drawn("path", Has("class", classes), Has("d", Written($"M{x - 4} {y - 3}H{x + 4}L{x} {y + 5}Z"))),
    };

    public static XElement? Line(IReadOnlyCollection<(decimal X, decimal Y)> points, string classes, XAttribute? dashes = null) => points.Count < 2
        ? null
        : Drawn("polyline", Has("class", classes), dashes, Has("points", string.Join(' ', points.Select(point => Written($"{point.X},{point.Y}")))));

    public XElement Axes(decimal top) => Drawn("path", Has("class", "axis"), Has("d", Written($"M{Left} {top}V{Bottom}H{Right}")));

    public XElement[] Tick(decimal y, decimal value) =>
    [
        Drawn("line", Has("class", "grid"), Has("x1", Left), Has("x2", Right), Has("y1", y), Has("y2", y)),
        Drawn("text", Has("class", "small"), Has("x", Left - 5), Has("y", y + 4), Has("text-anchor", "end"), PictureWords.Number(value)),
    ];

    /// <param name="below">How far below the axis its name stands.</param>
    public XElement[] Month(decimal x, decimal below, IFormattable month) =>
    [
        Drawn("line", Has("class", "axis"), Has("x1", x), Has("x2", x), Has("y1", Bottom), Has("y2", Bottom + 4)),
        Drawn("text", Has("class", "small"), Has("x", x), Has("y", Bottom + below), Has("text-anchor", x < Left + 16 ? "start" : x > Right - 20 ? "end" : "middle"), month.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
    ];

    public static string Written(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
