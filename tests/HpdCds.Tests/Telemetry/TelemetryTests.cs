using System.Diagnostics;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;

namespace HpdCds.Tests.Telemetry;

/// <summary>Every call can be followed from station to station, and every number has the name that dashboards know.</summary>
public sealed class TelemetryTests
{
    private const string Name = "ehr-of-telemetry";

    private static readonly Dictionary<string, string?> Named = new(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Name"] = Name };

    [Fact]
    public async Task A_call_belongs_to_the_trace_of_its_caller_and_shows_every_station()
    {
        using var heard = new Heard();
        await using var server = await FakeEhr.StartAsync(call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("hcc"))) : null);
        await using var ehr = await GuardedService.StartAsync(Named, server.Base);
        var trace = ActivityTraceId.CreateRandom();

        using var response = await ehr.Service.PostAsync(Json.Call(server: server.Base), change: request =>
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + ehr.Issuer.Token());
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            request.Headers.TryAddWithoutValidation("tracestate", "mark=canary-state");
            request.Headers.TryAddWithoutValidation("baggage", "mark=canary-baggage");
        });

        Assert.Equal(200, (int)response.StatusCode);
        await ehr.Service.Log.SingleAsync(HpdCds.Trust.Audit.Category);
        var spans = heard.Of(trace);
        var call = Assert.Single(spans, span => span.Source.Name == "Microsoft.AspNetCore");
        Assert.Equal("POST hpd-risk", call.DisplayName);
        Assert.Equal(Name, call.GetTagItem("hpdcds.ehr"));
        Assert.Equal("not-assessable", call.GetTagItem("hpdcds.outcome"));
        string[] stations = ["trust", "request", "orders", "chart", "facts", "risk", "cards", "answer"];
        Assert.Equal(stations, spans.Where(span => stations.Contains(span.OperationName)).OrderBy(span => span.StartTimeUtc).Select(span => span.OperationName));
        Assert.All(stations, station => Assert.Equal(call.SpanId, spans.Single(span => span.OperationName == station).ParentSpanId));
        var chart = spans.Single(span => span.OperationName == "chart");
        Assert.Contains(spans, span => span.OperationName == "FHIR Observation");
        Assert.All(spans.Where(span => span.OperationName.StartsWith("FHIR ", StringComparison.Ordinal)), span => Assert.Equal(chart.SpanId, span.ParentSpanId));
        Assert.All(spans, span => Assert.Null(span.TraceStateString));
        Assert.All(spans, span => Assert.Empty(span.Baggage));
        Assert.Contains(trace.ToString(), ehr.Service.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_has_the_name_and_unit_that_dashboards_and_alerts_were_written_for()
    {
        using var heard = new Heard();
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(HpdCdsService).Assembly.GetType("HpdCds.Telemetry.Signals", throwOnError: true)!.TypeHandle);

        Assert.Equal(
            [
                "hpdcds.assessments {assessment}", "hpdcds.call.duration s", "hpdcds.calls.not_read {call}", "hpdcds.calls.without_draft_orders {call}",
                "hpdcds.cards.suppressed {card}", "hpdcds.facts.unknown {fact}", "hpdcds.feedback {item}", "hpdcds.fhir.breakers_open {breaker}",
                "hpdcds.fhir.duration s", "hpdcds.recognition {call}", "hpdcds.recognition.unknown_names {name}", "hpdcds.smart.duration s", "hpdcds.sources {source}",
                "hpdcds.station.duration s", "hpdcds.store.lost {entry}", "hpdcds.store.unclosed_runs {run}", "hpdcds.store.waiting {entry}",
                "hpdcds.tokens.refused {token}",
            ],
            heard.Instruments.Select(item => $"{item.Key} {item.Value.Unit}").Order(StringComparer.Ordinal));
        Assert.All(heard.Instruments.Values, item => Assert.EndsWith(".", item.Description, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_is_counted_by_what_became_of_it()
    {
        using var heard = new Heard();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?> { ["HpdCds:Ehrs:0:Name"] = "ehr-counted" });

        await service.AnswerAsync(Json.Call(prefetch: """{"problems":null,"cbc":null}"""));
        await service.AnswerAsync(Json.Call());
        await service.AnswerAsync("{");
        await service.Log.CountAsync(HpdCds.Trust.Audit.Category, 3);

        Assert.Equal(1, heard.Count("hpdcds.call.duration", "ehr=ehr-counted", "service=hpd-risk", "hook=order-sign", "mode=live", "status=200"));
        Assert.Equal(1, heard.Count("hpdcds.call.duration", "ehr=ehr-counted", "outcome=not-read", "status=412"));
        Assert.Equal(1, heard.Sum("hpdcds.calls.not_read", "ehr=ehr-counted", "reason=not-supplied"));
        Assert.Equal(2, heard.Sum("hpdcds.recognition", "ehr=ehr-counted", "outcome=ici"));
        Assert.Equal(1, heard.Sum("hpdcds.sources", "ehr=ehr-counted", "key=cbc", "state=complete", "supplied=yes"));
        Assert.Equal(1, heard.Sum("hpdcds.sources", "ehr=ehr-counted", "key=cbc", "state=not-supplied", "supplied=no"));
    }

    [Fact]
    public async Task An_assessment_is_counted_with_its_band_and_what_stayed_unknown()
    {
        using var heard = new Heard();
        await using var servers = new Cases.CaseServers();
        await servers.InitializeAsync();
        var before = (Bands: heard.Sum("hpdcds.assessments", "band_low=raised", "band_high=high", "indicator=info"), Unknown: heard.Sum("hpdcds.facts.unknown", "model=hpd-hcc", "fact=pvtt", "reason=not-recorded"));

        var (status, _) = await servers.AskAsync(Cases.GoldenCase.Named("differing-the-example-of-the-model"));

        Assert.Equal(200, status);
        Assert.True(heard.Sum("hpdcds.assessments", "model=hpd-hcc", "band_low=raised", "band_high=high", "indicator=info", "mode=live") > before.Bands);
        Assert.True(heard.Sum("hpdcds.facts.unknown", "model=hpd-hcc", "fact=pvtt", "reason=not-recorded") > before.Unknown);
    }

    [Fact]
    public async Task Refused_tokens_are_counted_by_reason()
    {
        using var heard = new Heard();
        await using var ehr = await GuardedService.StartAsync();
        var token = ehr.Issuer.Token();

        Assert.Equal(200, await ehr.StatusAsync(token));
        Assert.Equal(401, await ehr.StatusAsync(token));
        Assert.Equal(401, await ehr.StatusAsync("nonsense"));
        Assert.Equal(401, await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["aud"] = "https://elsewhere.example")));

        Assert.True(heard.Sum("hpdcds.tokens.refused", "reason=replay") >= 1);
        Assert.True(heard.Sum("hpdcds.tokens.refused", "reason=aud") >= 1);
        Assert.True(heard.Sum("hpdcds.tokens.refused", "reason=unreadable or unknown issuer") >= 1);
    }

    [Fact]
    public async Task A_server_that_is_left_alone_is_seen_in_the_numbers_until_it_answers_again()
    {
        using var heard = new Heard();
        var (fails, asked, whileAsked) = (true, 0, 0d);
        FakeEhr? self = null;
        await using var server = self = await FakeEhr.StartAsync(_ => fails ? new EhrAnswer(500, "") : null, before: (_, _) =>
        {
            asked++;
            whileAsked = heard.Sum("hpdcds.fhir.breakers_open", $"host={new Uri(self!.Base).Authority}");
            return Task.CompletedTask;
        });
        var host = new Uri(server.Base).Authority;
        await using var service = await RunningService.StartAsync(server.Base, new Dictionary<string, string?>
        {
            ["HpdCds:Resilience:BreakerMinimumCalls"] = "2",
            ["HpdCds:Resilience:BreakerPause"] = "00:00:01",
        });

        for (var call = 0; call < 3; call++)
            await service.AnswerAsync(Json.Call(server: server.Base));
        Assert.Equal(1, heard.Sum("hpdcds.fhir.breakers_open", $"host={host}"));
        Assert.True(heard.Count("hpdcds.fhir.duration", $"host={host}", "resource=Observation", "state=failed") > 0);

        asked = 0;
        await AfterThePauseAsync();
        // Asked again, failed again: left alone all the time, and not twice.
        Assert.Equal((1, 1d), (asked, whileAsked));
        Assert.Equal(1, heard.Sum("hpdcds.fhir.breakers_open", $"host={host}"));

        fails = false;
        await AfterThePauseAsync();
        Assert.Equal(0, heard.Sum("hpdcds.fhir.breakers_open", $"host={host}"));

        async Task AfterThePauseAsync()
        {
            ((Microsoft.Extensions.Time.Testing.FakeTimeProvider)service.Services.GetService(typeof(TimeProvider))!).Advance(TimeSpan.FromSeconds(2));
            await service.AnswerAsync(Json.Call(server: server.Base));
        }
    }
}
