using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

/// <summary>What a golden case says of its patient, as resources for a FHIR server to hold, or why no server could hold it.</summary>
public sealed class HeldCase
{
    private const string CaseBase = "http://localhost:5080/fhir";

    private static readonly string[] MedicationKeys = ["medications", "statements", "administrations"];

    // What the case shows here is that the server is not asked, though it holds something else.
    private static readonly string[] Contradicting = ["Matrix:null-token", "Matrix:empty-token", "Matrix:no-results-token", "Matrix:matches-token"];

    private static readonly Dictionary<string, string> NotFound = new(StringComparer.Ordinal)
    {
        ["an-absolute-subject-of-this-server-counts"] = "this server does not find a patient by an absolute reference",
        ["an-administration-without-subject-leaves-exposure-open"] = "no search finds what is nobody's",
    };

    private readonly string _server;
    private readonly string _token;
    private readonly JsonObject _request;

    private HeldCase(GoldenCase golden, string server, string token)
    {
        string Here(string text) => text.Replace(CaseBase, server, StringComparison.Ordinal)
            .Replace("{{fhirServer}}", server, StringComparison.Ordinal).Replace("{{token}}", token, StringComparison.Ordinal);
        (Golden, _server, _token) = (golden, server, token);
        _request = JsonNode.Parse(Here(golden.Request))!.AsObject();
        Prefetch = _request["prefetch"] as JsonObject ?? [];
        var held = golden.Fhir is { } bundle ? ResourcesOf(JsonNode.Parse(Here(bundle.ToJsonString()))!) : [];
        Resources = [.. Prefetch.SelectMany(pair => pair.Value is JsonObject value ? ResourcesOf(value) : []).Concat(held)
            .Where(resource => (string?)resource["resourceType"] != "OperationOutcome").DistinctBy(resource => resource.ToJsonString(), StringComparer.Ordinal)];
    }

    public GoldenCase Golden { get; }

    public IReadOnlyList<JsonNode> Resources { get; }

    /// <summary>The resources in one text, the same for cases that differ in their orders only.</summary>
    public string Data => string.Concat(Resources.Select(resource => resource.ToJsonString()));

    /// <summary>The published templates ask for Conditions by category, as some EHRs need it: one without is found by token only.</summary>
    public bool IsFoundByTemplates => Resources.All(resource => (string?)resource["resourceType"] != "Condition" || resource["category"] is not null);

    public JsonObject Context => _request["context"]!.AsObject();

    private JsonObject Prefetch { get; }

    public static HeldCase Of(GoldenCase golden, string server, string token) => new(golden, server, token);

    /// <summary>Null, or what the case shows that data alone cannot make a good server show.</summary>
    public string? WhyNot()
    {
        if (Golden.Settings["fhir"] is not null)
            return "its server fails";
        if (Golden.Expected["status"]!.GetValue<int>() is 403 or 412 || Golden.Shows.Any(shown => shown.StartsWith("Situation:412", StringComparison.Ordinal)))
            return "it is refused for what came with it";
        if (ExpectsAbsence())
            return "it expects that a key did not come";
        if (Golden.Shows.Intersect(Contradicting, StringComparer.Ordinal).Any())
            return "its prefetch and its server contradict each other";
        return Prefetch.Where(pair => pair.Key != "patient").Select(pair => WhyNoAnswer(pair.Value)).FirstOrDefault(why => why is not null)
            ?? (Resources.GroupBy(resource => $"{resource["resourceType"]}/{resource["id"]}", StringComparer.Ordinal).Any(same => same.Count() > 1)
                ? "a resource comes in two versions"
                : NotFound.GetValueOrDefault(Golden.Name));
    }

    /// <summary>The request of the case, its prefetch filled anew.</summary>
    public JsonObject WithPrefetch(JsonObject prefetch)
    {
        var request = _request.DeepClone().AsObject();
        request["prefetch"] = prefetch;
        return request;
    }

    /// <summary>The request as an EHR sends it that lets the service read for itself.</summary>
    public JsonObject WithToken()
    {
        var request = _request.DeepClone().AsObject();
        request.Remove("prefetch");
        request["fhirServer"] = _server;
        request["fhirAuthorization"] = new JsonObject
        {
            ["access_token"] = _token,
            ["token_type"] = "Bearer",
            ["expires_in"] = 300,
            ["scope"] = "patient/*.rs",
            ["subject"] = "hpd-cds",
        };
        return request;
    }

    private bool ExpectsAbsence() =>
        Golden.Expected.ToJsonString().Contains("not-supplied", StringComparison.Ordinal)
        || ((string?)Golden.Expected["body"]?["extension"]?["org.hpdcds.assessment"]?["exposure"] == "unknown"
            && Golden.Fhir is null && !MedicationKeys.All(Prefetch.ContainsKey));

    private string? WhyNoAnswer(JsonNode? value) => value switch
    {
        null => null,
        JsonObject outcome when (string?)outcome["resourceType"] == "OperationOutcome" => "an answer is an outcome",
        JsonObject bundle when (string?)bundle["resourceType"] == "Bundle" => WhyNoAnswer(bundle),
        _ => "an answer is no Bundle",
    };

    private string? WhyNoAnswer(JsonObject bundle)
    {
        var entries = bundle["entry"] as JsonArray ?? [];
        if (entries.Any(entry => entry?["resource"] is not JsonObject resource || resource["resourceType"] is null))
            return "an entry holds no resource";
        if (bundle["total"] is JsonValue total && total.GetValueKind() == System.Text.Json.JsonValueKind.Number && total.GetValue<decimal>() > entries.Count && bundle["link"] is null)
            return "its server counts more than it gives";
        if (ResourcesOf(bundle).Any(resource => (string?)resource["resourceType"] == "OperationOutcome"))
            return "an outcome lies among the matches";
        var next = (bundle["link"] as JsonArray ?? []).Where(link => (string?)link?["relation"] == "next").Select(link => (string?)link?["url"]).FirstOrDefault();
        var isServed = next is null || (Golden.Fhir is not null && next.StartsWith(_server, StringComparison.Ordinal));
        return isServed ? null : "a next page that nobody serves";
    }

    private static IEnumerable<JsonNode> ResourcesOf(JsonNode value) =>
        (string?)value["resourceType"] != "Bundle" ? [value]
        : from entry in value["entry"] as JsonArray ?? []
          where entry?["resource"] is JsonObject
          select entry["resource"]!;
}
