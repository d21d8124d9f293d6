using System.Xml;
using System.Xml.Linq;

namespace HpdCds.SmartApp;

/// <summary>Elements of a page. Text becomes text: whatever a chart holds cannot become markup.</summary>
internal static class Markup
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private const char Replacement = '\uFFFD';

    public static XElement Of(string name, params object?[] content) => new(name, content);

    /// <summary>An element of a class. One without content keeps its end tag: HTML knows no other.</summary>
    public static XElement Classed(string name, string classes, params object?[] content) => new(name, new XAttribute("class", classes), content, "");

    public static XElement Drawn(string name, params object?[] content) => new(Svg + name, content);

    public static XAttribute Has(string name, object value) => new(name, value is IFormattable number ? number.ToString(format: null, System.Globalization.CultureInfo.InvariantCulture) : value);

    /// <summary>Without it a browser asks for one, and finds none.</summary>
    public static XElement NoIcon() => Of("link", Has("rel", "icon"), Has("href", "data:,"));

    public static XElement Section(string id, string title, params object?[] content) =>
        Of("section", Has("id", id), Has("aria-labelledby", $"{id}-title"), Of("h2", Has("id", $"{id}-title"), title), content);

    public static XElement Details(string summary, params object?[] content) => Of("details", Of("summary", summary), content);

    /// <summary>
    /// A table that stays one for who hears it where a narrow screen shows its rows as lists: then each cell carries the heading of its
    /// column. The first cell of a row is its heading.
    /// </summary>
    /// <param name="caption">Null where a heading that is its name stands before it.</param>
    /// <param name="more">What stands below each row, over its whole width.</param>
    public static XElement Table(
        string? caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<object?>> rows, string? labelledBy = null, IReadOnlyList<(bool IsOnScreenOnly, object? Content)>? more = null) => Of(
        "table",
        Has("role", "table"),
        labelledBy is null ? null : Has("aria-labelledby", labelledBy),
        caption is null ? null : Classed("caption", "unseen", caption),
        Of("thead", Has("role", "rowgroup"), Of("tr", Has("role", "row"), headings.Select(heading => Of("th", Has("role", "columnheader"), Has("scope", "col"), heading)))),
        Of("tbody", Has("role", "rowgroup"), rows.SelectMany((row, place) => new[]
        {
            Of("tr", Has("role", "row"), row.Select((cell, at) => at == 0
                ? Of("th", Has("role", "rowheader"), Has("scope", "row"), cell)
                : Of("td", Has("role", "cell"), Has("data-label", headings[at]), cell ?? ""))),
            more?[place] is not { Content: { } below, IsOnScreenOnly: var isOnScreen } ? null
                : Of("tr", Has("role", "row"), Has("class", isOnScreen ? "more screen-only" : "more"), Of("td", Has("role", "cell"), Has("colspan", headings.Count), below)),
        })));

    /// <summary>A page as text, without the characters that no page may hold, or that turn the direction of others.</summary>
    public static string Written(XElement html)
    {
        foreach (var node in html.DescendantNodes().OfType<XText>().ToArray())
            node.Value = Clean(node.Value);
        foreach (var attribute in html.DescendantsAndSelf().Attributes().ToArray())
            attribute.Value = Clean(attribute.Value);
        return "<!doctype html>\n" + html.ToString(SaveOptions.DisableFormatting);
    }

    private static string Clean(string text)
    {
        if (IsClean(text))
            return text;
        var letters = text.ToCharArray();
        for (var at = 0; at < letters.Length; at++)
        {
            if (at + 1 < letters.Length && XmlConvert.IsXmlSurrogatePair(letters[at + 1], letters[at]))
                at++;
            else if (!XmlConvert.IsXmlChar(letters[at]) || TurnsText(letters[at]))
                letters[at] = Replacement;
        }

        return new(letters);
    }

    private static bool IsClean(string text) => text.All(letter => XmlConvert.IsXmlChar(letter) && !TurnsText(letter));

    // Embeddings, overrides and isolates: what a chart holds could turn the words around it.
    private static bool TurnsText(char letter) => letter is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
