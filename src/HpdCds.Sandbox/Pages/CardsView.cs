using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HpdCds.Sandbox.Pages;

/// <summary>What came back, as an EHR shows it: a sentence when the service could not be asked, else the cards.</summary>
public static class CardsView
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().DisableHtml().Build();

    public static Html Render(PlacedOrder order)
    {
        var problem = order.Problem is { } text ? Html.Of($"""<p class="problem" role="alert">{text}</p>""") : Html.Nothing;
        var none = order.Problem is null && order.Cards.IsEmpty
            ? Html.Of($"""<p class="quiet">No card: {WhyNone(order)}</p>""")
            : Html.Nothing;
        var broken = order.LastAnswers.SelectMany(exchange => exchange.Violations).ToList();
        var rules = broken.Count > 0
            ? Html.Of($"""<div class="problem" role="alert"><strong>This exchange breaks rules of CDS Hooks</strong><ul>{broken.Select(rule => Html.Of($"<li>{rule.ToString()}</li>"))}</ul></div>""")
            : Html.Nothing;
        return Html.Of($"""
            <section aria-labelledby="advice"><h2 id="advice">Advice <span class="state">on {order.Hook}</span></h2>{problem}{rules}{none}{order.Cards.Select(card => Card(order, card))}</section>
            """);
    }

    private static string WhyNone(PlacedOrder order) =>
        order.LastAnswers.Select(exchange => exchange.Json?["extension"]?["org.hpdcds.assessment"]?["suppressed"]).FirstOrDefault(suppressed => suppressed is not null) is { } since
            ? $"the same card was overridden at {since}, and nothing has changed since."
            : "the service has nothing to say about this " + (order.State == OrderState.Viewed ? "chart." : "order.");

    private static Html Card(PlacedOrder order, ShownCard card)
    {
        var indicator = Members.Text(card.Json["indicator"]) is "warning" or "critical" ? Members.Text(card.Json["indicator"])! : "info";
        var id = $"card-{card.Place.ToString(CultureInfo.InvariantCulture)}";
        return Html.Of($"""
            <article class="card {indicator}" aria-labelledby="{id}">
              <p class="indicator">{Word(indicator)}</p>
              <h3 id="{id}" lang="{order.Switches.Language}">{Members.Text(card.Json["summary"]) ?? "A card without a summary"}</h3>
              <div class="detail" lang="{order.Switches.Language}">{Detail(Members.Text(card.Json["detail"]))}</div>
              {Links(order, card)}
              {Source(card.Json["source"] as JsonObject)}
              {(card.Decision is { } decision ? Decided(decision) : Choices(order, card))}
            </article>
            """);
    }

    private static string Word(string indicator) => indicator switch
    {
        "warning" => "Warning",
        "critical" => "Critical",
        _ => "Information",
    };

    private static Html Source(JsonObject? source)
    {
        var label = Members.Text(source?["label"]) ?? "no source given";
        return Members.Text(source?["url"]) is { } url && IsWeb(url)
            ? Html.Of($"""<p class="source">Source: <a href="{url}" rel="noopener noreferrer">{label}</a></p>""")
            : Html.Of($"""<p class="source">Source: {label}</p>""");
    }

    private static Html Links(PlacedOrder order, ShownCard card)
    {
        var launch = $"/orders/{order.Id}/cards/{card.Place.ToString(CultureInfo.InvariantCulture)}/launch";
        var links = Members.Objects(card.Json["links"]).Select((link, place) => (Members.Text(link["type"]), Members.Text(link["url"])) switch
        {
            ("absolute", { } url) when IsWeb(url) => Html.Of($"""<li><a href="{url}" rel="noopener noreferrer">{Members.Text(link["label"])}</a></li>"""),
            ("smart", not null) when order.PatientId is not null =>
                Html.Of($"""<li><a class="launch" href="{launch}/{place}" target="_blank" rel="noopener" lang="{order.Switches.Language}">{Members.Text(link["label"])}</a></li>"""),
            _ => Html.Of($"<li>{Members.Text(link["label"])} (a SMART app: there is no patient to launch it for)</li>"),
        }).ToList();
        return links.Count == 0 ? Html.Nothing : Html.Of($"""<ul class="links">{links}</ul>""");
    }

    private static Html Choices(PlacedOrder order, ShownCard card)
    {
        var path = $"/orders/{order.Id}/cards/{card.Place.ToString(CultureInfo.InvariantCulture)}";
        var suggestions = Members.Objects(card.Json["suggestions"]).Select((suggestion, place) => Html.Of($"""
            <button name="suggestion" value="{place}">{Members.Text(suggestion["label"])}</button>
            """)).ToList();
        var accept = suggestions.Count == 0 ? Html.Nothing : Html.Of($"""
            <form class="suggestions" method="post" action="{path}/accept">{suggestions}</form>
            """);
        var reasons = Members.Objects(card.Json["overrideReasons"]).Select((reason, place) => Html.Of($"""
            <option value="{place}">{Members.Text(reason["display"])}</option>
            """));
        return Html.Of($"""
            {accept}
            <details class="override"><summary>Override</summary>
              <form method="post" action="{path}/override">
                <label>Reason <select name="reason" lang="{order.Switches.Language}"><option value="">No reason</option>{reasons}</select></label>
                <label>Comment <input name="comment" maxlength="500" autocomplete="off"></label>
                <button>Override this card</button>
              </form>
            </details>
            """);
    }

    private static Html Decided(CardDecision decision)
    {
        var told = decision switch
        {
            { WasSent: false } => "The card has no id, so that no feedback can be sent.",
            { FeedbackStatus: 404 } => "The service does not take feedback (404).",
            { FeedbackStatus: >= 200 and < 300 } => "The service has been told.",
            { FeedbackStatus: { } status } => $"The service refused the feedback ({status.ToString(CultureInfo.InvariantCulture)}).",
            _ => "The service did not answer the feedback.",
        };
        return Html.Of($"""<p class="decided" role="status"><strong>{decision.Text}</strong> <span class="quiet">{told}</span></p>""");
    }

    /// <summary>Raw HTML is off, and a link or image that is not plain web loses its address.</summary>
    private static Html Detail(string? detail)
    {
        if (detail is null)
            return Html.Nothing;
        var document = Markdig.Markdown.Parse(detail, Markdown);
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage || !IsWeb(link.Url)))
            link.Url = "";
        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail && !IsWeb(link.Url)))
            link.Url = "";
        return Html.Trusted(document.ToHtml(Markdown));
    }

    private static bool IsWeb(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");
}
