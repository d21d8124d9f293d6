using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Checks;

/// <summary>
/// The published rules for the answer to a hook: what the specification says of cards, the invariants of its logical
/// models (resp-1 to resp-7), and the schema of the assessment that comes along.
/// </summary>
public static class AnswerCheck
{
    private static readonly string[] Indicators = ["info", "warning", "critical"];
    private static readonly string[] Behaviours = ["at-most-one", "any"];
    private static readonly string[] ActionBehaviours = ["any", "all", "at-most-one", "exactly-one", "one-or-more", "all-or-none"];
    private static readonly string[] LinkTypes = ["absolute", "smart"];
    private static readonly string[] ActionTypes = ["create", "update", "delete"];

    /// <param name="serviceId">Which service answered: each has its own schema.</param>
    public static IReadOnlyList<Violation> Of(string? text, string serviceId = "hpd-risk")
    {
        if (Members.Parse(text) is not { } answer)
            return [new("RSP-01", "$", "is not a JSON object")];
        if (answer["cards"] is not JsonArray cards)
            return [new("RSP-01", "$.cards", "must be an array")];
        return
        [
            .. EmptyMembers.In(answer),
            .. cards.SelectMany((card, place) => Card(card, $"$.cards[{place.ToString(CultureInfo.InvariantCulture)}]")),
            .. Objects(answer["systemActions"], "$.systemActions").SelectMany(action => Action(action.Value, action.Place, "SYS-01")),
            .. AssessmentSchema.Faults((answer["extension"] as JsonObject)?["org.hpdcds.assessment"], serviceId),
        ];
    }

    private static IEnumerable<Violation> Card(JsonNode? node, string place)
    {
        if (node is not JsonObject card)
            return [new("RSP-01", place, "must be an object")];
        var suggestions = Objects(card["suggestions"], $"{place}.suggestions").ToList();
        return
        [
            .. Summary(card, $"{place}.summary"),
            .. Unless(Indicators.Contains(Members.Text(card["indicator"])), "CARD-02", $"{place}.indicator", "must be info, warning or critical"),
            .. Source(card["source"] as JsonObject, $"{place}.source"),
            .. Behaviour(card, suggestions, place),
            .. suggestions.SelectMany(suggestion => Suggestion(suggestion.Value, suggestion.Place)),
            .. Objects(card["links"], $"{place}.links").SelectMany(link => Link(link.Value, link.Place)),
            .. Objects(card["overrideReasons"], $"{place}.overrideReasons").SelectMany(reason => Reason(reason.Value, reason.Place)),
        ];
    }

    private static IEnumerable<Violation> Summary(JsonObject card, string place)
    {
        var summary = Members.Text(card["summary"]);
        if (string.IsNullOrWhiteSpace(summary))
            return [new("CARD-01", place, "is required")];
        return
        [
            .. Unless(summary.Length < 140, "CARD-01", place, $"has {summary.Length.ToString(CultureInfo.InvariantCulture)} characters; fewer than 140 are allowed"),
            .. Unless(!summary.Contains('\n', StringComparison.Ordinal), "CARD-01", place, "holds a line break"),
        ];
    }

    private static IEnumerable<Violation> Source(JsonObject? source, string place) =>
    [
        .. Unless(!string.IsNullOrWhiteSpace(Members.Text(source?["label"])), "CARD-03", place, "needs a label"),
        .. Unless(source?["url"] is not { } url || IsAbsolute(url), "CARD-04", $"{place}.url", "must be an absolute URL"),
        .. Unless(
            source?["topic"] is not { } topic || (topic is JsonObject coding && Members.Text(coding["code"]) is not null && Members.Text(coding["system"]) is not null),
            "CARD-06", $"{place}.topic", "needs code and system"),
    ];

    private static IEnumerable<Violation> Behaviour(JsonObject card, List<(JsonObject Value, string Place)> suggestions, string place)
    {
        var behaviour = Members.Text(card["selectionBehavior"]);
        var recommended = suggestions.Count(suggestion => suggestion.Value["isRecommended"] is JsonValue value && value.TryGetValue<bool>(out var isSo) && isSo);
        return
        [
            .. Unless(suggestions.Count == 0 || behaviour is not null, "resp-6", $"{place}.selectionBehavior", "is required beside suggestions"),
            .. Unless(card["selectionBehavior"] is null || Behaviours.Contains(behaviour), "CARD-10", $"{place}.selectionBehavior", "must be at-most-one or any"),
            .. Unless(card["selectionBehavior"] is null || suggestions.Count > 0, "CARD-10", $"{place}.selectionBehavior", "says nothing without suggestions"),
            .. Unless(behaviour != "at-most-one" || recommended <= 1, "resp-1", $"{place}.suggestions", "recommends more than one of which at most one may be taken"),
        ];
    }

    private static IEnumerable<Violation> Suggestion(JsonObject suggestion, string place) =>
    [
        .. Unless(Members.Text(suggestion["label"]) is not null, "SUG-01", $"{place}.label", "is required"),
        .. Unless(
            suggestion["actionSelectionBehavior"] is not { } behaviour || ActionBehaviours.Contains(Members.Text(behaviour)),
            "resp-7", $"{place}.actionSelectionBehavior", "is not in the vocabulary"),
        .. Objects(suggestion["actions"], $"{place}.actions").SelectMany(action => Action(action.Value, action.Place, "resp-5")),
    ];

    private static IEnumerable<Violation> Action(JsonObject action, string place, string descriptionRule) =>
    [
        .. Unless(ActionTypes.Contains(Members.Text(action["type"])), "ACT-01", $"{place}.type", "must be create, update or delete"),
        .. Unless(Members.Text(action["description"]) is not null, descriptionRule, $"{place}.description", "is required"),
        .. Unless(
            Members.Text(action["type"]) != "delete" || (Members.Text(action["resourceId"]) is not null && action["resource"] is null),
            "resp-2", place, "a delete names a resourceId and carries no resource"),
    ];

    private static IEnumerable<Violation> Link(JsonObject link, string place) =>
    [
        .. Unless(Members.Text(link["label"]) is not null && Members.Text(link["url"]) is not null, "LNK-01", place, "needs label and url"),
        .. Unless(LinkTypes.Contains(Members.Text(link["type"])), "LNK-01", $"{place}.type", "must be absolute or smart"),
        .. Unless(link["appContext"] is null || Members.Text(link["type"]) == "smart", "LNK-03", $"{place}.appContext", "stands on smart links only (resp-3)"),
    ];

    private static IEnumerable<Violation> Reason(JsonObject reason, string place) =>
        Unless(Members.Text(reason["display"]) is not null, "resp-4", $"{place}.display", "is required")
            .Concat(Unless(Members.Text(reason["code"]) is not null && Members.Text(reason["system"]) is not null, "OVR-01", place, "needs code and system"));

    private static IEnumerable<(JsonObject Value, string Place)> Objects(JsonNode? node, string place) =>
        Members.Objects(node).Select((value, at) => (value, $"{place}[{at.ToString(CultureInfo.InvariantCulture)}]"));

    private static IEnumerable<Violation> Unless(bool holds, string rule, string place, string text) => holds ? [] : [new(rule, place, text)];

    private static bool IsAbsolute(JsonNode url) => Uri.TryCreate(Members.Text(url), UriKind.Absolute, out _);
}
