extern alias JsonSchemaNet;

using System.Text.Json.Nodes;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using JsonSchemaNet::Json.Schema;

namespace HpdCds.Tests.Growth;

/// <summary>hpd-growth as an EHR meets it. What is expected is worked out from the clinical model, sections 4, 5 and 8.</summary>
public sealed class GrowthServiceTests
{
    [Theory]
    [InlineData("A", 80.0, 90.0, 135.0, "warning", "met")]
    [InlineData("B", 80.0, 100.0, 121.0, null, "not-met")]
    [InlineData("C", 100.0, 95.0, 120.0, "info", "reference-not-positive")]
    [InlineData("D", 100.0, 100.0, 130.0, "info", "reference-not-positive")]
    [InlineData("E", 80.0, 90.0, 60.0, null, "not-met")]
    [InlineData("no pre-baseline", null, 90.0, 110.0, "info", "no-pre-baseline")]
    [InlineData("no pre-baseline, large", null, 90.0, 135.0, "info", "no-pre-baseline")]
    [InlineData("no baseline", null, null, 135.0, "info", "no-baseline")]
    [InlineData("no scan yet", 80.0, 90.0, null, "info", "no-on-treatment")]
    public async Task A_card_is_as_loud_as_the_definitions_say(string vector, double? before, double? baseline, double? after, string? indicator, string maesaka)
    {
        await using var service = await GrowthPatient.StartAsync();
        var patient = GrowthPatient.WithScans(before, baseline, after);

        foreach (var body in new[] { patient.View(), patient.View("encounter-start"), patient.Order(), patient.Order("order-select") })
        {
            var (card, found) = await GrowthPatient.AskAsync(service, body);
            Assert.Equal((vector, indicator), (vector, (string?)card?["indicator"]));
            Assert.Equal(maesaka, GrowthPatient.Rule(found, "maesaka-2022-hcc"));
            Assert.Equal("maesaka-2022-hcc", (string?)found["growth"]!["primary"]);
            Assert.Empty(Faults(found));
        }
    }

    [Fact]
    public async Task The_card_of_vector_A_says_sums_dates_rates_and_definition()
    {
        await using var service = await GrowthPatient.StartAsync();
        var patient = GrowthPatient.WithScans(80, 90, 135).Add("markers", Afp("a-1", "2026-08-28", 120)).Add("markers", Afp("a-2", "2026-10-20", 850));
        var (card, found) = await GrowthPatient.AskAsync(service, patient.Order());
        var detail = (string)card!["detail"]!;

        Assert.Equal("Tumour growth, first evaluation 2026-10-13: progression that meets the definition of hyperprogressive disease Maesaka 2022.", (string?)card["summary"]);
        Assert.Contains("**Definition used here**: Maesaka 2022: met.", detail, StringComparison.Ordinal);
        Assert.Contains("**Sums of diameters**: 80 mm (2026-07-03) → 90 mm (2026-09-01) → 135 mm (2026-10-13); first dose 2026-09-01.", detail, StringComparison.Ordinal);
        Assert.Contains("+50 % (+45 mm) in 42 days", detail, StringComparison.Ordinal);
        Assert.Contains("TGR 19.6 → 141.5 % volume/month (+121.8 points; ratio 7.2); TGK 5.1 → 32.6 mm/month (ratio 6.4)", detail, StringComparison.Ordinal);
        Assert.Contains("AFP 120 ng/mL (2026-08-28) → 850 ng/mL (2026-10-20)", detail, StringComparison.Ordinal);
        Assert.Contains("0 of 22", detail, StringComparison.Ordinal);
        Assert.True(detail.Length <= 1200 && ((string)card["summary"]!).Length < 140);
        Assert.Equal(7.205, (double)found["growth"]!["tgrRatio"]!, precision: 3);
        Assert.Equal(6.429, (double)found["growth"]!["tgkRatio"]!, precision: 3);
        Assert.Equal(121.83, (double)found["growth"]!["deltaTgr"]!, precision: 2);
        Assert.Equal(["pre-baseline", "baseline", "on-treatment"], found["growth"]!["scans"]!.AsArray().Select(scan => (string?)scan!["role"]));
    }

