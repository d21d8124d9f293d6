using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace HpdCds.Sandbox.Checks;

/// <summary>The published JSON Schema of the assessment that comes with every answer to orders.</summary>
public static class AssessmentSchema
{
    public const string Rule = "assessment.schema.json";
    private const string Root = "$.extension['org.hpdcds.assessment']";

    private static readonly JsonSchema Schema = Load();

    /// <summary>Nothing for an answer without an assessment: another service owes us none.</summary>
    public static IEnumerable<Violation> Faults(JsonNode? assessment)
    {
        if (assessment is null)
            return [];
        var result = Schema.Evaluate(JsonSerializer.SerializeToElement(assessment), new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (result.IsValid)
            return [];
        return [.. result.Details
            .Where(detail => detail.HasErrors)
            .SelectMany(detail => detail.Errors!.Select(error => new Violation(Rule, $"{Root}{detail.InstanceLocation}", error.Value)))
            .DefaultIfEmpty(new(Rule, Root, "does not match the schema"))];
    }

    private static JsonSchema Load()
    {
        using var stream = typeof(AssessmentSchema).Assembly.GetManifestResourceStream($"Schema/{Rule}")!;
        using var reader = new StreamReader(stream);
        return JsonSchema.FromText(reader.ReadToEnd());
    }
}
