using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>How the service gets the chart.</summary>
public enum DataRoute
{
    /// <summary>The EHR sends the chart with the request.</summary>
    Prefetch,

    /// <summary>The EHR sends a token, and the service reads for itself.</summary>
    Token,

    /// <summary>The chart and a token.</summary>
    Both,
}

/// <summary>What the clinician did: a drug for a patient, chosen (order-select) or signed (order-sign).</summary>
public sealed record DraftOrder(string PatientId, OrderableDrug Drug, DataRoute Route, string Hook)
{
    public const string Select = "order-select";
    public const string Sign = "order-sign";
    private const string Id = "draft-1";

    public JsonObject Context(DateTimeOffset now)
    {
        var context = new JsonObject { ["userId"] = "Practitioner/synthetic-clinician", ["patientId"] = PatientId };
        if (Hook == Select)
            context["selections"] = new JsonArray($"MedicationRequest/{Id}");
        context["draftOrders"] = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "collection",
            ["entry"] = new JsonArray(new JsonObject { ["resource"] = Order(now) }),
        };
        return context;
    }

    private JsonObject Order(DateTimeOffset now) => new()
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = Id,
        ["status"] = "draft",
        ["intent"] = "order",
        ["medicationCodeableConcept"] = Medication(),
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{PatientId}" },
        ["authoredOn"] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    private JsonObject Medication() => Drug.RxNorm is { } code
        ? new()
        {
            ["coding"] = new JsonArray(new JsonObject
            {
                ["system"] = "http://www.nlm.nih.gov/research/umls/rxnorm",
                ["code"] = code,
                ["display"] = Drug.Name,
            }),
            ["text"] = Drug.Name,
        }
        : new() { ["text"] = Drug.Name };
}