    [Fact]
    public async Task The_definition_that_decides_is_the_sites()
    {
        await using var service = await GrowthPatient.StartAsync(("GrowthDefinitions:hcc", "ferrara-2018"), ("Language", "zh-CN"));
        var (card, found) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(100, 95, 120).View());

        Assert.Equal(("warning", "ferrara-2018"), ((string?)card!["indicator"], (string?)found["growth"]!["primary"]));
        Assert.Contains("Ferrara 2018", (string?)card["summary"], StringComparison.Ordinal);
        Assert.Contains("直径之和", (string?)card["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first dose", "none", "", "1597876", "first-dose", "card or band")]
    [InlineData("continuation", "2026-09-01", "1597876", "1597876", "continuation", "continuation")]
    [InlineData("switch", "2026-09-01", "1547545", "1597876", "switch", "continuation")]
    [InlineData("re-challenge", "2025-09-01", "1597876", "1597876", "rechallenge", "continuation")]
    [InlineData("unknown", "unread", "", "1597876", "exposure-unknown", "card or band")]
    public async Task One_of_the_two_services_speaks_and_never_both(string row, string given, string drug, string ordered, string growth, string risk)
    {
        await using var service = await GrowthPatient.StartAsync();
        var patient = new GrowthPatient(isTreated: false);
        if (drug.Length > 0)
            patient.Add("administrations", GrowthPatient.Dose("dose-1", given, drug));
        var body = patient.Order(code: ordered);
        if (given == "unread")
            body = body.Replace("\"administrations\":null", "\"administrations\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"exception\"}]}", StringComparison.Ordinal);

        var (_, ofGrowth) = await GrowthPatient.AskAsync(service, body);
        var (_, ofRisk) = await GrowthPatient.AskAsync(service, body, "/cds-services/hpd-risk");

        Assert.NotEmpty(row);
        Assert.Equal(growth, (string?)ofGrowth["growth"]?["situation"] ?? (string?)ofGrowth["outOfScope"]);
        Assert.Equal(risk, (string?)ofRisk["outOfScope"] ?? "card or band");
        Assert.NotEqual(ofGrowth["outOfScope"] is null, ofRisk["outOfScope"] is null);
        Assert.Empty(Faults(ofGrowth));
    }

