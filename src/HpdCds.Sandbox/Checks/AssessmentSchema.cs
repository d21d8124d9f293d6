using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace HpdCds.Sandbox.Checks;

/// <summary>The published JSON Schemas of the assessment that comes with every answer: one for each service.</summary>
public static class AssessmentSchema
{
    public const string Rule = "assessment.schema.json";
    public const string GrowthRule = "growth.schema.json";

    private const string Growth = "hpd-growth";
    private const string Root = "$.extension['org.hpdcds.assessment']";

    private static readonly JsonSchema OfRisk = Load(Rule);
    private static readonly JsonSchema OfGrowth = Load(GrowthRule);

    /// <summary>Nothing for an answer without an assessment: another service owes us none.</summary>
    /// <param name="serviceId">Which service answered.</param>
    public static IEnumerable<Violation> Faults(JsonNode? assessment, string serviceId)
    {
        if (assessment is null)
            return [];
        var (schema, rule) = serviceId.StartsWith(Growth, StringComparison.Ordinal) ? (OfGrowth, GrowthRule) : (OfRisk, Rule);
        var result = schema.Evaluate(JsonSerializer.SerializeToElement(assessment), new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (result.IsValid)
            return [];
        return [.. result.Details
            .Where(detail => detail.HasErrors)
            .SelectMany(detail => detail.Errors!.Select(error => new Violation(rule, $"{Root}{detail.InstanceLocation}", error.Value)))
            .DefaultIfEmpty(new(rule, Root, "does not match the schema"))];
    }

    private static JsonSchema Load(string name)
    {
        using var stream = typeof(AssessmentSchema).Assembly.GetManifestResourceStream($"Schema/{name}")!;
        using var reader = new StreamReader(stream);
        return JsonSchema.FromText(reader.ReadToEnd());
    }
}
