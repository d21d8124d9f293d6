using System.Text.Json.Nodes;

namespace HpdCds.Explain;

/// <summary>The shapes of FHIR that written resources are made of.</summary>
internal static class WrittenFhir
{
    public const string Notice = "Investigational decision support for clinicians; not a certified medical device; not clinically validated; not for time-critical use.";

    private const string Ours = "https://hpdcds.org/fhir/";
    private const string Ucum = "http://unitsofmeasure.org";

    public static JsonObject Profile(string name) => new() { ["profile"] = new JsonArray($"{Ours}StructureDefinition/{name}") };

    public static JsonObject Method(JsonObject assessment) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = $"{Ours}CodeSystem/models", ["version"] = assessment["version"]!.DeepClone(), ["code"] = assessment["model"]!.DeepClone() }),
        ["text"] = $"{(string?)assessment["model"]} {(string?)assessment["version"]}",
    };

    public static JsonObject Concept(string system, string code, string text) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = $"{Ours}CodeSystem/{system}", ["code"] = code }),
        ["text"] = text,
    };

    /// <param name="code">Of HL7's data-absent-reason.</param>
    public static JsonObject Absent(string code, string why) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/data-absent-reason", ["code"] = code }),
        ["text"] = why,
    };

    public static JsonObject Quantity(JsonNode value, string unit) => new() { ["value"] = value.DeepClone(), ["unit"] = unit, ["system"] = Ucum, ["code"] = unit };

    public static JsonArray References(IEnumerable<string> references) => new([.. references.Select(reference => new JsonObject { ["reference"] = reference })]);

    public static JsonArray Notes(IEnumerable<string> texts) => new([.. texts.Select(text => new JsonObject { ["text"] = text })]);

    public static JsonObject Entry(JsonObject resource) => new() { ["fullUrl"] = $"urn:uuid:{Guid.NewGuid()}", ["resource"] = resource };
}
