using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Chart;

/// <summary>
/// FHIR servers with the habits of real ones, behind each golden case that fits: from every one of them comes the answer
/// that the case demands, or one that says that not everything was read.
/// </summary>
public sealed class OddServerTests(CaseServers servers, OddServerTests.Ehr ehr, ITestOutputHelper output) : IClassFixture<OddServerTests.Ehr>
{
    private const int Many = 250;

    private const string None = "has no habit";

    private static readonly string[] Searches = ["patient", "category", "code", "intent", "_id"];

    private static readonly IReadOnlyList<JsonNode> Mistakes = [.. Enumerable.Range(0, Many).SelectMany(EnteredInError)];

    private static readonly Dictionary<string, Habit> Habits = new(StringComparer.Ordinal)
    {
        [None] = new(search => OddServer.Bundle(search.Found), IsWhole: true),
        ["answers 400 to a wish for an order"] = new(search => search.Parameters.ContainsKey("_sort") ? Refusal(400) : OddServer.Bundle(search.Found), IsWhole: true),
        ["answers 400 to everything but the searches of US Core"] = new(search => search.Parameters.Keys.Except(Searches, StringComparer.Ordinal).Any() ? Refusal(400) : OddServer.Bundle(search.Found), IsWhole: true),
        ["ignores every parameter"] = new(search => OddServer.Bundle([.. search.Server.Of(search.Type)]), IsWhole: true) { More = OfAnother },
        ["sorts the oldest first"] = new(search => OddServer.Bundle([.. Oldest(search)]), IsWhole: true),
        ["sorts the oldest first and gives two at a time"] = new(search => search.Server.InPages(search.Type, [.. search.Page is null ? Oldest(search) : search.Found], 2)),
        ["gives one at a time"] = new(search => search.Server.InPages(search.Type, search.Found, 1)),
        ["gives ten at a time and repeats three of them"] = new(search => search.Server.InPages(search.Type, search.Found, 10, again: 3), IsWhole: true),
        ["gives three at a time and repeats one of them"] = new(search => search.Server.InPages(search.Type, search.Found, 3, again: 1)),
        ["cuts at the count and says nothing"] = new(search => OddServer.Bundle([.. search.Found.Take(search.Count)])) { Before = _ => Mistakes, Every = 5 },
        ["cuts at the count and tells the total only"] = new(search => OddServer.Bundle([.. search.Found.Take(search.Count)], total: search.Found.Count)) { Before = _ => Mistakes, Every = 5 },
        ["cuts at a count of its own and tells the total only"] = new(search => OddServer.Bundle([.. search.Found.Take(2)], total: search.Found.Count)),
        ["warns beside what it found"] = new(search => OddServer.Bundle([Outcome("warning"), .. search.Found, Outcome("information")]), IsWhole: true),
        ["tells of an error beside half of what it found"] = new(search => OddServer.Bundle([.. search.Found.Take((search.Found.Count + 1) / 2), Outcome("error")])),
        ["tells of an error instead"] = new(search => search.Type == "Condition" ? OddServer.Bundle([Outcome("error")]) : OddServer.Bundle(search.Found)),
        ["answers 405 to forms"] = new(search => search.IsForm ? Refusal(405) : OddServer.Bundle(search.Found), IsWhole: true),
        ["answers 404 to forms"] = new(search => search.IsForm ? Refusal(404) : OddServer.Bundle(search.Found), IsWhole: true),
    };

