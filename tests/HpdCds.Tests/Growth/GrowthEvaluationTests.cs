using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>Which measurements make a scan, and what goes with the first evaluation: new lesions, the response, ECOG, markers, the next imaging (clinical model, sections 5 and 8).</summary>
public sealed class GrowthEvaluationTests : IAsyncLifetime
{
    private const string Liver = "10200004";
    private const string RightLobe = "48521005";
    private const string Lung = "39607008";
    private const string Bone = "272673000";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(
        settings: new Dictionary<string, string?>(On, StringComparer.Ordinal) { ["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay") },
        withSmallCodeSets: false);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(""" "contained":[{"resourceType":"Specimen","id":"sp1"}],"specimen":{"reference":"#sp1"}, """)]
    [InlineData(""" "specimen":{"display":"Liver, resection"}, """)]
    [InlineData(""" "specimen":{"reference":"Specimen/s-1"}, """)]
    [InlineData(""" "specimen":"Liver, resection", """)]
    public async Task What_was_measured_on_a_specimen_is_no_scan(string specimen) =>
        Assert.Equal(["2026-09-01 90"], Scans(await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", "2026-08-20", 35, more: specimen)))));

    [Fact]
    public async Task The_name_of_a_lesion_is_the_same_with_the_address_of_the_server_and_a_condition_is_none()
    {
        var same = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 90, more: Focus("BodyStructure/7"))).Add("growth", Size("b", After, 135, more: Focus("http://localhost:5080/fhir/BodyStructure/7"))));
        Assert.Equal(50, (double)same["growth"]!["onTreatment"]!["changePercent"]!);

        const string hcc = """ "focus":[{"reference":"http://localhost:5080/fhir/Condition/hcc"}], """;
        var two = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 30, more: hcc)).Add("growth", Size("b", Baseline, 30, Lung, more: hcc)));
        Assert.Equal(["2026-09-01 60"], Scans(two));

        const string contained = """ "contained":[{"resourceType":"BodyStructure","id":"bs"}],"focus":[{"reference":"#bs"}], """;
        var other = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 40, more: contained)).Add("growth", Size("b", After, 75, Lung, more: contained)));
        Assert.Equal("different-lesions", Rule(other, "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task A_size_of_another_cancer_is_no_part_of_a_sum()
    {
        const string breast = """ "focus":[{"reference":"Condition/breast"}], """;
        var patient = OfTwoCancers().Add("growth", Size("a", Baseline, 90)).Add("growth", Size("b", Baseline, 30, Lung, more: breast));
        var (_, found) = await AskAsync(_service, OrderFor(patient, "Condition/hcc"));

        Assert.Equal(["2026-09-01 90"], Scans(found));
    }

    [Fact]
    public async Task Sums_are_used_where_every_scan_has_one_and_else_the_sizes()
    {
        GrowthPatient Sizes() => new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", After, 135)).Add("growth", NoNewLesion(After));
        var one = await FoundAsync(Sizes().Add("growth", RecistSum(After, 150)));
        Assert.Equal(["2026-07-03 80", "2026-09-01 90", "2026-10-13 135"], Scans(one));
        Assert.Equal("met", Rule(one, "maesaka-2022-hcc"));

        var all = await FoundAsync(Sizes().Add("growth", RecistSum(Before, 100)).Add("growth", RecistSum(Baseline, 100)).Add("growth", RecistSum(After, 100)));
        Assert.Equal(["2026-07-03 100", "2026-09-01 100", "2026-10-13 100"], Scans(all));

        var neither = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 90)).Add("growth", RecistSum(After, 135)));
        Assert.Equal("different-lesions", Rule(neither, "maesaka-2022-hcc"));
    }

    [Theory]
    [InlineData("CT", "SR", "met")]
    [InlineData("CT", "SEG", "met")]
    [InlineData("MR", null, "different-modality")]
    public async Task Only_how_images_are_made_is_a_modality(string modality, string? beside, string says)
    {
        var found = await FoundAsync(Vector(From("s-1"), From("s-2")).Add("studies", Study("s-1", Baseline, "CT")).Add("studies", Study("s-2", After, modality, beside)));

        Assert.Equal(says, Rule(found, "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task Where_studies_were_not_read_nobody_knows_whether_the_modality_changed()
    {
        var (card, _) = await AskAsync(_service, Vector().View("patient-view", "studies"));
        Assert.Contains("made in the same way could not be read", (string?)card!["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("made in the same way", (string?)(await AskAsync(_service, Vector().View())).Card!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("registered")]
    public async Task A_report_or_a_study_that_never_was_dates_nothing(string status)
    {
        var study = Study("s-1", Baseline, "CT").Replace("available", status, StringComparison.Ordinal);
        Assert.Empty(Scans(await FoundAsync(new GrowthPatient().Add("growth", Size("a", null, 90, more: From("s-1"))).Add("studies", study))));

        var report = $$"""{"resourceType":"DiagnosticReport","id":"r-1","status":"{{status}}","code":{"text":"CT"},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{Baseline}}","result":[{"reference":"Observation/a"}]}""";
        Assert.Empty(Scans(await FoundAsync(new GrowthPatient().Add("growth", Size("a", null, 90)).Add("reports", report))));
    }

    [Fact]
    public async Task A_measurement_without_a_date_may_be_the_scan_that_is_missed()
    {
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add("growth", Size("undated", null, 135)).View());

        Assert.Equal("measurement-undated", Rule(found, "maesaka-2022-hcc"));
        Assert.DoesNotContain("no measured scan", (string?)card!["summary"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-09-14", "on-treatment-too-early")]
    [InlineData("2026-09-15", "met")]
    public async Task A_scan_in_the_first_two_weeks_is_no_evaluation(string day, string says)
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", day, 135)));
        Assert.Equal(says, Rule(found, "maesaka-2022-hcc"));

        var later = await FoundAsync(Vector().Add("growth", Size("early", "2026-09-04", 91)));
        Assert.Equal("met", Rule(later, "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task The_age_of_a_baseline_is_said_when_it_is_more_than_four_weeks()
    {
        GrowthPatient With(string day) => new GrowthPatient().Add("growth", Size("a", "2026-05-03", 80)).Add("growth", Size("b", day, 90)).Add("growth", Size("c", After, 135)).Add("growth", NoNewLesion(After));

        Assert.Contains("29 days before the first dose", (string?)(await AskAsync(_service, With("2026-08-03").View())).Card!["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("days before the first dose", (string?)(await AskAsync(_service, With("2026-08-04").View())).Card!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a yes says at least one", "new-lesions-unknown")]
    [InlineData("two in an organ", "met")]
    [InlineData("one in an organ", "not-met")]
    public async Task How_many_new_lesions_are_in_an_involved_organ_is_known_only_by_a_number(string row, string says)
    {
        var value = row switch { "two in an organ" => "\"valueInteger\":2", "one in an organ" => "\"valueInteger\":1", _ => "\"valueBoolean\":true" };
        var found = await FoundAsync(Vector().Add("growth", NewLesion("n-1", value, Liver)));

        Assert.Equal(says, Part(found, "lo-russo-2019", "new-lesions"));
    }

    [Fact]
    public async Task A_final_word_on_new_lesions_takes_the_place_of_a_preliminary_one_and_two_finals_may_be_of_one_lesion()
    {
        var repeated = await FoundAsync(Vector().Add("growth", NewLesion("n-1", "\"valueInteger\":1", Liver, "preliminary")).Add("growth", NewLesion("n-2", "\"valueInteger\":1", Liver)));
        Assert.Equal("not-met", Part(repeated, "lo-russo-2019", "new-lesions"));

        var taken = await FoundAsync(Small().Add("growth", NewLesion("n-1", "\"valueBoolean\":true", null, "preliminary")).Add("growth", NewLesion("n-2", "\"valueBoolean\":false", null)));
        Assert.Equal("not-met", Progression(taken));

        var twice = await FoundAsync(Vector().Add("growth", NewLesion("n-1", "\"valueInteger\":1", Liver)).Add("growth", NewLesion("n-2", "\"valueInteger\":1", Liver)));
        Assert.Equal("new-lesions-unknown", Part(twice, "lo-russo-2019", "new-lesions"));

        var disputed = await FoundAsync(Small().Add("growth", NewLesion("n-1", "\"valueBoolean\":true", null)).Add("growth", NewLesion("n-2", "\"valueBoolean\":false", null)));
        Assert.Equal("new-lesions-unknown", Progression(disputed));
    }

    [Theory]
    [InlineData(Liver, Lung, "met")]
    [InlineData(Liver, RightLobe, "not-met")]
    [InlineData(Liver, "999999999", "new-lesions-unknown")]
    public async Task Two_codes_are_two_organs_where_they_are_known_to_be(string one, string other, string says)
    {
        var found = await FoundAsync(Vector().Add("growth", NewLesion("n-1", "\"valueInteger\":1", one)).Add("growth", NewLesion("n-2", "\"valueInteger\":1", other)));

        Assert.Equal(says, Part(found, "matos-2020", "organs"));
    }

    [Fact]
    public async Task An_organ_is_new_only_where_it_was_said_to_be_free()
    {
        Assert.Equal("not-met", Part(await FoundAsync(Vector().Add("growth", NewLesion("n-1", "\"valueInteger\":1", RightLobe))), "lo-russo-2019", "new-organ"));
        Assert.Equal("new-lesions-unknown", Part(await FoundAsync(Vector().Add("growth", NewLesion("n-1", "\"valueInteger\":1", Bone))), "lo-russo-2019", "new-organ"));

        const string free = """{"resourceType":"Condition","id":"bone","code":{"coding":[{"system":"http://snomed.info/sct","code":"94222008"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]},"subject":{"reference":"Patient/pat-1"} }""";
        Assert.Equal("met", Part(await FoundAsync(Vector().Add("problems", free).Add("growth", NewLesion("n-1", "\"valueInteger\":1", Bone))), "lo-russo-2019", "new-organ"));
    }

    [Theory]
    [InlineData("2026-10-15", "met")]
    [InlineData("2026-11-01", "met")]
    [InlineData("2026-10-12", "new-lesions-unknown")]
    public async Task A_response_is_that_of_a_scan_when_it_was_recorded_soon_after_it(string day, string says) =>
        Assert.Equal(says, Progression(await FoundAsync(Small().Add("growth", NoNewLesion(day, "271299001")))));

    [Fact]
    public async Task A_response_after_the_next_scan_is_of_that()
    {
        var found = await FoundAsync(Small().Add("growth", Size("next", "2026-10-20", 93)).Add("growth", NoNewLesion("2026-10-20", "271299001")));

        Assert.Equal("new-lesions-unknown", Progression(found));
    }

    [Fact]
    public async Task Responses_that_contradict_each_other_leave_progression_open_and_a_final_one_beats_a_preliminary_one()
    {
        const string worse = "271299001";
        var none = NewLesion("n-1", "\"valueBoolean\":false", null);
        Assert.Equal("response-unclear", Progression(await FoundAsync(Small().Add("growth", none).Add("growth", NoNewLesion(After)).Add("growth", NoNewLesion("2026-10-15", worse)))));

        var preliminary = NoNewLesion("2026-10-15", worse).Replace("\"final\"", "\"preliminary\"", StringComparison.Ordinal);
        Assert.Equal("not-met", Progression(await FoundAsync(Small().Add("growth", none).Add("growth", NoNewLesion(After)).Add("growth", preliminary))));
    }

    [Theory]
    [InlineData("Condition/breast", "not-met")]
    [InlineData("Condition/hcc", "met")]
    [InlineData("Condition/elsewhere", "response-unclear")]
    public async Task A_response_is_of_the_cancer_that_it_names(string focus, string says)
    {
        var worse = NoNewLesion(After, "271299001").Replace("\"effectiveDateTime\"", Focus(focus) + "\"effectiveDateTime\"", StringComparison.Ordinal);
        var patient = Small(OfTwoCancers()).Add("growth", NewLesion("n-1", "\"valueBoolean\":false", null)).Add("growth", worse);

        var (_, found) = await AskAsync(_service, OrderFor(patient, "Condition/hcc"));
        Assert.Equal(says, Progression(found));
    }

    [Theory]
    [InlineData("2026-10-13", "met")]
    [InlineData("2026-10-20", "met")]
    [InlineData("2026-11-01", "met")]
    [InlineData("2026-09-14", "ecog-unknown")]
    public async Task ECOG_now_is_that_around_the_evaluation(string day, string says)
    {
        var found = await FoundAsync(Vector().Add("performance", Ecog("e-1", "2026-08-28", 0)).Add("performance", Ecog("e-2", day, 3)));

        Assert.Equal(says, Part(found, "lo-russo-2019", "ecog"));
    }

    [Fact]
    public async Task ECOG_of_long_after_the_evaluation_says_nothing_of_it()
    {
        var found = await FoundAsync(new GrowthPatient(isTreated: false).Add("administrations", Dose("d", "2026-03-01"))
            .Add("growth", Size("a", "2026-02-28", 90)).Add("growth", Size("b", "2026-04-12", 140))
            .Add("performance", Ecog("e-1", "2026-02-27", 0)).Add("performance", Ecog("e-2", "2026-10-20", 3)));

        Assert.Equal("ecog-unknown", Part(found, "lo-russo-2019", "ecog"));
    }

    [Theory]
    [InlineData("\"authoredOn\":\"2026-09-10\",", true, "ordered, without a date")]
    [InlineData("\"authoredOn\":\"2026-01-10\",", null, "An imaging order of 2026-01-10 is open")]
    [InlineData("", null, "An imaging order without a date is open")]
    [InlineData("\"authoredOn\":\"2026-01-10\",\"occurrenceDateTime\":\"2026-11-20\",", true, "planned for 2026-11-20")]
    [InlineData("\"authoredOn\":\"2026-01-10\",\"occurrencePeriod\":{\"start\":\"2026-10-20\",\"end\":\"2026-11-20\"},", true, "planned by 2026-11-20")]
    [InlineData("\"authoredOn\":\"2026-01-10\",\"occurrenceTiming\":{\"event\":[\"2026-10-20\",\"2026-11-20\"]},", true, "planned for 2026-11-20")]
    [InlineData("\"authoredOn\":\"2026-09-10\",\"occurrenceDateTime\":\"2026-10-20\",", null, "An imaging order or appointment for 2026-10-20 is open (ServiceRequest/p-1)")]
    public async Task Imaging_is_planned_where_it_was_ordered_since_the_first_dose_or_lies_ahead(string times, bool? isPlanned, string told)
    {
        var plan = $$"""{"resourceType":"ServiceRequest","id":"p-1","status":"active","intent":"order",{{times}}"category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"subject":{"reference":"Patient/pat-1"} }""";
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add("plans", plan).View());

        Assert.Equal(isPlanned, (bool?)found["growth"]!["imagingPlanned"]);
        Assert.Contains(told, (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markers_keep_their_marks_and_one_that_cannot_be_read_now_is_not_left_out()
    {
        var steroid = """{"resourceType":"MedicationAdministration","id":"pred","status":"completed","effectiveDateTime":"2026-10-18","subject":{"reference":"Patient/pat-1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"8640"}]} }""";
        var (card, _) = await AskAsync(_service, Vector().Add("administrations", steroid)
            .Add("cbc", Count("n-1", "751-8", "2026-08-28", 6)).Add("cbc", Count("l-1", "731-0", "2026-08-28", 2))
            .Add("cbc", Count("n-2", "751-8", "2026-10-20", 9)).Add("cbc", Count("l-2", "731-0", "2026-10-20", 1))
            .Add("markers", Afp("a-1", "2026-08-28", 120, "preliminary")).Add("markers", Afp("a-2", "2026-10-20", 850, unit: "furlong")).View());
        var detail = (string)card!["detail"]!;

        Assert.Contains("9 (2026-10-20; possible influence: corticosteroid)", detail, StringComparison.Ordinal);
        Assert.Contains("AFP 120 ng/mL (2026-08-28; not final)", detail, StringComparison.Ordinal);
        Assert.Contains("→ unknown (", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_not_known_which_tumour_is_treated_the_card_says_by_which_definition_it_went()
    {
        var (card, found) = await AskAsync(_service, Vector(patient: OfTwoCancers()).View());

        Assert.Equal(("ambiguous", "champiat-2017"), ((string?)found["tumour"], (string?)found["growth"]!["primary"]));
        Assert.Equal(2, ((string)card!["detail"]!).Split("Which tumour is treated is not known for certain").Length);
    }

    private static GrowthPatient Vector(string baseline = "", string after = "", GrowthPatient? patient = null) => (patient ?? new GrowthPatient())
        .Add("growth", Size("size-a", Before, 80)).Add("growth", Size("size-b", Baseline, 90, more: baseline)).Add("growth", Size("size-c", After, 135, more: after));

    /// <summary>Growth that is no progression.</summary>
    private static GrowthPatient Small(GrowthPatient? patient = null) => (patient ?? new GrowthPatient()).Add("growth", Size("size-b", Baseline, 90)).Add("growth", Size("size-c", After, 92));

    private static GrowthPatient OfTwoCancers() => new GrowthPatient()
        .Add("problems", """{"resourceType":"Condition","id":"breast","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"C50.9"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""");

    private static string OrderFor(GrowthPatient patient, string reason) =>
        patient.Order().Replace("\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.nlm.nih.gov/research/umls/rxnorm\",\"code\":\"1597876\"}]}", "\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.nlm.nih.gov/research/umls/rxnorm\",\"code\":\"1597876\"}]},\"reasonReference\":[{\"reference\":\"" + reason + "\"}]", StringComparison.Ordinal);

    private static string From(string study) => $$""" "derivedFrom":[{"reference":"ImagingStudy/{{study}}"}], """;

    private static string Study(string id, string day, string modality, string? beside = null) =>
        $$"""{"resourceType":"ImagingStudy","id":"{{id}}","status":"available","subject":{"reference":"Patient/pat-1"},"started":"{{day}}T09:00:00Z","modality":[{"code":"{{modality}}"}{{(beside is null ? "" : $",{{\"code\":\"{beside}\"}}")}}]}""";

    private static string RecistSum(string day, double millimetres) => Size("sum-" + day, day, millimetres)
        .Replace("http://loinc.org", "http://localhost:5080/codes", StringComparison.Ordinal).Replace("33728-7", "RECIST-SUM", StringComparison.Ordinal);

    private static string Count(string id, string code, string day, int value) =>
        $$"""{"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"{{code}}"}]},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{day}}T08:00:00Z","valueQuantity":{"value":{{value}},"unit":"10*9/L","system":"http://unitsofmeasure.org","code":"10*9/L"} }""";

    private static string Afp(string id, string day, int value, string status = "final", string unit = "ng/mL") =>
        $$"""{"resourceType":"Observation","id":"{{id}}","status":"{{status}}","code":{"coding":[{"system":"http://loinc.org","code":"1834-1"}]},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{day}}T08:00:00Z","valueQuantity":{"value":{{value}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"} }""";

    private Task<JsonObject> FoundAsync(GrowthPatient patient) => GrowthPatient.FoundAsync(_service, patient);
}
