using System.Text.Json.Nodes;

namespace HpdCds.Explain;

/// <summary>
/// An answer as FHIR resources by the profiles of fhir-profiles/structuredefinitions: a RiskAssessment before the first dose, Observations
/// of growth after it. For a file that somebody asks for; nothing writes them to an EHR.
/// </summary>
internal static class AssessmentResources
{
    private const string Ours = "https://hpdcds.org/fhir/";
    private const string Ucum = "http://unitsofmeasure.org";
    private const string Notice = "Investigational decision support for clinicians; not a certified medical device; not clinically validated; not for time-critical use.";

    /// <param name="assessment">As it stands in the answer.</param>
    /// <param name="used">The records that were used, as <c>Type/id</c>.</param>
    /// <returns>A Bundle; null where nothing was assessed.</returns>
    public static JsonObject? Of(JsonObject assessment, string patientId, IEnumerable<string> used)
    {
        var subject = new JsonObject { ["reference"] = $"Patient/{patientId}" };
        JsonObject[] resources = assessment switch
        {
            _ when assessment["growth"] is JsonObject growth => [.. OfGrowth(assessment, growth, subject)],
            _ when assessment["factors"] is not null => [RiskOf(assessment, subject, used)],
            _ => [],
        };
        return resources.Length == 0 ? null : new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "collection",
            ["entry"] = new JsonArray([.. resources.Select(resource => new JsonObject { ["fullUrl"] = $"urn:uuid:{Guid.NewGuid()}", ["resource"] = resource })]),
        };
    }

    private static JsonObject RiskOf(JsonObject assessment, JsonObject subject, IEnumerable<string> used)
    {
        var resource = new JsonObject
        {
            ["resourceType"] = "RiskAssessment",
            ["meta"] = Profile("first-dose-risk"),
            ["status"] = "final",
            ["method"] = Method(assessment),
            ["code"] = Concept("assessments", "first-dose-risk", "Reported risk factors of hyperprogressive disease before the first dose"),
            ["subject"] = subject,
            ["occurrenceDateTime"] = assessment["asOf"]!.DeepClone(),
        };
        var basis = used.Where(reference => reference.Split('/') is [{ Length: > 0 }, { Length: > 0 }]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (basis.Length > 0)
            resource["basis"] = References(basis);
        if (assessment["band"] is { } band)
        {
            resource["prediction"] = new JsonArray(new JsonObject
            {
                ["outcome"] = Concept("assessments", "hyperprogressive-disease", "Hyperprogressive disease"),
                ["qualitativeRisk"] = Concept("bands", Span(band, "-to-"), $"{Span(band, " to ")}: an ordinal band"),
                ["rationale"] = $"{Span(assessment["points"]!, " to ")} points; an ordinal band, not a probability",
            });
        }

        string[] notes =
        [
            Notice,
            .. assessment["reason"] is { } reason ? [$"Cannot be assessed: {(string?)reason}"] : Array.Empty<string>(),
            .. assessment["settles"] is { } datum ? [$"Would clarify most: {(string?)datum}"] : Array.Empty<string>(),
            $"Knowledge {(string?)assessment["knowledge"]}",
        ];
        resource["note"] = Notes(notes);
        return resource;
    }

    private static IEnumerable<JsonObject> OfGrowth(JsonObject assessment, JsonObject growth, JsonObject subject)
    {
        var scans = growth["scans"] as JsonArray ?? [];
        foreach (var scan in scans)
            yield return SumOf(scan!, subject);
        var effective = (string?)scans.LastOrDefault(scan => (string?)scan!["role"] == "on-treatment")?["date"] ?? (string?)scans.LastOrDefault()?["date"] ?? (string)assessment["asOf"]!;
        if (growth["reference"] is not null || growth["onTreatment"] is not null)
            yield return RatesOf(growth, subject, effective);
        foreach (var rule in growth["rules"]!.AsArray())
            yield return DefinitionOf(rule!, assessment, growth, subject, effective);
    }

    private static JsonObject SumOf(JsonNode scan, JsonObject subject)
    {
        var quantity = Quantity(scan["value"]!, "mm");
        if (scan["comparator"] is { } comparator)
            quantity["comparator"] = comparator.DeepClone();
        return Observation("growth-sum", Concept("growth", "sum-of-diameters", "Sum of longest diameters"), subject, (string)scan["date"]!, new()
        {
            ["valueQuantity"] = quantity,
            ["derivedFrom"] = References(((string)scan["source"]!).Split(", ").Select(source => source.Split('#')[0]).Distinct(StringComparer.Ordinal)),
        });
    }

    private static JsonObject RatesOf(JsonObject growth, JsonObject subject, string effective)
    {
        (string Code, string Told, JsonNode? Value, string Unit)[] figures =
        [
            ("tgr-before", "Growth rate before the baseline", growth["reference"]?["tgr"], "%/mo"),
            ("tgr-since", "Growth rate since the baseline", growth["onTreatment"]?["tgr"], "%/mo"),
            ("delta-tgr", "Rise of the growth rate, percentage points", growth["deltaTgr"], "%/mo"),
            ("tgr-ratio", "Ratio of growth rates", growth["tgrRatio"], "1"),
            ("tgk-before", "Growth kinetics before the baseline", growth["reference"]?["tgk"], "mm/mo"),
            ("tgk-since", "Growth kinetics since the baseline", growth["onTreatment"]?["tgk"], "mm/mo"),
            ("tgk-ratio", "Ratio of growth kinetics", growth["tgkRatio"], "1"),
            ("change", "Change of the sum since the baseline", growth["onTreatment"]?["change"], "mm"),
        ];
        return Observation("growth-rates", Concept("growth", "growth-rates", "Growth before the baseline and since"), subject, effective, new()
        {
            ["component"] = new JsonArray([.. figures.Select(figure => (JsonNode)Component(
                Concept("growth", figure.Code, figure.Told),
                figure.Value is { } value ? ("valueQuantity", Quantity(value, figure.Unit)) : ("dataAbsentReason", Absent("not evaluable"))))]),
        });
    }

    private static JsonObject DefinitionOf(JsonNode rule, JsonObject assessment, JsonObject growth, JsonObject subject, string effective)
    {
        var id = (string)rule["id"]!;
        var (name, answer) = Answer(rule);
        return Observation("growth-definition", Concept("growth-definitions", id, id), subject, effective, new()
        {
            [name] = answer,
            ["method"] = Method(assessment),
            ["note"] = Notes([Notice, id == (string?)growth["primary"] ? "The definition that this hospital goes by." : "Another definition than the one that this hospital goes by.", $"Knowledge {(string?)assessment["knowledge"]}"]),
            ["component"] = new JsonArray([.. rule["parts"]!.AsArray().Select(part => (JsonNode)Component(
                new JsonObject { ["text"] = (string)part!["name"]! + (part["threshold"] is { } threshold ? $" {(string?)threshold}" : "") + (part["value"] is { } value ? $", found {value.ToJsonString()}" : "") }, Answer(part)))]),
        });
    }

    private static (string Name, JsonNode Value) Answer(JsonNode judged) => (string)judged["result"]! switch
    {
        "not-evaluable" => ("dataAbsentReason", Absent((string)judged["reason"]!)),
        var result => ("valueCodeableConcept", Concept("growth-results", result, result == "met" ? "Met" : "Not met")),
    };

    private static JsonObject Observation(string profile, JsonObject code, JsonObject subject, string effective, JsonObject members)
    {
        var resource = new JsonObject { ["resourceType"] = "Observation", ["meta"] = Profile(profile), ["status"] = "final", ["code"] = code, ["subject"] = subject.DeepClone(), ["effectiveDateTime"] = effective };
        foreach (var (name, value) in members.ToArray())
        {
            members.Remove(name);
            resource[name] = value;
        }

        return resource;
    }

    private static JsonObject Component(JsonObject code, (string Name, JsonNode Value) said) => new JsonObject { ["code"] = code, [said.Name] = said.Value };

    private static JsonObject Profile(string name) => new() { ["profile"] = new JsonArray($"{Ours}StructureDefinition/{name}") };

    private static JsonObject Method(JsonObject assessment) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = $"{Ours}CodeSystem/models", ["version"] = assessment["version"]!.DeepClone(), ["code"] = assessment["model"]!.DeepClone() }),
        ["text"] = $"{(string?)assessment["model"]} {(string?)assessment["version"]}",
    };

    private static JsonObject Concept(string system, string code, string text) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = $"{Ours}CodeSystem/{system}", ["code"] = code }),
        ["text"] = text,
    };

    private static JsonObject Absent(string why) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/data-absent-reason", ["code"] = "unknown" }),
        ["text"] = why,
    };

    private static JsonObject Quantity(JsonNode value, string unit) => new() { ["value"] = value.DeepClone(), ["unit"] = unit, ["system"] = Ucum, ["code"] = unit };

    private static JsonArray References(IEnumerable<string> references) => new([.. references.Select(reference => new JsonObject { ["reference"] = reference })]);

    private static JsonArray Notes(IEnumerable<string> texts) => new([.. texts.Select(text => new JsonObject { ["text"] = text })]);

    private static string Span(JsonNode range, string between)
    {
        var (low, high) = (range["low"]!.ToString(), range["high"]!.ToString());
        return low == high ? low : low + between + high;
    }
}
