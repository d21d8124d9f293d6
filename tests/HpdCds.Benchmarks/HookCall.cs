using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Benchmarks;

/// <summary>
/// A call with everything in its prefetch, from a recipe: about a fifth of its results are of the kinds that the service
/// wants, as in a chart whose EHR answers a search by code with whole panels.
/// </summary>
internal static class HookCall
{
    public const string Patient = "pat0000";

    /// <summary>Names of the same length for others, for Lua's <c>string.format</c>.</summary>
    public const string PatientOf = "pat%04d";

    public const string Base = "http://localhost:5080/fhir";

    // As servers write it: a plus sign stands for itself.
    private static readonly JsonSerializerOptions AsServersDo = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Key, string Code, string Local, string Display, string Unit, decimal Value, decimal High)[] Wanted =
    [
        ("cbc", "751-8", "NEUT", "Neutrophils [#/volume] in Blood by Automated count", "10*9/L", 4.4m, 7.5m),
        ("cbc", "731-0", "LYMPH", "Lymphocytes [#/volume] in Blood by Automated count", "10*9/L", 0.9m, 3.5m),
        ("chemistry", "2532-0", "LDH", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 231m, 250m),
        ("liver", "1751-7", "ALB", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 3.9m, 5.2m),
        ("liver", "1975-2", "TBIL", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.9m, 1.2m),
        ("liver", "6301-6", "INR", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 1.1m, 1.2m),
        ("markers", "1834-1", "AFP", "Alpha-1-Fetoprotein [Mass/volume] in Serum or Plasma", "ng/mL", 612m, 8m),
    ];

    private static readonly (string Key, string Code, string Local, string Display, string Unit, decimal Value, decimal High)[] Others =
    [
        ("cbc", "777-3", "PLT", "Platelets [#/volume] in Blood by Automated count", "10*9/L", 145m, 400m),
        ("cbc", "789-8", "RBC", "Erythrocytes [#/volume] in Blood by Automated count", "10*12/L", 4.1m, 5.9m),
        ("cbc", "787-2", "MCV", "MCV [Entitic volume] by Automated count", "fL", 91m, 100m),
        ("chemistry", "2160-0", "CREA", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.9m, 1.3m),
        ("chemistry", "2951-2", "NA", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 139m, 145m),
        ("chemistry", "2823-3", "K", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.2m, 5.1m),
        ("liver", "1742-6", "ALT", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 48m, 55m),
        ("liver", "1920-8", "AST", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 51m, 48m),
    ];

    /// <param name="observations">How many results; 8, 150 and 1500 are the sizes that are named small, medium and large.</param>
    /// <param name="now">The newest result is five days older.</param>
    public static byte[] Of(int observations, DateTimeOffset now)
    {
        var results = Enumerable.Range(0, observations).Select(index => Result(index, observations, now)).ToArray();
        JsonObject prefetch = new()
        {
            ["patient"] = new JsonObject
            {
                ["resourceType"] = "Patient",
                ["id"] = Patient,
                ["name"] = new JsonArray(new JsonObject { ["family"] = "Benchmark", ["given"] = new JsonArray("Synthetic") }),
                ["gender"] = "male",
                ["birthDate"] = "1960-05-04",
            },
            ["problems"] = Bundle([Problem("hcc", "C22.0", "Liver cell carcinoma", now), Problem("htn", "I10", "Essential (primary) hypertension", now)]),
        };
        foreach (var key in new[] { "cbc", "chemistry", "liver", "markers" })
            prefetch[key] = Bundle(results.Where(result => result.Key == key).Select(result => result.Resource));
        foreach (var key in new[] { "encounterDx", "performance", "staging", "genomics", "medications", "statements", "administrations", "procedures" })
            prefetch[key] = Bundle([]);
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["hook"] = "order-sign",
            ["hookInstance"] = "3b10836f-1b07-4085-a0fa-fcd1ba9de048",
            ["context"] = new JsonObject
            {
                ["userId"] = "Practitioner/dr-1",
                ["patientId"] = Patient,
                ["draftOrders"] = Bundle([Draft()]),
            },
            ["prefetch"] = prefetch,
        }, AsServersDo);
    }

    // Newest first, as the searches ask; the first of each kind come before the filling, so that the smallest chart has them, too.
    private static (string Key, JsonObject Resource) Result(int index, int observations, DateTimeOffset now)
    {
        var isWanted = index < Wanted.Length || index % 5 == 0;
        var kind = isWanted ? Wanted[(index < Wanted.Length ? index : index / 5) % Wanted.Length] : Others[index % Others.Length];
        var when = now.AddDays(-5).AddHours(-12.0 * index * Math.Min(1, 1500.0 / observations));
        return (kind.Key, Observation(index, kind, when));
    }

    private static JsonObject Observation(int index, (string Key, string Code, string Local, string Display, string Unit, decimal Value, decimal High) kind, DateTimeOffset when) => new()
    {
        ["resourceType"] = "Observation",
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"obs-{index}"),
        ["meta"] = new JsonObject { ["versionId"] = "1", ["lastUpdated"] = Text(when.AddMinutes(41)) },
        ["status"] = "final",
        ["category"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")),
        ["code"] = new JsonObject
        {
            ["coding"] = new JsonArray(
                new JsonObject { ["system"] = "urn:oid:1.2.840.114350.1.13.0.1.7.5.737384.0", ["code"] = kind.Local, ["display"] = kind.Display },
                new JsonObject { ["system"] = "http://loinc.org", ["code"] = kind.Code, ["display"] = kind.Display }),
            ["text"] = kind.Display,
        },
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{Patient}", ["display"] = "Benchmark, Synthetic" },
        ["encounter"] = new JsonObject { ["reference"] = "Encounter/enc-1" },
        ["effectiveDateTime"] = Text(when),
        ["issued"] = Text(when.AddMinutes(40)),
        ["valueQuantity"] = Quantity(kind.Value + (index % 7), kind.Unit),
        ["interpretation"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", ["code"] = "N" }) }),
        ["referenceRange"] = new JsonArray(new JsonObject { ["low"] = Quantity(0.1m, kind.Unit), ["high"] = Quantity(kind.High, kind.Unit), ["text"] = string.Create(CultureInfo.InvariantCulture, $"0.1 - {kind.High}") }),
    };

    private static JsonObject Problem(string id, string code, string display, DateTimeOffset now) => new()
    {
        ["resourceType"] = "Condition",
        ["id"] = id,
        ["clinicalStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
        ["verificationStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed"),
        ["category"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item", "Problem List Item")),
        ["code"] = Concept("http://hl7.org/fhir/sid/icd-10-cm", code, display),
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{Patient}" },
        ["recordedDate"] = Text(now.AddDays(-60)),
    };

    private static JsonObject Draft() => new()
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = "draft-1",
        ["status"] = "draft",
        ["intent"] = "order",
        ["medicationCodeableConcept"] = Concept("http://www.nlm.nih.gov/research/umls/rxnorm", "1597876", "nivolumab"),
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{Patient}" },
    };

    private static JsonObject Bundle(IEnumerable<JsonObject> resources)
    {
        var entries = resources.Select(JsonNode (resource) => new JsonObject
        {
            ["fullUrl"] = $"{Base}/{(string?)resource["resourceType"]}/{(string?)resource["id"]}",
            ["resource"] = resource,
            ["search"] = new JsonObject { ["mode"] = "match" },
        }).ToArray();
        return new() { ["resourceType"] = "Bundle", ["type"] = "searchset", ["total"] = entries.Length, ["entry"] = new JsonArray(entries) };
    }

    private static JsonObject Concept(string system, string code, string display) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code, ["display"] = display }), ["text"] = display };

    private static JsonObject Quantity(decimal value, string unit) =>
        new() { ["value"] = value, ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = unit };

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
