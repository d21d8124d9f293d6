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
public sealed record Explanation(JsonObject Json, SavedChart? Chart) : PatientData
{
    /// <summary>With what a hook call would be refused because nothing could be read; null when it would be answered.</summary>
    public ErrorReply? Refusal { get; init; }

    /// <summary>The answer as FHIR resources, for a file; null where nothing was assessed.</summary>
    public JsonObject? Resources { get; init; }
}

/// <summary>
/// Answers one request as a hook call would, and says why: what was recognised, how each source ended, what became of each
/// resource, and the answer. It holds data of the patient: for a person at a console, never for the wire.
/// </summary>
public sealed class Explainer(CurrentTrust trust, ChartReader charts, Advice advice, KnowledgeBase knowledge, SiteSettings settings)
{
    /// <summary>What is read only as a part of other facts.</summary>
    private static readonly Dictionary<string, string[]> Parts = new(StringComparer.Ordinal)
    {
        ["bilirubin"] = ["child-pugh", "albi"],
        ["albumin"] = ["child-pugh", "albi"],
        ["inr"] = ["child-pugh"],
        ["anticoagulant"] = ["child-pugh"],
        ["ascites"] = ["child-pugh"],
        ["encephalopathy"] = ["child-pugh"],
    };

    private static readonly HashSet<string> Keys = [.. Enum.GetValues<ChartKey>().Select(ChartKeys.NameOf)];

    private const int FewestDays = 100;
    private const int MostDays = 4000;

    // A shift can move an hour over a change of the clocks, and then another one may not.
    private const int Attempts = 20;

