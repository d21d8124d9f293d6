using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Growth;
using HpdCds.Tests.Knowledge;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Explain;

/// <summary>What became of each record that growth may rest on, and how an answer about growth is written as FHIR (clinical model, sections 1 and 5).</summary>
public sealed class GrowthExplainTests : ExplainingTests
{
    private const string Ours = "https://hpdcds.org/fhir/CodeSystem/";

    private static readonly string[] Parts = ["percent", "mm", "early-progression"];

    [Fact]
    public async Task Every_record_that_growth_rests_on_says_so_and_every_other_says_why_not()
    {
        const string issued = """ "issued":"2026-10-20T08:00:00Z", """;
        var patient = GrowthPatient.WithScans(80, 90, 135)
            .Add("growth", GrowthPatient.Size("resected", GrowthPatient.Baseline, 20, more: """ "specimen":{"reference":"Specimen/s-1"}, """))
            .Add("growth", GrowthPatient.Size("undated", null, 20, more: issued))
            .Add("growth", GrowthPatient.Size("furlongs", "2026-10-20", 20, unit: "furlong"))
            .Add("growth", GrowthPatient.Size("by-report", null, 140, more: issued))
            .Add("growth", GrowthPatient.NoNewLesion("2026-08-01"))
            .Add("reports", """{"resourceType":"DiagnosticReport","id":"ct-report","status":"final","effectiveDateTime":"2026-10-25","category":[{"coding":[{"system":"http://loinc.org","code":"LP29684-5"}]}],"code":{"text":"CT"},"subject":{"reference":"Patient/pat-1"},"result":[{"reference":"Observation/by-report"}]}""")
            .Add("reports", """{"resourceType":"DiagnosticReport","id":"of-else","status":"final","effectiveDateTime":"2026-10-25","category":[{"coding":[{"system":"http://loinc.org","code":"LP29684-5"}]}],"code":{"text":"CT"},"subject":{"reference":"Patient/pat-1"}}""")
            .Add("plans", """{"resourceType":"ServiceRequest","id":"ct-order","status":"active","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"occurrenceDateTime":"2026-12-01","subject":{"reference":"Patient/pat-1"} }""")
            .Add("plans", """{"resourceType":"ServiceRequest","id":"diet","status":"active","intent":"order","code":{"text":"diet"},"subject":{"reference":"Patient/pat-1"} }""");
        var resources = (await ExplainAsync(patient.View())).Json["resources"]!.AsArray();

        string Of(string reference) => string.Join(" + ", resources.Where(one => (string?)one!["reference"] == reference).Select(one => $"{one!["fate"]} {one["fact"]} {one["why"]}".Trim()));
        Assert.Equal("used tumour-size", Of("Observation/size-2026-07-03"));
        Assert.Equal("used tumour-size", Of("Observation/size-2026-10-13"));
        Assert.Equal("used response", Of("Observation/status-2026-10-13"));
        Assert.Contains(Of("Observation/status-2026-08-01").Split(' ')[0], (string[])["unusable", "superseded"]);
        Assert.Equal("unusable tumour-size pathology", Of("Observation/resected"));
        Assert.Equal("unusable tumour-size imprecise-date", Of("Observation/undated"));
        Assert.Equal("unusable tumour-size unknown-unit", Of("Observation/furlongs"));
        Assert.Equal("used tumour-size", Of("Observation/by-report"));
        Assert.Contains("used first-dose", Of("MedicationAdministration/dose-1"), StringComparison.Ordinal);
        Assert.Equal("used imaging-report", Of("DiagnosticReport/ct-report"));
        Assert.Equal("other-code", Of("DiagnosticReport/of-else"));
        Assert.Equal("used planned-imaging", Of("ServiceRequest/ct-order"));
        Assert.Equal("other-code", Of("ServiceRequest/diet"));
    }

