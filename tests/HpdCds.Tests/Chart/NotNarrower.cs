using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Chart;

/// <summary>An answer to less than everything: the same as the answer to everything, or open where that one is known; never another one.</summary>
internal static class NotNarrower
{
    /// <summary>Reasons that say that not everything could be read.</summary>
    private static readonly string[] NotRead = ["truncated", "source-failed", "component-unknown", "ambiguous"];

    public static IEnumerable<string> Faults(JsonNode whole, JsonNode actual) =>
        JsonNode.DeepEquals(whole, actual) ? [] : [.. OfScope(whole, actual), .. OfPoints(whole, actual), .. OfFactors(whole, actual)];

    private static IEnumerable<string> OfScope(JsonNode whole, JsonNode actual)
    {
        foreach (var member in new[] { "recognition", "agents", "regimen" })
        {
            if (whole[member] is not null && actual[member] is not null && !JsonNode.DeepEquals(whole[member], actual[member]))
                yield return Said(member, whole, actual);
        }

        var isOpen = IsOpen(actual);
        if (!JsonNode.DeepEquals(whole["exposure"], actual["exposure"]) && (string?)actual["exposure"] != "unknown")
            yield return Said("exposure", whole, actual);
        if (!JsonNode.DeepEquals(whole["outOfScope"], actual["outOfScope"]) && !isOpen && (string?)actual["exposure"] != "unknown")
            yield return Said("outOfScope", whole, actual);
        if (whole["tumour"] is not null && !JsonNode.DeepEquals(whole["tumour"], actual["tumour"]) && !isOpen)
            yield return Said("tumour", whole, actual);
        if ((bool?)whole["assessable"] == false && (bool?)actual["assessable"] == true)
            yield return Said("assessable", whole, actual);
    }

    private static bool IsOpen(JsonNode actual) =>
        (bool?)actual["assessable"] == false && NotRead.Contains((string?)actual["reason"], StringComparer.Ordinal);

    private static IEnumerable<string> OfPoints(JsonNode whole, JsonNode actual) =>
        Holds(actual["points"], whole["points"]) ? [] : [Said("points", whole, actual)];

    private static IEnumerable<string> OfFactors(JsonNode whole, JsonNode actual) =>
        from factor in actual["factors"] as JsonArray ?? []
        let id = (string?)factor["id"]
        let known = (whole["factors"] as JsonArray ?? []).FirstOrDefault(one => (string?)one!["id"] == id)
        where known is not null && !IsSame(factor, known) && !IsOpen(factor, known)
        select $"{id}: {factor.ToJsonString()} where everything says {known.ToJsonString()}";

    private static bool IsSame(JsonNode factor, JsonNode known) =>
        Array.TrueForAll(["state", "value", "date", "points"], member => JsonNode.DeepEquals(factor[member], known[member]));

    // What is not known of the genome never widens the points; a score may lack a part that was never recorded besides.
    private static bool IsOpen(JsonNode factor, JsonNode known) =>
        (string?)factor["state"] == "unknown"
            ? NotRead.Contains((string?)factor["reason"], StringComparer.Ordinal) || Holds(factor["points"], known["points"])
            : factor["range"] is { } range && known["value"] is { } value && Holds(factor["points"], known["points"])
                && (decimal)range["low"]! <= (decimal)value && (decimal)range["high"]! >= (decimal)value;

    private static bool Holds(JsonNode? wide, JsonNode? narrow) =>
        wide is null || narrow is null || ((int)wide["low"]! <= (int)narrow["low"]! && (int)wide["high"]! >= (int)narrow["high"]!);

    private static string Said(string member, JsonNode whole, JsonNode actual) =>
        $"{member}: {actual[member]?.ToJsonString() ?? "nothing"} where everything says {whole[member]?.ToJsonString() ?? "nothing"}";
}
