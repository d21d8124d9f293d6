using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Cards;

/// <summary>Requests of golden cases to be changed by a test, and the real service with the whole knowledge to send them to.</summary>
internal static class RichPatient
{
    public static readonly string Overlay = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay");

    public static JsonObject RequestOf(string golden) => JsonNode.Parse(GoldenCase.Named(golden).Request)!.AsObject();

    public static Task<RunningService> StartAsync(params (string Name, string Value)[] settings) => RunningService.StartAsync(
        settings: settings.ToDictionary(pair => "HpdCds:" + pair.Name, string? (pair) => pair.Value, StringComparer.Ordinal),
        clock: new FakeTimeProvider(CaseServers.AsOf),
        withSmallCodeSets: false);

    /// <summary>A draft order by drug name alone.</summary>
    public static JsonObject Draft(string id, string drug) => new()
    {
        ["resource"] = new JsonObject
        {
            ["resourceType"] = "MedicationRequest",
            ["id"] = id,
            ["status"] = "draft",
            ["intent"] = "order",
            ["medicationCodeableConcept"] = new JsonObject { ["text"] = drug },
            ["subject"] = new JsonObject { ["reference"] = "Patient/pat-1" },
        },
    };

    public static JsonArray DraftsOf(JsonObject request) => request["context"]!["draftOrders"]!["entry"]!.AsArray();

    public static JsonObject Failed(string code = "exception") => new()
    {
        ["resourceType"] = "OperationOutcome",
        ["issue"] = new JsonArray(new JsonObject { ["severity"] = "error", ["code"] = code }),
    };

    public static IEnumerable<JsonObject> CardsOf(JsonNode? answer) => answer!["cards"]!.AsArray().Select(card => card!.AsObject());

    public static JsonObject AssessmentOf(JsonNode? answer) => answer!["extension"]!["org.hpdcds.assessment"]!.AsObject();

    /// <summary>Every member and item below a node, the node itself first, with the path to it.</summary>
    public static IEnumerable<(string Path, JsonNode? Node)> Everything(JsonNode? node, string path = "$")
    {
        yield return (path, node);
        var below = node switch
        {
            JsonObject members => members.SelectMany(member => Everything(member.Value, $"{path}.{member.Key}")),
            JsonArray items => items.SelectMany((item, at) => Everything(item, FormattableString.Invariant($"{path}[{at}]"))),
            _ => [],
        };
        foreach (var inner in below)
            yield return inner;
    }
}
