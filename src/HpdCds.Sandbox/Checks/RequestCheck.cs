using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Checks;

/// <summary>The published rules for what an EHR sends: hook requests (r-1, r-2, ord-1) and feedback (fb-1 to fb-3).</summary>
public static partial class RequestCheck
{
    public static IReadOnlyList<Violation> OfHook(JsonObject request)
    {
        var authorization = request["fhirAuthorization"] as JsonObject;
        var scopes = Members.Text(authorization?["scope"]) ?? "";
        var context = request["context"] as JsonObject;
        var named = Members.Text(context?["userId"]) is { } user ? [("$.context.userId", user)] : Enumerable.Empty<(string, string)>();
        var selected = (context?["selections"] as JsonArray ?? [])
            .Select((selection, at) => ($"$.context.selections[{at.ToString(CultureInfo.InvariantCulture)}]", Members.Text(selection) ?? ""));
        return
        [
            .. Unless(authorization is null || Members.Text(request["fhirServer"]) is not null, "r-1", "$.fhirServer", "is required beside fhirAuthorization"),
            .. Unless(
                !scopes.Contains("patient/", StringComparison.Ordinal) || Members.Text(authorization?["patient"]) is not null,
                "r-2", "$.fhirAuthorization.patient", "is expected beside patient scopes"),
            .. named.Concat(selected).Where(pair => !TypeAndId().IsMatch(pair.Item2)).Select(pair => new Violation("ord-1", pair.Item1, "must be Type/id")),
        ];
    }

    public static IReadOnlyList<Violation> OfFeedback(JsonObject body) =>
        [.. Members.Objects(body["feedback"]).SelectMany((entry, at) => Entry(entry, $"$.feedback[{at.ToString(CultureInfo.InvariantCulture)}]"))];

    private static IEnumerable<Violation> Entry(JsonObject entry, string place)
    {
        var outcome = Members.Text(entry["outcome"]);
        var reason = entry["overrideReason"] as JsonObject;
        return
        [
            .. Unless(outcome is "accepted" or "overridden", "fb-1", $"{place}.outcome", "must be accepted or overridden"),
            .. Unless(
                outcome != "accepted" || Members.Objects(entry["acceptedSuggestions"]).Any(),
                "fb-2", $"{place}.acceptedSuggestions", "is required when the outcome is accepted"),
            .. Unless(
                reason is null || reason["reason"] is not null || Members.Text(reason["userComment"]) is not null,
                "fb-3", $"{place}.overrideReason", "needs a reason or a comment"),
        ];
    }

    private static IEnumerable<Violation> Unless(bool holds, string rule, string place, string text) => holds ? [] : [new(rule, place, text)];

    [GeneratedRegex("^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypeAndId();
}