    [Theory]
    [InlineData(Exposure.None, TreatmentSituation.FirstDose, "hpd-risk")]
    [InlineData(Exposure.Unknown, TreatmentSituation.Unknown, "hpd-risk")]
    [InlineData(Exposure.Recent, TreatmentSituation.Continuation, "hpd-growth")]
    [InlineData(Exposure.Earlier, TreatmentSituation.Rechallenge, "hpd-growth")]
    public void The_table_has_one_speaker_for_every_row(Exposure exposure, TreatmentSituation situation, string speaker)
    {
        Assert.Equal(situation, WhoSpeaks.SituationOf(exposure, ["nivolumab"], ["nivolumab"]));
        Assert.Equal(speaker, WhoSpeaks.ServiceFor(situation));
        Assert.Equal("hpd-growth", WhoSpeaks.ServiceFor(TreatmentSituation.Switch));
        Assert.Equal(TreatmentSituation.Switch, WhoSpeaks.SituationOf(Exposure.Recent, ["atezolizumab"], ["nivolumab"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => WhoSpeaks.ServiceFor((TreatmentSituation)9));
    }

    [Fact]
    public async Task It_is_off_where_nobody_lists_it()
    {
        await using var plain = await RunningService.StartAsync(withSmallCodeSets: false);
        Assert.Equal(403, (await plain.AnswerAsync(new GrowthPatient().View(), GrowthPatient.Service)).Status);
        Assert.DoesNotContain("hpd-growth", await plain.Client.GetStringAsync(new Uri("/cds-services", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await using var on = await GrowthPatient.StartAsync();
        var services = JsonNode.Parse(await on.Client.GetStringAsync(new Uri("/cds-services", UriKind.Relative), TestContext.Current.CancellationToken))!["services"]!.AsArray();
        Assert.Equal(
            ["order-select", "order-sign", "patient-view", "encounter-start"],
            services.Where(row => (string?)row!["id"] == "hpd-growth").Select(row => (string?)row!["hook"]));
        Assert.All(services, row => Assert.All(row!["prefetch"]!.AsObject(), template => Assert.True(((string)template.Value!).Length < 1500)));
        Assert.Contains("33728-7", (string?)services.First(row => (string?)row!["id"] == "hpd-growth")!["prefetch"]!["growth"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_first_scan_the_card_says_whether_one_is_planned_and_a_site_may_let_it_be_ordered()
    {
        await using var service = await GrowthPatient.StartAsync(("OrderCodes:imaging:System", "http://site.example/orders"), ("OrderCodes:imaging:Code", "CT-LIVER"));
        var (card, found) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, null).Order());
        Assert.Equal(("info", false), ((string?)card!["indicator"], (bool?)found["growth"]!["imagingPlanned"]));
        Assert.Contains("No order or appointment known here as imaging was found", (string?)card["detail"], StringComparison.Ordinal);
        Assert.Equal("CT-LIVER", (string?)card["suggestions"]![0]!["actions"]![0]!["resource"]!["code"]!["coding"]![0]!["code"]);

        foreach (var plan in new[] { Plan("active", "363679005", "http://snomed.info/sct"), Plan("active", "CT-LIVER", "http://site.example/orders") })
        {
            var (told, planned) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, null).Add("plans", plan).Order());
            Assert.Contains("ordered, without a date (ServiceRequest/plan-1)", (string?)told!["detail"], StringComparison.Ordinal);
            Assert.Equal(("info", null), ((string?)told["indicator"], told["suggestions"]?.AsArray().Count is > 0 ? "suggests" : null));
            Assert.True((bool?)planned["growth"]!["imagingPlanned"]);
        }

        var booked = """{"resourceType":"Appointment","id":"ct","status":"booked","start":"2026-11-10T08:00:00Z","serviceType":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"participant":[{"actor":{"reference":"Patient/pat-1"},"status":"accepted"}]}""";
        var (dated, _) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, null).Add("appointments", booked).Add("plans", Plan("active", "363679005", "http://snomed.info/sct")).Order());
        Assert.Contains("planned for 2026-11-10 (Appointment/ct)", (string?)dated!["detail"], StringComparison.Ordinal);

        var (unread, open) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, null).View(withoutKeys: "appointments"));
        Assert.Contains("could not be read in full", (string?)unread!["detail"], StringComparison.Ordinal);
        Assert.False(open["growth"]!.AsObject().ContainsKey("imagingPlanned"));

        var (done, _) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, null).Add("plans", Plan("completed", "363679005", "http://snomed.info/sct")).Order());
        Assert.Contains("No order or appointment known here as imaging was found", (string?)done!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_can_be_read_the_answer_says_so()
    {
        await using var service = await GrowthPatient.StartAsync();
        var nothing = """{"hook":"patient-view","hookInstance":"c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33","context":{"userId":"Practitioner/dr-1","patientId":"pat-1"} }""";
        Assert.Equal(412, (await service.AnswerAsync(nothing, GrowthPatient.Service)).Status);

        await using var asCard = await GrowthPatient.StartAsync(("NotAssessable", "card"));
        var (card, found) = await GrowthPatient.AskAsync(asCard, nothing);
        Assert.Equal(("info", "not-supplied"), ((string?)card!["indicator"], (string?)found["reason"]));

        var (unread, partly) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, 135).View(withoutKeys: "growth"));
        Assert.Equal(("info", "not-read"), ((string?)unread!["indicator"], (string?)partly["reason"]));
        var (child, _) = await GrowthPatient.AskAsync(service, GrowthPatient.WithScans(80, 90, 135).View().Replace("1960-05-01", "2015-05-01", StringComparison.Ordinal));
        Assert.Null(child);
    }

    [Fact]
    public async Task A_measured_tumour_whose_treatment_could_not_be_read_is_told_of_in_a_view()
    {
        await using var service = await GrowthPatient.StartAsync();
        var untreated = new GrowthPatient(isTreated: false).Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 90));
        var (card, found) = await GrowthPatient.AskAsync(service, untreated.View(withoutKeys: "administrations"));
        Assert.Equal(("info", "not-read"), ((string?)card!["indicator"], (string?)found["reason"]));
        Assert.Empty(Faults(found));

        // Which tumour it is, or whether there is one, may be what nobody knows.
        string[] unread = ["medications", "statements", "administrations", "growth"];
        var two = new GrowthPatient(isTreated: false).Add("problems", """{"resourceType":"Condition","id":"breast","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"C50.9"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""");
        foreach (var body in new[] { two.View(withoutKeys: unread), two.View(withoutKeys: ["problems", .. unread]) })
        {
            var (told, open) = await GrowthPatient.AskAsync(service, body);
            Assert.Equal(("info", "not-read"), ((string?)told?["indicator"], (string?)open["reason"]));
            Assert.Empty(Faults(open));
        }

        var noCancer = new GrowthPatient(isTreated: false).View(withoutKeys: unread).Replace("109841003", "38341003", StringComparison.Ordinal);
        Assert.Null((await GrowthPatient.AskAsync(service, noCancer)).Card);

        var (none, first) = await GrowthPatient.AskAsync(service, untreated.View());
        Assert.Equal((true, "first-dose"), (none is null, (string?)first["outOfScope"]));
        var (quiet, unknown) = await GrowthPatient.AskAsync(service, new GrowthPatient(isTreated: false).View(withoutKeys: "administrations"));
        Assert.Equal((true, "exposure-unknown"), (quiet is null, (string?)unknown["outOfScope"]));
    }

    [Fact]
    public async Task An_order_that_names_no_drug_is_told_of_by_one_service_only()
    {
        await using var service = await GrowthPatient.StartAsync(("UnresolvedInfoLine", "true"));
        var body = new GrowthPatient().Order().Replace("\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.nlm.nih.gov/research/umls/rxnorm\",\"code\":\"1597876\"}]}", "\"medicationReference\":{\"reference\":\"Medication/m\"}", StringComparison.Ordinal);

        Assert.Null((await GrowthPatient.AskAsync(service, body)).Card);
    }

    [Fact]
    public async Task An_encounter_has_an_id_and_orders_come_with_order_hooks_only()
    {
        await using var service = await GrowthPatient.StartAsync();
        var body = new GrowthPatient().View("encounter-start");

        Assert.Equal(400, (await service.AnswerAsync(body.Replace(",\"encounterId\":\"enc-1\"", "", StringComparison.Ordinal), GrowthPatient.Service)).Status);
        Assert.Equal(400, (await service.AnswerAsync(new GrowthPatient().View("order-sign"), GrowthPatient.Service)).Status);
        Assert.Equal(400, (await service.AnswerAsync(new GrowthPatient().View(), "/cds-services/hpd-risk")).Status);
    }

    internal static IEnumerable<string> Faults(JsonObject found)
    {
        var schema = JsonSchema.FromFile(Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "schema", "growth.schema.json"));
        var result = schema.Evaluate(found, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? [] : result.Details.Where(detail => detail.HasErrors).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}").DefaultIfEmpty("not valid");
    }

    private static string Afp(string id, string day, int value) => HpdCds.Tests.Chart.Json.Observation(
        id, "1834-1", day + "T08:00:00Z", value: $$""" "valueQuantity":{"value":{{value}},"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"} """);

    private static string Plan(string status, string code, string system) =>
        $$"""{"resourceType":"ServiceRequest","id":"plan-1","status":"{{status}}","intent":"order","authoredOn":"2026-09-10","category":[{"coding":[{"system":"{{system}}","code":"{{code}}"}]}],"subject":{"reference":"Patient/pat-1"} }""";
}
