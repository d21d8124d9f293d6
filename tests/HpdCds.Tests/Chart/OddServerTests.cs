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
        // Whose a result is that names nobody, nobody can say where those of others stand beside it.
        ["ignores every parameter"] = new(search => OddServer.Bundle([.. search.Server.Of(search.Type)]), IsWhole: true) { More = OfAnother, MayBeOpen = "a-result-without-subject-is-ignored" },
        ["sorts the oldest first"] = new(search => OddServer.Bundle([.. Oldest(search)]), IsWhole: true),
        ["sorts the oldest first and gives two at a time"] = new(search => search.Server.InPages(search.Type, [.. search.Page is null ? Oldest(search) : search.Found], 2)),
        ["gives one at a time"] = new(search => search.Server.InPages(search.Type, search.Found, 1)),
        ["gives ten at a time and repeats three of them"] = new(search => search.Server.InPages(search.Type, search.Found, 10, again: 3), IsWhole: true),
        ["gives three at a time and repeats one of them"] = new(search => search.Server.InPages(search.Type, search.Found, 3, again: 1)),
        ["cuts at the count and says nothing"] = new(search => OddServer.Bundle([.. search.Found.Take(search.Count)])) { Before = _ => Mistakes, Every = 5 },
        ["cuts at the count and tells the total only"] = new(search => OddServer.Bundle([.. search.Found.Take(search.Count)], total: search.Found.Count)) { Before = _ => Mistakes, Every = 5 },
        ["cuts at a count of its own and tells the total only"] = new(search => OddServer.Bundle([.. search.Found.Take(2)], total: search.Found.Count)),
        ["warns beside what it found"] = new(search => OddServer.Bundle([Outcome("warning"), .. search.Found, Outcome("information")]), IsWhole: true),
        ["tells of an error beside half of what it found"] = new(search => OddServer.Bundle([.. search.Found.Take((search.Found.Count + 1) / 2), Outcome("error")])) { NotFor = ["staging-corrected-n0-beats-final-n1"] },
        ["tells of an error instead"] = new(search => search.Type == "Condition" ? OddServer.Bundle([Outcome("error")]) : OddServer.Bundle(search.Found)),
        ["answers 405 to forms"] = new(search => search.IsForm ? Refusal(405) : OddServer.Bundle(search.Found), IsWhole: true),
        ["answers 404 to forms"] = new(search => search.IsForm ? Refusal(404) : OddServer.Bundle(search.Found), IsWhole: true),
        ["answers 501 to forms and 400 to a wish for an order"] = new(search => search.IsForm ? Refusal(501) : search.Parameters.ContainsKey("_sort") ? Refusal(400) : OddServer.Bundle(search.Found), IsWhole: true),
        ["writes a byte order mark"] = new(search => OddServer.Bundle(search.Found) is var answer ? answer with { Body = "\uFEFF" + answer.Body } : answer, IsWhole: true),
        ["leaves the name of the subject empty"] = new(search => OddServer.Bundle([.. search.Found.Select(one => OfNobody(one, ""))]), IsWhole: true) { MayBeOpen = "an-absolute-subject-of-another-server-does-not" },
        ["does not say whose the last one is, and gives one of another"] = new(search => OddServer.Bundle([.. search.Found.SkipLast(1), .. search.Found.TakeLast(1).Select(one => OfNobody(one, null)), .. OfAnother(search.Found).Take(1)])),
        ["gives three at a time and calls the next ones Next"] = new(search => search.Server.InPages(search.Type, search.Found, 3) is var answer ? answer with { Body = answer.Body.Replace("\"next\"", "\"Next\"", StringComparison.Ordinal) } : answer),
        ["gives three at a time and one link as an object"] = new(search => search.Server.InPages(search.Type, search.Found, 3) is var answer ? answer with { Body = answer.Body.Replace("\"link\":[", "\"link\":", StringComparison.Ordinal).Replace("],\"entry\"", ",\"entry\"", StringComparison.Ordinal) } : answer),
        ["tells the total at first and none behind"] = new(search => search.Page is not null ? OddServer.Bundle([], total: 0) : OddServer.Bundle([.. search.Found.Take(1)], search.Server.NextTo(search.Type), Math.Max(2, search.Found.Count))),
        ["gives one twice in place of another"] = new(search => search.Found is [var first, .., _] found ? OddServer.Bundle([.. found.SkipLast(1), first], total: found.Count) : OddServer.Bundle(search.Found)),
        ["gives one that belongs to a match in place of another match"] = new(search => search.Found is [var first, .., _] found ? OddServer.Bundle([.. found.SkipLast(1)], next: null, found.Count, Included(first)) : OddServer.Bundle(search.Found)),
        ["cuts at the count with a remark among them"] = new(search => OddServer.Bundle([.. search.Found.Take(search.Count - 1), Outcome("information")])) { Before = _ => Mistakes, Every = 5 },
        ["gives an entry without the newest in it"] = new(search => search.Found.Count > 0 ? OddServer.Bundle([.. search.Found.Skip(1)], next: null, total: null, new JsonObject { ["fullUrl"] = "urn:uuid:0" }) : OddServer.Bundle([])),
        ["gives two that are not the newest and tells the total"] = new(search => OddServer.Bundle([.. search.Found.Skip(1).Take(2)], total: search.Found.Count)),
        // A stage that says yes stands, also from a list that was cut.
        ["gives the oldest only and tells the total"] = new(search => OddServer.Bundle([.. Oldest(search).Take(1)], total: search.Found.Count)) { NotFor = ["staging-newest-of-one-axis-decides", "staging-corrected-n0-beats-final-n1"] },
        // A score or class that was recorded settles what the parts leave open.
        ["withholds ascites and says that this is not the entire record"] = new(search => OddServer.Bundle([.. search.Found.Where(one => !one.ToJsonString().Contains("389026000", StringComparison.Ordinal)), NotTheEntireRecord])) { NotFor = ["child-pugh-class-that-conflicts", "child-pugh-recorded-in-another-class-conflicts", "child-pugh-score-with-its-letter-conflicts", "child-pugh-class-as-child-b-conflicts"] },
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
        foreach (var held in Cases().Where((held, at) => at % habit.Every == 0 && !habit.NotFor.Contains(held.Golden.Name, StringComparer.Ordinal)))
        {
            var everything = await ehr.EverythingAsync(held.Golden.Name, () => AskAsync(held, Habits[None]));
            var answer = name == None ? everything : await AskAsync(held, habit);
            var differences = Differences(held.Golden, answer).ToList();
            (whole, open) = differences.Count == 0 ? (whole + 1, open) : (whole, open + 1);
            faults.AddRange((habit.IsWhole && held.Golden.Name != habit.MayBeOpen ? differences : FaultsOf(everything, answer)).Select(fault => $"{held.Golden.Name}, {fault}"));
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

    private static JsonNode NotTheEntireRecord => JsonNode.Parse("""
        {"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing","details":{"coding":[{"system":"urn:oid:1.2.840.114350.1.13.0.1.7.2.657369","code":"4119"}]}}]}
        """)!;

    private static JsonObject Included(JsonNode first)
    {
        var included = first.DeepClone();
        included["id"] = "included";
        if (included["verificationStatus"] is not null)
            included["verificationStatus"] = JsonNode.Parse("""{"coding":[{"code":"entered-in-error"}]}""");
        else
            included["status"] = "entered-in-error";
        return new() { ["resource"] = included, ["search"] = new JsonObject { ["mode"] = "include" } };
    }

    private static JsonNode OfNobody(JsonNode one, string? name)
    {
        var changed = one.DeepClone();
        if ((string?)one["subject"]?["reference"] != "Patient/pat-1")
            return changed;
        changed.AsObject().Remove("subject");
        if (name is not null)
            changed["subject"] = new JsonObject { ["reference"] = name };
        return changed;
    }

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

        /// <summary>The case of which more may be open than of the others.</summary>
        public string? MayBeOpen { get; init; }

        public IReadOnlyList<string> NotFor { get; init; } = [];

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
