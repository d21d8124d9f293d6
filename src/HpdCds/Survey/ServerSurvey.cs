using System.Collections.Immutable;
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
public sealed class ServerSurvey(ChartReader charts, FhirCalls calls, PrefetchTable table, KnowledgeBase knowledge, SiteSettings settings)
{
    private const int MostPages = 10;

    private static readonly string[] Everything = ["Observation?patient={0}&_count=200", "Condition?patient={0}&_count=200"];

    private readonly CodeSet[] _conditionSets = [knowledge.Codes.Cancers, knowledge.Codes.Metastases, knowledge.Codes.Liver, knowledge.Codes.Confounders];

    private readonly ImmutableArray<SurveyCandidate> _candidates = SurveyCandidate.Load(knowledge.Files);

    public async Task<SurveyResult> RunAsync(FhirBase server, string patientId, FhirAccess access, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(server);
        var patient = new PatientIdentity(patientId, [server]);
        var about = await AboutAsync(server, access, stop);
        var inputs = ImmutableArray.CreateBuilder<InputFound>();
        await foreach (var (together, elapsed) in charts.AskEachAsync(server, access, patientId, stop))
            inputs.Add(Found(together, elapsed, patient));
        var met = new List<Met>();
        var ofOthers = 0;
        foreach (var query in Everything)
        {
            var entries = await ReadAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, query, Uri.EscapeDataString(patientId)), server, access, stop);
            met.AddRange(entries.Where(entry => IsOf(patient, entry)).SelectMany(entry => Meet(entry.Resource, ChartKey.Staging)));
            ofOthers += entries.Count(entry => !IsOf(patient, entry));
        }

        return new(about, inputs.ToImmutable(), UnknownIn(met)) { OtherPatient = ofOthers + inputs.Sum(input => input.OtherPatient) };
    }

    private InputFound Found(KeyReading[] together, TimeSpan elapsed, PatientIdentity patient)
    {
        var reading = together[0];
        var ours = reading.Entries.Where(entry => IsOf(patient, entry)).ToArray();
        var known = ours.SelectMany(entry => Meet(entry.Resource, reading.Row.Key)).Where(one => one.Groups.Any()).ToArray();
        return new(
            string.Join('+', together.Select(one => one.Row.Name)),
            reading.Asked,
            Kebab.Case(reading.ToSource().State),
            (long)elapsed.TotalMilliseconds,
            ours.Length,
            known.Length,
            known.Select(one => one.Day).OfType<string>().DefaultIfEmpty().Max(StringComparer.Ordinal),
            [.. known.SelectMany(one => one.Groups).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. known.Select(one => one.Unit).OfType<string>().Where(unit => !knowledge.Units.Knows(unit)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
        {
            OtherPatient = reading.Entries.Count() - ours.Length,
        };
    }

    private static bool IsOf(PatientIdentity patient, WalkedEntry entry) => entry.Resource.Type == "Patient"
        ? entry.Resource.Id == patient.PatientId
        : entry.Resource.Subject is not { } subject || patient.IsNamedBy(subject);

    /// <summary>As much as comes: nothing is concluded from what does not.</summary>
    private async Task<List<WalkedEntry>> ReadAsync(string query, FhirBase server, FhirAccess access, CancellationToken stop)
    {
        var entries = new List<WalkedEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var answer = await calls.AskAsync(server, query, access, stop);
        if (answer.IsNotUnderstood)
            answer = await calls.AskAsync(server, PrefetchTable.WithoutHints(query), access, stop);
        for (var page = 0; answer.State == SourceState.Complete; page++)
        {
            var walk = BundleWalk.Read(answer.Body, settings.MaxBundleEntries);
            entries.AddRange(walk.Entries.Where(entry => entry.SearchMode != "outcome" && entry.Resource.Type != "OperationOutcome"));
            if (page == MostPages || server.Resolve(walk.NextLink) is not { } url || !seen.Add(url.AbsoluteUri))
                break;
            answer = await calls.GetAsync(url, access, stop);
        }

        return entries;
    }

    private async Task<ServerAbout> AboutAsync(FhirBase server, FhirAccess access, CancellationToken stop)
    {
        var answer = await calls.AskAsync(server, "metadata", access, stop);
        var statement = answer.State == SourceState.Complete ? CapabilityGlance.Read(answer.Body) : null;
        return statement is null ? new(server.Text, null, null, []) : new(
            server.Text,
            statement.FhirVersion,
            statement.Software,
            [.. table.Rows.SelectMany(ParametersOf).Distinct().Where(asked => !statement.Lists(asked.Type, asked.Parameter))
                .Select(asked => asked.Parameter is null ? asked.Type : $"{asked.Type}?{asked.Parameter}")]);
    }

    // What begins with an underscore is a wish of ours, which the service lives without.
    private static IEnumerable<(string Type, string? Parameter)> ParametersOf(PrefetchRow row) => row.Query.Split('?', 2) is [_, var query]
        ? query.Split('&').Select(pair => pair.Split('=')[0]).Where(name => !name.StartsWith('_')).Select(name => (row.ResourceType, (string?)name))
        : [(row.ResourceType, null)];

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
