using HpdCds.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Chart;

/// <summary>What the prefetch of a call becomes when nobody may be asked.</summary>
public sealed class PrefetchReadingTests
{
    [Theory]
    [Trait("Req", "PFD-01")]
    [Trait("Req", "PFD-03")]
    [Trait("Req", "PFD-04")]
    [Trait("Req", "PFD-05")]
    [Trait("Req", "PFD-11")]
    [InlineData("null", SourceState.Complete)]
    [InlineData("""{"resourceType":"Bundle"}""", SourceState.Complete)]
    [InlineData("""{"resourceType":"Bundle","entry":[]}""", SourceState.Complete)]
    [InlineData("""{"resourceType":"Bundle","total":0,"entry":[{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing","details":{"coding":[{"code":"4101"}]}}]}}]}""", SourceState.Complete)]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"not-found"}]}""", SourceState.Complete)]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}""", SourceState.Failed)]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}""", SourceState.Failed)]
    [InlineData("""{"resourceType":"OperationOutcome"}""", SourceState.Failed)]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden"}]}""", SourceState.NotAuthorised)]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"security"}]}}]}""", SourceState.NotAuthorised)]
    [InlineData("\"<html>Service unavailable</html>\"", SourceState.Failed)]
    [InlineData("[]", SourceState.Failed)]
    [InlineData("7", SourceState.Failed)]
    [InlineData("{}", SourceState.Failed)]
    [InlineData("""{"resourceType":5}""", SourceState.Failed)]
    public async Task A_value_without_matches_has_the_state_that_it_says(string value, SourceState expected)
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{value}}}"""));

        Assert.Equal(expected, chart.Sources[ChartKey.Chemistry].State);
        Assert.True(chart.Sources[ChartKey.Chemistry].Supplied);
        Assert.Equal(SourceState.NotSupplied, chart.Sources[ChartKey.Cbc].State);
        Assert.False(chart.Sources[ChartKey.Cbc].Supplied);
    }

    [Fact]
    [Trait("Req", "PFD-04")]
    public async Task Matches_beside_an_error_are_kept_but_not_complete()
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a"), Json.Outcome("error"))}}}"""));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal("Observation/a", Assert.Single(chart.Observations).Reference);
    }

    [Fact]
    [Trait("Req", "PFD-07")]
    public async Task A_next_link_that_cannot_be_followed_truncates_and_the_order_received_is_told()
    {
        await using var service = await RunningService.StartAsync();
        var sorted = Json.Paged("http://localhost:5080/fhir?page=2", [.. ((string[])["2026-10-20T08:00:00Z", "2026-10-19", "2026-10-19", "2026-10-11", "2026-09-30", "2026-09-01"]).Select((time, at) => Json.Observation($"a{at}", time: time))]);
        var few = Json.Paged("http://localhost:5080/fhir?page=2", [.. ((string[])["2026-10-20T08:00:00Z", "2026-10-19", "2026-10-19", "2026-10-11", "2026-09-01"]).Select((time, at) => Json.Observation($"l{at}", "1751-7", time))]);
        var shuffled = Json.Paged("http://localhost:5080/fhir?page=2", Json.Observation("c", "718-7", "2026-09-01"), Json.Observation("d", "718-7", "2026-10-20T08:00:00Z"));

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{sorted}},"cbc":{{shuffled}},"liver":{{few}}}"""));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.Null(chart.Sources[ChartKey.Liver].NewestFirstDownTo);
        Assert.Equal(DateTimeOffset.Parse("2026-09-02T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture).AddTicks(-1), chart.Sources[ChartKey.Chemistry].NewestFirstDownTo);
        Assert.Null(chart.Sources[ChartKey.Cbc].NewestFirstDownTo);
    }

    [Fact]
    [Trait("Req", "PFD-04")]
    public async Task A_record_that_is_said_to_be_not_entire_presumes_no_absence_but_its_latest_value_stands()
    {
        await using var service = await RunningService.StartAsync();
        const string NotEntire = """{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing","details":{"coding":[{"system":"urn:oid:1.2.840.114350.1.13.0.1.7.2.657369","code":"4119"}]}}]}""";

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"problems":{{Json.Bundle(NotEntire)}},"chemistry":{{Json.Bundle(Json.Observation("a"), NotEntire)}}}"""));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Problems].State);
        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.True(chart.Sources[ChartKey.Chemistry].NewestFirstDownTo < RunningService.Noon.AddYears(-10));
    }

    [Theory]
    [Trait("Req", "PFD-09")]
    [InlineData("single")]
    [InlineData("collection")]
    [InlineData("batch-response")]
    public async Task A_resource_for_a_bundle_and_any_kind_of_bundle_are_taken(string shape)
    {
        await using var service = await RunningService.StartAsync();
        var ldh = Json.Observation("a");
        var value = shape == "single" ? ldh : Json.BundleOf(shape, null, ldh);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{value}},"patient":{{Json.Bundle(Json.Patient())}}}"""));

        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Chemistry].State);
        Assert.Single(chart.Observations);
        Assert.Equal("female", chart.Patient!.AdministrativeGender);
    }

    [Fact]
    [Trait("Req", "PFD-08")]
    [Trait("Req", "SEC-13")]
    [Trait("Req", "FS-06")]
    [Trait("Req", "FS-02")]
    [Trait("Req", "FS-09")]
    public async Task What_is_another_patients_or_means_nothing_is_dropped()
    {
        await using var service = await RunningService.StartAsync();
        var bundle = Json.Bundle(
            Json.Observation("mine"),
            Json.Observation("absolute", subject: "http://localhost:5080/fhir/Patient/pat-1"),
            Json.Observation("versioned", subject: "Patient/pat-1/_history/3"),
            Json.Observation("other", subject: "Patient/pat-2"),
            Json.Observation("elsewhere", subject: "https://other.example/fhir/Patient/pat-1"),
            Json.Observation("nobody").Replace("\"subject\"", "\"focus2\"", StringComparison.Ordinal),
            Json.Observation("sodium", "2951-2"),
            Json.Observation("unsystematic", system: "http://loinc.example"));

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{bundle}}}"""));

        Assert.Equal(["Observation/absolute", "Observation/mine", "Observation/versioned"], chart.Observations.Select(item => item.Reference).Order(StringComparer.Ordinal));
        Assert.Equal(3, chart.Dropped.OtherPatient);
        Assert.False(chart.IsAnotherPatient);
    }

    [Fact]
    [Trait("Req", "PFD-08")]
    public async Task A_bundle_of_another_patient_counts_as_not_supplied()
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a", subject: "Patient/pat-2"))}},"cbc":{{Json.Bundle(Json.Condition("c"))}}}"""));

        Assert.Equal(SourceState.NotSupplied, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(SourceState.NotSupplied, chart.Sources[ChartKey.Cbc].State);
        Assert.Empty(chart.Observations);
    }

    [Fact]
    [Trait("Req", "PFD-10")]
    public async Task Keys_are_matched_as_written_and_unknown_ones_ignored()
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"Chemistry":{{Json.Bundle(Json.Observation("a"))}},"-user":{"resourceType":"Practitioner"},"extra":7}"""));

        Assert.Equal(SourceState.NotSupplied, chart.Sources[ChartKey.Chemistry].State);
        Assert.Empty(chart.Observations);
    }

    [Fact]
    public async Task The_same_resource_under_two_keys_counts_once()
    {
        await using var service = await RunningService.StartAsync();
        var both = Json.Bundle(Json.Observation("a"));

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{both}},"cbc":{{both}}}"""));

        Assert.Single(chart.Observations);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task Entries_beyond_the_limit_are_not_read_and_the_source_is_truncated()
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:MaxBundleEntries"] = "2" });

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a"), Json.Observation("b"), Json.Observation("c"))}}}"""));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(2, chart.Observations.Length);
    }

    [Fact]
    public async Task Of_results_older_than_every_window_only_the_newest_are_parsed()
    {
        await using var service = await RunningService.StartAsync();
        var old = Enumerable.Range(1, 20).Select(day => Json.Observation($"old-{day}", time: $"2025-01-{day:00}"));
        var site = Enumerable.Range(1, 5).Select(day => Json.Observation($"pvtt-{day}", "pvtt", $"2024-01-{day:00}", system: SmallCodeSets.Site));

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle([.. old, Json.Observation("new")])}},"staging":{{Json.Bundle([.. site])}}}"""));

        var ldh = chart.Observations.Where(item => item.Source == ChartKey.Chemistry).Select(item => item.Reference).ToList();
        Assert.Equal(["Observation/new", "Observation/old-20", "Observation/old-19", "Observation/old-18"], ldh);
        Assert.Equal(5, chart.Observations.Count(item => item.Source == ChartKey.Staging));
    }

    [Fact]
    public async Task Of_results_from_which_no_fact_is_read_none_is_parsed()
    {
        await using var service = await RunningService.StartAsync();
        var panel = Json.Observation("panel", "718-7").Replace("\"status\":", """
            "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"777-3"}]},"valueQuantity":{"value":12}}],"status":
            """, StringComparison.Ordinal);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"cbc":{{Json.Bundle(Json.Observation("platelets", "777-3"), panel)}},"liver":{{Json.Bundle(Json.Observation("alt", "1742-6"))}}}"""));

        Assert.Equal(["Observation/panel", "Observation/panel#0"], chart.Observations.Select(item => item.Reference).Order());
        Assert.Equal((SourceState.Complete, SourceState.Complete), (chart.Sources[ChartKey.Cbc].State, chart.Sources[ChartKey.Liver].State));
    }

    [Fact]
    [Trait("Req", "SEC-24")]
    public async Task A_resource_that_says_something_twice_costs_only_itself()
    {
        await using var service = await RunningService.StartAsync();
        var twice = Json.Observation("twice").Replace("\"status\":\"final\"", "\"status\":\"final\",\"status\":\"cancelled\"", StringComparison.Ordinal);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(twice, Json.Observation("once"))}}}"""));

        Assert.Equal(["Observation/once"], chart.Observations.Where(item => item.Value is not ChartValue.Unreadable).Select(item => item.Reference));
        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(1, chart.Dropped.Unreadable);
    }

    [Fact]
    public async Task An_unreadable_condition_leaves_a_hole_in_the_list()
    {
        await using var service = await RunningService.StartAsync();
        var twice = Json.Condition("twice").Replace("\"code\":{", "\"code\":{},\"code\":{", StringComparison.Ordinal);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"problems":{{Json.Bundle(twice, Json.Condition("once"))}}}"""));

        Assert.Single(chart.Conditions);
        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Problems].State);
    }

    [Fact]
    [Trait("Req", "SEC-13")]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "ERR-07")]
    public async Task Another_patients_patient_resource_ends_the_call()
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(prefetch: $$"""{"patient":{{Json.Patient("pat-2")}},"problems":{{Json.Bundle(Json.Condition("c"))}}}"""));

        Assert.Equal(412, status);
        Assert.DoesNotContain("pat-", body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "ERR-07")]
    public async Task Without_prefetch_and_token_the_answer_is_412_naming_the_keys()
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call());

        Assert.Equal(412, status);
        Assert.Contains("encounterDx", (string?)body!["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "ERR-14")]
    public async Task An_ehr_that_hides_other_answers_gets_200_instead_of_412()
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:NotAssessable"] = "card" });

        Assert.Equal(200, (await service.AnswerAsync(Json.Call())).Status);
        Assert.Equal(200, (await service.AnswerAsync(Json.Call(prefetch: $$"""{"patient":{{Json.Patient("pat-2")}}}"""))).Status);
    }

    [Fact]
    public async Task One_key_that_was_read_is_enough_to_go_on()
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(200, (await service.AnswerAsync(Json.Call(prefetch: """{"chemistry":null}"""))).Status);
        Assert.Equal(412, (await service.AnswerAsync(Json.Call(prefetch: $$"""{"patient":{{Json.Patient()}}}"""))).Status);
    }
}