    /// <param name="drop">Prefetch keys to be treated as if they had not come.</param>
    /// <param name="name">The service that is asked.</param>
    /// <exception cref="RefusedException">The request is not one that a hook call would answer.</exception>
    public async Task<Explanation> ExplainAsync(
        ReadOnlyMemory<byte> body, IReadOnlyCollection<string> drop, DateTimeOffset asOf, CancellationToken stop, string name = HookCatalogue.Risk)
    {
        var envelope = Envelope.Read(body);
        var service = HookCatalogue.Find("", name)!;
        envelope.RequireHook(service);
        var ehr = trust.Table.ForServer(envelope.FhirServer) ?? throw new RefusedException(ErrorReply.Generic(StatusCodes.Status403Forbidden));
        var request = envelope.ToRequest(service, ehr, settings.MaxBundleEntries, asOf);
        request = request with { Prefetch = request.Prefetch.RemoveRange(drop) };

        var recognition = advice.Recognise(request);
        if (await charts.WithNamedDraftsAsync(request, ehr, stop) is { } named)
            (request, recognition) = (named, advice.Recognise(named));
        if (advice.WithoutChart(request, recognition, ehr, asOf) is { } early)
            return new(Explained(request, recognition, null, early, StatusCodes.Status200OK, asOf), null);
        var trace = new ReadingTrace();
        var chart = await charts.ReadAsync(request, ehr, asOf, stop, trace);
        return ChartVerdict.SaysNothing(chart) && ehr.NotAssessable != NotAssessablePolicy.Card
            ? Refused(request, recognition, chart, asOf, trace)
            : Explain(request, recognition, chart, ehr, asOf, trace);
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
            GrowthDefinitions = (string?)saved.Assessment["growth"]?["primary"] is { } primary ? ImmutableDictionary<string, string>.Empty.Add("*", primary) : ImmutableDictionary<string, string>.Empty,
        };
        var request = new HookRequest(
            saved.Service ?? HookCatalogue.Risk, saved.Hook, Guid.Empty.ToString(), saved.Chart.PatientId, "Practitioner/replay", null, saved.Selections, saved.Orders, null, null,
            ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty)
        {
            IsForGrowth = saved.Service == HookCatalogue.Growth,
        };
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
            ? advice.WithoutData(request, recognition, ChartVerdict.Emptied(chart), ehr, asOf)
            : advice.FromChart(request, recognition, chart, ehr, asOf, trace);
        var assessment = answer.Extension!.Assessment!.ToJson();
        var fates = Fates(chart, trace, request.IsForGrowth ? null : (string?)assessment["model"]).ToArray();
        var json = Explained(request, recognition, (Sources(chart), ToJson(fates)), answer, StatusCodes.Status200OK, asOf);
        var resources = AssessmentResources.Of(assessment, chart.PatientId, fates.Where(fate => fate.Fate == Fate.Used).Select(fate => fate.Reference.Split('#')[0]));
        return new(json, new(
            knowledge.Hash, asOf, ehr.Zone.Id, ehr.NoEncounterDiagnoses, ehr.ReadsKarnofsky, request.Hook, request.Selections, Local(request, ehr),
            request.IsForGrowth ? chart : chart with { Imaging = ChartImaging.None }, assessment)
        {
            Service = request.IsForGrowth ? HookCatalogue.Growth : null,
        })
        { Resources = resources };
    }

    private Explanation Refused(HookRequest request, Recognition recognition, PatientChart chart, DateTimeOffset asOf, ReadingTrace trace)
    {
        var refusal = HookEndpoints.CannotRead(chart);
        return new(Explained(request, recognition, (Sources(chart), ToJson(Fates(chart, trace, model: null))), refusal.ToOutcome(), refusal.Status, asOf), Chart: null)
        {
            Refusal = refusal,
        };
    }

    // A saved chart belongs to no server: what is on ours loses its address.
    private static ImmutableArray<ChartOrder> Local(HookRequest request, TrustedEhr ehr)
    {
        var bases = ehr.BasesOf(request.FhirServer);
        return [.. request.Orders.Select(order => order with { ReasonReferences = [.. order.ReasonReferences.Select(reference => References.Relative(reference, bases))] })];
    }

    private JsonObject Explained<TAnswer>(HookRequest request, Recognition recognition, (JsonArray Sources, JsonArray Resources)? read, TAnswer answer, int status, DateTimeOffset asOf)
    {
        var json = new JsonObject { ["asOf"] = AssessmentExtension.Instant(asOf), ["knowledge"] = knowledge.Hash, ["orders"] = Orders(request, recognition) };
        if (read is var (sources, resources))
        {
            foreach (var stranger in UnderOtherKeys(request))
                resources.Add(stranger);
            (json["sources"], json["resources"]) = (sources, resources);
        }

        json["status"] = status;
        json["answer"] = JsonSerializer.SerializeToNode(answer, HookJson.Options);
        return json;
    }

    /// <summary>What came under keys of which discovery says nothing: no reader sees it.</summary>
    private IEnumerable<JsonNode> UnderOtherKeys(HookRequest request) =>
        from supplied in request.Prefetch.OrderBy(pair => pair.Key, StringComparer.Ordinal)
        where !Keys.Contains(supplied.Key)
        from entry in BundleWalk.Read(supplied.Value, settings.MaxBundleEntries).Entries
        select new JsonObject { ["reference"] = BundleSieve.ReferenceOf(entry), ["fate"] = "not-asked", ["key"] = supplied.Key };

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
        ["state"] = Kebab.Case(source.State),
        ["supplied"] = source.Supplied,
    })]);

    /// <summary>What the readers noted, once for each fact; and what none of them noted. In the order of the keys.</summary>
    private IEnumerable<ResourceFate> Fates(PatientChart chart, ReadingTrace trace, string? model)
    {
        (string Reference, ChartKey Key)[] read =
        [
            .. chart.Observations.Select(one => (one.Reference, one.Source)),
            .. chart.Conditions.Select(one => (one.Reference, one.Source)),
            .. chart.Procedures.Select(one => (one.Reference, one.Source)),
            .. chart.Medications.Select(one => (one.Reference, one.Source)),
        ];
        var keys = read.GroupBy(one => one.Reference, one => (ChartKey?)one.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        var noted = trace.Notes.Select(note => note.Key is null ? note with { Key = keys.GetValueOrDefault(note.Reference) } : note)
            .GroupBy(note => (note.Reference, note.Key ?? default))
            .ToDictionary(notes => notes.Key, Telling);
        var strange = StrangeTo(model);
        return noted.Values.SelectMany(notes => OfTheModel(notes, strange))
            .Concat(read.Distinct().Where(one => !noted.ContainsKey(one)).Select(one => new ResourceFate(one.Reference, Fate.OtherCode, one.Key, Fact: null, Why: null)))
            .OrderBy(fate => fate.Key)
            .ThenBy(fate => fate.Reference, StringComparer.Ordinal);
    }

    // A fact is asked for more than once: what was used once is used, else the last word counts. What is said of a resource
    // as a whole ("no value") is not told beside what it was found to say.
    private static ResourceFate[] Telling(IEnumerable<ResourceFate> notes)
    {
        var told = notes.GroupBy(note => note.Fact, StringComparer.Ordinal).SelectMany(ofFact => ofFact.Key is null
            ? ofFact.Distinct()
            : [ofFact.FirstOrDefault(note => note.Fate == Fate.Used) ?? ofFact.Last()]).ToArray();
        return Array.Exists(told, note => note.Fact is not null) ? Array.FindAll(told, note => note.Fact is not null || note.Fate is not (Fate.Unusable or Fate.NotEvidence)) : told;
    }

    /// <summary>The facts that are read whatever the cancer, and of which the model that speaks makes nothing.</summary>
    private HashSet<string> StrangeTo(string? model)
    {
        if (model is null)
            return [];
        var all = knowledge.Models.SelectMany(table => table.Model.Factors).Select(factor => factor.Id).Concat(Parts.Keys).ToHashSet(StringComparer.Ordinal);
        var own = knowledge.Models.Single(table => table.Model.Id == model).Model.Factors.Select(factor => factor.Id).ToHashSet(StringComparer.Ordinal);
        all.RemoveWhere(fact => own.Contains(fact) || (Parts.TryGetValue(fact, out var wholes) && Array.Exists(wholes, own.Contains)));
        return all;
    }

    // What says something only of such facts is not passed over: it says why it does not count.
    private static ResourceFate[] OfTheModel(ResourceFate[] told, HashSet<string> strange)
    {
        var own = Array.FindAll(told, note => note.Fact is null || !strange.Contains(note.Fact));
        return own.Length > 0 ? own : [.. told.Select(note => note with { Fate = Fate.Unusable, Why = "not-in-model" })];
    }

    private static JsonArray ToJson(IEnumerable<ResourceFate> fates) => new([.. fates.Select(ToJson)]);

    private static JsonNode ToJson(ResourceFate fate)
    {
        var json = new JsonObject { ["reference"] = fate.Reference, ["fate"] = Kebab.Case(fate.Fate) };
        if (fate.Key is { } key)
            json["key"] = ChartKeys.NameOf(key);
        if (fate.Fact is { } fact)
            json["fact"] = fact;
        if (fate.Why is { } why)
            json["why"] = why;
        return json;
    }
}