    [Fact]
    public async Task Written_rates_and_definitions_say_from_which_scans_and_which_first_dose_they_come()
    {
        var entries = await WrittenAsync(GrowthPatient.WithScans(80, 90, 135).View());
        var rates = Single(entries, "growth-rates");
        var sums = entries.Where(entry => IsOf(entry, "growth-sum")).Select(entry => (string)entry!["fullUrl"]!).ToArray();

        Assert.Equal(sums, Sources(rates["resource"]!));
        Assert.Equal(("2026-07-03", "2026-09-01"), Period(rates, "interval-before"));
        Assert.Equal(("2026-09-01", "2026-10-13"), Period(rates, "interval-since"));
        Assert.Equal("2026-09-01", (string?)Component(rates, "first-dose")["valueDateTime"]);
        var definition = entries.Single(entry => (string?)entry!["resource"]!["code"]!["coding"]![0]!["code"] == "matos-2020")!;
        Assert.Equal([(string)rates["fullUrl"]!, .. sums, "Observation/status-2026-10-13"], Sources(definition["resource"]!));
        var percent = Component(definition, "percent");
        Assert.Equal((50, "%", 40), ((decimal)percent["valueQuantity"]!["value"]!, (string?)percent["valueQuantity"]!["code"], (decimal)percent["referenceRange"]![0]!["low"]!["value"]!));
        Assert.Equal("met", (string?)percent["interpretation"]![0]!["coding"]![0]!["code"]);
        Assert.All(Parts, part => Assert.Equal(Ours + "growth-parts", (string?)Component(definition, part)["code"]!["coding"]![0]!["system"]));
        Assert.Equal("2026-10-13", (string?)definition["resource"]!["effectiveDateTime"]);
    }

    [Theory]
    [InlineData("an order", "ordered")]
    [InlineData("a dose before which there may have been another", "at-the-latest")]
    [InlineData("a dose of a list that was cut", "at-the-latest")]
    public async Task A_day_that_is_not_certainly_that_of_the_first_dose_is_written_as_none(string row, string kind)
    {
        var patient = row switch
        {
            "an order" => GrowthPatient.Untreated(80, 90, 135).Add("medications", GrowthPatient.OrderOf("m-1", "2026-09-01")),
            "a dose of a list that was cut" => GrowthPatient.WithScans(80, 90, 135).Add("administrations", HpdCds.Tests.Chart.Json.Outcome("warning", "incomplete")),
            _ => GrowthPatient.WithScans(80, 90, 135).Add("statements", GrowthPatient.Statement("s", "active", "")),
        };
        var explanation = await ExplainAsync(patient.View());

        Assert.Equal(kind, (string?)explanation.Json["answer"]!["extension"]!["org.hpdcds.assessment"]!["growth"]!["firstDoseIs"]);
        Assert.DoesNotContain("\"first-dose\"", explanation.Resources!.ToJsonString(), StringComparison.Ordinal);
        if (row == "an order")
            Assert.Equal("used ordered", FateOf(explanation, "MedicationRequest/m-1").Last());
    }

    [Fact]
    public async Task A_plan_that_is_not_clear_and_an_embolisation_that_was_known_by_its_text_say_so()
    {
        var explanation = await ExplainAsync(GrowthPatient.WithScans(80, 90, null)
            .Add("procedures", """{"resourceType":"Procedure","id":"tace","status":"completed","subject":{"reference":"Patient/pat-1"},"performedDateTime":"2026-09-05","code":{"text":"Transarterial chemoembolization"} }""")
            .Add("plans", """{"resourceType":"ServiceRequest","id":"late","status":"active","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"occurrenceDateTime":"2026-10-20","subject":{"reference":"Patient/pat-1"} }""")
            .Add("appointments", """{"resourceType":"Appointment","id":"visit","status":"booked","start":"2026-12-10T08:00:00Z","participant":[{"actor":{"reference":"Patient/pat-1"},"status":"accepted"}]}""").View());

        Assert.Equal(["unusable planned-imaging unclear"], FateOf(explanation, "ServiceRequest/late"));
        Assert.Equal(["unusable planned-imaging unclear"], FateOf(explanation, "Appointment/visit"));
        Assert.Contains("used embolisation", FateOf(explanation, "Procedure/tace"));
    }

    private static string[] FateOf(HpdCds.Explain.Explanation explanation, string reference) =>
        [.. explanation.Json["resources"]!.AsArray().Where(one => (string?)one!["reference"] == reference).Select(one => $"{one!["fate"]} {one["fact"]} {one["why"]}".Trim())];

    [Fact]
    public async Task A_ratio_that_is_not_defined_is_not_applicable_and_one_that_is_missing_is_unknown()
    {
        Assert.Equal("not-applicable", Absent(Component(Single(await WrittenAsync(GrowthPatient.WithScans(100, 95, 120).View()), "growth-rates"), "tgr-ratio")));
        Assert.Equal("unknown", Absent(Component(Single(await WrittenAsync(GrowthPatient.WithScans(null, 95, 120).View()), "growth-rates"), "tgr-ratio")));
    }

