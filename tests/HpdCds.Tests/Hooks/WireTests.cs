using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;

namespace HpdCds.Tests.Hooks;

public sealed class WireTests
{
    [Fact]
    [Trait("Req", "TR-02")]
    [Trait("Req", "RSP-01")]
    [Trait("Req", "RSP-03")]
    [Trait("Req", "SUG-05")]
    public void Nothing_is_written_for_what_is_null_or_empty()
    {
        var bare = new HookResponse([new Card("s", "info", new CardSource("l")) { Detail = "", Suggestions = [], Links = [new("l", "u", "smart")] }]);

        Assert.Equal("""{"cards":[{"summary":"s","indicator":"info","source":{"label":"l"},"links":[{"label":"l","url":"u","type":"smart"}]}]}""", JsonSerializer.Serialize(bare, HookJson.Options));
        Assert.Equal("""{"cards":[]}""", JsonSerializer.Serialize(HookResponse.Nothing, HookJson.Options));
        Assert.Equal("""{"services":[]}""", JsonSerializer.Serialize(new DiscoveryDocument([]), HookJson.Options));
    }

    [Fact]
    [Trait("Req", "EXT-02")]
    public void A_full_card_and_the_extension_are_written_whole()
    {
        var card = new Card("s", "warning", new CardSource("l", "https://a.example", new HookCoding("sys", "HPD", "d")))
        {
            Uuid = "u",
            Detail = "数据 & <b>",
            SelectionBehavior = "any",
            OverrideReasons = [new("sys", "c", "d")],
            Suggestions = [new("label") { Uuid = "v", IsRecommended = false, Actions = [new("create", "x", new JsonObject { ["resourceType"] = "ServiceRequest" })] }],
            Links = [new("l", "https://a.example", "absolute")],
        };
        var response = new HookResponse([card]) { Extension = new(AssessmentExtension.WithoutData(new(RecognitionOutcome.Inhibitor, ["nivolumab"], [], FromNameOnly: false, 0), UnknownReason.SourceFailed)) };

        var written = JsonNode.Parse(JsonSerializer.Serialize(response, HookJson.Options))!;

        Assert.False((bool)written["extension"]!["org.hpdcds.assessment"]!["assessable"]!);
        Assert.Equal("数据 & <b>", (string?)written["cards"]![0]!["detail"]);
        Assert.False((bool)written["cards"]![0]!["suggestions"]![0]!["isRecommended"]!);
        Assert.Equal("ServiceRequest", (string?)written["cards"]![0]!["suggestions"]![0]!["actions"]![0]!["resource"]!["resourceType"]);
    }
}
