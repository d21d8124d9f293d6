using System.Xml.Linq;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>The pages of a launch that show no picture: it is being read, or there is none, and why.</summary>
public static class LaunchPages
{
    /// <summary>How often the page looks again, in seconds.</summary>
    private const int Again = 2;

    /// <param name="problem">Its words are the same for everybody.</param>
    public static string Problem(LaunchProblem problem, Wording words, string nonce, string stylesheet)
    {
        ArgumentNullException.ThrowIfNull(words);
        return Page(words, nonce, stylesheet, again: null, Of("h1", words[$"launch.title-{Kebab.Case(problem)}"]), Of("p", words[$"launch.{Kebab.Case(problem)}"]));
    }

    /// <summary>Nothing that was read is shown before all was: a part of it could look like the whole.</summary>
    /// <param name="script">By which the page looks again without being loaded anew under its reader's hands.</param>
    public static string Reading(IReadOnlyCollection<ChartKey> ended, int all, Wording words, string nonce, string stylesheet, string script, string self)
    {
        ArgumentNullException.ThrowIfNull(ended);
        ArgumentNullException.ThrowIfNull(words);
        return Page(
            words,
            nonce,
            stylesheet,
            (script, self),
            Of("h1", words["launch.reading"]),
            Of(
                "div",
                Has("id", "reading"),
                Has("data-again", Again),
                Of("p", Has("role", "status"), words.Say("launch.read-so-far", ("read", Number(ended.Count)), ("all", Number(all)))),
                Of("progress", Has("max", all), Has("value", ended.Count), Has("aria-label", words["launch.reading"]), ""),
                ended.Count == 0 ? null : Of("ul", ended.Select(key => Of("li", words[$"page.key-{Kebab.Case(key)}"])))),
            Of("p", Of("a", Has("class", "again"), Has("href", self), words["launch.look-again"])));
    }

    /// <summary>The end of a launch, below its picture.</summary>
    internal static XElement End(string address, string field, string token, Wording words) => Of(
        "form",
        Has("method", "post"),
        Has("action", address),
        Of("input", Has("type", "hidden"), Has("name", field), Has("value", token)),
        Of("button", Has("type", "submit"), words["launch.end"]));

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Page(Wording words, string nonce, string stylesheet, (string Script, string Self)? again, params object?[] body) => Written(Of(
        "html",
        Has("lang", words.Language),
        Of(
            "head",
            Of("meta", Has("charset", "utf-8")),
            Of("meta", Has("name", "viewport"), Has("content", "width=device-width, initial-scale=1")),
            Of("meta", Has("name", "color-scheme"), Has("content", "light dark")),
            again is not { } look ? null : new[]
            {
                Of("noscript", Of("meta", Has("http-equiv", "refresh"), Has("content", $"{Number(Again)};url={look.Self}"))),
                Of("script", Has("src", look.Script), Has("nonce", nonce), Has("defer", "defer"), ""),
            },
            Of("title", words["page.title"]),
            NoIcon(),
            Of("link", Has("rel", "stylesheet"), Has("href", stylesheet), Has("nonce", nonce))),
        Of("body", Of("main", body))));
}
