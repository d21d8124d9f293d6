using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>The bodies that tell a service what became of its card.</summary>
public static class Feedback
{
    public static JsonObject Accepted(string card, string suggestion, DateTimeOffset now) => Body(new()
    {
        ["card"] = card,
        ["outcome"] = "accepted",
        ["acceptedSuggestions"] = new JsonArray(new JsonObject { ["id"] = suggestion }),
        ["outcomeTimestamp"] = Instant(now),
    });

    /// <summary>A reason or a comment, when there is one: an override without either says only that the card was not followed.</summary>
    public static JsonObject Overridden(string card, JsonObject? reason, string comment, DateTimeOffset now)
    {
        var entry = new JsonObject { ["card"] = card, ["outcome"] = "overridden" };
        var why = new JsonObject();
        if (reason is not null)
            why["reason"] = new JsonObject { ["code"] = reason["code"]?.DeepClone(), ["system"] = reason["system"]?.DeepClone() };
        if (!string.IsNullOrWhiteSpace(comment))
            why["userComment"] = comment.Trim();
        if (why.Count > 0)
            entry["overrideReason"] = why;
        entry["outcomeTimestamp"] = Instant(now);
        return Body(entry);
    }

    private static JsonObject Body(JsonObject entry) => new() { ["feedback"] = new JsonArray(entry) };

    private static string Instant(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