    public static TheoryData<string> Names => [.. Habits.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Req", "FS-05")]
    [Trait("Req", "FS-06")]
    [Trait("Req", "FS-07")]
    [Trait("Req", "FS-16")]
    [Trait("Req", "FS-17")]
    public async Task A_server_with_a_habit_changes_no_answer_into_another_one(string name)
    {
        var habit = Habits[name];
        var (whole, open) = (0, 0);
        var faults = new List<string>();
        foreach (var held in Cases().Where((_, at) => at % habit.Every == 0))
        {
            var everything = await ehr.EverythingAsync(held.Golden.Name, () => AskAsync(held, Habits[None]));
            var answer = name == None ? everything : await AskAsync(held, habit);
            var differences = Differences(held.Golden, answer).ToList();
            (whole, open) = differences.Count == 0 ? (whole + 1, open) : (whole, open + 1);
            faults.AddRange((habit.IsWhole ? differences : FaultsOf(everything, answer)).Select(fault => $"{held.Golden.Name}, {fault}"));
        }

        output.WriteLine($"A server that {name}: {whole} whole answers, {open} open ones.");
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(whole + open > 300 / habit.Every);
    }

    /// <summary>Those that a server can hold, of the same data one.</summary>
    private IEnumerable<HeldCase> Cases() => GoldenCase.All.Select(golden => HeldCase.Of(golden, ehr.Base, FhirStandIn.Token))
        .Where(held => held.WhyNot() is null)
        .DistinctBy(held => held.Golden.Settings.ToJsonString() + held.Data, StringComparer.Ordinal);

    private async Task<JsonObject> AskAsync(HeldCase held, Habit habit)
    {
        var server = new OddServer(ehr.Base, [.. habit.Before(held.Resources), .. held.Resources, .. habit.More(held.Resources)]);
        ehr.Answer = call => call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [_, var type, not "_search" and var id]
            ? server.Read(type, id)
            : habit.Answer(new(server, call));
        using var client = servers.ClientOf(held.Golden, fhirBase: ehr.Base);
        using var content = new StringContent(held.WithToken().ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(
            new Uri((string?)held.Golden.Settings["path"] ?? "/cds-services/hpd-risk", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new() { ["status"] = (int)response.StatusCode, ["body"] = text.Length == 0 ? null : JsonNode.Parse(text) };
    }

    private static IEnumerable<string> Differences(GoldenCase golden, JsonObject answer) =>
        Likeness.Differences(golden.Expected["status"], answer["status"], "status").Concat(Likeness.Differences(golden.Expected["body"], answer["body"], "body"));

    private static IEnumerable<string> FaultsOf(JsonObject everything, JsonObject answer) => (int)answer["status"]! switch
    {
        412 => [],
        200 => NotNarrower.Faults(AssessmentIn(everything) ?? [], AssessmentIn(answer) ?? []),
        var status => [$"status {status}"],
    };

    private static JsonObject? AssessmentIn(JsonObject answer) => answer["body"]?["extension"]?["org.hpdcds.assessment"]?.AsObject();

    private static EhrAnswer Refusal(int status) => new(status, Json.Outcome("error", "not-supported"));

    private static JsonNode Outcome(string severity) => JsonNode.Parse(Json.Outcome(severity))!;

    private static IEnumerable<JsonNode> Oldest(OddSearch search) => search.Found.OrderBy(OddSearch.TimeOf, StringComparer.Ordinal);

    /// <summary>The same once more, of somebody else.</summary>
    private static IEnumerable<JsonNode> OfAnother(IReadOnlyList<JsonNode> resources) =>
        resources.Where(resource => (string?)resource["resourceType"] is not ("Patient" or "Medication")).Select(resource =>
        {
            var other = resource.DeepClone();
            other["id"] = $"{resource["id"]}-other";
            other["subject"] = new JsonObject { ["reference"] = "Patient/somebody-else" };
            return other;
        });

    /// <summary>Records that mean nothing, newer than everything, of each kind that is searched for.</summary>
    private static IEnumerable<JsonNode> EnteredInError(int at)
    {
        const string Mistaken = """ "status":"entered-in-error","subject":{"reference":"Patient/pat-1"} """;
        foreach (var code in new[] { "751-8", "2532-0", "1975-2", "1834-1" })
            yield return JsonNode.Parse(Json.Observation($"mistake-{code}-{at}", code, "2026-11-24T11:00:00Z", status: "entered-in-error"))!;
        yield return JsonNode.Parse($$$"""
            {"resourceType":"Condition","id":"mistake-{{{at}}}","subject":{"reference":"Patient/pat-1"},"code":{"text":"a mistake"},
             "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],
             "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]}}
            """)!;
        foreach (var type in new[] { "MedicationRequest", "MedicationStatement", "MedicationAdministration" })
            yield return JsonNode.Parse($$$"""{"resourceType":"{{{type}}}","id":"mistake-{{{at}}}","intent":"order","medicationCodeableConcept":{"text":"a mistake"},{{{Mistaken}}} }""")!;
        yield return JsonNode.Parse($$$"""{"resourceType":"Procedure","id":"mistake-{{{at}}}","code":{"text":"a mistake"},{{{Mistaken}}} }""")!;
    }

    /// <param name="IsWhole">Nothing may be missing from the answers; otherwise they may be open.</param>
    private sealed record Habit(Func<OddSearch, EhrAnswer> Answer, bool IsWhole = false)
    {
        public Func<IReadOnlyList<JsonNode>, IEnumerable<JsonNode>> Before { get; init; } = _ => [];

        public Func<IReadOnlyList<JsonNode>, IEnumerable<JsonNode>> More { get; init; } = _ => [];

        /// <summary>Long answers take their time: one case of so many.</summary>
        public int Every { get; init; } = 1;
    }

    /// <summary>The one server of all these tests, so that one service serves them; each of them gives it its habit.</summary>
    public sealed class Ehr : IAsyncLifetime
    {
        private readonly Dictionary<string, JsonObject> _everything = new(StringComparer.Ordinal);
        private FakeEhr? _fake;

        internal Func<EhrCall, EhrAnswer?>? Answer { get; set; }

        internal string Base => _fake!.Base;

        public async ValueTask InitializeAsync() => _fake = await FakeEhr.StartAsync(call => Answer!(call));

        public ValueTask DisposeAsync() => _fake!.DisposeAsync();

        /// <summary>The answer of the service when a good server gave it everything.</summary>
        internal async Task<JsonObject> EverythingAsync(string name, Func<Task<JsonObject>> ask)
        {
            _fake!.ForgetCalls();
            return _everything.TryGetValue(name, out var known) ? known : _everything[name] = await ask();
        }
    }
}
