using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>What a sum is of, and what it is worth where nobody can say that: status, panels, names of lesions, days (clinical model, section 5).</summary>
public sealed class GrowthScansTests : IAsyncLifetime
{
    private const string Liver = "10200004";
    private const string Lung = "39607008";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(
        settings: new Dictionary<string, string?>(On, StringComparer.Ordinal) { ["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay") },
        withSmallCodeSets: false);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("amended")]
    [InlineData("preliminary")]
    public async Task A_lesion_without_a_name_is_not_replaced_by_another_of_its_organ_with_another_status(string status)
    {
        GrowthPatient patient = new();
        foreach (var (day, one, other) in new[] { (Before, 58, 28), (Baseline, 60, 30), (After, 60, 42) })
            patient.Add("growth", Size("one-" + day, day, one)).Add("growth", Size("other-" + day, day, other).Replace("\"final\"", $"\"{status}\"", StringComparison.Ordinal));
        var (card, found) = await AskAsync(_service, patient.View());

        Assert.Equal("lesions-not-identified", Rule(found, "maesaka-2022-hcc"));
        Assert.Equal("info", (string?)card?["indicator"]);
        Assert.All(found["growth"]!["scans"]!.AsArray(), scan => Assert.Equal(">=", (string?)scan!["comparator"]));
    }

    [Fact]
    public async Task A_named_lesion_is_as_its_correction_says()
    {
        const string tumour = """ "focus":[{"reference":"BodyStructure/t-1"}], """;
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90, more: tumour))
            .Add("growth", Size("b", After, 99, more: tumour)).Add("growth", Size("c", After, 135, more: tumour).Replace("\"final\"", "\"corrected\"", StringComparison.Ordinal)));

        Assert.Equal(["2026-09-01 90", "2026-10-13 135"], Scans(found));
        Assert.Equal(50, (double)found["growth"]!["onTreatment"]!["changePercent"]!);
    }

    [Theory]
    [InlineData(null, "the first evaluation")]
    [InlineData("2026-10-20", "the first evaluation")]
    [InlineData("2026-09-10", "the first evaluation")]
    [InlineData("2026-08-31", "the baseline")]
    public async Task A_measurement_without_a_date_leaves_open_what_it_may_be(string? issued, string what)
    {
        var baseline = what == "the baseline" ? "2026-08-25" : Baseline;
        foreach (var size in new[] { 92, 135 })
        {
            var (card, found) = await AskAsync(_service, Dated(baseline, size).Add("growth", Undated(issued)).View());

            Assert.Equal("measurement-undated", Rule(found, "maesaka-2022-hcc"));
            Assert.Equal("measurement-undated", Rule(found, "matos-2020"));
            Assert.Equal("info", (string?)card?["indicator"]);
        }
    }

    [Fact]
    public async Task A_measurement_that_was_issued_before_the_earliest_scan_is_none_of_those_that_are_judged()
    {
        Assert.Equal("met", Rule(await FoundAsync(Dated(Baseline, 135).Add("growth", Undated("2026-07-02"))), "maesaka-2022-hcc"));

        var nearer = await FoundAsync(Dated(Baseline, 135).Add("growth", Undated("2026-08-01")));
        Assert.Equal(("measurement-undated", "met"), (Rule(nearer, "maesaka-2022-hcc"), Progression(nearer)));
    }

    [Fact]
    public async Task A_measurement_of_a_month_is_none_of_a_scan_before_that_month()
    {
        Assert.Equal("met", Rule(await FoundAsync(Dated(Baseline, 135, "2026-10-01").Add("growth", Size("month", "2026-11", 99))), "maesaka-2022-hcc"));
        Assert.Equal("measurement-undated", Rule(await FoundAsync(Dated(Baseline, 135).Add("growth", Size("month", "2026-10", 99))), "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task Where_nothing_was_measured_since_the_first_dose_an_older_measurement_without_a_date_changes_nothing_about_that()
    {
        var (card, _) = await AskAsync(_service, WithScans(80, 90, null).Add("growth", Undated("2026-07-02")).View());

        Assert.Contains("no measured scan", (string?)card!["summary"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"value":1.2,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}""", "")]
    [InlineData("""{"value":12,"system":"http://unitsofmeasure.org","code":"mm"}""", "")]
    [InlineData("""{"value":12,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"}""", """ "focus":[{"reference":"BodyStructure/7"}], """)]
    [InlineData("""{"value":13,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"}""", """ "focus":[{"reference":"BodyStructure/7"}], """)]
    public async Task A_lesion_that_may_stand_alone_and_in_a_panel_is_seen_however_it_is_written(string quantity, string named)
    {
        var panel = Panel("p", Baseline, """{"value":12,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"}""");
        var alone = $$"""
            {"resourceType":"Observation","id":"alone","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"subject":{"reference":"Patient/pat-1"},
             "effectiveDateTime":"{{Baseline}}","bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"{{Liver}}"}]},{{named}}"valueQuantity":{{quantity}} }
            """;
        var found = await FoundAsync(new GrowthPatient().Add("growth", alone).Add("growth", panel).Add("growth", Size("b", After, 36)));

        Assert.Equal("lesions-not-identified", Rule(found, "matos-2020"));
    }

    [Fact]
    public async Task Two_lesions_of_two_names_or_two_organs_stand_alone_and_in_a_panel()
    {
        const string quantity = """{"value":12,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"}""";
        static string Named(string lesion) => $$""" "focus":[{"reference":"BodyStructure/{{lesion}}"}], """;
        GrowthPatient names = new(), organs = new();
        foreach (var day in new[] { Baseline, After })
        {
            names.Add("growth", Panel("p-" + day, day, quantity, Named("1"))).Add("growth", Size("a-" + day, day, 12, more: Named("2")));
            organs.Add("growth", Panel("p-" + day, day, quantity)).Add("growth", Size("a-" + day, day, 12, Lung, more: Named("2")));
        }

        Assert.Equal(0, (double)(await FoundAsync(names))["growth"]!["onTreatment"]!["changePercent"]!);
        Assert.Equal(0, (double)(await FoundAsync(organs))["growth"]!["onTreatment"]!["changePercent"]!);
    }

    [Theory]
    [InlineData("\"reference\":\"Condition/hcc\",")]
    [InlineData("\"reference\":\"http://localhost:5080/fhir/Condition/hcc/_history/2\",")]
    [InlineData("\"reference\":\"Patient/pat-1\",")]
    [InlineData("\"type\":\"Condition\",")]
    [InlineData("\"type\":\"http://hl7.org/fhir/StructureDefinition/Condition\",")]
    public async Task The_identifier_of_the_cancer_or_the_patient_is_no_name_of_a_lesion(string of)
    {
        var cancer = $$""" "focus":[{ {{of}} "identifier":{"system":"urn:conditions","value":"1"} }], """;
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 30, more: cancer)).Add("growth", Size("b", Baseline, 30, Lung, more: cancer)));

        Assert.Equal(["2026-09-01 60"], Scans(found));
    }

    [Theory]
    [InlineData("en", "Stated sums: whether they are of the same target lesions is not known.")]
    [InlineData("zh-CN", "所用为记录的直径之和：是否为同一组靶病灶未知。")]
    public async Task Of_stated_sums_it_is_said_that_their_lesions_may_have_changed(string language, string told)
    {
        GrowthPatient sums = new();
        foreach (var (day, size) in new[] { (Before, 80), (Baseline, 90), (After, 135) })
            sums.Add("growth", RecistSum(day, size));
        await using var service = await RunningService.StartAsync(
            settings: new Dictionary<string, string?>(On, StringComparer.Ordinal) { ["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay"), ["HpdCds:Ehrs:0:Language"] = language },
            withSmallCodeSets: false);

        Assert.Contains(told, (string?)(await AskAsync(service, sums.View())).Card!["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain(told, (string?)(await AskAsync(service, WithScans(80, 90, 135).View())).Card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sum_beyond_belief_is_a_day_on_which_nothing_can_be_compared()
    {
        var (card, found) = await AskAsync(_service, new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 90))
            .Add("growth", Size("c", After, 1100)).Add("growth", Size("d", After, 950)).Add("growth", Size("e", "2026-10-27", 91)).Add("growth", NoNewLesion(After)).View());

        Assert.Equal("lesions-not-identified", Rule(found, "maesaka-2022-hcc"));
        Assert.Equal(After, (string?)found["growth"]!["scans"]![2]!["date"]);
        Assert.NotNull(card);
    }

    private static GrowthPatient Dated(string baseline, double after, string on = After) => new GrowthPatient()
        .Add("growth", Size("size-a", Before, 80)).Add("growth", Size("size-b", baseline, 90)).Add("growth", Size("size-c", on, after)).Add("growth", NoNewLesion(on));

    private static string Undated(string? issued) => Size("undated", null, 99, more: issued is null ? "" : $$""" "issued":"{{issued}}T08:00:00Z", """);

    private static string RecistSum(string day, double millimetres) => Size("sum-" + day, day, millimetres)
        .Replace("http://loinc.org", "http://localhost:5080/codes", StringComparison.Ordinal).Replace("33728-7", "RECIST-SUM", StringComparison.Ordinal);

    private static string Panel(string id, string day, string quantity, string more = "") => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"21889-1"}]},"subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"{{day}}","bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"{{Liver}}"}]},{{more}}
         "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"valueQuantity":{{quantity}} }]}
        """;

    private Task<JsonObject> FoundAsync(GrowthPatient patient) => GrowthPatient.FoundAsync(_service, patient);
}
