using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>Every record on which a judgement rests stands on the wire with its day, its source, and whether it is final (clinical model, sections 1, 5 and 8).</summary>
public sealed class GrowthGroundTests : IAsyncLifetime
{
    private const string Liver = "10200004";
    private const string Lung = "39607008";
    private const string Worse = "271299001";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(
        settings: new Dictionary<string, string?>(On, StringComparer.Ordinal) { ["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay") },
        withSmallCodeSets: false);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_response_of_twenty_days_after_the_images_that_is_not_final_is_told_as_such()
    {
        var patient = new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 81)).Add("growth", Size("c", "2026-10-10", 84))
            .Add("growth", Preliminary(NoNewLesion("2026-10-30", Worse)));

        var found = await FoundAsync(_service, patient);

        const string Said = """{"ground":"recorded","date":"2026-10-30","source":"Observation/status-2026-10-30","marks":["preliminary"]}""";
        AssertIs($$"""{"result":"met","grounds":[{{Said}}]}""", found["growth"]!["progression"]);
        AssertIs($"[{Said}]", Part(found, "maesaka-2022-hcc", "progression")["from"]);
        AssertIs($"[{Said}]", Part(found, "matos-2020", "early-progression")["from"]);
        Assert.Null(Part(found, "matos-2020", "percent")["from"]);
    }

    [Fact]
    public async Task A_new_lesion_that_is_not_final_is_told_as_such_on_the_card_and_on_the_wire()
    {
        var (card, found) = await AskAsync(_service, Still().Add("growth", NewLesion("n-1", "\"valueInteger\":2", Liver, "preliminary")).Order());

        const string Said = """{"ground":"new-lesion","date":"2026-10-13","source":"Observation/n-1","marks":["preliminary"]}""";
        AssertIs($$"""{"result":"met","grounds":[{{Said}}]}""", found["growth"]!["progression"]);
        AssertIs($$"""{"name":"new-lesions","result":"met","value":2,"threshold":">=2","from":[{{Said}}]}""", Part(found, "lo-russo-2019", "new-lesions"));
        AssertIs($"[{Said}]", Part(found, "lo-russo-2019", "new-organ")["from"]);
        AssertIs($"[{Said}]", Part(found, "matos-2020", "organs")["from"]);
        Assert.Contains("met (a new lesion, 2026-10-13, Observation/n-1, not final).", (string?)card!["detail"], StringComparison.Ordinal);
        Assert.Empty(GrowthServiceTests.Faults(found));
    }

    [Theory]
    [InlineData(1, 1, "Observation/n-1, Observation/n-2")]
    [InlineData(0, 2, "Observation/n-2")]
    public async Task Of_several_records_of_new_lesions_those_that_count_are_named_and_one_that_is_not_final_marks_them_all(int inLiver, int inLung, string sources)
    {
        var found = await FoundAsync(_service, Still()
            .Add("growth", NewLesion("n-1", $"\"valueInteger\":{inLiver}", Liver)).Add("growth", NewLesion("n-2", $"\"valueInteger\":{inLung}", Lung, "preliminary")));

        AssertIs($$"""[{"ground":"new-lesion","date":"2026-10-13","source":"{{sources}}","marks":["preliminary"]}]""", found["growth"]!["progression"]!["grounds"]);
    }

    [Fact]
    public async Task All_grounds_of_progression_are_named_and_where_it_is_none_there_is_no_ground()
    {
        var all = await FoundAsync(_service, new GrowthPatient().Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", After, 135))
            .Add("growth", NewLesion("n-1", "\"valueBoolean\":true", null)).Add("growth", NoNewLesion(After, Worse)));
        AssertIs(
            """[{"ground":"sum"},{"ground":"new-lesion","date":"2026-10-13","source":"Observation/n-1"},{"ground":"recorded","date":"2026-10-13","source":"Observation/status-2026-10-13"}]""",
            all["growth"]!["progression"]!["grounds"]);

        var none = await FoundAsync(_service, Still().Add("growth", NoNewLesion("2026-10-15")));
        AssertIs("""{"result":"not-met"}""", none["growth"]!["progression"]);
        AssertIs("""[{"ground":"recorded","date":"2026-10-15","source":"Observation/status-2026-10-15"}]""", Part(none, "lo-russo-2019", "progression")["from"]);
        AssertIs("""[{"ground":"recorded","date":"2026-10-15","source":"Observation/status-2026-10-15"}]""", Part(none, "lo-russo-2019", "new-lesions")["from"]);
    }

    [Fact]
    public async Task Both_grades_of_ECOG_have_their_day_and_their_source()
    {
        var found = await FoundAsync(_service, Still().Add("performance", Ecog("e-1", "2026-08-28", 0, "preliminary")).Add("performance", Ecog("e-2", "2026-10-20", 3)));

        AssertIs(
            """
            {"name":"ecog","result":"met","value":3,"threshold":">=2","from":[
              {"ground":"ecog","value":3,"date":"2026-10-20","source":"Observation/e-2"},
              {"ground":"ecog-at-baseline","value":0,"date":"2026-08-28","source":"Observation/e-1","marks":["preliminary"]}]}
            """,
            Part(found, "lo-russo-2019", "ecog"));
    }

    [Theory]
    [InlineData("""{"result":"met"}""")]
    [InlineData("""{"result":"not-met","grounds":[{"ground":"sum"}]}""")]
    [InlineData("""{"result":"met","grounds":[]}""")]
    [InlineData("""{"result":"met","grounds":[{"ground":"recorded"}]}""")]
    [InlineData("""{"result":"met","grounds":[{"ground":"sum","source":"Observation/a"}]}""")]
    [InlineData("""{"result":"met","grounds":[{"ground":"ecog","value":3,"source":"Observation/a"}]}""")]
    [InlineData("""{"result":"met","grounds":[{"ground":"recorded","value":3,"source":"Observation/a"}]}""")]
    public async Task The_schema_refuses_progression_without_its_grounds(string progression)
    {
        var found = await FoundAsync(_service, WithScans(80, 90, 135));
        found["growth"]!["progression"] = JsonNode.Parse(progression);

        Assert.NotEmpty(GrowthServiceTests.Faults(found));
    }

    /// <summary>Growth that is no progression.</summary>
    private static GrowthPatient Still() => new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 81)).Add("growth", Size("c", After, 84));

    private static string Preliminary(string resource) => resource.Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal);

    private static JsonNode Part(JsonObject found, string rule, string name) =>
        found["growth"]!["rules"]!.AsArray().Single(row => (string?)row!["id"] == rule)!["parts"]!.AsArray().Single(part => (string?)part!["name"] == name)!;

    private static void AssertIs(string expected, JsonNode? found) => Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), found?.ToJsonString());
}
