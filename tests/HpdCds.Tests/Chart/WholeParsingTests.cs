using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Chart;

/// <summary>
/// The quick way against the long one: a chart in which Firely has parsed every resource of every Bundle, and nothing was passed
/// over, gives the same facts, reasons and card. Golden cases, and thousands with damaged resources and long series of older results.
/// </summary>
public sealed class WholeParsingTests(ITestOutputHelper output)
{
    private const int Changed = 3_000;
    private const int Seed = 20261129;
    private const string Server = "http://localhost:5080/fhir";

    private static readonly JsonDocumentOptions NothingTwice = new() { AllowDuplicateProperties = false };

    [Fact]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "PFD-07")]
    public async Task A_chart_gives_the_answer_that_it_gives_when_everything_in_it_is_parsed_by_Firely()
    {
        await using var service = await RunningService.StartAsync(Server, withSmallCodeSets: false);
        var bodies = GoldenCase.All.Select(golden => Json.WithoutAccess(golden.Request, Server, NothingTwice)).OfType<JsonObject>().ToArray();
        var (compared, lessTrusted, differences) = (0, 0, new List<string>());
        for (var at = 0; at < bodies.Length + Changed; at++)
        {
            var dice = new Random(Seed + at);
            var body = at < bodies.Length ? bodies[at] : Change(bodies[dice.Next(bodies.Length)].DeepClone().AsObject(), dice);
            if (await CompareAsync(service, body) is not { } pair)
                continue;
            compared++;
            if (pair.AreReadOtherwise)
                lessTrusted++;
            else if (pair.Ours != pair.Theirs)
                differences.Add($"{body.ToJsonString()}\n  ours   {pair.Ours}\n  Firely {pair.Theirs}");
        }

        output.WriteLine(FormattableString.Invariant($"{compared} of {bodies.Length + Changed} bodies compared, {lessTrusted} with a result that Firely reads otherwise"));
        Assert.True(differences.Count == 0, FormattableString.Invariant($"{differences.Count} of {compared} differ:\n") + string.Join('\n', differences.OrderBy(text => text.Length).Take(5)));
        // LeanReadingTests says which those are.
        Assert.True(lessTrusted < compared / 50, FormattableString.Invariant($"{lessTrusted} read otherwise"));
        Assert.True(compared > 2_000, FormattableString.Invariant($"{compared} compared"));
    }

    private static async Task<(string Ours, string Theirs, bool AreReadOtherwise)?> CompareAsync(RunningService service, JsonObject body)
    {
        HookRequest request;
        try
        {
            request = service.Request(body.ToJsonString());
        }
        catch (RefusedException)
        {
            return null;
        }

        var ehr = service.Services.GetRequiredService<CurrentTrust>().Table.ForServer(Server)!;
        var (asOf, advice) = (service.Services.GetRequiredService<TimeProvider>().GetUtcNow(), service.Services.GetRequiredService<Advice>());
        var recognition = advice.Recognise(request);
        if (advice.WithoutChart(request, recognition, ehr, asOf) is not null)
            return null;
        var chart = await service.Services.GetRequiredService<ChartReader>().ReadAsync(request, ehr, asOf, TestContext.Current.CancellationToken);
        if (ChartVerdict.SaysNothing(chart) || Parsed(chart, body, service.Services.GetRequiredService<PrefetchTable>(), ehr.Zone) is not { } whole)
            return null;
        return (Written(advice.FromChart(request, recognition, chart, ehr, asOf)), Written(advice.FromChart(request, recognition, whole, ehr, asOf)), AreReadOtherwise(chart, whole));
    }

    private static bool AreReadOtherwise(PatientChart ours, PatientChart theirs)
    {
        var parsed = theirs.Observations.ToLookup(item => item.Reference, item => JsonSerializer.Serialize(item), StringComparer.Ordinal);
        return ours.Observations.Any(item => !parsed[item.Reference].Contains(JsonSerializer.Serialize(item), StringComparer.Ordinal));
    }

    private static string Written(HookResponse answer) =>
        answer.Extension!.Assessment!.ToJson().ToJsonString() + string.Concat(answer.Cards.Select(card => "\n" + card.Summary + "\n" + card.Detail));

    /// <returns>Null where it depends on more than parsing what comes of it: copies, somebody else's, what Firely cannot parse.</returns>
    private static PatientChart? Parsed(PatientChart chart, JsonObject body, PrefetchTable table, TimeZoneInfo zone)
    {
        Firely.FhirReading.IsBroken = false;
        var (shelf, names) = (new Firely.MedicationShelf(), new HashSet<string>(StringComparer.Ordinal));
        var found = new List<(ChartKey Key, JsonObject Resource, string Name)>();
        foreach (var row in table.Rows)
        {
            if ((body["prefetch"] as JsonObject)?[row.Name] is not JsonObject value)
                continue;
            foreach (var medication in BundleWalk.Read(Encoding.UTF8.GetBytes(value.ToJsonString()), 10_000).Entries)
                shelf.Add(medication);
            foreach (var resource in ResourcesIn(value))
            {
                if (TextOf(resource, "resourceType") != row.ResourceType)
                    continue;
                var name = $"{row.ResourceType}/{TextOf(resource, "id")}";
                if (name.EndsWith('/') || !names.Add(name) || (row.Key != ChartKey.Patient && TextOf(resource["subject"], "reference") != "Patient/" + chart.PatientId))
                    return null;
                found.Add((row.Key, resource, name));
            }
        }

        var panels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, resource, name) in found)
        {
            foreach (var member in (resource["hasMember"] as JsonArray)?.Select(member => TextOf(member, "reference")).OfType<string>() ?? [])
                panels.TryAdd(member, name);
        }

        ImmutableArray<T> All<T>(string type, Func<byte[], string, ChartKey, IEnumerable<T?>> read)
            where T : class =>
            [.. found.Where(item => item.Name.StartsWith(type, StringComparison.Ordinal)).SelectMany(item => read(Encoding.UTF8.GetBytes(item.Resource.ToJsonString()), item.Name, item.Key)).OfType<T>()];
        var observations = All<ChartObservation>("Observation/", (bytes, name, key) => Firely.ObservationReader.Read(bytes, name, key, zone));
        var whole = chart with
        {
            Observations = [.. observations.Select(item => item.Panel is null && panels.TryGetValue(item.Reference, out var panel) ? item with { Panel = panel } : item)],
            Conditions = All<ChartCondition>("Condition/", (bytes, name, key) => [Firely.ConditionReader.Read(bytes, name, key, zone)]),
            Procedures = All<ChartProcedure>("Procedure/", (bytes, name, key) => [Firely.ProcedureReader.Read(bytes, name, key, zone)]),
            Medications = All<ChartMedication>("Medication", (bytes, name, key) => [Firely.MedicationReaders.Read(bytes, name.Split('/')[0], name, key, zone, shelf)]),
        };
        var areAllRead = whole.Observations.Select(item => item.Reference.Split('#')[0]).Distinct(StringComparer.Ordinal).Count() == found.Count(item => item.Name.StartsWith("Observation/", StringComparison.Ordinal));
        return Firely.FhirReading.IsBroken || chart.Dropped.Unreadable > 0 || !areAllRead ? null : whole;
    }

    private static IEnumerable<JsonObject> ResourcesIn(JsonObject value) => TextOf(value, "resourceType") == "Bundle"
        ? (value["entry"] as JsonArray ?? []).Select(entry => (entry as JsonObject)?["resource"]).OfType<JsonObject>()
        : [value];

    private static string? TextOf(JsonNode? node, string name) => (node as JsonObject)?[name] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? (string?)text : null;

    private static JsonObject Change(JsonObject body, Random dice)
    {
        foreach (var entries in (body["prefetch"] as JsonObject ?? []).Select(pair => (pair.Value as JsonObject)?["entry"]).OfType<JsonArray>())
        {
            foreach (var entry in entries.OfType<JsonObject>().ToArray())
            {
                if (entry["resource"] is not JsonObject resource)
                    continue;
                if (TextOf(resource, "resourceType") == "Observation" && dice.Next(2) == 0)
                    AddOlder(entries, resource, dice);
                if (dice.Next(12) == 0)
                    entry["resource"] = ResourceDamage.NodeOf(resource, dice, NothingTwice) as JsonObject ?? resource.DeepClone();
            }
        }

        return body;
    }

    // Before the one that they are older than, or behind it, as servers do.
    private static void AddOlder(JsonArray entries, JsonObject result, Random dice)
    {
        for (var left = dice.Next(1, 8); left > 0; left--)
        {
            var older = result.DeepClone().AsObject();
            older["id"] = FormattableString.Invariant($"{TextOf(result, "id")}-{left}");
            older["effectiveDateTime"] = FormattableString.Invariant($"{dice.Next(2024, 2027)}-{dice.Next(1, 11):00}-{dice.Next(1, 29):00}T0{dice.Next(10)}:00:00Z");
            if (older["valueQuantity"] is JsonObject quantity)
                quantity["value"] = dice.Next(1, 900) / 10m;
            var at = dice.Next(2) == 0 ? entries.Count : dice.Next(entries.Count);
            entries.Insert(at, new JsonObject { ["resource"] = older });
        }
    }
}
