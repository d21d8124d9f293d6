using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>Which day is that of the first dose, what is said where nobody knows it for certain, and what went before (clinical model, sections 5 and 8).</summary>
public sealed class GrowthDoseTests : IAsyncLifetime
{
    private const string Lenvatinib = "1603296";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("completed", """ "effectivePeriod":{"end":"2026-09-20"}, """)]
    [InlineData("active", """ "effectiveDateTime":"2026-09-20", """)]
    [InlineData("stopped", """ "effectiveDateTime":"2026-09-20", """)]
    public async Task A_day_on_treatment_or_its_end_is_not_the_day_of_the_first_dose(string status, string effective)
    {
        var (card, found) = await AskAsync(Untreated(80, 90, 135).Add("statements", Statement("s", status, effective)));

        Assert.Equal(("info", "no-first-dose-date"), ((string?)card?["indicator"], Rule(found, "maesaka-2022-hcc")));
        Assert.Null(found["growth"]!["firstDose"]);
    }

    [Fact]
    public async Task A_statement_without_a_beginning_leaves_the_first_recorded_dose_the_latest_that_it_can_be()
    {
        var (card, found) = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", "")));
        Assert.Equal(("2026-09-01", "at-the-latest", "MedicationAdministration/dose-1"), FirstDose(found));
        Assert.Contains("first dose 2026-09-01 at the latest", (string?)card!["detail"], StringComparison.Ordinal);

        var before = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", """ "effectiveDateTime":"2026-08-20", """)));
        Assert.Equal("no-first-dose-date", Rule(before.Found, "maesaka-2022-hcc"));

        var unknownDrug = Dose("which", "2026-08-20").Replace("\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.nlm.nih.gov/research/umls/rxnorm\",\"code\":\"1597876\"}]}", "\"medicationReference\":{\"reference\":\"Medication/elsewhere\"}", StringComparison.Ordinal);
        Assert.Contains("elsewhere", unknownDrug, StringComparison.Ordinal);
        Assert.Equal(("2026-09-01", "at-the-latest", "MedicationAdministration/dose-1"), FirstDose((await AskAsync(WithScans(80, 90, 135).Add("administrations", unknownDrug))).Found));

        var longOver = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "completed", """ "effectivePeriod":{"end":"2021-08-01"}, """)));
        Assert.Equal(("2026-09-01", "given", "MedicationAdministration/dose-1"), FirstDose(longOver.Found));
    }

    [Fact]
    public async Task What_is_early_only_by_the_latest_possible_first_dose_is_open()
    {
        var (_, found) = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", "")));

        Assert.Equal("no-first-dose-date", Rule(found, "matos-2020"));
    }

    [Fact]
    public async Task What_the_latest_possible_first_dose_says_is_no_warning_and_never_silence()
    {
        var (met, _) = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", "")));
        Assert.Equal("info", (string?)met!["indicator"]);
        Assert.Contains("at the latest", (string?)met["summary"], StringComparison.Ordinal);

        // Given from July on the ratio is 8, from September on 0.6.
        var grown = new GrowthPatient(isTreated: false).Add("administrations", Dose("d", "2026-09-03")).Add("statements", Statement("s", "active", ""))
            .Add("growth", Size("a", "2026-06-20", 80)).Add("growth", Size("b", "2026-07-20", 82)).Add("growth", Size("c", Baseline, 104)).Add("growth", Size("d", After, 120)).Add("growth", NoNewLesion(After));
        var (missed, found) = await AskAsync(grown);
        Assert.Equal(("2026-09-03", "at-the-latest", "MedicationAdministration/d"), FirstDose(found));
        Assert.Equal(("info", "not-met"), ((string?)missed?["indicator"], Rule(found, "maesaka-2022-hcc")));
        Assert.Contains("2026-09-03 at the latest", (string?)missed!["summary"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_beside_what_was_given_at_an_unknown_time_does_not_date_the_first_dose()
    {
        GrowthPatient Ordered() => Untreated(80, 90, 135).Add("medications", OrderOf("m-1", "2026-09-01"));
        string Unknown(string day) => Dose("which", day).Replace("\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.nlm.nih.gov/research/umls/rxnorm\",\"code\":\"1597876\"}]}", "\"medicationReference\":{\"reference\":\"Medication/elsewhere\"}", StringComparison.Ordinal);

        foreach (var patient in new[] { Ordered().Add("statements", Statement("s", "active", "")), Ordered().Add("administrations", Unknown("2026-08-20")) })
        {
            var (card, found) = await AskAsync(patient);
            Assert.Equal(("info", "no-first-dose-date"), ((string?)card!["indicator"], Rule(found, "maesaka-2022-hcc")));
            Assert.DoesNotContain("no dose recorded", (string?)card["detail"], StringComparison.Ordinal);
        }

        var later = await AskAsync(Ordered().Add("administrations", Unknown("2026-09-20")));
        Assert.Equal(("2026-09-01", "ordered", "MedicationRequest/m-1"), FirstDose(later.Found));
    }

    [Theory]
    [InlineData("stopped", """ "start":"2026-09-01" """, "stop-unknown")]
    [InlineData("stopped", """ "start":"2026-09-01","end":"2026-10-20" """, "met")]
    [InlineData("completed", """ "start":"2026-09-01","end":"2026-10" """, "met")]
    [InlineData("completed", """ "start":"2026-08-20","end":"2026-10" """, "stop-unknown")]
    [InlineData("stopped", """ "start":"2026-08-20","end":"2026-10" """, "stop-unknown")]
    [InlineData("stopped", """ "start":"2026-08-20","end":"2026" """, "stop-unknown")]
    public async Task A_stop_is_early_where_its_day_is_known_well_enough_to_say_so(string status, string period, string stopped)
    {
        var (_, found) = await AskAsync(Untreated(80, 90, 135).Add("statements", Statement("s", status, $$""" "effectivePeriod":{ {{period}} }, """)));

        Assert.Equal(stopped, Part(found, "kato-2017", "early-stop"));
    }

    [Fact]
    public async Task A_course_of_long_ago_does_not_hide_the_one_that_stands_in_orders()
    {
        var (_, found) = await AskAsync(Untreated(80, 90, 135)
            .Add("statements", Statement("old", "completed", """ "effectivePeriod":{"start":"2021-02-01","end":"2021-08-01"}, """, "1547545"))
            .Add("medications", OrderOf("new", "2026-09-01")));

        Assert.Equal(("2026-09-01", "ordered", "MedicationRequest/new"), FirstDose(found));
        Assert.Equal(["nivolumab"], found["growth"]!["given"]!.AsArray().Select(agent => (string?)agent));
    }

    [Fact]
    public async Task An_order_is_not_called_a_dose_and_never_makes_a_warning()
    {
        var (card, found) = await AskAsync(Untreated(80, 90, 135).Add("medications", OrderOf("m-1", "2026-09-01")));

        Assert.Equal(("2026-09-01", "ordered", "MedicationRequest/m-1"), FirstDose(found));
        Assert.Equal(("info", "met"), ((string?)card!["indicator"], Rule(found, "maesaka-2022-hcc")));
        Assert.Contains("no dose recorded since it was ordered on 2026-09-01 (MedicationRequest/m-1)", (string?)card["detail"], StringComparison.Ordinal);
        Assert.Contains("since the order", (string?)card["summary"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_soon_after_an_order_may_lie_before_the_dose_and_is_no_evaluation()
    {
        var (card, found) = await AskAsync(new GrowthPatient(isTreated: false)
            .Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, 82)).Add("growth", Size("c", "2026-09-29", 100))
            .Add("medications", OrderOf("m-1", "2026-09-01")));

        Assert.Equal(("info", "dose-only-ordered"), ((string?)card!["indicator"], Rule(found, "maesaka-2022-hcc")));
    }

    [Fact]
    public async Task Before_the_first_scan_of_what_was_only_ordered_nobody_speaks_of_a_dose()
    {
        var (card, _) = await AskAsync(Untreated(80, 90, null).Add("medications", OrderOf("m-1", "2026-09-01")));

        Assert.DoesNotContain("first dose", (string?)card!["summary"], StringComparison.Ordinal);
        Assert.Contains("ordered", (string?)card["summary"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_is_renewed_after_a_year_and_a_treatment_that_goes_on_are_one_course()
    {
        var renewed = await AskAsync(Untreated(80, 90, 135).Add("medications", OrderOf("m-1", "2025-09-05")).Add("medications", OrderOf("m-2", "2026-09-01")));
        Assert.Equal(("2025-09-05", "ordered", "MedicationRequest/m-1"), FirstDose(renewed.Found));

        var again = await AskAsync(Untreated(80, 90, 135).Add("medications", OrderOf("m-1", "2025-08-20")).Add("medications", OrderOf("m-2", "2026-09-01")));
        Assert.Equal(("2026-09-01", "ordered", "MedicationRequest/m-2"), FirstDose(again.Found));

        var bridged = await AskAsync(Untreated(80, 90, 135).Add("administrations", Dose("d", "2026-01-05")).Add("medications", OrderOf("m-1", "2026-05-01")).Add("medications", OrderOf("m-2", "2026-10-01")));
        Assert.Equal(("2026-01-05", "given", "MedicationAdministration/d"), FirstDose(bridged.Found));

        var goingOn = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", """ "effectivePeriod":{"start":"2025-06-01"}, """)));
        Assert.Equal(("2025-06-01", "given", "MedicationStatement/s"), FirstDose(goingOn.Found));
    }

    [Theory]
    [InlineData("one statement of a course", "met")]
    [InlineData("a statement of each dose", "stop-unknown")]
    [InlineData("a dose after its end", "stop-unknown")]
    [InlineData("an order that is active", "stop-unknown")]
    public async Task Treatment_was_stopped_where_nothing_speaks_against_it(string said, string stopped)
    {
        var patient = Untreated(80, 90, 135);
        if (said == "a statement of each dose")
        {
            foreach (var day in new[] { "2026-09-01", "2026-09-22" })
                patient.Add("statements", Statement("s-" + day, "completed", $$""" "effectivePeriod":{"start":"{{day}}T09:00:00Z","end":"{{day}}T10:00:00Z"}, """));
        }
        else
        {
            patient.Add("statements", Statement("s", "completed", """ "effectivePeriod":{"start":"2026-09-01","end":"2026-10-20"}, """));
        }

        if (said == "a dose after its end")
            patient.Add("administrations", Dose("late", "2026-10-25"));
        if (said == "an order that is active")
            patient.Add("medications", OrderOf("m", "2026-08-30"));
        var (_, found) = await AskAsync(patient);

        Assert.Equal(stopped, Part(found, "kato-2017", "early-stop"));
    }

    [Theory]
    [InlineData("2026-06-10", true)]
    [InlineData("2026-05-01", false)]
    [InlineData("2026-09-20", true)]
    [InlineData("2026-10-20", false)]
    public async Task Embolisation_counts_from_four_weeks_before_the_first_scan_that_is_compared_to_the_evaluation(string day, bool isTold)
    {
        var (card, _) = await AskAsync(WithScans(80, 90, 135).Add("procedures", Embolisation(day)));

        Assert.Equal(isTold, ((string)card!["detail"]!).Contains("Embolisation is recorded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Embolisation_is_told_of_without_an_earlier_scan_and_where_procedures_were_not_read_that_is_said()
    {
        var (card, _) = await AskAsync(WithScans(null, 90, 135).Add("procedures", Embolisation("2026-09-20")));
        Assert.Contains("Embolisation is recorded", (string?)card!["detail"], StringComparison.Ordinal);

        var (unread, _) = await GrowthPatient.AskAsync(_service, WithScans(80, 90, 135).View("patient-view", "procedures"));
        Assert.Contains("embolisation was done could not be read", (string?)unread!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order", "stopped", "2026-05-01", true)]
    [InlineData("order", "active", "2026-05-01", false)]
    [InlineData("order", "stopped", "2026-09-20", false)]
    [InlineData("order", "stopped", "2024-05-01", false)]
    [InlineData("statement", "stopped", "2026-08-28", true)]
    [InlineData("statement", "completed", "2026-08-01", true)]
    [InlineData("statement", "stopped", "2026-01-01", false)]
    public async Task A_kinase_inhibitor_that_ended_before_the_first_dose_is_told_of(string kind, string status, string day, bool isTold)
    {
        var patient = new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", "2026-08-25", 90)).Add("growth", Size("c", After, 135)).Add("growth", NoNewLesion(After));
        if (kind == "order")
            patient.Add("medications", OrderOf("tki", day, status, Lenvatinib));
        else
            patient.Add("statements", Statement("tki", status, $$""" "effectivePeriod":{"start":"2025-12-01","end":"{{day}}"}, """, Lenvatinib));
        var (card, _) = await AskAsync(patient);

        Assert.Equal(isTold, ((string)card!["detail"]!).Contains("without the checkpoint inhibitor's doing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("statement", "stopped", "2026-08-28", "2026-08-28")]
    [InlineData("order", "active", "2026-05-01", "2026-05-01")]
    [InlineData("order", "stopped", "2026-05-01", "2026-05-01")]
    [InlineData("order", "active", null, null)]
    public async Task What_was_given_before_the_first_dose_is_named_with_its_last_day_and_its_source(string kind, string status, string? day, string? last)
    {
        var patient = WithScans(80, 90, 135).Add("administrations", Dose("older", "2025-01-07", Lenvatinib));
        if (kind == "order")
            patient.Add("medications", OrderOf("tki", day, status, Lenvatinib));
        else
            patient.Add("statements", Statement("tki", status, $$""" "effectivePeriod":{"start":"2025-12-01","end":"{{day}}"}, """, Lenvatinib));
        var (_, found) = await AskAsync(patient.Add("administrations", Dose("pd1", "2024-01-07")));

        Assert.Equal(
            [("lenvatinib", last ?? "2025-01-07", last is null ? "MedicationAdministration/older" : kind == "order" ? "MedicationRequest/tki" : "MedicationStatement/tki"), ("nivolumab", "2024-01-07", "MedicationAdministration/pd1")],
            found["growth"]!["earlierTreatments"]!.AsArray().Select(earlier => ((string?)earlier!["agents"]![0], (string?)earlier["last"], (string?)earlier["source"])));
    }

    [Theory]
    [InlineData("the inhibitor's own order")]
    [InlineData("an order of it that was replaced")]
    [InlineData("a partner given that day")]
    [InlineData("a partner given later")]
    [InlineData("a partner ordered before")]
    [InlineData("a partner given the day before and since")]
    public async Task What_belongs_to_the_course_is_not_of_an_earlier_one(string what)
    {
        const string Bevacizumab = "253337";
        var patient = WithScans(80, 90, 135);
        patient = what switch
        {
            "the inhibitor's own order" => patient.Add("medications", OrderOf("m", "2026-08-28")),
            "an order of it that was replaced" => patient.Add("medications", OrderOf("m", "2026-08-20", "stopped")).Add("medications", OrderOf("n", "2026-08-28")),
            "a partner given that day" => patient.Add("administrations", Dose("partner", "2026-09-01", Bevacizumab)),
            "a partner given later" => patient.Add("administrations", Dose("partner", "2026-09-22", Bevacizumab)),
            "a partner ordered before" => patient.Add("medications", OrderOf("m", "2026-08-28", code: Bevacizumab)),
            _ => patient.Add("administrations", Dose("partner-1", "2026-08-31", Bevacizumab)).Add("administrations", Dose("partner-2", "2026-09-21", Bevacizumab)),
        };

        Assert.Null((await AskAsync(patient)).Found["growth"]!["earlierTreatments"]);
    }

    [Fact]
    public async Task Nothing_is_before_a_first_dose_of_which_nobody_says_the_day()
    {
        var (_, found) = await AskAsync(Untreated(80, 90, 135).Add("statements", Statement("s", "active", "")).Add("administrations", Dose("partner", "2026-09-22", Lenvatinib)));

        Assert.Equal((null, null), (found["growth"]!["firstDose"], found["growth"]!["earlierTreatments"]));
    }

    private static string Embolisation(string day) =>
        $$"""{"resourceType":"Procedure","id":"tace","status":"completed","subject":{"reference":"Patient/pat-1"},"performedDateTime":"{{day}}","code":{"text":"Transarterial chemoembolization"} }""";

    private async Task<(JsonNode? Card, JsonObject Found)> AskAsync(GrowthPatient patient)
    {
        var answer = await GrowthPatient.AskAsync(_service, patient.View());
        Assert.Empty(GrowthServiceTests.Faults(answer.Found));
        return answer;
    }
}
