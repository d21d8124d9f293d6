using System.Text.Json.Nodes;
using static HpdCds.Explain.WrittenFhir;

namespace HpdCds.Explain;

/// <summary>
/// An answer as FHIR resources by the profiles of fhir-profiles/structuredefinitions: a RiskAssessment before the first dose, Observations
/// of growth after it. For a file that somebody asks for; nothing writes them to an EHR.
/// </summary>
internal static class AssessmentResources
{
    /// <param name="assessment">As it stands in the answer.</param>
    /// <param name="used">The records that were used, as <c>Type/id</c>.</param>
    /// <returns>A Bundle; null where nothing was assessed.</returns>
    public static JsonObject? Of(JsonObject assessment, string patientId, IEnumerable<string> used)
    {
        var subject = new JsonObject { ["reference"] = $"Patient/{patientId}" };
        JsonObject[] entries = assessment switch
        {
            _ when assessment["growth"] is JsonObject => [.. GrowthResources.EntriesOf(assessment, subject)],
            _ when assessment["factors"] is not null => [Entry(RiskOf(assessment, subject, used))],
            _ => [],
        };
        return entries.Length == 0 ? null : new JsonObject { ["resourceType"] = "Bundle", ["type"] = "collection", ["entry"] = new JsonArray([.. entries]) };
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

    private static string Span(JsonNode range, string between)
    {
        var (low, high) = (range["low"]!.ToString(), range["high"]!.ToString());
        return low == high ? low : low + between + high;
    }
}
