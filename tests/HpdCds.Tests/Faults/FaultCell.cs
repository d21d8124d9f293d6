using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Faults;

/// <param name="Reason">What the facts say for it; null when nothing is missing for it.</param>
/// <param name="Tries">How often a call is made before it is given up; 0 where none reaches the server.</param>
/// <param name="IsSlow">Only time ends it.</param>
internal sealed record Fault(string Name, string? Reason, int Tries = 1, bool IsSlow = false);

/// <param name="Keys">The prefetch keys that are left out, and so have to be read.</param>
/// <param name="Calls">The searches and reads that it takes to read them.</param>
/// <param name="Facts">The facts that rest on them.</param>
internal sealed record ChartPart(string Name, string[] Keys, int Calls, string[] Facts);

internal sealed record FaultCell(Fault Fault, ChartPart Part, string Hook)
{
    /// <summary>The one Medication to which what was given only points.</summary>
    public const string Medication = "medication";

    public static readonly Fault[] Faults =
    [
        new("none", null),
        new("refused", "source-failed", 0),
        new("dns", "source-failed", 0),
        new("tls", "source-failed", 0),
        new("401", "not-authorised"),
        new("403", "not-authorised"),
        new("404", "source-failed"),
        new("429", "source-failed", 3),
        new("500", "source-failed"),
        new("503", "source-failed", 3),
        new("html body", "source-failed"),
        new("truncated JSON", "source-failed"),
        new("wrong content type", null),
        new("slow headers", "source-failed", IsSlow: true),
        new("slow drip", "source-failed", IsSlow: true),
        new("endless body", "source-failed"),
        new("reset mid-body", "source-failed", 3),
        new("redirect", "source-failed"),
        new("paging loop", "truncated"),
        new("expired token", "not-authorised"),
    ];

    public static readonly ChartPart[] Parts =
    [
        new("patient", ["patient"], 1, ["sex", "age"]),
        new("problems", ["problems", "encounterDx"], 1, []),
        new("labs", ["cbc", "chemistry", "liver"], 3, ["nlr", "ldh", "child-pugh", "crp", "albi", "anaemia"]),
        new("genomics", ["genomics", "markers", "performance", "staging"], 1, ["afp", "ecog", "amp-mdm2", "amp-11q13", "pd-l1", "msi", "tmb"]),
        new(Medication, [], 1, []),
        new("medications", ["medications", "statements", "administrations", "procedures"], 4, ["child-pugh", "prior-therapy"]),
    ];

    private static readonly GoldenCase Golden = GoldenCase.Named("none-all-known-and-below");

    public static IEnumerable<FaultCell> All =>
        from fault in Faults from part in Parts from hook in (string[])["order-select", "order-sign"] select new FaultCell(fault, part, hook);

    public string Name => $"{Fault.Name} x {Part.Name} x {Hook}";

    public string Token => Name.Replace(' ', '-');

    /// <summary>A loop is followed once for each search, and what is read has no pages.</summary>
    public int Calls => Fault.Name == "paging loop" && Part.Name is not ("patient" or Medication) ? 2 * Part.Calls : Part.Calls * Fault.Tries;

    /// <summary>What the facts of this part say; null where the server gave everything it has.</summary>
    public string? Reason => Fault.Name == "paging loop" && Part.Name == "patient" ? null : Fault.Reason;

    public string Request(string fhirServer)
    {
        var request = JsonNode.Parse(Golden.Request)!.AsObject();
        request["hook"] = Hook;
        request["fhirServer"] = fhirServer;
        request["fhirAuthorization"] = new JsonObject { ["access_token"] = Token, ["token_type"] = "Bearer", ["expires_in"] = 300, ["scope"] = "patient/*.rs", ["subject"] = "hpd" };
        if (Hook == "order-select")
            request["context"]!["selections"] = new JsonArray("MedicationRequest/" + request["context"]!["draftOrders"]!["entry"]![0]!["resource"]!["id"]);
        var prefetch = request["prefetch"]!.AsObject();
        foreach (var key in (string[])["genomics", "procedures"])
            prefetch[key] = JsonNode.Parse("""{"resourceType":"Bundle","type":"searchset","total":0}""");
        foreach (var key in Part.Keys)
            prefetch.Remove(key);
        if (Part.Name == Medication)
        {
            prefetch["administrations"] = JsonNode.Parse("""
                {"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"MedicationAdministration","id":"given-1","status":"completed",
                 "subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"2026-10-01","medicationReference":{"reference":"Medication/m1","display":"Infusion, day 1"} }}]}
                """);
        }

        return request.ToJsonString();
    }
}
