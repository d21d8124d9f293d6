using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>What orders, old courses and records of other states say of the first dose, and how a day that is not certain is told (clinical model, section 5).</summary>
public sealed class GrowthOrderTests : IAsyncLifetime
{
    private const string Pembrolizumab = "1547545";
    private const string Lenvatinib = "1603296";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(null, "no-first-dose-date")]
    [InlineData("2026", "no-first-dose-date")]
    [InlineData("2024", "not-met")]
    public async Task An_order_that_may_have_begun_the_course_leaves_its_day_open_also_beside_doses_of_an_older_course(string? authored, string says)
    {
        var (card, found) = await AskAsync(Slow().Add("administrations", Dose("old-1", "2024-01-10", Pembrolizumab)).Add("administrations", Dose("old-2", "2024-06-10", Pembrolizumab))
            .Add("medications", OrderOf("m-1", authored)).Add("medications", OrderOf("m-2", "2026-09-01")));

        Assert.Equal((says, says == "not-met"), (Rule(found, "maesaka-2022-hcc"), card is null));
    }

    [Theory]
    [InlineData("stopped", "2026-06-09", "no-first-dose-date")]
    [InlineData("on-hold", "2026-06-09", "no-first-dose-date")]
    [InlineData("unknown", "2026-06-09", "no-first-dose-date")]
    [InlineData("stopped", "2026-03-04", "not-met")]
    [InlineData("cancelled", "2026-06-09", "not-met")]
    public async Task An_order_that_was_stopped_may_have_begun_what_its_renewal_goes_on_with(string status, string authored, string says)
    {
        var (card, found) = await AskAsync(Slow().Add("medications", OrderOf("m-1", authored, status)).Add("medications", OrderOf("m-2", "2026-09-01")));
        Assert.Equal((says, says == "not-met"), (Rule(found, "maesaka-2022-hcc"), card is null));

        var (_, given) = await AskAsync(WithScans(80, 90, 135).Add("medications", OrderOf("m-1", authored, status)));
        Assert.Equal(("2026-09-01", says == "not-met" ? "given" : "at-the-latest", "MedicationAdministration/dose-1"), FirstDose(given));
    }

    [Theory]
    [InlineData("2026-08-20", "given", "warning")]
    [InlineData("2026-08-04", "given", "warning")]
    [InlineData("2026-08-03", "at-the-latest", "info")]
    public async Task An_order_that_was_replaced_shortly_before_a_recorded_dose_is_of_that_dose(string authored, string kind, string indicator)
    {
        var (card, found) = await AskAsync(WithScans(80, 90, 135).Add("medications", OrderOf("m-1", authored, "stopped")).Add("medications", OrderOf("m-2", "2026-08-30")));

        Assert.Equal((("2026-09-01", kind, "MedicationAdministration/dose-1"), indicator), (FirstDose(found), (string?)card?["indicator"]));
    }

    [Fact]
    public async Task A_statement_of_unknown_status_leaves_the_first_recorded_dose_the_latest_that_it_can_be()
    {
        var (_, found) = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "unknown", """ "effectiveDateTime":"2026-08-01", """)));

        Assert.Equal(("2026-09-01", "at-the-latest", "MedicationAdministration/dose-1"), FirstDose(found));
    }

    [Theory]
    [InlineData("2026-09-20", "given")]
    [InlineData("2026-10", "given")]
    [InlineData("2026", "at-the-latest")]
    public async Task A_day_on_treatment_after_the_first_recorded_dose_says_nothing_of_an_earlier_one(string day, string kind)
    {
        var (card, found) = await AskAsync(WithScans(80, 90, 135).Add("statements", Statement("s", "active", $$""" "effectiveDateTime":"{{day}}", """)));

        Assert.Equal(("2026-09-01", kind, "MedicationAdministration/dose-1"), FirstDose(found));
        Assert.Equal(kind == "given" ? "warning" : "info", (string?)card?["indicator"]);
    }

    [Fact]
    public async Task A_statement_of_a_year_does_not_take_the_doses_of_that_year_away()
    {
        var patient = new GrowthPatient(isTreated: false).Add("administrations", Dose("d-1", "2026-03-05")).Add("administrations", Dose("d-2", "2026-03-26"))
            .Add("statements", Statement("s", "completed", """ "effectiveDateTime":"2026", """)).Add("growth", Size("a", "2026-03-01", 90)).Add("growth", Size("b", "2026-04-12", 95));

        Assert.Equal(("2026-03-05", "at-the-latest", "MedicationAdministration/d-1"), FirstDose((await AskAsync(patient)).Found));
    }

    [Theory]
    [InlineData("order")]
    [InlineData("statement")]
    public async Task What_is_active_and_has_no_day_beside_a_course_that_is_long_over_may_be_a_new_one(string kind)
    {
        var patient = Slow().Add("administrations", Dose("old-1", "2024-01-10", Pembrolizumab)).Add("administrations", Dose("old-2", "2024-06-10", Pembrolizumab));
        var (card, found) = await AskAsync(kind == "order" ? patient.Add("medications", OrderOf("m", authored: null)) : patient.Add("statements", Statement("s", "active", "")));

        Assert.Equal(("no-first-dose-date", false), (Rule(found, "maesaka-2022-hcc"), card is null));
    }

    [Fact]
    public async Task A_year_does_not_join_two_courses_that_no_day_of_it_can_join()
    {
        var (card, found) = await AskAsync(new GrowthPatient(isTreated: false)
            .Add("administrations", Dose("old-1", "2024-02-10")).Add("administrations", Dose("old-2", "2024-08-10")).Add("statements", Statement("s", "completed", """ "effectiveDateTime":"2025", """))
            .Add("administrations", Dose("new", "2026-03-05")).Add("growth", Size("a", "2024-01-01", 80)).Add("growth", Size("b", "2024-02-05", 80)).Add("growth", Size("c", "2024-04-01", 80)).Add("growth", NoNewLesion("2024-04-01")));

        Assert.Equal(("no-first-dose-date", false), (Rule(found, "maesaka-2022-hcc"), card is null));
    }

    [Fact]
    public async Task An_infusion_that_was_broken_off_may_be_the_first_dose()
    {
        var (_, found) = await AskAsync(WithScans(80, 90, 135).Add("administrations", Dose("broken-off", "2026-08-20", status: "stopped")));

        Assert.Equal(("2026-09-01", "at-the-latest", "MedicationAdministration/dose-1"), FirstDose(found));
    }

    [Fact]
    public async Task A_kinase_inhibitor_whose_end_is_recorded_has_ended_though_nobody_closed_its_order()
    {
        var (card, _) = await AskAsync(WithScans(80, 90, 135).Add("medications", OrderOf("tki", "2026-04-01", code: Lenvatinib))
            .Add("statements", Statement("stop", "stopped", """ "effectivePeriod":{"start":"2026-04-05","end":"2026-08-25"}, """, Lenvatinib)));

        Assert.Contains("without the checkpoint inhibitor's doing", (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_first_dose_may_be_earlier_a_card_that_awaits_a_scan_speaks_of_the_recorded_one()
    {
        var (card, found) = await AskAsync(WithScans(80, 90, null).Add("statements", Statement("s", "active", "")));

        Assert.Equal("no-on-treatment", Rule(found, "maesaka-2022-hcc"));
        Assert.Contains("since the first recorded dose", (string?)card!["summary"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_dose_of_a_list_that_was_cut_is_told_as_the_latest_that_it_can_be()
    {
        var (card, found) = await AskAsync(WithScans(80, 90, 135).Add("administrations", HpdCds.Tests.Chart.Json.Outcome("warning", "incomplete")));

        Assert.Equal(("2026-09-01", "at-the-latest", "MedicationAdministration/dose-1"), FirstDose(found));
        Assert.Contains("first dose 2026-09-01 at the latest", (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_of_a_list_that_was_cut_is_no_first_dose_and_nobody_says_that_none_was_given()
    {
        var (card, found) = await AskAsync(Slow().Add("medications", OrderOf("m-1", "2026-09-01")).Add("administrations", HpdCds.Tests.Chart.Json.Outcome("warning", "incomplete")));

        Assert.Equal((null, null, null), FirstDose(found));
        Assert.DoesNotContain("no dose recorded", (string?)card!["detail"], StringComparison.Ordinal);
        Assert.Contains("first dose not read in full", (string?)card["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_an_older_course_was_given_it_is_since_the_order_that_no_dose_is_recorded()
    {
        var (card, _) = await AskAsync(Untreated(80, 90, 135).Add("administrations", Dose("old", "2024-01-10", Pembrolizumab)).Add("medications", OrderOf("m-1", "2026-09-01")));

        Assert.Contains("no dose recorded since it was ordered on 2026-09-01 (MedicationRequest/m-1)", (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renewed", false)]
    [InlineData("renewed before it ended", false)]
    [InlineData("renewed long ago and stopped", true)]
    [InlineData("given on", false)]
    [InlineData("not given on", true)]
    public async Task A_kinase_inhibitor_that_goes_on_did_not_end_before_the_first_dose(string row, bool isTold)
    {
        var patient = WithScans(80, 90, 135);
        if (row.StartsWith("renewed", StringComparison.Ordinal))
        {
            patient.Add("medications", OrderOf("tki-1", "2026-07-30", "completed", Lenvatinib));
            patient.Add("medications", row == "renewed long ago and stopped" ? OrderOf("tki-2", "2026-08-10", "stopped", Lenvatinib) : OrderOf("tki-2", "2026-08-29", "active", Lenvatinib));
        }
        else
        {
            foreach (var day in (string[])["2026-08-30", "2026-08-31", .. row == "given on" ? ["2026-09-02", "2026-09-03"] : Array.Empty<string>()])
                patient.Add("administrations", Dose("tki-" + day, day, Lenvatinib));
        }

        Assert.Equal(isTold, ((string)(await AskAsync(patient)).Card!["detail"]!).Contains("without the checkpoint inhibitor's doing", StringComparison.Ordinal));
    }

    /// <summary>By the order of September growth slows down; by an earlier one it would have begun.</summary>
    private static GrowthPatient Slow() => new GrowthPatient(isTreated: false)
        .Add("growth", Size("a", "2026-05-05", 80)).Add("growth", Size("b", "2026-06-05", 82)).Add("growth", Size("c", "2026-07-20", 110)).Add("growth", Size("d", "2026-08-26", 115)).Add("growth", Size("e", After, 120))
        .Add("growth", NoNewLesion(After));

    private async Task<(JsonNode? Card, JsonObject Found)> AskAsync(GrowthPatient patient)
    {
        var answer = await GrowthPatient.AskAsync(_service, patient.View());
        Assert.Empty(GrowthServiceTests.Faults(answer.Found));
        return answer;
    }
}
