using System.Globalization;
using System.Xml.Linq;

namespace HpdCds.About;

/// <summary>The frame of every page and its few shapes. Text becomes text: markup cannot come in with it.</summary>
internal static class Page
{
    public const string Stylesheet = "/about/about.css";

    public static string Of(string title, params object[] body)
    {
        var html = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", $"{title} - HpdCds"),
                new XElement("link", new XAttribute("rel", "stylesheet"), new XAttribute("href", Stylesheet))),
            new XElement(
                "body",
                new XElement("header", Link("/about/models", "HpdCds: what it is")),
                new XElement("main", new XElement("h1", title), body)));
        return "<!doctype html>\n" + html.ToString(SaveOptions.DisableFormatting);
    }

    public static XElement Section(string id, string title, params object?[] content) =>
        new("section", new XAttribute("id", id), new XElement("h2", title), content);

    public static XElement Paragraph(string text) => new("p", text);

    public static XElement Quiet(string text) => new("p", new XAttribute("class", "quiet"), text);

    public static XElement List(IEnumerable<string> items) => new("ul", items.Select(item => new XElement("li", item)));

    public static XElement Link(string address, string text) => new("a", new XAttribute("href", address), text);

    /// <summary>A table whose cells carry the heading of their column: on a narrow screen each row becomes a list of them.</summary>
    public static XElement Table(string[] headings, IEnumerable<object?[]> rows) => new(
        "table",
        new XElement("thead", new XElement("tr", headings.Select(heading => new XElement("th", new XAttribute("scope", "col"), heading)))),
        new XElement("tbody", rows.Select(row => new XElement("tr", headings.Zip(row, Cell)))));

    private static XElement Cell(string heading, object? content) => new(
        "td",
        new XAttribute("data-label", heading),
        content is IFormattable number ? number.ToString(format: null, CultureInfo.InvariantCulture) : content ?? "");
}