    [Fact]
    public async Task What_awaits_its_scan_is_said_of_now_and_of_no_day_before_the_first_dose()
    {
        var entries = await WrittenAsync(GrowthPatient.WithScans(80, 90, null).View());

        Assert.All(entries.Where(entry => IsOf(entry, "growth-definition")), entry => Assert.StartsWith("2026-11-24", (string?)entry!["resource"]!["effectiveDateTime"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_rests_on_a_result_that_is_not_final_is_preliminary()
    {
        var patient = new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Before, 80)).Add("growth", GrowthPatient.Size("b", GrowthPatient.Baseline, 90))
            .Add("growth", GrowthPatient.Size("c", GrowthPatient.After, 135).Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal));
        var explanation = await ExplainAsync(patient.View());
        var entries = explanation.Resources!["entry"]!.AsArray();

        Assert.Equal(["final", "final", "preliminary"], entries.Where(entry => IsOf(entry, "growth-sum")).Select(entry => (string?)entry!["resource"]!["status"]));
        Assert.Equal("preliminary", (string?)Single(entries, "growth-rates")["resource"]!["status"]);
        Assert.Contains("135 mm (2026-10-13, not final)", explanation.Json["answer"]!["cards"]![0]!["detail"]!.ToString(), StringComparison.Ordinal);
        var found = explanation.Json["answer"]!["extension"]!["org.hpdcds.assessment"]!.AsObject();
        Assert.Equal("preliminary", (string?)found["growth"]!["scans"]![2]!["marks"]![0]);
        Assert.Empty(GrowthServiceTests.Faults(found));
    }

    [Fact]
    public async Task A_definition_names_the_response_on_which_it_rests_and_is_preliminary_while_that_is()
    {
        var entries = await WrittenAsync(Still().Add("growth", Preliminary(GrowthPatient.NoNewLesion("2026-11-02", "271299001"))).View());

        AssertRestOn("Observation/status-2026-11-02", entries, "champiat-2017", "ferrara-2018", "maesaka-2022-hcc", "yumita-2023-hcc", "yumita-2023-hcc-strict", "kato-2017", "matos-2020", "lo-russo-2019");
        Assert.Equal("final", (string?)Single(entries, "growth-rates")["resource"]!["status"]);
    }

    [Fact]
    public async Task A_definition_names_the_records_of_new_lesions_on_which_it_rests_and_is_preliminary_while_one_of_them_is()
    {
        await using var site = Build("--HpdCds:Overlay", Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay"));
        var patient = Still().Add("growth", GrowthPatient.NewLesion("n-1", "\"valueInteger\":1", "10200004")).Add("growth", GrowthPatient.NewLesion("n-2", "\"valueInteger\":1", "39607008", "preliminary"));
        var explanation = await ExplainAsync(patient.View(), site.Services.GetRequiredService<HpdCds.Explain.Explainer>());
        var entries = explanation.Resources!["entry"]!.AsArray();

        foreach (var lesion in new[] { "Observation/n-1", "Observation/n-2" })
            AssertRestOn(lesion, entries, "champiat-2017", "ferrara-2018", "maesaka-2022-hcc", "yumita-2023-hcc", "yumita-2023-hcc-strict", "kato-2017", "matos-2020", "lo-russo-2019");
        Assert.All(
            explanation.Json["resources"]!.AsArray().Where(one => (string?)one!["reference"] is "Observation/n-1" or "Observation/n-2"),
            one => Assert.Equal(("used", "new-lesions"), ((string?)one!["fate"], (string?)one["fact"])));
    }

    [Fact]
    public async Task A_definition_names_the_grades_of_ECOG_that_it_asks_for()
    {
        var entries = await WrittenAsync(Still().Add("growth", GrowthPatient.NoNewLesion(GrowthPatient.After))
            .Add("performance", GrowthPatient.Ecog("e-1", "2026-08-28", 0, "preliminary")).Add("performance", GrowthPatient.Ecog("e-2", "2026-10-20", 3)).View());

        AssertRestOn("Observation/e-1", entries, "lo-russo-2019");
        Assert.Contains("Observation/e-2", Sources(Definition(entries, "lo-russo-2019")));
    }

    [Fact]
    public async Task A_size_that_could_not_be_read_is_written_without_a_value()
    {
        var entries = await WrittenAsync(new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 90)).Add("growth", GrowthPatient.Size("b", GrowthPatient.After, 50, unit: "furlong")).View());
        var unread = entries.Last(entry => IsOf(entry, "growth-sum"))!["resource"]!.AsObject();

        Assert.Equal((null, "unknown"), (unread["valueQuantity"]?.ToJsonString(), Absent(unread)));
    }

