using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace HpdCds.Tests.Cards;

/// <summary>What a card offers to order where the site mapped codes of its own.</summary>
public sealed class SuggestionTests
{
    private static readonly string[] Orderable = ["cbc", "ldh", "afp", "bilirubin", "albumin", "inr", "imaging", "afp-recheck"];

    private static readonly FhirJsonDeserializer Strict = new(new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    [Fact]
    [Trait("Req", "SUG-01")]
    [Trait("Req", "SUG-02")]
    [Trait("Req", "SUG-03")]
    [Trait("Req", "SUG-04")]
    [Trait("Req", "SUG-05")]
    [Trait("Req", "CARD-10")]
    [Trait("Req", "CARD-11")]
    public async System.Threading.Tasks.Task Each_suggestion_has_a_label_a_uuid_and_exactly_one_action()
    {
        var cards = await CardsAsync(Orderable, "cannot-assess-no-blood-count-no-liver-tests", "settles-ldh", "high-all-seven-review-features", "pvtt-i81-is-ambiguous", "unknown-unit-afp-without-unit");
        Assert.NotEmpty(cards.SelectMany(SuggestionsOf));
        Assert.All(cards, card =>
        {
            Assert.Equal("any", (string?)card["selectionBehavior"]);
            Assert.DoesNotContain(RichPatient.Everything(card), item => item.Path.EndsWith("actionSelectionBehavior", StringComparison.Ordinal));
            Assert.True(SuggestionsOf(card).Count(suggestion => suggestion["isRecommended"] is not null) <= 1 || (string)card["selectionBehavior"]! == "any");
            Assert.Equal(SuggestionsOf(card).Count(), SuggestionsOf(card).Select(suggestion => (string)suggestion["uuid"]!).Distinct().Count());
        });
        Assert.All(cards.SelectMany(SuggestionsOf), suggestion =>
        {
            Assert.StartsWith("Order ", (string)suggestion["label"]!, StringComparison.Ordinal);
            Assert.True(Guid.TryParseExact((string)suggestion["uuid"]!, "D", out _));
            Assert.Single(suggestion["actions"]!.AsArray());
        });
    }

    [Fact]
    [Trait("Req", "ACT-01")]
    [Trait("Req", "ACT-02")]
    [Trait("Req", "ACT-04")]
    [Trait("Req", "TR-03")]
    public async System.Threading.Tasks.Task Every_action_creates_a_valid_draft_of_the_sites_own_code_for_this_patient()
    {
        var cards = await CardsAsync(Orderable, "cannot-assess-no-blood-count-no-liver-tests", "high-all-seven-review-features");
        Assert.All(cards.SelectMany(SuggestionsOf).SelectMany(suggestion => suggestion["actions"]!.AsArray()), action =>
        {
            Assert.Equal("create", (string)action!["type"]!);
            Assert.False(string.IsNullOrWhiteSpace((string?)action["description"]));
            Assert.False(action.AsObject().ContainsKey("resourceId"));
            var order = Strict.Deserialize<ServiceRequest>(action["resource"]!.ToJsonString())!;
            Assert.Equal((RequestStatus.Draft, RequestIntent.Order, "Patient/pat-1"), (order.Status, order.Intent, order.Subject!.Reference));
            Assert.Equal("urn:hospital:orders", Assert.Single(order.Code!.Coding).System);
        });
    }

    [Theory]
    [InlineData("settles-ldh", "ldh", "imaging", "afp-recheck")]
    [InlineData("too-old-blood-count", "cbc", "imaging", "afp-recheck")]
    [InlineData("settles-afp-before-ldh-by-tier", "ldh", "afp", "imaging", "afp-recheck")]
    [InlineData("settles-albumin", "albumin", "imaging", "afp-recheck")]
    [InlineData("high-all-seven-review-features", "imaging", "afp-recheck")]
    [InlineData("truncated-blood-count", "imaging", "afp-recheck")]
    public async System.Threading.Tasks.Task Offered_is_what_a_new_result_would_answer_and_the_follow_up(string golden, params string[] expected)
    {
        var card = Assert.Single(await CardsAsync(Orderable, golden));
        Assert.Equal(expected, SuggestionsOf(card).Select(suggestion => ((string)suggestion["actions"]![0]!["resource"]!["code"]!["coding"]![0]!["code"]!).ToLowerInvariant()));
    }

    [Fact]
    [Trait("Req", "ACT-04")]
    public async System.Threading.Tasks.Task What_the_site_did_not_map_is_not_offered()
    {
        var card = Assert.Single(await CardsAsync(["afp"], "cannot-assess-no-blood-count-no-liver-tests", "settles-ldh").ContinueWith(cards => cards.Result.Take(1), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(SuggestionsOf(card), suggestion => !((string)suggestion["label"]!).Contains("AFP", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("genomics", "urn:hospital:orders", "G")]
    [InlineData("ldh", "", "LDH")]
    [InlineData("ldh", "urn:hospital:orders", " ")]
    public async System.Threading.Tasks.Task A_mapping_that_cannot_be_used_stops_the_start(string name, string system, string code)
    {
        var refused = await Assert.ThrowsAsync<HpdCds.Trust.InvalidSettingsException>(async () =>
        {
            await using var service = await RichPatient.StartAsync(($"Ehrs:0:OrderCodes:{name}:System", system), ($"Ehrs:0:OrderCodes:{name}:Code", code));
        });
        Assert.Contains($"OrderCodes:{name}", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<JsonObject>> CardsAsync(string[] mapped, params string[] golden)
    {
        await using var service = await RichPatient.StartAsync([
            ("Overlay", RichPatient.Overlay),
            .. mapped.SelectMany(name => new[] { ($"Ehrs:0:OrderCodes:{name}:System", "urn:hospital:orders"), ($"Ehrs:0:OrderCodes:{name}:Code", name.ToUpperInvariant()) })]);
        var cards = new List<JsonObject>();
        foreach (var name in golden)
        {
            var (status, answer) = await service.AnswerAsync(RichPatient.RequestOf(name).ToJsonString());
            Assert.Equal(200, status);
            cards.AddRange(RichPatient.CardsOf(answer));
        }

        return cards;
    }

    private static IEnumerable<JsonObject> SuggestionsOf(JsonObject card) =>
        card["suggestions"] is JsonArray list ? list.Select(suggestion => suggestion!.AsObject()) : [];
}
