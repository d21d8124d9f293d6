using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.EndToEnd;

/// <summary>What a golden case says of its patient, as resources for a FHIR server to hold, or why no server could hold it.</summary>
public sealed class HeldCase
{
    private const string CaseBase = "http://localhost:5080/fhir";

    private readonly JsonObject _request;

    private HeldCase(GoldenCase golden, string server)
    {
        string Here(string text) => text.Replace(CaseBase, server, StringComparison.Ordinal).Replace("{{fhirServer}}", server, StringComparison.Ordinal);
        Golden = golden;
        _request = JsonNode.Parse(Here(golden.Request))!.AsObject();
        Prefetch = _request["prefetch"] as JsonObject ?? [];
        var held = golden.Fhir is { } bundle ? ResourcesOf(JsonNode.Parse(Here(bundle.ToJsonString()))!) : [];
        Resources = [.. Prefetch.SelectMany(pair => pair.Value is JsonObject value ? ResourcesOf(value) : []).Concat(held)
            .Where(resource => (string?)resource["resourceType"] != "OperationOutcome").DistinctBy(resource => resource.ToJsonString(), StringComparer.Ordinal)];
    }

    public GoldenCase Golden { get; }

    public IReadOnlyList<JsonNode> Resources { get; }

    public JsonObject Context => _request["context"]!.AsObject();

    private JsonObject Prefetch { get; }

    public static HeldCase Of(GoldenCase golden, string server) => new(golden, server);

    /// <summary>Null, or what the case shows that data alone cannot make a good server show.</summary>
    public string? WhyNot()
    {
        if (Golden.Settings["fhir"] is not null)
            return "its server fails";
        if (Golden.Expected["status"]!.GetValue<int>() is 403 or 412 || Golden.Shows.Any(shown => shown.StartsWith("Situation:412", StringComparison.Ordinal)))
            return "it is refused for what came with it";
        if (Golden.Expected.ToJsonString().Contains("not-supplied", StringComparison.Ordinal))
            return "it expects that a key did not come";
        if (Prefetch.Where(pair => pair.Key != "patient").Select(pair => WhyNoAnswer(pair.Value)).FirstOrDefault(why => why is not null) is { } odd)
            return odd;
        if (Resources.Any(resource => resource["id"] is null))
            return "a resource has no id";
        return Resources.GroupBy(resource => $"{resource["resourceType"]}/{resource["id"]}", StringComparer.Ordinal).Any(same => same.Count() > 1)
            ? "a resource comes in two versions"
            : null;
    }

    /// <summary>The request as an EHR sends it that fills the prefetch itself.</summary>
    public JsonObject WithPrefetch(JsonObject prefetch)
    {
        var request = _request.DeepClone().AsObject();
        request.Remove("fhirServer");
        request.Remove("fhirAuthorization");
        request["prefetch"] = prefetch;
        return request;
    }

    /// <summary>The request as an EHR sends it that lets the service read for itself.</summary>
    public JsonObject WithToken(string server, string token)
    {
        var request = _request.DeepClone().AsObject();
        request.Remove("prefetch");
        request["fhirServer"] = server;
        request["fhirAuthorization"] = new JsonObject
        {
            ["access_token"] = token,
            ["token_type"] = "Bearer",
            ["expires_in"] = 300,
            ["scope"] = "patient/*.rs",
            ["subject"] = "hpd-cds",
        };
        return request;
    }

    private string? WhyNoAnswer(JsonNode? value) => value switch
    {
        null => null,
        JsonObject outcome when (string?)outcome["resourceType"] == "OperationOutcome" => IsError(outcome) ? "an answer is an error" : null,
        JsonObject bundle when (string?)bundle["resourceType"] == "Bundle" => WhyNoAnswer(bundle),
        _ => "an answer is no Bundle",
    };

    private string? WhyNoAnswer(JsonObject bundle)
    {
        var entries = bundle["entry"] as JsonArray ?? [];
        if (entries.Any(entry => entry?["resource"] is not JsonObject resource || resource["resourceType"] is null))
            return "an entry holds no resource";
        if (ResourcesOf(bundle).Any(IsError))
            return "an error lies among the matches";
        var isCut = bundle["link"] is JsonArray links && links.Any(link => (string?)link?["relation"] == "next");
        return isCut && Golden.Fhir is null ? "a next page that nobody serves" : null;
    }

    private static bool IsError(JsonNode resource) =>
        (string?)resource["resourceType"] == "OperationOutcome"
        && resource["issue"] is JsonArray issues && issues.Any(issue => (string?)issue?["severity"] is "error" or "fatal");

    private static IEnumerable<JsonNode> ResourcesOf(JsonNode value) =>
        (string?)value["resourceType"] != "Bundle" ? [value]
        : from entry in value["entry"] as JsonArray ?? []
          where entry?["resource"] is JsonObject
          select entry["resource"]!;
}
