using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Clinical.Growth;
using HpdCds.Tests.Knowledge;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>What a card about growth always says, however much there is to say (clinical model, sections 5 and 8).</summary>
public sealed class GrowthCardTests
{
    private static readonly (string Name, string Value) Imaging = ("OrderCodes:imaging:Code", "CT-LIVER");
    private static readonly (string Name, string Value) ImagingSystem = ("OrderCodes:imaging:System", "http://site.example/orders");

    [Fact]
    public async Task The_scans_that_were_judged_stay_on_the_card_however_many_follow()
    {
        var patient = WithScans(80, 90, 135);
        foreach (var (day, size) in new[] { ("2026-10-16", 110), ("2026-10-19", 80), ("2026-10-22", 60), ("2026-10-25", 45), ("2026-10-28", 40) })
            patient.Add("growth", Size("later-" + day, day, size));
        var card = await CardAsync(patient);
        var detail = (string)card["detail"]!;

        Assert.Contains("80 mm (2026-07-03) → 90 mm (2026-09-01) → 135 mm (2026-10-13) → … → 45 mm (2026-10-25) → 40 mm (2026-10-28); first dose 2026-09-01.", detail, StringComparison.Ordinal);
        Assert.Contains("Judged is the first evaluation (2026-10-13). Later scans are not judged; the last, 40 mm (2026-10-28), is smaller.", detail, StringComparison.Ordinal);
        Assert.Contains("2026-10-13", (string)card["summary"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(160, "is larger")]
    [InlineData(135, "is as large")]
    public async Task What_came_of_the_tumour_after_the_first_evaluation_is_told(double size, string told)
    {
        Assert.Contains(told, await DetailAsync(WithScans(80, 90, 135).Add("growth", Size("later", "2026-10-28", size))), StringComparison.Ordinal);
        Assert.Contains(
            "cannot be compared with it",
            await DetailAsync(WithScans(80, 90, 135).Add("growth", Size("later", "2026-10-28", size, site: "39607008"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_limit_of_this_patients_figures_goes_for_want_of_room()
    {
        // Before the earliest of the scans that are judged, so that they are none of those.
        const string Issued = """ "issued":"2026-06-01T08:00:00Z", """;
        var patient = new GrowthPatient()
            .Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 81)).Add("growth", Size("c", After, 84)).Add("growth", NoNewLesion(After, "271299001"))
            .Add("growth", Size("d", "2026-10-20", 84)).Add("growth", Size("e", "2026-10-25", 85))
            .Add("growth", Size("u", null, 20, more: Issued)).Add("growth", Size("v", null, 20, more: Issued))
            .Add("markers", Afp("a-1", "2026-08-28", 1120)).Add("markers", Afp("a-2", "2026-10-20", 8500))
            .Add("statements", """{"resourceType":"MedicationStatement","id":"tki","status":"completed","effectivePeriod":{"start":"2026-05-01","end":"2026-08-20"},"subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"text":"Lenvatinib"} }""");
        var card = await CardAsync(patient);
        var detail = (string)card["detail"]!;

        Assert.Equal("warning", (string?)card["indicator"]);
        Assert.Contains("within the error of measurement", detail, StringComparison.Ordinal);
        Assert.Contains("not used: 2", detail, StringComparison.Ordinal);
        Assert.Contains("A kinase inhibitor ended before the first dose", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Pseudoprogression", detail, StringComparison.Ordinal);
        Assert.True(detail.Length <= 1200, detail.Length.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Sums_that_cannot_be_compared_are_not_joined()
    {
        var detail = await DetailAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 50)).Add("growth", Size("b", Baseline, 30, site: "39607008")).Add("growth", Size("c", After, 40)));

        Assert.Contains("80 mm (2026-09-01) | 40 mm (2026-10-13)", detail, StringComparison.Ordinal);
        Assert.Contains("| stands between sums that cannot be compared", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_definition_of_the_site_is_named_first_also_where_it_is_met_without_progression()
    {
        var card = await CardAsync(WithScans(5, 5.2, 9), ("GrowthDefinitions:hcc", "saada-bouzid-2017"));

        Assert.Equal("info", (string?)card["indicator"]);
        Assert.Contains("meets Saada-Bouzid 2017, the definition of hyperprogression used here; no progression", (string)card["summary"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90.0, 135.0, "359746009", "**Progression at the first evaluation**: met (rise of the sum, RECIST 1.1).")]
    [InlineData(81.0, 84.0, "271299001", "**Progression at the first evaluation**: met (a response recorded by a clinician, 2026-10-13, Observation/status-2026-10-13).")]
    [InlineData(90.0, 135.0, "271299001", "**Progression at the first evaluation**: met (rise of the sum, RECIST 1.1; a response recorded by a clinician, 2026-10-13, Observation/status-2026-10-13).")]
    public async Task Progression_says_on_what_it_rests(double baseline, double after, string answer, string told) => Assert.Contains(
        told,
        await DetailAsync(new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, baseline)).Add("growth", Size("c", After, after)).Add("growth", NoNewLesion(After, answer))),
        StringComparison.Ordinal);

    [Fact]
    public async Task A_response_or_a_new_lesion_that_is_not_final_is_said_to_be_so()
    {
        var scans = new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 81)).Add("growth", Size("c", After, 84));

        var detail = await DetailAsync(scans.Add("growth", NoNewLesion(After, "271299001").Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal)));

        Assert.Contains("met (a response recorded by a clinician, 2026-10-13, Observation/status-2026-10-13, not final).", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_measured_scan_at_all_is_told_whether_one_is_planned()
    {
        var card = await CardAsync(new GrowthPatient(), Imaging, ImagingSystem);

        Assert.Contains("No order or appointment known here as imaging was found", (string)card["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(card["suggestions"]);
    }

    [Theory]
    [InlineData("arrived", "2026-11-01T00:30:00Z", "An imaging order or appointment for 2026-11-01", false)]
    [InlineData("checked-in", "2026-11-01T00:30:00Z", "An imaging order or appointment for 2026-11-01", false)]
    [InlineData("booked", "2026-10-29T08:00:00Z", "An imaging order or appointment for 2026-10-29", false)]
    [InlineData("fulfilled", "2026-10-29T08:00:00Z", "No order or appointment known here as imaging was found", true)]
    public async Task Imaging_that_is_late_or_under_way_is_open_and_no_second_order_is_offered(string status, string start, string told, bool isOffered)
    {
        var booked = $$"""{"resourceType":"Appointment","id":"ct","status":"{{status}}","start":"{{start}}","serviceType":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"participant":[{"actor":{"reference":"Patient/pat-1"},"status":"accepted"}]}""";
        await using var service = await StartAsync(Imaging, ImagingSystem);
        var (card, found) = await AskAsync(service, WithScans(80, 90, null).Add("appointments", booked).Order());

        Assert.Contains(told, (string?)card!["detail"], StringComparison.Ordinal);
        Assert.Equal((isOffered, isOffered), (card["suggestions"] is not null, found["growth"]!.AsObject().ContainsKey("imagingPlanned")));
    }

    [Fact]
    public async Task No_imaging_is_offered_where_orders_or_appointments_were_not_read()
    {
        await using var service = await StartAsync(Imaging, ImagingSystem);

        Assert.NotNull((await AskAsync(service, WithScans(80, 90, null).View())).Card!["suggestions"]);
        foreach (var key in new[] { "plans", "appointments" })
            Assert.Null((await AskAsync(service, WithScans(80, 90, null).View(withoutKeys: key))).Card!["suggestions"]);
    }

    [Fact]
    public async Task A_later_scan_that_is_progression_is_told_of_where_the_first_evaluation_is_none()
    {
        GrowthPatient With(double later) => new GrowthPatient()
            .Add("growth", Size("a", Before, 95)).Add("growth", Size("b", Baseline, 100)).Add("growth", Size("c", "2026-09-17", 101)).Add("growth", NoNewLesion("2026-09-17"))
            .Add("growth", Size("d", "2026-10-27", later));
        var card = await CardAsync(With(150));

        Assert.Equal("info", (string?)card["indicator"]);
        Assert.Contains("2026-10-27", (string?)card["summary"], StringComparison.Ordinal);
        await using var service = await StartAsync();
        Assert.Null((await AskAsync(service, With(110).Order())).Card);
    }

    [Theory]
    [InlineData("en", false)]
    [InlineData("en", true)]
    [InlineData("zh-CN", false)]
    [InlineData("zh-CN", true)]
    public async Task The_densest_card_fits_and_keeps_every_limit(string language, bool isAnyUndated)
    {
        var patient = new GrowthPatient(isTreated: false)
            .Add("problems", """{"resourceType":"Condition","id":"breast","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"C50.9"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""")
            .Add("administrations", Dose("d", "2026-09-03")).Add("growth", NoNewLesion(After, "271299001"))
            .Add("statements", """{"resourceType":"MedicationStatement","id":"s","status":"active","subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} }""")
            .Add("statements", """{"resourceType":"MedicationStatement","id":"tki","status":"completed","effectivePeriod":{"start":"2026-05-01","end":"2026-08-20"},"subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"text":"Lenvatinib"} }""")
            .Add("procedures", """{"resourceType":"Procedure","id":"tace","status":"completed","subject":{"reference":"Patient/pat-1"},"performedDateTime":"2026-08-01","code":{"text":"Transarterial chemoembolization"} }""")
            .Add("markers", Afp("a-1", "2026-08-28", 1120)).Add("markers", Afp("a-2", "2026-10-20", 8500));
        foreach (var (day, size) in new[] { ("2026-05-30", 1080.1), ("2026-07-30", 1080.3), (After, 1350.3), ("2026-10-16", 1450.2), ("2026-10-19", 1550.4), ("2026-10-22", 1660.3), ("2026-10-25", 1745.2), ("2026-10-28", 1840.1) })
            patient.Add("growth", Size("size-" + day, day, size).Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal));
        if (isAnyUndated)
            patient.Add("growth", Size("u", null, 20)).Add("growth", Size("v", null, 20));
        await using var service = await StartAsync(("Language", language));
        var (card, _) = await AskAsync(service, patient.View(withoutKeys: "studies"));
        var detail = (string)card!["detail"]!;

        Assert.True(detail.Length <= 1200, detail.Length.ToString(CultureInfo.InvariantCulture) + ": " + detail);
        Assert.Contains(language == "en" ? "mbolisation" : "栓塞", detail, StringComparison.Ordinal);
        Assert.Contains(language == "en" ? "inase inhibitor" : "激酶抑制剂", detail, StringComparison.Ordinal);
        if (isAnyUndated)
            Assert.Contains(language == "en" ? "not used: 2" : "未使用的测量：2", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(36)]
    [InlineData(64)]
    public async Task Three_grounds_with_long_ids_beside_every_limit_fit_too(int length)
    {
        const string Preliminary = "\"preliminary\"";
        string Long(string id) => id.PadRight(length, '0');
        var patient = new GrowthPatient(isTreated: false)
            .Add("problems", """{"resourceType":"Condition","id":"breast","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"C50.9"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""")
            .Add("administrations", Dose("d", "2026-09-03"))
            .Add("growth", NoNewLesion(After, "271299001").Replace("status-" + After, Long("status"), StringComparison.Ordinal).Replace("\"final\"", Preliminary, StringComparison.Ordinal))
            .Add("growth", NewLesion(Long("new"), "\"valueBoolean\":true", null, "preliminary"))
            .Add("statements", Statement("s", "active", ""))
            .Add("statements", """{"resourceType":"MedicationStatement","id":"tki","status":"completed","effectivePeriod":{"start":"2026-05-01","end":"2026-08-20"},"subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"text":"Lenvatinib"} }""")
            .Add("procedures", """{"resourceType":"Procedure","id":"tace","status":"completed","subject":{"reference":"Patient/pat-1"},"performedDateTime":"2026-08-01","code":{"text":"Transarterial chemoembolization"} }""")
            .Add("growth", Size("u", null, 20, more: """ "issued":"2026-05-20T08:00:00Z", """));
        foreach (var (day, size) in new[] { ("2026-05-30", 1080.1), ("2026-07-30", 1080.3), (After, 1350.3), ("2026-10-16", 1450.2), ("2026-10-19", 1550.4) })
        {
            patient.Add("growth", Size("sum-" + day, day, size).Replace("\"final\"", Preliminary, StringComparison.Ordinal)
                .Replace("http://loinc.org", "http://localhost:5080/codes", StringComparison.Ordinal).Replace("33728-7", "RECIST-SUM", StringComparison.Ordinal));
        }

        await using var service = await StartWithSiteCodesAsync();
        var detail = (string)(await AskAsync(service, patient.View(withoutKeys: "studies"))).Card!["detail"]!;

        Assert.True(detail.Length <= 1200, detail.Length.ToString(CultureInfo.InvariantCulture) + ": " + detail);
        Assert.All(
            ["a new lesion", "a response recorded", Long("new"), Long("status"), "1,080.3 mm", "mbolisation", "inase inhibitor", "tated sums", "not used: 1", "ways of imaging", "less than 5 mm", "days before the first dose"],
            told => Assert.Contains(told, detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sizes_without_a_date_are_no_reason_to_say_that_there_was_no_scan()
    {
        var card = await CardAsync(
            new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("u", null, 135)).Add("growth", Size("v", null, 20)), Imaging, ImagingSystem);

        Assert.DoesNotContain("no measured scan", (string)card["summary"]!, StringComparison.Ordinal);
        Assert.Contains("not used: 2", (string)card["detail"]!, StringComparison.Ordinal);
        Assert.Null(card["suggestions"]);
    }

    [Fact]
    public async Task A_size_that_could_not_be_read_is_no_zero()
    {
        var detail = await DetailAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", After, 50, unit: "furlong")));

        Assert.Contains("90 mm (2026-09-01) | not readable (2026-10-13)", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_summary_fits_whatever_the_definition()
    {
        foreach (var wording in Profiles.AsShipped.Wordings.Values)
        {
            foreach (var rule in GrowthRule.Every)
            {
                foreach (var key in new[] { "growth.summary-warning", "growth.summary-other", "growth.summary-own", "growth.summary-own-open", "growth.summary-awaits", "growth.summary-other-ordered", "growth.summary-awaits-ordered", "growth.summary-other-latest", "growth.summary-not-met-latest", "growth.summary-later", "growth.summary-later-recorded", "growth.summary-awaits-latest" })
                    Assert.InRange(wording.Say(key, ("rule", wording[$"growth.rule.{rule.Id}"]), ("date", "2026-10-13"), ("dose", "2026-10-13"), ("later", "2026-10-13")).Length, 1, 139);
            }

            foreach (var gap in Enum.GetValues<GrowthGap>())
                Assert.InRange(wording.Say("growth.summary-open", ("reason", wording[$"growth.gap.{gap.Code()}"])).Length, 1, 139);
        }
    }

    private static async Task<JsonNode> CardAsync(GrowthPatient patient, params (string Name, string Value)[] settings)
    {
        await using var service = await StartAsync(settings);
        var card = (await AskAsync(service, patient.Order())).Card!;
        Assert.InRange(((string)card["summary"]!).Length, 1, 139);
        Assert.InRange(((string)card["detail"]!).Length, 1, 1200);
        return card;
    }

    private static async Task<string> DetailAsync(GrowthPatient patient) => (string)(await CardAsync(patient))["detail"]!;

    private static string Afp(string id, string day, int value) => HpdCds.Tests.Chart.Json.Observation(
        id, "1834-1", day + "T08:00:00Z", value: $$""" "valueQuantity":{"value":{{value}},"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"} """);
}
