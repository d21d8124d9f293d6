using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Survey;

/// <summary>
/// Asks a FHIR server everything that the service would ask of one patient, and then for all results and conditions, to see
/// what is recorded there under codes that nobody here knows. For a person who connects a hospital.
/// </summary>
public sealed class ServerSurvey(FhirCalls calls, PrefetchTable table, KnowledgeBase knowledge, SiteSettings settings, TimeProvider clock)
{
    private const int MostPages = 10;

    private static readonly string[] Everything = ["Observation?patient={0}&_count=200", "Condition?patient={0}&_count=200"];

    private readonly CodeSet[] _conditionSets = [knowledge.Codes.Cancers, knowledge.Codes.Metastases, knowledge.Codes.Liver, knowledge.Codes.Confounders];

    private readonly ImmutableArray<SurveyCandidate> _candidates = SurveyCandidate.Load(knowledge.Files);

    public async Task<SurveyResult> RunAsync(FhirBase server, string patientId, FhirAccess access, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(server);
        var about = await AboutAsync(server, access, stop);
        var inputs = ImmutableArray.CreateBuilder<InputFound>();
        foreach (var row in table.Rows)
            inputs.Add(await AskAsync(row, server, patientId, access, stop));
        var met = new List<Met>();
        foreach (var query in Everything)
            met.AddRange((await ReadAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, query, Uri.EscapeDataString(patientId)), server, access, stop)).Entries.SelectMany(entry => Meet(entry.Resource, ChartKey.Staging)));
        return new(about, inputs.ToImmutable(), UnknownIn(met));
    }

    private async Task<InputFound> AskAsync(PrefetchRow row, FhirBase server, string patientId, FhirAccess access, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        var (state, entries) = await ReadAsync(row.QueryFor(patientId), server, access, stop);
        var elapsed = clock.GetElapsedTime(started);
        var met = entries.Where(entry => entry.Resource.Type == row.ResourceType).SelectMany(entry => Meet(entry.Resource, row.Key)).ToArray();
        var known = met.Where(one => one.Groups.Any()).ToArray();
        return new(
            row.Name,
            row.Template,
            Kebab.Case(state.ToString()),
            (long)elapsed.TotalMilliseconds,
            entries.Count(entry => entry.Resource.Type == row.ResourceType),
            known.Length,
            known.Select(one => one.Day).OfType<string>().DefaultIfEmpty().Max(StringComparer.Ordinal),
            [.. known.SelectMany(one => one.Groups).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. known.Select(one => one.Unit).OfType<string>().Where(unit => !knowledge.Units.Knows(unit)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private async Task<(SourceState State, List<WalkedEntry> Entries)> ReadAsync(string query, FhirBase server, FhirAccess access, CancellationToken stop)
    {
        var entries = new List<WalkedEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var answer = await calls.AskAsync(server, query, access, stop);
        for (var page = 0; answer.State == SourceState.Complete; page++)
        {
            var walk = BundleWalk.Read(answer.Body, settings.MaxBundleEntries);
            if (walk.Shape is not (ValueShape.Bundle or ValueShape.OneResource))
                return (SourceState.Failed, entries);
            entries.AddRange(walk.Entries.Where(entry => entry.SearchMode != "outcome"));
            if (walk.NextLink is not { } next)
                return (KeyReading.IsCutAt(walk.Total, entries.Count, walk.Entries.Count) ? SourceState.Truncated : SourceState.Complete, entries);
            if (page == MostPages || server.Resolve(next) is not { } url || !seen.Add(url.AbsoluteUri))
                return (SourceState.Truncated, entries);
            answer = await calls.GetAsync(url, access, stop);
        }

        return (entries.Count > 0 ? SourceState.Truncated : answer.State, entries);
    }

    private async Task<ServerAbout> AboutAsync(FhirBase server, FhirAccess access, CancellationToken stop)
    {
        var answer = await calls.AskAsync(server, "metadata", access, stop);
        if (answer.State != SourceState.Complete || Parse(answer.Body) is not { } statement || (string?)statement["resourceType"] != "CapabilityStatement")
            return new(server.Text, null, null, []);
        var resources = (statement["rest"]?[0]?["resource"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(resource => (string?)resource["type"] is not null)
            .GroupBy(resource => (string)resource["type"]!, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => group.SelectMany(resource => resource["searchParam"] as JsonArray ?? []).Select(parameter => (string?)parameter?["name"]).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal);
        var missing = table.Rows.SelectMany(ParametersOf).Distinct()
            .Where(asked => !resources.TryGetValue(asked.Type, out var named) || (asked.Parameter is { } parameter && !named.Contains(parameter)))
            .Select(asked => asked.Parameter is null ? asked.Type : $"{asked.Type}?{asked.Parameter}");
        var software = statement["software"] is JsonObject named ? $"{named["name"]} {named["version"]}".TrimEnd() : null;
        return new(server.Text, (string?)statement["fhirVersion"], software, [.. missing]);
    }

    // What begins with an underscore is a wish of ours, which the service lives without.
    private static IEnumerable<(string Type, string? Parameter)> ParametersOf(PrefetchRow row) => row.Query.Split('?', 2) is [_, var query]
        ? query.Split('&').Select(pair => pair.Split('=')[0]).Where(name => !name.StartsWith('_')).Select(name => (row.ResourceType, (string?)name))
        : [(row.ResourceType, null)];

    private static JsonNode? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private IEnumerable<Met> Meet(ResourceGlance resource, ChartKey key)
    {
        const string Nowhere = "";
        return resource.Type switch
        {
            "Observation" => ObservationReader.Read(resource.Bytes, Nowhere, key, TimeZoneInfo.Utc).Select(one =>
                new Met("Observation", one.Code, GroupsOf(one.Code, knowledge.Codes.Observations), one.Time?.When.Date, (one.Value as ChartValue.Quantity)?.Unit)),
            "Condition" when ConditionReader.Read(resource.Bytes, Nowhere, key, TimeZoneInfo.Utc) is { } one =>
                [new("Condition", one.Code, GroupsOf(one.Code, _conditionSets), one.Time?.When.Date, null)],
            "Procedure" when ProcedureReader.Read(resource.Bytes, Nowhere, key, TimeZoneInfo.Utc) is { } one =>
                [new("Procedure", one.Code, GroupsOf(one.Code, knowledge.Codes.Confounders), one.Time?.When.Date, null)],
            "Patient" => [new("Patient", ChartConcept.Empty, ["patient"], null, null)],
            _ when MedicationReaders.Read(resource.Bytes, resource.Type ?? Nowhere, Nowhere, key, TimeZoneInfo.Utc, new MedicationShelf()) is { } drug =>
                [new(resource.Type!, drug.Concepts.FirstOrDefault() ?? ChartConcept.Empty, [.. drug.Concepts.SelectMany(concept => GroupsOf(concept, knowledge.Codes.Inhibitors, knowledge.Codes.Partners, knowledge.Codes.Anticoagulants, knowledge.Codes.Antineoplastics, knowledge.Codes.Confounders))], drug.Time?.When.Date, null)],
            _ => [],
        };
    }

    private static ImmutableArray<string> GroupsOf(ChartConcept concept, params CodeSet[] sets) =>
        [.. sets.SelectMany(set => set.FindAll(concept)).Select(entry => entry.Group).Distinct(StringComparer.Ordinal)];

    private ImmutableArray<UnknownCode> UnknownIn(List<Met> met) =>
    [
        .. met.Where(one => one.Groups.IsEmpty)
            .SelectMany(one => one.Code.Codings.Select(coding => (Met: one, Coding: coding)))
            .GroupBy(item => (item.Met.Type, item.Coding.System, item.Coding.Code))
            .Select(group => new UnknownCode(
                group.Key.Type,
                group.Key.System,
                group.Key.Code,
                group.Select(item => item.Coding.Display).OfType<string>().FirstOrDefault(),
                group.Count(),
                [.. group.Select(item => item.Met.Unit).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                _candidates.FirstOrDefault(candidate => candidate.IsNamedIn(group.SelectMany(item => item.Met.Code.Texts)))?.Group))
            .OrderByDescending(code => code.Candidate is not null)
            .ThenByDescending(code => code.Count)
            .ThenBy(code => code.Code, StringComparer.Ordinal),
    ];

    private sealed record Met(string Type, ChartConcept Code, ImmutableArray<string> Groups, string? Day, string? Unit) : PatientData;
}
