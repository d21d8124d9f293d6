using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Pages;

/// <summary>The ground truth beside a card: each source, and each resource with what became of it.</summary>
public static class ReadingPage
{
    public static Html Render(PlacedOrder order, JsonObject? explanation) => Layout.Page("What the service read", Html.Of($"""
        <h1>What the service read</h1>
        <p class="quiet lead">{order.Title}, {order.Hook}. <a href="/orders/{order.Id}">Back to the order</a></p>
        {(explanation is null ? Refused() : Explained(explanation))}
        """));

    private static Html Refused() => Html.Of($"""<p>The service reads nothing for this request: it refuses it, or it was not asked.</p>""");

    private static Html Explained(JsonObject explanation) => Html.Of($"""
        <h2>Orders</h2>
        {Table.OfText(["Order", "Looked at", "Recognised", "By"], Members.Objects(explanation["orders"]).Select(order => new[]
        {
            Members.Text(order["reference"]), (bool?)order["considered"] == true ? "yes" : "no", Agents(order), Members.Text(order["by"]),
        }))}
        <h2>Sources</h2>
        {Table.OfText(["Key", "State", "Came in prefetch"], Members.Objects(explanation["sources"]).Select(source => new[]
        {
            Members.Text(source["key"]), Members.Text(source["state"]), (bool?)source["supplied"] == true ? "yes" : "no",
        }))}
        <h2>Resources</h2>
        {Table.OfText(["Resource", "Key", "What became of it", "Fact", "Why"], Members.Objects(explanation["resources"]).Select(resource => new[]
        {
            Members.Text(resource["reference"]), Members.Text(resource["key"]), Members.Text(resource["fate"]), Members.Text(resource["fact"]), Members.Text(resource["why"]),
        }))}
        """);

    private static string Agents(JsonObject order) =>
        string.Join(", ", (order["agents"] as JsonArray ?? []).Select(Members.Text));
}
