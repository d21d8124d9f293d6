using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Fhir;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.Sandbox.Orders;

/// <summary>Fills a service's prefetch from this EHR's own chart, as its FHIR server would answer the same queries.</summary>
public static partial class PrefetchTemplates
{
    /// <returns>The query, or null when a token cannot be filled: the key is then left out.</returns>
    public static string? Expand(string template, JsonObject context)
    {
        var complete = true;
        var query = Token().Replace(template, match =>
        {
            var value = context[match.Groups["name"].Value] is JsonValue field && field.TryGetValue<string>(out var text) ? text : null;
            complete &= value is not null;
            return value ?? "";
        });
        return complete && !query.Contains("{{", StringComparison.Ordinal) ? query : null;
    }

    public static JsonObject Fill(JsonObject templates, JsonObject context, FhirStore store, string fhirBase)
    {
        var prefetch = new JsonObject();
        var patientId = context["patientId"]!.GetValue<string>();
        foreach (var (key, template) in templates)
        {
            if (template is JsonValue text && text.TryGetValue<string>(out var written)
                && Expand(written, context) is { } query
                && TryAnswer(query, patientId, store, fhirBase, out var answer))
            {
                prefetch[key] = answer;
            }
        }
        return prefetch;
    }

    /// <summary>False for a query that this EHR cannot run: its key is left out, which is not an empty chart.</summary>
    private static bool TryAnswer(string query, string patientId, FhirStore store, string fhirBase, out JsonNode? answer)
    {
        try
        {
            answer = Answer(query, patientId, store, fhirBase);
            return true;
        }
        catch (FhirProblemException)
        {
            answer = null;
            return false;
        }
    }

    private static JsonNode? Answer(string query, string patientId, FhirStore store, string fhirBase)
    {
        var (path, parameters) = query.Split('?', 2) is [var before, var after] ? (before, after) : (query, null);
        if (parameters is null && path.Split('/') is [var type, var id])
            return store.Find(type, id) is { } found ? JsonNode.Parse(found.Json) : null;
        if (!ModelInfo.IsKnownResource(path))
            throw FhirProblemException.NotFound("There is no such type of resource.");
        var pairs = QueryHelpers.ParseQuery(parameters).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")));
        var page = FhirSearch.Parse(path, pairs, strict: false).Run(store, patientId);
        return JsonNode.Parse(SearchBundle.Write(page, fhirBase));
    }

    [GeneratedRegex(@"\{\{context\.(?<name>[A-Za-z]+)\}\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
