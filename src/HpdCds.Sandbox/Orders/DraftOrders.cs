using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>The orders on the screen that nobody has signed yet: the drug that was chosen, and what suggestions added.</summary>
public sealed record DraftOrders(ImmutableList<JsonObject> Resources)
{
    private const string Chosen = "draft-1";

    public static DraftOrders Of(string patientId, OrderableDrug drug, DateTimeOffset now) => new([new()
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = Chosen,
        ["status"] = "draft",
        ["intent"] = "order",
        ["medicationCodeableConcept"] = Medication(drug),
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{patientId}" },
        ["authoredOn"] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    }]);

    /// <summary>The context of a hook; order-select points at what was chosen, and a view has no orders.</summary>
    public JsonObject Context(string hook, string patientId)
    {
        var context = new JsonObject { ["userId"] = "Practitioner/synthetic-clinician", ["patientId"] = patientId };
        if (hook == FiredHooks.View)
            return context;
        if (hook == FiredHooks.Select)
            context["selections"] = new JsonArray($"MedicationRequest/{Chosen}");
        context["draftOrders"] = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "collection",
            ["entry"] = new JsonArray([.. Resources.Select(resource => new JsonObject { ["resource"] = resource.DeepClone() })]),
        };
        return context;
    }

    /// <summary>The drafts after the actions of an accepted suggestion; an action that makes no sense here changes nothing.</summary>
    public DraftOrders After(IEnumerable<JsonObject> actions) => actions.Aggregate(this, (drafts, action) => drafts.After(action));

    private DraftOrders After(JsonObject action) => (Members.Text(action["type"]), action["resource"], Members.Text(action["resourceId"])) switch
    {
        ("create", JsonObject resource, _) => new(Resources.Add(Named(resource))),
        ("update", JsonObject resource, _) when Find(KeyOf(resource)) is { } old => new(Resources.Replace(old, resource.DeepClone().AsObject())),
        ("delete", _, { } key) when Find(key) is { } old => new(Resources.Remove(old)),
        _ => this,
    };

    private JsonObject Named(JsonObject resource)
    {
        var copy = resource.DeepClone().AsObject();
        copy["id"] ??= $"draft-{(Resources.Count + 1).ToString(CultureInfo.InvariantCulture)}";
        return copy;
    }

    private JsonObject? Find(string key) => Resources.Find(resource => KeyOf(resource) == key);

    private static string KeyOf(JsonObject resource) => $"{Members.Text(resource["resourceType"])}/{Members.Text(resource["id"])}";

    private static JsonObject Medication(OrderableDrug drug) => drug.RxNorm is { } code
        ? new()
        {
            ["coding"] = new JsonArray(new JsonObject
            {
                ["system"] = "http://www.nlm.nih.gov/research/umls/rxnorm",
                ["code"] = code,
                ["display"] = drug.Name,
            }),
            ["text"] = drug.Name,
        }
        : new() { ["text"] = drug.Name };
}

/// <summary>The hooks that this EHR fires.</summary>
public static class FiredHooks
{
    public const string Select = "order-select";
    public const string Sign = "order-sign";
    public const string View = "patient-view";
}
