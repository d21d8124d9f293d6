using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Checks;

/// <summary>TR-02: no member of an answer is null or empty, but for the two lists that the specification allows to be.</summary>
public static class EmptyMembers
{
    private static readonly string[] MayBeEmpty = ["$.cards", "$.services"];

    public static IEnumerable<Violation> In(JsonNode? node, string place = "$") => node switch
    {
        null => [new("TR-02", place, "is null")],
        JsonObject { Count: 0 } when place != "$" => [new("TR-02", place, "is an empty object")],
        JsonArray { Count: 0 } when !MayBeEmpty.Contains(place) => [new("TR-02", place, "is an empty list")],
        JsonObject members => members.SelectMany(pair => In(pair.Value, $"{place}.{pair.Key}")),
        JsonArray items => items.SelectMany((item, at) => In(item, $"{place}[{at.ToString(CultureInfo.InvariantCulture)}]")),
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length == 0 => [new("TR-02", place, "is an empty text")],
        _ => [],
    };
}
