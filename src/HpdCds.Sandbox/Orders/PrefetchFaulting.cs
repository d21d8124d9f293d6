using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>Breaks one key of a prefetch on purpose, as EHRs break it in life.</summary>
public static class PrefetchFaulting
{
    public const string OtherPatientId = "somebody-else";

    public static void Apply(JsonObject prefetch, Switches switches, string patientId)
    {
        if (switches.PrefetchKey is not { } key || !prefetch.ContainsKey(key))
            return;
        switch (switches.PrefetchFault)
        {
            case PrefetchFault.LeftOut:
                prefetch.Remove(key);
                break;
            case PrefetchFault.Null:
                prefetch[key] = null;
                break;
            case PrefetchFault.Empty:
                prefetch[key] = new JsonObject { ["resourceType"] = "Bundle", ["type"] = "searchset", ["total"] = 0 };
                break;
            case PrefetchFault.Outcome:
                prefetch[key] = Outcome();
                break;
            case PrefetchFault.OtherPatient:
                prefetch[key] = prefetch[key] is { } answer ? Misdirect(answer, patientId) : null;
                break;
            default:
                break;
        }
    }

    /// <summary>The same data, said to be another patient's.</summary>
    public static JsonNode Misdirect(JsonNode answer, string patientId)
    {
        if (answer is JsonObject patient && (string?)patient["resourceType"] == "Patient")
            return new JsonObject(patient.Select(pair => KeyValuePair.Create(pair.Key, pair.Key == "id" ? OtherPatientId : pair.Value?.DeepClone())));
        return JsonNode.Parse(answer.ToJsonString().Replace($"\"Patient/{patientId}\"", $"\"Patient/{OtherPatientId}\"", StringComparison.Ordinal))!;
    }

    private static JsonObject Outcome() => new()
    {
        ["resourceType"] = "OperationOutcome",
        ["issue"] = new JsonArray(new JsonObject
        {
            ["severity"] = "error",
            ["code"] = "exception",
            ["diagnostics"] = "The search failed.",
        }),
    };
}
