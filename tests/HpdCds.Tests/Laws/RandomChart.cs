using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Laws;

/// <summary>One resource of a random chart, under the prefetch key where it belongs.</summary>
/// <param name="Other">The same result in another unit, where there is one.</param>
internal sealed record ChartItem(string Key, JsonObject Resource, JsonObject? Other = null)
{
    public string Id => (string)Resource["id"]!;
}

/// <summary>A patient as a hook call gives one: Bundles by key, and what the order itself says.</summary>
internal sealed record RandomChart(string PatientId, JsonObject Patient, ImmutableArray<ChartItem> Items, bool ReasonOnTheOrder)
{
    public static readonly ImmutableArray<string> Keys =
        ["problems", "encounterDx", "cbc", "chemistry", "liver", "markers", "performance", "staging", "genomics", "medications", "statements", "administrations", "procedures"];

    public RandomChart With(params ReadOnlySpan<ChartItem> more) => this with { Items = [.. Items, .. more] };

    public RandomChart Without(string id) => this with { Items = [.. Items.Where(item => item.Id != id)] };

    public RandomChart InOtherUnits() => this with { Items = [.. Items.Select(item => item with { Resource = item.Other ?? item.Resource })] };

    /// <summary>The call with everything in prefetch, but for the keys that are dropped.</summary>
    public string Call(params IReadOnlyCollection<string> dropped)
    {
        var prefetch = new JsonObject();
        foreach (var key in Keys.Where(key => !dropped.Contains(key)))
            prefetch[key] = Bundle(Items.Where(item => item.Key == key).Select(item => item.Resource));
        if (!dropped.Contains("patient"))
            prefetch["patient"] = Patient.DeepClone();
        var call = Envelope();
        call["prefetch"] = prefetch;
        return call.ToJsonString();
    }

    /// <summary>The call without any prefetch: a server and a token.</summary>
    public string CallByToken(string fhirServer)
    {
        var call = Envelope();
        call["fhirServer"] = fhirServer;
        call["fhirAuthorization"] = new JsonObject { ["access_token"] = "law-token", ["token_type"] = "Bearer", ["expires_in"] = 300, ["scope"] = "patient/*.rs", ["subject"] = "hpd" };
        return call.ToJsonString();
    }

    public static JsonObject Bundle(IEnumerable<JsonObject> resources) => new()
    {
        ["resourceType"] = "Bundle",
        ["type"] = "searchset",
        ["entry"] = new JsonArray([.. resources.Select(resource => new JsonObject { ["resource"] = resource.DeepClone() })]),
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Call()}");

    private JsonObject Envelope()
    {
        var order = JsonNode.Parse(
            $$"""
            {"resourceType":"MedicationRequest","id":"draft-1","status":"draft","intent":"order","subject":{"reference":"Patient/{{PatientId}}"},
             "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} }
            """)!.AsObject();
        if (ReasonOnTheOrder)
            order["reasonCode"] = JsonNode.Parse("""[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C22.0"}]}]""");
        return new()
        {
            ["hook"] = "order-sign",
            ["hookInstance"] = "c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33",
            ["context"] = new JsonObject { ["userId"] = "Practitioner/dr-1", ["patientId"] = PatientId, ["draftOrders"] = Bundle([order]) },
        };
    }
}
