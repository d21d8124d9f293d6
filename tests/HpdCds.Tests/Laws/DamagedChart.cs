using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Laws;

/// <summary>A sound chart in which every resource decides something, and ways to damage one place of one resource.</summary>
internal static class DamagedChart
{
    public const string PatientId = "pat-damaged";

    private const string Duplicated = "\u0001duplicated";

    private static readonly string Lately = CaseServers.AsOf.AddDays(-2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Child-Pugh is 7, and of class B only by the ascites; everything else is surely present.</summary>
    public static readonly RandomChart Sound = new(PatientId, Patient(), [
        Laboratory("neutrophils", "cbc", "751-8", 6, "10*9/L"),
        Laboratory("lymphocytes", "cbc", "731-0", 1, "10*9/L"),
        Laboratory("ldh", "chemistry", "2532-0", 480, "U/L", limit: 250),
        Laboratory("afp", "markers", "1834-1", 1240, "ng/mL"),
        Laboratory("bilirubin", "liver", "1975-2", 2.5m, "mg/dL"),
        Laboratory("albumin", "liver", "1751-7", 42, "g/L"),
        Laboratory("inr", "liver", "6301-6", 1, "{INR}"),
        Observation("pvtt", "staging", "http://localhost:5080/codes", "PVTT", new JsonObject { ["valueBoolean"] = true }),
        Condition("cancer", "C22.0", severity: null),
        Condition("lung", "C78.00", severity: null),
        Condition("ascites", "R18.8", severity: "255604002"),
        Medication("warfarin", "11289"),
        Taken("MedicationAdministration", "administrations", "completed"),
        Taken("MedicationStatement", "statements", "completed"),
        new("procedures", new JsonObject
        {
            ["resourceType"] = "Procedure",
            ["id"] = "biopsy",
            ["status"] = "completed",
            ["subject"] = new JsonObject { ["reference"] = "Patient/" + PatientId },
            ["code"] = Concept("http://snomed.info/sct", "86259008"),
            ["performedDateTime"] = "2025-01-01",
        }),
    ], ReasonOnTheOrder: true);

    /// <summary>The factor that a resource decides; null where none rests on it alone.</summary>
    public static string? DecidedBy(string id) => id switch
    {
        "neutrophils" or "lymphocytes" => "nlr",
        "ldh" or "afp" or "pvtt" => id,
        "lung" => "spread",
        "ascites" or "bilirubin" or "albumin" or "inr" => "child-pugh",
        _ => null,
    };

    /// <summary>The call with one place damaged, what was to read it, and what was done.</summary>
    public static (string Call, string Id, string Reader, string What) Damaged(Random dice)
    {
        var call = JsonNode.Parse(Sound.Call())!.AsObject();
        var resources = ResourcesOf(call).ToArray();
        var resource = resources[dice.Next(resources.Length)];
        var id = (string)resource["id"]!;
        var reader = id == "draft-1" ? "order" : (string)resource["resourceType"]!;
        var places = PlacesOf(resource).ToArray();
        var (holder, key, path) = places[dice.Next(places.Length)];
        var what = Damage(holder, key, dice);
        var text = call.ToJsonString();
        // A member that stands twice cannot be built, only written.
        return (text.Replace(System.Text.Json.JsonEncodedText.Encode(Duplicated).ToString(), (string)key.ToString()!, StringComparison.Ordinal), id, reader, $"{id}{path}: {what}");
    }

    private static IEnumerable<JsonObject> ResourcesOf(JsonObject call) => call["prefetch"]!.AsObject()
        .SelectMany(pair => pair.Value!["entry"] is JsonArray entries ? entries.Select(entry => entry!["resource"]!.AsObject()) : [pair.Value!.AsObject()])
        .Append(call["context"]!["draftOrders"]!["entry"]![0]!["resource"]!.AsObject());

    private static IEnumerable<(JsonNode Holder, object Key, string Path)> PlacesOf(JsonNode node, string path = "") => node switch
    {
        JsonObject members => members.SelectMany(member => PlacesOf(member.Value!, $"{path}.{member.Key}").Prepend((members, member.Key, $"{path}.{member.Key}"))),
        JsonArray items => items.SelectMany((item, at) => PlacesOf(item!, $"{path}[{at}]").Prepend((items, at, FormattableString.Invariant($"{path}[{at}]")))),
        _ => [],
    };

    private static string Damage(JsonNode holder, object key, Random dice)
    {
        var old = key is string name ? holder[name] : holder[(int)key];
        var (what, put) = Replacement(old!, dice);
        // Another text in the place of a name, and another answer, would be a sound statement about something else.
        if (key is "code" or "system" or "reference" or "resourceType" && what is "a strange text" or "a long text")
            (what, put) = ("an empty text", JsonValue.Create(""));
        if (key is "valueBoolean" && what is "a boolean")
            (what, put) = ("a number", JsonValue.Create(0));
        if (what == "missing" && holder is JsonObject members)
            members.Remove((string)key);
        else if (what == "missing")
            holder.AsArray().RemoveAt((int)key);
        else if (what == "twice" && holder is JsonObject both)
            both[Duplicated] = put;
        else if (key is string member)
            holder[member] = put;
        else
            holder[(int)key] = put;
        return what;
    }

    // Nothing here is another sound value: what is read afterwards is what is left, or nothing.
    private static (string What, JsonNode? Put) Replacement(JsonNode old, Random dice) => dice.Next(16) switch
    {
        0 => ("missing", null),
        1 => ("null", null),
        2 => ("an empty object", new JsonObject()),
        3 => ("an empty array", new JsonArray()),
        4 => ("in an array", new JsonArray(old.DeepClone())),
        5 => ("in an object", new JsonObject { ["value"] = old.DeepClone() }),
        6 => ("a huge number", JsonNode.Parse("79228162514264337593543950335")),
        7 => ("a number beyond decimals", JsonNode.Parse("1e300")),
        8 => ("a tiny negative number", JsonNode.Parse("-1e-27")),
        9 => ("a boolean", JsonValue.Create(false)),
        10 => ("an empty text", JsonValue.Create("")),
        11 => ("a strange text", JsonValue.Create("\u202E\u0000\uFFFD 無 \U0001F600")),
        12 => ("a long text", JsonValue.Create(new string('9', 20_000))),
        13 => ("deeply nested", Nested(40)),
        14 => ("deeper than JSON may be", Nested(200)),
        _ => ("twice", old.DeepClone()),
    };

    private static JsonArray Nested(int levels)
    {
        var inner = new JsonArray();
        for (var level = 1; level < levels; level++)
            inner = new JsonArray(inner);
        return inner;
    }

    private static JsonObject Patient() => new() { ["resourceType"] = "Patient", ["id"] = PatientId, ["gender"] = "male", ["birthDate"] = "1956-03-03" };

    private static ChartItem Laboratory(string id, string key, string code, decimal value, string unit, decimal? limit = null)
    {
        JsonObject Quantity(decimal number) => new() { ["value"] = number, ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = unit };
        var item = Observation(id, key, "http://loinc.org", code, new JsonObject { ["valueQuantity"] = Quantity(value) });
        if (limit is { } upper)
        {
            item.Resource["referenceRange"] = new JsonArray(new JsonObject
            {
                ["high"] = Quantity(upper),
                ["age"] = new JsonObject { ["low"] = new JsonObject { ["value"] = 900, ["unit"] = "wk", ["system"] = "http://unitsofmeasure.org", ["code"] = "wk" } },
            });
        }

        return item;
    }

    private static ChartItem Observation(string id, string key, string system, string code, JsonObject value)
    {
        var resource = Resource("Observation", id, system, code);
        resource["status"] = "final";
        resource["effectiveDateTime"] = Lately;
        foreach (var (name, node) in value)
            resource[name] = node!.DeepClone();
        return new(key, resource);
    }

    private static ChartItem Condition(string id, string code, string? severity)
    {
        var resource = Resource("Condition", id, "http://hl7.org/fhir/sid/icd-10-cm", code);
        resource["clinicalStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active");
        resource["verificationStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed");
        if (severity is not null)
            resource["severity"] = Concept("http://snomed.info/sct", severity);
        return new("problems", resource);
    }

    // Long stopped: it changes nothing, so that only the reading of it is tried.
    private static ChartItem Medication(string id, string code) => new("medications", new JsonObject
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = id,
        ["status"] = "stopped",
        ["intent"] = "order",
        ["authoredOn"] = "2025-01-01",
        ["subject"] = new JsonObject { ["reference"] = "Patient/" + PatientId },
        ["medicationCodeableConcept"] = Concept("http://www.nlm.nih.gov/research/umls/rxnorm", code),
    });

    private static ChartItem Taken(string type, string key, string status) => new(key, new JsonObject
    {
        ["resourceType"] = type,
        ["id"] = type.ToUpperInvariant(),
        ["status"] = status,
        ["effectiveDateTime"] = "2025-01-01",
        ["subject"] = new JsonObject { ["reference"] = "Patient/" + PatientId },
        ["medicationCodeableConcept"] = Concept("http://www.nlm.nih.gov/research/umls/rxnorm", "11289"),
    });

    private static JsonObject Resource(string type, string id, string system, string code) => new()
    {
        ["resourceType"] = type,
        ["id"] = id,
        ["subject"] = new JsonObject { ["reference"] = "Patient/" + PatientId },
        ["code"] = Concept(system, code),
    };

    private static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };
}
