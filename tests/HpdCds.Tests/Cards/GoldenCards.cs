using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Cards;

/// <summary>The cards that the golden cases bring about, in each language.</summary>
internal static class GoldenCards
{
    public static readonly string[] Languages = ["en", "zh-CN"];

    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyDictionary<string, JsonObject>>>> Cards = new(StringComparer.Ordinal);

    public static string SummaryOf(JsonObject card) => (string)card["summary"]!;

    public static string[] LinesOf(JsonObject card) => ((string)card["detail"]!).Split("\n\n");

    /// <summary>Every card of every case in a language, by the name of its case.</summary>
    public static Task<IReadOnlyDictionary<string, JsonObject>> AllCardsAsync(this CaseServers servers, string language) =>
        Cards.GetOrAdd(language, _ => new(() => ReadAsync(servers, language))).Value;

    /// <summary>The answer to the request of a case, or to what a test makes of it, in a language.</summary>
    public static async Task<JsonObject> AnswerOfAsync(this CaseServers servers, GoldenCase golden, string language, Func<string, string>? change = null) =>
        JsonNode.Parse((await servers.AskAsync(golden, language, change)).Text)!.AsObject();

    public static async Task<JsonObject?> CardOfAsync(this CaseServers servers, GoldenCase golden, string language) =>
        (await servers.AnswerOfAsync(golden, language))["cards"] is JsonArray { Count: > 0 } cards ? cards[0]!.AsObject() : null;

    private static async Task<IReadOnlyDictionary<string, JsonObject>> ReadAsync(CaseServers servers, string language)
    {
        var cards = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var golden in GoldenCase.All)
        {
            if (await servers.CardOfAsync(golden, language) is { } card)
                cards[golden.Name] = card;
        }

        return cards;
    }
}
