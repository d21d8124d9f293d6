using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Tests.Hooks;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HpdCds.Tests.Cards;

/// <summary>Whatever stands in a request, a card holds our words, our numbers and our units.</summary>
public sealed partial class HostileTextTests
{
    private const string Marker = "zqx";

    // Each is a way into Markdown or HTML; the short ones pass for a unit, a code or an id.
    private static readonly string[] Payloads =
    [
        $"](https://evil.example/{Marker}) ![{Marker}](https://evil.example/i.png) <img src=x onerror={Marker}> <script>{Marker}</script> {{drugs}} | `{Marker}` **{Marker}**\n\n# {Marker}\n- {Marker} https://evil.example/{Marker} www.{Marker}.example",
        $"www.{Marker}.io",
        $"5 {Marker}/L",
        Marker,
        $"<{Marker}@evil.io>",
    ];

    private static readonly string[] Golden =
    [
        "high-all-seven-review-features", "differing-the-example-of-the-model", "cannot-assess-no-blood-count-no-liver-tests", "unknown-unit-afp-without-unit",
        "tumour-not-found", "tumour-two-cancers-are-ambiguous", "tumour-other-solid", "drug-by-name-only", "implausible-ldh", "confounded-inr-by-warfarin",
    ];

    // With the raw HTML of GitHub's flavour on, as a careless client would have it.
    private static readonly MarkdownPipeline Careless = new MarkdownPipelineBuilder().UseAdvancedExtensions().Build();

    public static TheoryData<string> Names => [.. Golden];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Req", "CARD-09")]
    [Trait("Req", "SEC-09")]
    [Trait("Req", "SEC-10")]
    public async Task Text_of_a_request_never_reaches_a_card(string golden)
    {
        await using var service = await RichPatient.StartAsync(
            ("Overlay", RichPatient.Overlay), ("Ehrs:0:UnresolvedInfoLine", "true"), ("Ehrs:0:NotAssessable", "card"),
            ("Ehrs:0:OrderCodes:cbc:System", "urn:site"), ("Ehrs:0:OrderCodes:cbc:Code", "CBC"), ("Ehrs:0:OrderCodes:imaging:System", "urn:site"), ("Ehrs:0:OrderCodes:imaging:Code", "IMG"));
        var cards = 0;
        foreach (var payload in Payloads)
        {
            // All at once where nothing depends on the text, then place by place, in place of the value and behind it.
            cards += await CheckAsync(service, golden, (place, text) => IsOnlyForReaders(place) ? payload : text);
            var places = TextsOf(RichPatient.RequestOf(golden)).Count();
            for (var at = payload == Payloads[0] && Array.IndexOf(Golden, golden) < 3 ? 0 : places; at < places; at++)
            {
                cards += await CheckAsync(service, golden, NthBecomes(at, _ => payload));
                cards += await CheckAsync(service, golden, NthBecomes(at, text => text + payload));
            }

            cards += await CheckAsync(service, golden, (place, text) => IsUnit(place) ? payload : text);
            cards += await CheckAsync(service, golden, (place, text) => IsUnit(place) || place.EndsWith("system", StringComparison.Ordinal) && IsUnit(Sibling(place)) ? payload : text);
        }

        Assert.True(cards > 5, $"only {cards} cards were seen");
    }

    [Theory]
    [InlineData("valueString")]
    [InlineData("valueCodeableConcept")]
    [InlineData("note")]
    [InlineData("referenceRange")]
    [InlineData("bodySite")]
    [InlineData("method")]
    [Trait("Req", "CARD-09")]
    public async Task Words_in_place_of_a_result_never_reach_a_card(string member)
    {
        await using var service = await RichPatient.StartAsync();
        foreach (var payload in Payloads)
        {
            var request = RichPatient.RequestOf("high-all-seven-review-features");
            foreach (var observation in RichPatient.Everything(request).Select(item => item.Node).OfType<JsonObject>().Where(node => (string?)node["resourceType"] == "Observation").ToArray())
            {
                if (member.StartsWith("value", StringComparison.Ordinal))
                    observation.Remove("valueQuantity");
                observation[member] = member switch
                {
                    "valueString" => payload,
                    "note" => new JsonArray(new JsonObject { ["text"] = payload }),
                    "referenceRange" => new JsonArray(new JsonObject { ["text"] = payload }),
                    _ => new JsonObject { ["text"] = payload, ["coding"] = new JsonArray(new JsonObject { ["system"] = payload, ["code"] = payload, ["display"] = payload }) },
                };
            }

            var (status, answer) = await service.AnswerAsync(request.ToJsonString());
            Assert.Equal(200, status);
            Assert.All(RichPatient.CardsOf(answer), AssertOurs);
        }
    }

