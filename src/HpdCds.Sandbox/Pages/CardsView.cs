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

    public static Html Render(OrderOutcome outcome)
    {
        var problem = outcome.Problem is { } text ? Html.Of($"""<p class="problem" role="alert">{text}</p>""") : Html.Nothing;
        var cards = outcome.Cards.Select(Card).ToList();
        var none = outcome.Problem is null && cards.Count == 0
            ? Html.Of($"""<p class="quiet">No card: the service has nothing to say about this order.</p>""")
            : Html.Nothing;
        return Html.Of($"<h2>Advice</h2>{problem}{none}{cards}");
    }

    private static Html Card(JsonObject card)
    {
        var indicator = Text(card["indicator"]) is "warning" or "critical" ? Text(card["indicator"])! : "info";
        return Html.Of($"""
            <article class="card {indicator}">
              <div class="indicator">{indicator}</div>
              <p class="summary">{Text(card["summary"])}</p>
              {Detail(Text(card["detail"]))}
              <p class="quiet">{Text((card["source"] as JsonObject)?["label"])}</p>
            </article>
            """);
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

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
