using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>How scans, doses and what goes with them are read, and what is said where they cannot be (clinical model, section 5).</summary>
public sealed class GrowthReadingTests : IAsyncLifetime
{
    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Lesions_of_one_day_are_summed_and_centimetres_are_millimetres()
    {
        var found = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 5, unit: "cm")).Add("growth", Size("b", Baseline, 40, "39607008"))
            .Add("growth", Size("c", After, 60)).Add("growth", Size("d", After, 45, "39607008")));

        Assert.Equal(["2026-09-01 90", "2026-10-13 105"], Scans(found));
        Assert.Equal("Observation/a, Observation/b", (string?)found["growth"]!["scans"]![0]!["source"]);
    }

    [Fact]
    public async Task Two_lesions_of_one_organ_are_two_and_two_readings_of_one_lesion_are_one()
    {
        const string tumour = """ "focus":[{"reference":"BodyStructure/t-1"}], """;
        var found = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 50)).Add("growth", Size("b", Baseline, 40))
            .Add("growth", Size("c", After, 30, more: tumour)).Add("growth", Size("d", After, 30, more: tumour)));

        Assert.Equal(["2026-09-01 90", "2026-10-13 30"], Scans(found));
    }

    [Fact]
    public async Task A_lesion_that_is_named_by_an_identifier_is_the_same_lesion_on_every_day()
    {
        static string Named(string id, string day, double size, string lesion) =>
            Size(id, day, size, more: $$""" "focus":[{"identifier":{"system":"urn:lesions","value":"{{lesion}}"} }], """);
        var same = await FoundAsync(new GrowthPatient().Add("growth", Named("a", Baseline, 90, "1")).Add("growth", Named("b", After, 135, "1")));
        Assert.Equal(50, (double)same["growth"]!["onTreatment"]!["changePercent"]!);

        var another = await FoundAsync(new GrowthPatient().Add("growth", Named("a", Baseline, 90, "1")).Add("growth", Named("b", After, 135, "2")));
        Assert.Equal("different-lesions", Rule(another, "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task Sizes_in_a_panel_count_and_those_of_pathology_do_not()
    {
        var panel = $$"""
            {"resourceType":"Observation","id":"panel","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"21889-1"}]},"subject":{"reference":"Patient/pat-1"},
             "effectiveDateTime":"{{Baseline}}","bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"10200004"}]},
             "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"valueQuantity":{"value":90,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"} },
                          {"code":{"coding":[{"system":"http://loinc.org","code":"33729-5"}]},"valueQuantity":{"value":70,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"} }]}
            """;
        var found = await FoundAsync(new GrowthPatient().Add("growth", panel)
            .Add("growth", Size("resected", After, 20, more: """ "specimen":{"reference":"Specimen/s-1"}, """)));

        Assert.Equal(["2026-09-01 90"], Scans(found));
    }

    [Fact]
    public async Task Another_set_of_lesions_or_an_unreadable_size_cannot_be_compared()
    {
        var other = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", After, 135, "39607008")));
        Assert.Equal("different-lesions", Rule(other, "maesaka-2022-hcc"));

        var unreadable = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", After, 135)).Add("growth", Size("c", After, 20, unit: "furlong")));
        Assert.Equal("lesions-not-identified", Rule(unreadable, "maesaka-2022-hcc"));

        var unnamed = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", After, 135).Replace("bodySite", "bodySight", StringComparison.Ordinal)));
        Assert.Equal("lesions-not-identified", Rule(unnamed, "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task A_sum_without_a_lesion_that_cannot_be_read_is_a_lower_bound_and_compared_with_nothing()
    {
        GrowthPatient patient = new();
        foreach (var (day, liver) in new[] { (Before, 40), (Baseline, 50), (After, 75) })
            patient.Add("growth", Size("liver-" + day, day, liver)).Add("growth", Size("lung-" + day, day, 25, "39607008", unit: "furlong"));
        var found = await FoundAsync(patient);

        Assert.Equal("lesions-not-identified", Rule(found, "maesaka-2022-hcc"));
        Assert.All(found["growth"]!["scans"]!.AsArray(), scan => Assert.Equal(">=", (string?)scan!["comparator"]));
    }

    [Fact]
    public async Task A_lesion_that_was_read_in_two_ways_on_a_day_is_not_added_to_itself()
    {
        const string tumour = """ "focus":[{"reference":"BodyStructure/t-1"}], """;
        var found = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 4, unit: "cm", more: tumour)).Add("growth", Size("b", Baseline, 40, more: tumour))
            .Add("growth", Size("c", After, 30, more: tumour)).Add("growth", Size("d", After, 35, more: tumour)));

        Assert.Equal(["2026-09-01 40", "2026-10-13 30"], Scans(found));
        Assert.Equal((null, ">="), ((string?)found["growth"]!["scans"]![0]!["comparator"], (string?)found["growth"]!["scans"]![1]!["comparator"]));
        Assert.Equal("lesions-not-identified", Rule(found, "matos-2020"));
    }

    [Fact]
    public async Task A_lesion_that_may_stand_alone_and_in_a_panel_makes_no_comparable_sum()
    {
        static string Panel(string id, string day, double size) => $$"""
            {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"21889-1"}]},"subject":{"reference":"Patient/pat-1"},
             "effectiveDateTime":"{{day}}","bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"10200004"}]},
             "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"valueQuantity":{"value":{{size.ToString(CultureInfo.InvariantCulture)}},"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"} }]}
            """;
        var found = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 12)).Add("growth", Panel("p", Baseline, 12))
            .Add("growth", Size("b", After, 18)).Add("growth", Panel("q", After, 18)));

        Assert.Equal("lesions-not-identified", Rule(found, "matos-2020"));
    }

    [Fact]
    public async Task Doses_of_a_list_that_was_cut_date_nothing()
    {
        var patient = new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", After, 135)).Add("growth", NoNewLesion(After))
            .Add("administrations", HpdCds.Tests.Chart.Json.Outcome("warning", "incomplete"));

        Assert.Equal("not-read", Rule(await FoundAsync(patient), "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task On_a_view_of_a_cancer_of_which_neither_doses_nor_sizes_could_be_read_that_is_said()
    {
        var (card, _) = await AskAsync(_service, new GrowthPatient().View("patient-view", "growth", "medications", "statements", "administrations"));

        Assert.Equal("info", (string?)card?["indicator"]);
    }

    [Fact]
    public async Task A_changed_modality_is_seen_in_the_studies()
    {
        GrowthPatient With(string then, string now) => new GrowthPatient()
            .Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 90, more: From("s-1"))).Add("growth", Size("c", After, 135, more: From("s-2")))
            .Add("studies", Study("s-1", Baseline, then)).Add("studies", Study("s-2", After, now));

        Assert.Equal("met", Rule(await FoundAsync(With("CT", "CT")), "saada-bouzid-2017"));
        Assert.Equal("different-modality", Rule(await FoundAsync(With("CT", "MR")), "saada-bouzid-2017"));
    }

    [Fact]
    public async Task The_day_of_the_images_comes_from_the_study_or_the_report_and_never_from_when_it_was_issued()
    {
        const string issued = """ "issued":"2026-10-20T08:00:00Z", """;
        var fromStudy = await FoundAsync(new GrowthPatient().Add("growth", Size("a", null, 90, more: From("s-1"))).Add("studies", Study("s-1", Baseline, "CT")));
        Assert.Equal(["2026-09-01 90"], Scans(fromStudy));

        var fromReport = await FoundAsync(new GrowthPatient().Add("growth", Size("a", null, 90, more: issued)).Add("reports", Report("a", Baseline)));
        Assert.Equal(["2026-09-01 90"], Scans(fromReport));

        var fromNothing = await FoundAsync(new GrowthPatient().Add("growth", Size("a", null, 90, more: issued)));
        Assert.Empty(Scans(fromNothing));
        Assert.Equal("measurement-undated", Rule(fromNothing, "champiat-2017"));

        var coarse = await FoundAsync(new GrowthPatient().Add("growth", Size("a", "2026-09", 90)));
        Assert.Empty(Scans(coarse));
    }

    [Theory]
    [InlineData("2026-08-19", "pre-baseline-interval")]
    [InlineData("2026-08-18", "met")]
    [InlineData("2026-03-05", "met")]
    [InlineData("2026-03-04", "pre-baseline-interval")]
    public async Task The_earlier_scan_lies_14_to_180_days_before_the_baseline(string day, string says) => Assert.Equal(says, Rule(
        await FoundAsync(new GrowthPatient().Add("growth", Size("a", day, 89.9)).Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", After, 135))), "saada-bouzid-2017"));

    [Fact]
    public async Task A_course_begins_with_its_first_dose_and_anew_after_half_a_year()
    {
        var running = new GrowthPatient(isTreated: false).Add("administrations", Dose("d-2", "2026-09-22")).Add("administrations", Dose("d-1", "2026-09-01")).Add("administrations", Dose("d-0", "2025-01-01"));
        Assert.Equal("2026-09-01", (string?)(await FoundAsync(running))["growth"]!["firstDose"]);

        var switched = new GrowthPatient(isTreated: false).Add("administrations", Dose("d-1", "2026-09-01", "1547545")).Add("administrations", Dose("d-2", "2026-10-01"));
        var found = await FoundAsync(switched);
        Assert.Equal("2026-09-01", (string?)found["growth"]!["firstDose"]);
        Assert.Equal(["pembrolizumab", "nivolumab"], found["growth"]!["given"]!.AsArray().Select(agent => (string?)agent));

        var refused = new GrowthPatient(isTreated: false).Add("administrations", Dose("d-1", "2026-08-01", status: "not-done")).Add("administrations", Dose("d-2", "2026-09-01"));
        Assert.Equal("2026-09-01", (string?)(await FoundAsync(refused))["growth"]!["firstDose"]);
    }

    [Fact]
    public async Task An_order_stands_for_the_dose_only_where_no_dose_is_recorded()
    {
        var order = """{"resourceType":"MedicationRequest","id":"m-1","status":"active","intent":"order","authoredOn":"2026-08-20","subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} }""";
        Assert.Equal("2026-08-20", (string?)(await FoundAsync(new GrowthPatient(isTreated: false).Add("medications", order)))["growth"]!["firstDose"]);
        Assert.Equal("2026-09-01", (string?)(await FoundAsync(new GrowthPatient().Add("medications", order)))["growth"]!["firstDose"]);

        var undated = order.Replace("\"authoredOn\":\"2026-08-20\",", "", StringComparison.Ordinal);
        var found = await FoundAsync(new GrowthPatient(isTreated: false).Add("medications", undated).Add("growth", Size("a", Baseline, 90)));
        Assert.Null(found["growth"]!["firstDose"]);
        Assert.Equal("no-first-dose-date", Rule(found, "champiat-2017"));
    }

    [Theory]
    [InlineData("271299001", "met")]
    [InlineData("359746009", "not-met")]
    [InlineData("268910001", "not-met")]
    [InlineData("709137006", "response-unclear")]
    public async Task The_recorded_response_is_read(string answer, string progression)
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", After, 92)).Add("growth", NoNewLesion(After, answer)));

        Assert.Equal(progression, (string?)found["growth"]!["progression"]!["reason"] ?? (string?)found["growth"]!["progression"]!["result"]);
    }

    private static string From(string study) => $$""" "derivedFrom":[{"reference":"ImagingStudy/{{study}}"}], """;

    private static string Study(string id, string day, string modality) =>
        $$"""{"resourceType":"ImagingStudy","id":"{{id}}","status":"available","subject":{"reference":"Patient/pat-1"},"started":"{{day}}T09:00:00Z","modality":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"{{modality}}"}]}""";

    private static string Report(string result, string day) =>
        $$"""{"resourceType":"DiagnosticReport","id":"r-1","status":"final","code":{"text":"CT"},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{day}}","result":[{"reference":"Observation/{{result}}"}]}""";

    private Task<JsonObject> FoundAsync(GrowthPatient patient) => GrowthPatient.FoundAsync(_service, patient);
}
