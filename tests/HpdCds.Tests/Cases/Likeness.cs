using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

/// <summary>
/// Compares an answer with what a case demands of it. Only what is demanded counts: members that a case does not name are
/// free. <c>"*"</c> is anything that is present; <c>{"$absent":true}</c> demands that a member is missing; texts may be
/// demanded by <c>$contains</c> and <c>$not</c>, numbers by <c>$near</c> (value, tolerance), choices by <c>$oneOf</c>.
/// Arrays of things with an <c>id</c> are matched by it and may name fewer; every other array is matched place by place.
/// </summary>
public static class Likeness
{
    /// <summary>Every difference, each with the place where it is.</summary>
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, string place = "$")
    {
        if (IsMatcher(expected))
            return AgainstMatcher(expected!, actual, place);
        return (expected, actual) switch
        {
            (JsonObject wanted, JsonObject found) => wanted.SelectMany(member => OfMember(member, found, place)),
            (JsonArray wanted, JsonArray found) when IsById(wanted) => wanted.SelectMany(item => OfItem(item!, found, place)),
            (JsonArray wanted, JsonArray found) => OfPlaces(wanted, found, place),
            _ => IsEqual(expected, actual) ? [] : [$"{place}: expected {Text(expected)}, found {Text(actual)}"],
        };
    }

    /// <summary>
    /// What a case should demand so that it holds for an answer: the same members and the matchers that still hold,
    /// with the answer's values.
    /// </summary>
    public static JsonNode? Rewritten(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        _ when IsMatcher(expected) => AgainstMatcher(expected!, actual, "").Any() ? actual?.DeepClone() : expected!.DeepClone(),
        (JsonObject wanted, JsonObject found) => RewrittenMembers(wanted, found),
        (JsonArray wanted, JsonArray found) when IsById(wanted) => new JsonArray(
            [.. wanted.Select(item => (item, match: WithId(found, item!))).Where(pair => pair.match is not null)
                .Select(pair => Rewritten(pair.item, pair.match))]),
        (JsonArray wanted, JsonArray found) when wanted.Count == found.Count =>
            new JsonArray([.. wanted.Zip(found, Rewritten)]),
        _ => IsEqual(expected, actual) ? expected?.DeepClone() : actual?.DeepClone(),
    };

    private static JsonObject RewrittenMembers(JsonObject wanted, JsonObject found)
    {
        var rewritten = new JsonObject();
        foreach (var (name, value) in wanted)
        {
            if (found.ContainsKey(name) || IsAbsence(value))
                rewritten[name] = Rewritten(value, found[name]);
        }

        return rewritten;
    }

    private static IEnumerable<string> OfMember(KeyValuePair<string, JsonNode?> member, JsonObject found, string place)
    {
        var there = $"{place}.{member.Key}";
        if (IsAbsence(member.Value))
            return found.ContainsKey(member.Key) ? [$"{there}: must be absent, found {Text(found[member.Key])}"] : [];
        return found.ContainsKey(member.Key)
            ? Differences(member.Value, found[member.Key], there)
            : [$"{there}: missing, expected {Text(member.Value)}"];
    }

    private static IEnumerable<string> OfItem(JsonNode item, JsonArray found, string place)
    {
        var there = $"{place}[{item["id"]}]";
        return WithId(found, item) is { } match ? Differences(item, match, there) : [$"{there}: missing"];
    }

    private static IEnumerable<string> OfPlaces(JsonArray wanted, JsonArray found, string place) =>
        wanted.Count == found.Count
            ? wanted.Zip(found).SelectMany((pair, at) => Differences(pair.First, pair.Second, $"{place}[{at}]"))
            : [$"{place}: expected {wanted.Count} items, found {found.Count}: {Text(found)}"];

    private static IEnumerable<string> AgainstMatcher(JsonNode matcher, JsonNode? actual, string place)
    {
        if (matcher is not JsonObject demands)
            return actual is null ? [$"{place}: expected anything, found nothing"] : [];
        return demands.SelectMany(demand => demand.Key switch
        {
            "$absent" => actual is null ? Array.Empty<string>() : [$"{place}: must be absent, found {Text(actual)}"],
            "$contains" => Texts(demand.Value).Where(text => !Text(actual).Contains(text, StringComparison.Ordinal))
                .Select(text => $"{place}: lacks '{text}' in {Text(actual)}"),
            "$not" => Texts(demand.Value).Where(text => Text(actual).Contains(text, StringComparison.OrdinalIgnoreCase))
                .Select(text => $"{place}: must not say '{text}': {Text(actual)}"),
            "$near" => IsNear(demand.Value!.AsArray(), actual) ? [] : [$"{place}: expected near {Text(demand.Value)}, found {Text(actual)}"],
            "$oneOf" => demand.Value!.AsArray().Any(choice => IsEqual(choice, actual)) ? [] : [$"{place}: expected one of {Text(demand.Value)}, found {Text(actual)}"],
            _ => [$"{place}: unknown matcher {demand.Key}"],
        });
    }

    private static bool IsMatcher(JsonNode? node) =>
        (node is JsonValue && node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() == "*")
        || (node is JsonObject { Count: > 0 } demands && demands.All(demand => demand.Key.StartsWith('$')));

    private static bool IsAbsence(JsonNode? node) => node is JsonObject demands && demands.ContainsKey("$absent");

    private static bool IsById(JsonArray items) => items.Count > 0 && items.All(item => item is JsonObject thing && thing.ContainsKey("id"));

    private static JsonNode? WithId(JsonArray items, JsonNode wanted) =>
        items.FirstOrDefault(item => item is JsonObject thing && IsEqual(thing["id"], wanted["id"]));

    private static bool IsNear(JsonArray valueAndTolerance, JsonNode? actual) =>
        actual?.GetValueKind() == JsonValueKind.Number
        && Math.Abs(Number(actual) - Number(valueAndTolerance[0]!)) <= Number(valueAndTolerance[1]!);

    // A number made in code knows only its own type; its text is the same for all.
    private static decimal Number(JsonNode node) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool IsEqual(JsonNode? expected, JsonNode? actual) =>
        expected?.GetValueKind() == JsonValueKind.Number && actual?.GetValueKind() == JsonValueKind.Number
            ? Number(expected) == Number(actual)
            : JsonNode.DeepEquals(expected, actual);

    private static IEnumerable<string> Texts(JsonNode? texts) => texts!.AsArray().Select(text => text!.GetValue<string>());

    private static string Text(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node?.ToJsonString() ?? "nothing";
}
