using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>Which sizes of a day are of one lesion, which of another cancer, and what a sum is worth where nobody can say (clinical model, section 5).</summary>
public sealed class GrowthLesionTests : IAsyncLifetime
{
    private const string Liver = "10200004";
    private const string Lung = "39607008";
    private const string Breast = "76752008";
    private const string Here = """{"coding":[{"system":"http://snomed.info/sct","code":"10200004"}]}""";
    private const string ByHospital = """{"coding":[{"system":"http://hospital.example/sites","code":"L1"},{"system":"http://snomed.info/sct","code":"10200004"}]}""";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartWithSiteCodesAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(ByHospital, 0, "", "")]
    [InlineData("""{"text":"Liver"}""", 0, "", "")]
    [InlineData(Here, 0.4, "", "")]
    [InlineData(Here, 0, """{"reference":"BodyStructure/7"}""", """{"reference":"BodyStructure/7","identifier":{"system":"sys","value":"7"}}""")]
    [InlineData(Here, 0, """{"reference":"BodyStructure/7"}""", """{"identifier":{"system":"sys","value":"7"}}""")]
    public async Task A_lesion_that_stands_alone_and_in_a_panel_is_never_added_to_itself(string site, double more, string name, string nameInPanel)
    {
        GrowthPatient patient = new();
        foreach (var (day, size) in new[] { (Before, 9), (Baseline, 10), (After, 13) })
            patient.Add("growth", Alone("a-" + day, day, size, site, name)).Add("growth", Panel("p-" + day, day, size + more, nameInPanel));
        var (card, found) = await AskAsync(_service, patient.View());

        Assert.Equal(("info", "lesions-not-identified"), ((string?)card?["indicator"], Rule(found, "maesaka-2022-hcc")));
        Assert.Equal([$"{Before} 9", $"{Baseline} 10", $"{After} 13"], Scans(found));
        Assert.All(found["growth"]!["scans"]!.AsArray(), scan => Assert.Equal(">=", (string?)scan!["comparator"]));
        Assert.Contains(">=9 mm (2026-07-03)", (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_more_sizes_of_one_day_than_anybody_measures_only_the_smallest_is_sure()
    {
        GrowthPatient patient = new();
        for (var at = 0; at < 60; at++)
            patient.Add("growth", Alone($"a-{at}", Baseline, 12 + at, Here)).Add("growth", Panel($"p-{at}", Baseline, 12 + at));
        var found = await FoundAsync(patient);

        Assert.Equal([$"{Baseline} 12"], Scans(found));
        Assert.Equal(">=", (string?)found["growth"]!["scans"]![0]!["comparator"]);
    }

    [Fact]
    public async Task Of_two_lesions_in_a_panel_one_of_which_may_stand_alone_too_two_are_counted()
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Alone("a", Baseline, 12, Here)).Add("growth", Panel("p", Baseline, 12)).Add("growth", Panel("q", Baseline, 20))
            .Add("growth", Size("lung", Baseline, 5, Lung)));

        Assert.Equal(["2026-09-01 29"], Scans(found));
    }

    [Fact]
    public async Task Two_names_that_share_a_part_may_be_of_one_lesion()
    {
        static string Named(string focus) => $$""" "focus":[{{focus}}], """;
        var found = await FoundAsync(new GrowthPatient()
            .Add("growth", Size("a", Baseline, 12, more: Named("""{"reference":"BodyStructure/7"}""")))
            .Add("growth", Size("b", Baseline, 12, more: Named("""{"reference":"BodyStructure/7","identifier":{"system":"sys","value":"7"}}"""))));

        Assert.Equal(["2026-09-01 12"], Scans(found));
    }

    [Fact]
    public async Task Sizes_of_a_cancer_whose_condition_was_not_read_are_not_counted_for_the_treated_one()
    {
        var patient = OfTwo(new GrowthPatient());
        var (card, found) = await AskAsync(_service, patient.Order());

        Assert.Equal(("info", "cancer-unclear"), ((string?)card?["indicator"], Rule(found, "maesaka-2022-hcc")));
        Assert.All(found["growth"]!["scans"]!.AsArray(), scan => Assert.Equal("cancer-unclear", (string?)scan!["reason"]));
        Assert.All(found["growth"]!["scans"]!.AsArray(), scan => Assert.Equal((60, ">="), ((int)scan!["value"]!, (string?)scan["comparator"])));
    }

    [Fact]
    public async Task A_sum_of_a_cancer_whose_condition_was_not_read_is_compared_with_nothing()
    {
        GrowthPatient patient = new();
        foreach (var (day, size) in new[] { (Before, 80), (Baseline, 90), (After, 135) })
            patient.Add("growth", SumOf("Condition/elsewhere", day, size));

        Assert.Equal("cancer-unclear", Rule(await FoundAsync(patient), "maesaka-2022-hcc"));
    }

    [Fact]
    public async Task A_new_lesion_of_a_cancer_whose_condition_was_not_read_leaves_progression_open()
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("b", Baseline, 90)).Add("growth", Size("c", After, 92))
            .Add("growth", NewLesion("n-1", Focus("Condition/elsewhere") + "\"valueBoolean\":true", null)));

        Assert.Equal("new-lesions-unknown", Progression(found));
    }

    [Fact]
    public async Task Sizes_that_name_different_cancers_make_no_sum()
    {
        var (card, found) = await AskAsync(_service, OfTwo(WithBreastCancer()).View());

        Assert.Equal(("ambiguous", "cancer-unclear"), ((string?)found["tumour"], Rule(found, "champiat-2017")));
        Assert.Contains("no sum: cancer unclear (2026-09-01)", (string?)card!["detail"], StringComparison.Ordinal);
        Assert.Equal(("cancer-unclear", false), ((string?)found["growth"]!["scans"]![0]!["reason"], (bool?)found["growth"]!["scans"]![0]!["summed"]));
        Assert.Empty(GrowthServiceTests.Faults(found));
        Assert.DoesNotContain("meets", (string?)card!["summary"], StringComparison.Ordinal);
        Assert.DoesNotContain("135 mm", (string?)card["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Procedure/1")]
    [InlineData("ImagingStudy/1")]
    [InlineData("Encounter/1")]
    [InlineData("EpisodeOfCare/1")]
    public async Task What_was_done_or_when_is_no_name_of_a_lesion(string focus)
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Size("a", Baseline, 30, more: Focus(focus))).Add("growth", Size("b", Baseline, 30, Lung, more: Focus(focus))));

        Assert.Equal(["2026-09-01 60"], Scans(found));
    }

    [Fact]
    public async Task A_site_that_has_a_code_of_the_hospital_beside_a_common_one_on_one_day_is_the_same_site()
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Alone("a", Baseline, 90, ByHospital)).Add("growth", Size("b", After, 135, Liver)));

        Assert.Equal(50, (double)found["growth"]!["onTreatment"]!["changePercent"]!);
    }

    [Theory]
    [InlineData("Condition/hcc", "Condition/hcc", "met")]
    [InlineData("Condition/breast", "Condition/hcc", "cancer-unclear")]
    [InlineData("BodyStructure/7", "Condition/hcc", "cancer-unclear")]
    [InlineData("BodyStructure/7", "BodyStructure/7", "met")]
    public async Task Sums_of_one_cancer_on_one_day_and_of_another_on_the_next_are_not_compared(string atBaseline, string after, string says)
    {
        var found = await FoundAsync(WithBreastCancer()
            .Add("growth", SumOf(after, Before, 80)).Add("growth", SumOf(atBaseline, Baseline, 90)).Add("growth", SumOf(after, After, 135)));

        Assert.Equal(("ambiguous", says), ((string?)found["tumour"], Rule(found, "champiat-2017")));
    }

    [Theory]
    [InlineData("Condition/hcc", "met")]
    [InlineData("Condition/breast", "new-lesions-unknown")]
    public async Task A_new_lesion_of_another_cancer_than_was_measured_leaves_progression_open(string focus, string says)
    {
        var patient = WithBreastCancer();
        foreach (var (day, size) in new[] { (Before, 80), (Baseline, 81), (After, 84) })
            patient.Add("growth", Size("size-" + day, day, size, more: Focus("Condition/hcc")));
        var found = await FoundAsync(patient.Add("growth", NewLesion("n-1", Focus(focus) + "\"valueBoolean\":true", null)));

        Assert.Equal((says, says), (Progression(found), Rule(found, "champiat-2017")));
    }

    [Fact]
    public async Task Where_two_cancers_may_be_meant_a_size_that_names_none_is_not_added_to_one_that_does()
    {
        var patient = WithBreastCancer();
        foreach (var (day, size) in new[] { (Before, 20), (Baseline, 30), (After, 75) })
            patient.Add("growth", Size("liver-" + day, day, 60)).Add("growth", Size("breast-" + day, day, size, Breast, more: Focus("Condition/breast")));

        Assert.Equal("cancer-unclear", Rule(await FoundAsync(patient), "champiat-2017"));
    }

    [Theory]
    [InlineData("S8", "different-lesions")]
    [InlineData("S4", "met")]
    public async Task Two_sites_that_a_code_of_the_hospital_tells_apart_are_not_one_by_the_common_code_beside_it(string after, string says)
    {
        var (card, found) = await AskAsync(_service, new GrowthPatient().Add("growth", NewLesion("n-1", "\"valueBoolean\":false", null))
            .Add("growth", Alone("a", Before, 80, Segment("S4"))).Add("growth", Alone("b", Baseline, 90, Segment("S4"))).Add("growth", Alone("c", After, 135, Segment(after))).View());

        Assert.Equal((says, says == "met" ? "warning" : "info"), (Rule(found, "maesaka-2022-hcc"), (string?)card?["indicator"]));
    }

    [Fact]
    public async Task Two_segments_of_one_organ_are_not_compared_with_two_others()
    {
        var found = await FoundAsync(new GrowthPatient().Add("growth", Alone("a", Baseline, 30, Segment("S4"))).Add("growth", Alone("b", Baseline, 20, Segment("S8")))
            .Add("growth", Alone("c", After, 30, Segment("S4"))).Add("growth", Alone("d", After, 60, Segment("S6"))));

        Assert.Equal("different-lesions", Rule(found, "matos-2020"));
    }

    [Fact]
    public async Task A_lesion_of_0_mm_that_may_be_counted_already_is_not_unreadable()
    {
        var (card, _) = await AskAsync(_service, new GrowthPatient().Add("growth", Size("a", Before, 9)).Add("growth", Size("b", Baseline, 10))
            .Add("growth", Alone("c", After, 0, Here)).Add("growth", Panel("d", After, 0)).View());

        Assert.Contains(">=0 mm (2026-10-13)", (string?)card!["detail"], StringComparison.Ordinal);
    }

    /// <summary>A liver tumour that stands still, and one of the breast that grows.</summary>
    private static GrowthPatient OfTwo(GrowthPatient patient)
    {
        foreach (var (day, size) in new[] { (Before, 20), (Baseline, 30), (After, 75) })
            patient.Add("growth", Size("liver-" + day, day, 60, more: Focus("Condition/hcc"))).Add("growth", Size("breast-" + day, day, size, Breast, more: Focus("Condition/breast")));
        return patient;
    }

    private static GrowthPatient WithBreastCancer() => new GrowthPatient()
        .Add("problems", """{"resourceType":"Condition","id":"breast","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"C50.9"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""");

    private static string SumOf(string focus, string day, double millimetres) => Size("sum-" + day, day, millimetres, more: Focus(focus))
        .Replace("http://loinc.org", "http://localhost:5080/codes", StringComparison.Ordinal).Replace("33728-7", "RECIST-SUM", StringComparison.Ordinal);

    private static string Segment(string code) => ByHospital.Replace("L1", code, StringComparison.Ordinal);

    private static string Alone(string id, string day, double millimetres, string site, string name = "") => Size(id, day, millimetres, more: name.Length == 0 ? "" : $$""" "focus":[{{name}}], """)
        .Replace(Here, site, StringComparison.Ordinal);

    private static string Panel(string id, string day, double millimetres, string name = "") =>
        $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"21889-1"}]},"subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"{{day}}","bodySite":{{Here}},{{(name.Length == 0 ? "" : $$""" "focus":[{{name}}], """)}}
         "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},
           "valueQuantity":{"value":{{millimetres.ToString(System.Globalization.CultureInfo.InvariantCulture)}},"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"} }]}
        """;

    private Task<JsonObject> FoundAsync(GrowthPatient patient) => GrowthPatient.FoundAsync(_service, patient);
}
