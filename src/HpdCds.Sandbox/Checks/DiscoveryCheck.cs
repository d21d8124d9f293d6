using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Checks;

/// <summary>The published rules for discovery: every service says what it is called, what it does and on which hook.</summary>
public static class DiscoveryCheck
{
    private static readonly string[] Required = ["hook", "id", "description"];

    public static IReadOnlyList<Violation> Of(string? text)
    {
        if (Members.Parse(text) is not { } discovery)
            return [new("DISC-01", "$", "is not a JSON object")];
        if (discovery["services"] is not JsonArray services)
            return [new("DISC-01", "$.services", "must be an array")];
        return [.. EmptyMembers.In(discovery), .. services.SelectMany(Service)];
    }

    private static IEnumerable<Violation> Service(JsonNode? service, int place) =>
        Required.Where(member => Members.Text((service as JsonObject)?[member]) is null)
            .Select(member => new Violation("DISC-03", $"$.services[{place.ToString(CultureInfo.InvariantCulture)}].{member}", "is required"));
}
