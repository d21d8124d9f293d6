using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Explain;

/// <param name="Json">For a person at a console, never for the wire: it holds data of the patient.</param>
/// <param name="Chart">What the answer rests on; null when the answer needed no data of the patient.</param>
public sealed record Explanation(JsonObject Json, SavedChart? Chart) : PatientData;

/// <summary>
/// Answers one request as a hook call would, and says why: what was recognised, how each source ended, what became of each
/// resource, and the answer. It holds data of the patient: for a person at a console, never for the wire.
/// </summary>
public sealed class Explainer(CurrentTrust trust, ChartReader charts, Advice advice, KnowledgeBase knowledge, SiteSettings settings)
{
    private const int FewestDays = 100;
    private const int MostDays = 4000;

    // A shift can move an hour over a change of the clocks, and then another one may not.
    private const int Attempts = 20;

    private static readonly string[] ConfoundingDrugs = ["corticosteroid", "g-csf"];

    /// <param name="drop">Prefetch keys to be treated as if they had not come.</param>
    /// <exception cref="RefusedException">The request is not one that a hook call would answer.</exception>
    public async Task<Explanation> ExplainAsync(ReadOnlyMemory<byte> body, IReadOnlyCollection<string> drop, DateTimeOffset asOf, CancellationToken stop)
    {
        var envelope = Envelope.Read(body);
        var service = HookCatalogue.Find("", "hpd-risk")!;
        envelope.RequireHook(service);
        var ehr = trust.Table.ForServer(envelope.FhirServer) ?? throw new RefusedException(ErrorReply.Generic(StatusCodes.Status403Forbidden));
        var request = envelope.ToRequest(service, ehr, settings.MaxBundleEntries, asOf);
        request = request with { Prefetch = request.Prefetch.RemoveRange(drop) };

        var recognition = advice.Recognise(request);
        if (await charts.WithNamedDraftsAsync(request, ehr, stop) is { } named)
            (request, recognition) = (named, advice.Recognise(named));
        if (advice.WithoutChart(request, recognition, ehr, asOf) is { } early)
            return new(Explained(request, recognition, null, early, asOf), null);
        var trace = new ReadingTrace();
        var chart = await charts.ReadAsync(request, ehr, asOf, stop, trace);
        return Explain(request, recognition, chart, ehr, asOf, trace);
    }

