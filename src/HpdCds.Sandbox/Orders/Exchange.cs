using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>One HTTP exchange with the service, kept to be shown.</summary>
/// <param name="Status">Null when no answer came.</param>
public sealed record Exchange(string Method, Uri Url, JsonNode? Request, int? Status, string? Response, TimeSpan Elapsed)
{
    public bool Succeeded => Status is >= 200 and < 300;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The answer as JSON, or null when it is not a JSON object.</summary>
    public JsonObject? Json
    {
        get
        {
            try
            {
                return Response is null ? null : JsonNode.Parse(Response, documentOptions: Strict) as JsonObject;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}

/// <summary>All exchanges of one click, in order; a sentence for the clinician when the service could not be asked.</summary>
public sealed record OrderOutcome(IReadOnlyList<Exchange> Exchanges, string? Problem)
{
    public IEnumerable<JsonObject> Cards =>
        Exchanges.Where(exchange => exchange is { Method: "POST", Succeeded: true })
            .SelectMany(exchange => exchange.Json?["cards"] as JsonArray ?? [])
            .OfType<JsonObject>();
}
