using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>Which imaging comes next, and what is said where nobody can tell whether an order or an appointment is for it (clinical model, section 5).</summary>
public sealed class PlannedImagingTests : IAsyncLifetime
{
    private const string Imaging = """ "category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}], """;
    private const string Booked = """{"resourceType":"Appointment","id":"p-1","status":"booked","start":"2026-11-10T08:00:00Z",""";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartAsync(("OrderCodes:imaging:System", "http://site.example/orders"), ("OrderCodes:imaging:Code", "CT-LIVER"));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("\"occurrencePeriod\":{\"start\":\"2026-10-20\",\"end\":\"2026-11-20\"}", "planned by 2026-11-20")]
    [InlineData("\"occurrencePeriod\":{\"start\":\"2026-11-10\",\"end\":\"2026-11-20\"}", "planned by 2026-11-20")]
    [InlineData("\"occurrencePeriod\":{\"end\":\"2026-11-20\"}", "planned by 2026-11-20")]
    [InlineData("\"occurrencePeriod\":{\"start\":\"2026-11-10\"}", "planned for 2026-11-10")]
    [InlineData("\"occurrenceTiming\":{\"event\":[\"2026-10-20\",\"2026-11-08\",\"2027-01-20\"]}", "planned for 2026-11-08")]
    public async Task Imaging_of_a_period_is_planned_by_its_end_and_of_several_days_for_the_next(string times, string told)
    {
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add("plans", Ordered($"\"authoredOn\":\"2026-01-10\",{times},{Imaging}")).View());

        Assert.True((bool?)found["growth"]!["imagingPlanned"]);
        Assert.Contains(told, (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plans", """ "occurrenceDateTime":"2026-11-10","code":{"coding":[{"system":"http://loinc.org","code":"24627-2"}]}, """, "of 2026-11-10")]
    [InlineData("appointments", """ "serviceType":[{"coding":[{"system":"http://hospital.example/services","code":"CT"}]}], """, "of 2026-11-10")]
    [InlineData("appointments", "", "of 2026-11-10")]
    public async Task What_lies_ahead_and_may_be_imaging_is_named_beside_the_offer(string key, string kind, string day)
    {
        var plan = key == "plans" ? Ordered(kind) : Booked + kind + """ "participant":[{"actor":{"reference":"Patient/pat-1"},"status":"accepted"}]}""";
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add(key, plan).View());

        Assert.Contains($"An order or appointment {day}", (string?)card!["detail"], StringComparison.Ordinal);
        Assert.Contains("/p-1", (string?)card["detail"], StringComparison.Ordinal);
        Assert.Equal((false, false), (card["suggestions"] is null, found["growth"]!.AsObject().ContainsKey("imagingPlanned")));
    }

    [Theory]
    [InlineData(""" "occurrenceDateTime":"2026-11-10","code":{"coding":[{"system":"http://loinc.org","code":"1834-1"}]}, """)]
    [InlineData(""" "occurrenceDateTime":"2026-10-10","code":{"coding":[{"system":"http://loinc.org","code":"24627-2"}]}, """)]
    [InlineData(""" "code":{"text":"diet"}, """)]
    [InlineData($$""" "occurrenceDateTime":"2019-03-01",{{Imaging}} """)]
    public async Task A_laboratory_test_something_that_is_over_and_what_was_meant_for_before_the_first_dose_take_nothing_away(string kind)
    {
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add("plans", Ordered(kind)).View());

        Assert.Equal((false, false), (card!["suggestions"] is null, (bool?)found["growth"]!["imagingPlanned"]));
    }

    [Theory]
    [InlineData(""" "authoredOn":"2026-09-20","code":{"coding":[{"system":"http://loinc.org","code":"24627-2"}]}, """, null)]
    [InlineData(""" "authoredOn":"2026-09-20","category":[{"coding":[{"system":"http://snomed.info/sct","code":"108252007"}]}],"code":{"text":"CBC"}, """, false)]
    [InlineData(""" "authoredOn":"2026-07-20","code":{"coding":[{"system":"http://loinc.org","code":"24627-2"}]}, """, false)]
    public async Task An_order_since_the_first_dose_that_may_be_imaging_and_has_no_day_leaves_open_whether_any_is_planned(string order, bool? planned)
    {
        var (card, found) = await AskAsync(_service, WithScans(80, 90, null).Add("plans", Ordered(order)).View());

        Assert.Equal((planned, false), ((bool?)found["growth"]!["imagingPlanned"], card!["suggestions"] is null));
        Assert.Contains("No order or appointment known here as imaging was found", (string?)card["detail"], StringComparison.Ordinal);
    }

    private static string Ordered(string more) => $$"""{"resourceType":"ServiceRequest","id":"p-1","status":"active","intent":"order",{{more}}"subject":{"reference":"Patient/pat-1"} }""";
}