    /// <summary>Assesses a saved chart with the knowledge of today.</summary>
    public Explanation Replay(SavedChart saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        var ehr = trust.Table.Ehrs[0] with
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById(saved.TimeZone),
            NoEncounterDiagnoses = saved.HasNoEncounterDiagnoses,
            ReadsKarnofsky = saved.ReadsKarnofsky,
        };
        var request = new HookRequest(
            "hpd-risk", saved.Hook, Guid.Empty.ToString(), saved.Chart.PatientId, "Practitioner/replay", null, saved.Selections, saved.Orders, null, null,
            ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty);
        return Explain(request, advice.Recognise(request), saved.Chart, ehr, saved.AsOf, new ReadingTrace());
    }

    /// <summary>The chart without what could name the patient, if it is then still assessed as it was.</summary>
    public SavedChart? WithoutIdentity(SavedChart saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var deIdentification = new DeIdentification(knowledge, -RandomNumberGenerator.GetInt32(FewestDays, MostDays));
            var anonymous = deIdentification.Of(saved);
            var assessment = Replay(anonymous).Chart!.Assessment;
            if (deIdentification.IsTheSame(saved.Assessment, assessment))
                return anonymous with { Assessment = assessment };
        }

        return null;
    }

    private Explanation Explain(HookRequest request, Recognition recognition, PatientChart chart, TrustedEhr ehr, DateTimeOffset asOf, ReadingTrace trace)
    {
        var answer = ChartVerdict.SaysNothing(chart)
            ? advice.WithoutData(recognition, ChartVerdict.Emptied(chart), ehr, asOf)
            : advice.FromChart(request, recognition, chart, ehr, asOf, trace);
        var json = Explained(request, recognition, (Sources(chart), new JsonArray([.. Fates(chart, trace).Select(ToJson)])), answer, asOf);
        var assessment = answer.Extension![HookResponse.AssessmentExtension]!.DeepClone().AsObject();
        return new(json, new(
            knowledge.Hash, asOf, ehr.Zone.Id, ehr.NoEncounterDiagnoses, ehr.ReadsKarnofsky, request.Hook, request.Selections, Local(request, ehr), chart, assessment));
    }

    // A saved chart belongs to no server: what is on ours loses its address.
    private static ImmutableArray<ChartOrder> Local(HookRequest request, TrustedEhr ehr)
    {
        var bases = ehr.BasesOf(request.FhirServer);
        return [.. request.Orders.Select(order => order with { ReasonReferences = [.. order.ReasonReferences.Select(reference => References.Relative(reference, bases))] })];
    }

    private JsonObject Explained(HookRequest request, Recognition recognition, (JsonArray Sources, JsonArray Resources)? read, HookResponse answer, DateTimeOffset asOf)
    {
        var json = new JsonObject { ["asOf"] = AssessmentExtension.Instant(asOf), ["knowledge"] = knowledge.Hash, ["orders"] = Orders(request, recognition) };
        if (read is var (sources, resources))
            (json["sources"], json["resources"]) = (sources, resources);
        json["answer"] = JsonSerializer.SerializeToNode(answer, HookJson.Options);
        return json;
    }

    private JsonArray Orders(HookRequest request, Recognition recognition) => new([.. request.Orders.Select(order =>
    {
        var (names, byName) = advice.Drugs.InhibitorsOf(order);
        var json = new JsonObject { ["reference"] = order.Reference, ["considered"] = recognition.Orders.Contains(order) };
        if (!names.IsEmpty)
        {
            json["agents"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
            json["by"] = byName ? "name" : "code";
        }

        return json;
    })]);

    private static JsonArray Sources(PatientChart chart) => new([.. chart.Sources.Values.OrderBy(source => source.Key).Select(source => new JsonObject
    {
        ["key"] = ChartKeys.NameOf(source.Key),
        ["state"] = Kebab.Case(source.State.ToString()),
        ["supplied"] = source.Supplied,
    })]);

    /// <summary>Every resource once for each fact that it speaks of, in the order of the keys.</summary>
    private IEnumerable<ResourceFate> Fates(PatientChart chart, ReadingTrace trace)
    {
        var noted = trace.Notes.Select(note => note.Reference).ToHashSet(StringComparer.Ordinal);
        return trace.Notes.Concat(chart.Observations.Where(observation => !noted.Contains(observation.Reference)).SelectMany(OfObservation))
            .Concat(chart.Conditions.SelectMany(OfCondition))
            .Concat(chart.Procedures.Select(OfProcedure))
            .Concat(chart.Medications.SelectMany(OfMedication))
            .Distinct()
            .OrderBy(fate => fate.Key)
            .ThenBy(fate => fate.Reference, StringComparer.Ordinal);
    }

    // Stages and variants are weighed together, so that none of them is superseded by another as a value is.
    private IEnumerable<ResourceFate> OfObservation(ChartObservation observation)
    {
        var groups = observation.Source is ChartKey.Staging or ChartKey.Genomics
            ? knowledge.Codes.Observations.FindAll(observation.Code).Select(entry => entry.Group).Distinct(StringComparer.Ordinal).ToArray()
            : [];
        return groups.Length == 0
            ? [new(observation.Reference, Fate.OtherCode, observation.Source, Fact: null, Why: null)]
            : groups.Select(group => new ResourceFate(observation.Reference, Fate.Used, observation.Source, group, Why: null));
    }

    private ResourceFate OfProcedure(ChartProcedure procedure) => ConfounderFacts.IsEmbolisation(procedure, knowledge)
        ? new(procedure.Reference, ConfounderFacts.WasDone(procedure) ? Fate.Used : Fate.NotEvidence, procedure.Source, "tace", procedure.Status)
        : new(procedure.Reference, Fate.OtherCode, procedure.Source, Fact: null, Why: null);

    private IEnumerable<ResourceFate> OfCondition(ChartCondition condition)
    {
        CodeSet[] read = [knowledge.Codes.Cancers, knowledge.Codes.Metastases, knowledge.Codes.Liver, knowledge.Codes.Confounders];
        var entries = read.SelectMany(set => set.FindAll(condition.Code)).ToArray();
        if (entries.Length == 0)
            return [new(condition.Reference, Fate.OtherCode, condition.Source, Fact: null, Why: null)];
        var fate = condition.VerificationStatus == "entered-in-error" ? Fate.NotEvidence : Fate.Used;
        return entries.Select(entry => new ResourceFate(condition.Reference, fate, condition.Source, entry.Group, condition.VerificationStatus));
    }

    private IEnumerable<ResourceFate> OfMedication(ChartMedication medication)
    {
        var agents = advice.Drugs.InhibitorsIn(medication.Concepts).Names;
        var facts = agents.Concat(ConfoundingDrugs.Where(kind => ConfounderFacts.IsDrug(medication, kind, knowledge))).ToHashSet(StringComparer.Ordinal);
        if (advice.Drugs.IsAnticoagulant(medication.Concepts))
            facts.Add("anticoagulant");
        if (advice.Drugs.IsAntineoplastic(medication.Concepts))
            facts.Add("prior-therapy");
        return facts.Count == 0
            ? [new(medication.Reference, Fate.OtherCode, medication.Source, Fact: null, Why: null)]
            : facts.Select(fact => new ResourceFate(medication.Reference, Fate.Used, medication.Source, fact, medication.Status));
    }

    private static JsonNode ToJson(ResourceFate fate)
    {
        var json = new JsonObject { ["reference"] = fate.Reference, ["fate"] = Kebab.Case(fate.Fate.ToString()) };
        if (fate.Key is { } key)
            json["key"] = ChartKeys.NameOf(key);
        if (fate.Fact is { } fact)
            json["fact"] = fact;
        if (fate.Why is { } why)
            json["why"] = why;
        return json;
    }
}