    [Fact]
    public async Task Sizes_of_an_unclear_cancer_are_written_as_such_without_a_value()
    {
        var entries = await WrittenAsync(new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 90))
            .Add("growth", GrowthPatient.Size("b", GrowthPatient.After, 50, more: GrowthPatient.Focus("Condition/elsewhere"))).View());
        var unclear = entries.Last(entry => IsOf(entry, "growth-sum"))!["resource"]!.AsObject();

        Assert.Null(unclear["valueQuantity"]);
        Assert.Contains("of different cancers", unclear["dataAbsentReason"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_code_of_ours_that_is_written_is_published()
    {
        var published = HpdCds.Knowledge.KnowledgeFiles.Shipped().Where(file => file.Name.StartsWith("codesystems/", StringComparison.Ordinal)).Select(file => JsonNode.Parse(Profiles.TextOf(file.Name))!)
            .SelectMany(system => system["concept"]!.AsArray().Select(concept => $"{system["url"]} {concept!["code"]}")).ToHashSet(StringComparer.Ordinal);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var golden in GoldenCase.OfGrowth.Append(GoldenCase.Named("differing-the-example-of-the-model")).Where(golden => (int)golden.Expected["status"]! == 200))
        {
            if ((await Explainer.ExplainAsync(Encoding.UTF8.GetBytes(golden.Request), [], CaseServers.AsOf, TestContext.Current.CancellationToken, golden.Service)).Resources is { } resources)
                written.UnionWith(Codings(resources).Where(coding => ((string?)coding["system"])?.StartsWith(Ours, StringComparison.Ordinal) == true).Select(coding => $"{coding["system"]} {coding["code"]}"));
        }

        Assert.InRange(written.Count, 30, int.MaxValue);
        Assert.Empty(written.Except(published));
    }

    /// <summary>Those rest on a record that is not final, and the others do not.</summary>
    private static void AssertRestOn(string record, JsonArray entries, params string[] definitions)
    {
        var all = entries.Where(entry => IsOf(entry, "growth-definition")).Select(entry => entry!["resource"]!).ToArray();

        Assert.Equal(definitions, all.Where(one => Sources(one).Contains(record)).Select(CodeOf));
        Assert.Equal(definitions, all.Where(one => (string?)one["status"] == "preliminary").Select(CodeOf));
    }

    private static string? CodeOf(JsonNode resource) => (string?)resource["code"]!["coding"]![0]!["code"];

    private static JsonNode Definition(JsonArray entries, string rule) => entries.Single(entry => CodeOf(entry!["resource"]!) == rule)!["resource"]!;

    /// <summary>Growth that is no progression.</summary>
    private static GrowthPatient Still() => new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Before, 80))
        .Add("growth", GrowthPatient.Size("b", GrowthPatient.Baseline, 81)).Add("growth", GrowthPatient.Size("c", GrowthPatient.After, 84));

    private static string Preliminary(string resource) => resource.Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal);

    private Task<HpdCds.Explain.Explanation> ExplainAsync(string request, HpdCds.Explain.Explainer? of = null) =>
        (of ?? Explainer).ExplainAsync(Encoding.UTF8.GetBytes(request), [], CaseServers.AsOf, TestContext.Current.CancellationToken, "hpd-growth");

    private async Task<JsonArray> WrittenAsync(string request) => (await ExplainAsync(request)).Resources!["entry"]!.AsArray();

    private static bool IsOf(JsonNode? entry, string profile) => ((string?)entry!["resource"]!["meta"]!["profile"]![0])!.EndsWith("/" + profile, StringComparison.Ordinal);

    private static JsonNode Single(JsonArray entries, string profile) => entries.Single(entry => IsOf(entry, profile))!;

    private static IEnumerable<string?> Sources(JsonNode resource) => resource["derivedFrom"]!.AsArray().Select(reference => (string?)reference!["reference"]);

    private static JsonNode Component(JsonNode entry, string code) => entry["resource"]!["component"]!.AsArray().Single(component => (string?)component!["code"]!["coding"]![0]!["code"] == code)!;

    private static (string?, string?) Period(JsonNode entry, string code) => ((string?)Component(entry, code)["valuePeriod"]!["start"], (string?)Component(entry, code)["valuePeriod"]!["end"]);

    private static string? Absent(JsonNode of) => (string?)of["dataAbsentReason"]!["coding"]![0]!["code"];

    private static IEnumerable<JsonObject> Codings(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(member => member.Key == "coding" ? member.Value!.AsArray().Select(coding => coding!.AsObject()) : Codings(member.Value)),
        JsonArray many => many.SelectMany(Codings),
        _ => [],
    };
}
