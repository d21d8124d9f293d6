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
    [InlineData(81.0, 84.0, "271299001", "**Progression at the first evaluation**: met (a response recorded by a clinician).")]
    [InlineData(90.0, 135.0, "271299001", "**Progression at the first evaluation**: met (rise of the sum, RECIST 1.1; a response recorded by a clinician).")]
    public async Task Progression_says_on_what_it_rests(double baseline, double after, string answer, string told) => Assert.Contains(
        told,
        await DetailAsync(new GrowthPatient().Add("growth", Size("a", Before, 80)).Add("growth", Size("b", Baseline, baseline)).Add("growth", Size("c", After, after)).Add("growth", NoNewLesion(After, answer))),
        StringComparison.Ordinal);

    [Fact]
    public async Task Who_has_no_measured_scan_at_all_is_told_whether_one_is_planned()
    {
        var card = await CardAsync(new GrowthPatient(), Imaging, ImagingSystem);

        Assert.Contains("No imaging order or appointment was found", (string)card["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(card["suggestions"]);
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
                foreach (var key in new[] { "growth.summary-warning", "growth.summary-other", "growth.summary-own", "growth.summary-own-open", "growth.summary-awaits", "growth.summary-other-ordered", "growth.summary-awaits-ordered" })
                    Assert.InRange(wording.Say(key, ("rule", wording[$"growth.rule.{rule.Id}"]), ("date", "2026-10-13")).Length, 1, 139);
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