    private static async Task<int> CheckAsync(RunningService service, string golden, Func<string, string, string> change)
    {
        var request = RichPatient.RequestOf(golden);
        Rewrite(request["context"]!["draftOrders"], "draftOrders", change);
        Rewrite(request["prefetch"], "prefetch", change);
        var (status, answer) = await service.AnswerAsync(request.ToJsonString());
        Assert.InRange(status, 200, 422);
        if (status != 200)
        {
            Assert.DoesNotContain(Marker, answer!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
            return 0;
        }

        var cards = RichPatient.CardsOf(answer).ToArray();
        Assert.All(cards, AssertOurs);
        return cards.Length;
    }

    private static void AssertOurs(JsonObject card)
    {
        var text = card.ToJsonString();
        Assert.False(text.Contains(Marker, StringComparison.OrdinalIgnoreCase) || text.Contains("evil", StringComparison.OrdinalIgnoreCase), text);
        var detail = (string)card["detail"]!;
        var parts = Markdig.Markdown.Parse(detail, Careless).Descendants().ToArray();
        Assert.DoesNotContain(parts, part => part is LinkInline or AutolinkInline or HtmlInline or HtmlBlock);
        var tags = Tag().Matches(Markdig.Markdown.ToHtml(detail, Careless)).Select(match => match.Groups["name"].Value).Distinct();
        Assert.Empty(tags.Except(["p", "strong", "em"]));
    }

    private static Func<string, string, string> NthBecomes(int wanted, Func<string, string> become)
    {
        var seen = 0;
        return (_, text) => seen++ == wanted ? become(text) : text;
    }

    private static bool IsOnlyForReaders(string place) =>
        place.EndsWith("display", StringComparison.Ordinal) || place.EndsWith("text", StringComparison.Ordinal) || place.EndsWith("family", StringComparison.Ordinal)
        || place.Contains("given", StringComparison.Ordinal) || place.Contains("identifier", StringComparison.Ordinal) || place.EndsWith("fullUrl", StringComparison.Ordinal);

    private static bool IsUnit(string place) =>
        place.Contains("valueQuantity", StringComparison.Ordinal) && (place.EndsWith("unit", StringComparison.Ordinal) || place.EndsWith("code", StringComparison.Ordinal));

    private static string Sibling(string place) => place.Replace("system", "code", StringComparison.Ordinal);

    private static IEnumerable<string> TextsOf(JsonObject request) =>
        new[] { request["context"]!["draftOrders"], request["prefetch"] }.SelectMany(part => RichPatient.Everything(part))
            .Where(item => item.Node is JsonValue value && value.TryGetValue<string>(out _)).Select(item => item.Path);

    private static void Rewrite(JsonNode? node, string place, Func<string, string, string> change)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (value is JsonValue leaf && leaf.TryGetValue<string>(out var text))
                        members[name] = change($"{place}.{name}", text);
                    else
                        Rewrite(value, $"{place}.{name}", change);
                }

                break;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    if (items[at] is JsonValue leaf && leaf.TryGetValue<string>(out var text))
                        items[at] = change($"{place}[]", text);
                    else
                        Rewrite(items[at], $"{place}[]", change);
                }

                break;
        }
    }

    [GeneratedRegex("</?(?<name>[a-zA-Z0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tag();
}
