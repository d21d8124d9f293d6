using HpdCds.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Chart;

/// <summary>What is asked of the FHIR server, and what becomes of its answers.</summary>
public sealed class FhirFallbackTests
{
    [Fact]
    [Trait("Req", "PFD-01")]
    [Trait("Req", "PFD-02")]
    [Trait("Req", "FHR-01")]
    [Trait("Req", "FHR-09")]
    [Trait("Req", "FS-12")]
    public async Task Each_missing_key_is_asked_for_once_with_the_token_of_the_request()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Query.Contains("2532-0", StringComparison.Ordinal) ? EhrAnswer.Ok(Json.Bundle(Json.Observation("a"))) : null);
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(prefetch: """{"problems":null}""", server: ehr.Base));

        Assert.Equal(10, ehr.Calls.Count);
        Assert.Equal(10, ehr.Calls.Select(call => call.Url).Distinct().Count());
        Assert.All(ehr.Calls, call => Assert.Equal("Bearer canary-token", call.Authorization));
        Assert.All(ehr.Calls, call => Assert.True(call.Path.EndsWith("/Patient/pat-1", StringComparison.Ordinal) || call.Query.StartsWith("?patient=pat-1&", StringComparison.Ordinal)));
        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
        Assert.Single(chart.Observations);
    }

    [Fact]
    [Trait("Req", "PFD-03")]
    [Trait("Req", "PFD-05")]
    public async Task Null_empty_and_failed_keys_are_not_asked_for_again()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);
        var prefetch = $$"""
            {"patient":{{Json.Patient()}},"problems":null,"encounterDx":{"resourceType":"Bundle"},"cbc":{{Json.Outcome("error")}},"chemistry":{{Json.Bundle(Json.Observation("a"))}},
             "liver":null,"markers":null,"performance":null,"staging":null,"medications":null,"statements":null,"administrations":null,"procedures":null}
            """;

        await service.ChartAsync(Json.Call(prefetch: prefetch, server: ehr.Base));

        Assert.Empty(ehr.Calls);
    }

    [Theory]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "FHR-11")]
    [Trait("Req", "FHR-14")]
    [Trait("Req", "SEC-05")]
    [InlineData(401, SourceState.NotAuthorised)]
    [InlineData(403, SourceState.NotAuthorised)]
    [InlineData(400, SourceState.Failed)]
    [InlineData(404, SourceState.Failed)]
    [InlineData(501, SourceState.Failed)]
    [InlineData(500, SourceState.Failed)]
    [InlineData(302, SourceState.Failed)]
    [InlineData(204, SourceState.Failed)]
    public async Task A_refusal_or_a_failure_of_the_server_is_never_an_absence(int status, SourceState expected)
    {
        await using var elsewhere = await FakeEhr.StartAsync();
        await using var ehr = await FakeEhr.StartAsync(_ => new EhrAnswer(status, "") { Location = elsewhere.Base + "/x" });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(expected, source.State));
        // The results once more in one search, the conditions in another, and each of the four other lists.
        Assert.Equal(status == 400 ? 10 + 6 : 10, ehr.Calls.Count);
        Assert.Empty(elsewhere.Calls);
        Assert.Equal(412, (await service.AnswerAsync(Json.Call(server: ehr.Base))).Status);
    }

    [Theory]
    [Trait("Req", "ERR-13")]
    [InlineData("<html></html>")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","total":0}{"resourceType":"Bundle","type":"searchset","total":0}""")]
    [InlineData("""{"resourceType":"Patient","id":"pat-1"} null""")]
    [InlineData("null")]
    [InlineData("""{"resourceType":"Bundle","entry":[""")]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}""")]
    public async Task An_answer_that_is_not_what_was_asked_for_is_a_failure(string body)
    {
        await using var ehr = await FakeEhr.StartAsync(_ => EhrAnswer.Ok(body));
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Failed, source.State));
    }

    [Fact]
    [Trait("Req", "FHR-12")]
    [Trait("Req", "FHR-05")]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "ERR-13")]
    public async Task A_server_that_does_not_answer_is_given_up_and_nothing_stays_under_way()
    {
        var abandoned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ehr = await FakeEhr.StartAsync(before: async (call, stop) =>
        {
            if (call.Type != "Condition")
                return;
            await using var ended = stop.Register(() => abandoned.TrySetResult());
            await abandoned.Task;
        });
        await using var service = await RunningService.StartAsync(
            ehr.Base,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:ReadTimeout"] = "00:00:01" },
            TimeProvider.System);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Failed, chart.Sources[ChartKey.Problems].State);
        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Cbc].State);
        await abandoned.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [Trait("Req", "FS-17")]
    [InlineData(200, 1)]
    [InlineData(400, 2)]
    [InlineData(404, 2)]
    [InlineData(405, 2)]
    [InlineData(415, 2)]
    [InlineData(501, 2)]
    public async Task A_long_search_goes_as_a_form_and_as_a_get_where_forms_are_not_taken(int answer, int calls)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Method == "POST" && answer != 200 ? new EhrAnswer(answer, "") : null);
        await using var service = await RunningService.StartAsync(ehr.Base);
        var access = service.Request(Json.Call(server: ehr.Base)).Access!;
        var sut = service.Services.GetRequiredService<FhirCalls>();

        var result = await sut.AskAsync(HpdCds.Trust.FhirBase.Parse(ehr.Base)!, "Observation?patient=pat-1&code=" + new string('1', 2100), access, TestContext.Current.CancellationToken);

        Assert.Equal(SourceState.Complete, result.State);
        Assert.Equal(calls, ehr.Calls.Count);
        Assert.Equal("/fhir/Observation/_search", ehr.Calls[0].Path);
        Assert.Equal("", ehr.Calls[0].Query);
        Assert.StartsWith("patient=pat-1&code=1", ehr.Calls[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task An_answer_above_the_limit_is_not_read()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition(new string('c', 9000)))) : null);
        await using var service = await RunningService.StartAsync(ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:MaxBodyBytes"] = "8192" });

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Failed, chart.Sources[ChartKey.Problems].State);
    }

    [Theory]
    [Trait("Req", "FHR-09")]
    [Trait("Req", "SEC-13")]
    [InlineData("Patient/pat-1", "Observation/nobody,Observation/other")]
    [InlineData("Patient/x", "")]
    public async Task In_an_answer_to_our_own_search_a_missing_subject_is_ours_unless_a_foreign_one_comes_too(string subject, string taken)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Query.Contains("2532-0", StringComparison.Ordinal)
            ? EhrAnswer.Ok(Json.Bundle(Json.Observation("nobody").Replace("\"subject\"", "\"focus2\"", StringComparison.Ordinal), Json.Observation("other", subject: subject)))
            : null);
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(taken, string.Join(',', chart.Observations.Select(one => one.Reference)));
    }

    [Fact]
    [Trait("Req", "SEC-13")]
    public async Task A_foreign_patient_in_prefetch_stops_every_call()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, _) = await service.AnswerAsync(Json.Call(prefetch: $$"""{"patient":{{Json.Patient("pat-2")}}}""", server: ehr.Base));

        Assert.Equal(412, status);
        Assert.Empty(ehr.Calls);
    }

    [Fact]
    [Trait("Req", "PFT-14")]
    [Trait("Req", "RSP-02")]
    public async Task Without_any_order_nothing_is_read()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: """{"resourceType":"Bundle"}"""));

        Assert.Equal(200, status);
        Assert.Equal("""{"cards":[],"extension":{"org.hpdcds.assessment":{"recognition":"none"}}}""", body!.ToJsonString());
        Assert.Empty(ehr.Calls);
    }
}
