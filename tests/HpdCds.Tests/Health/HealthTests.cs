using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using HpdCds.Health;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Telemetry;
using HpdCds.Tests.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HpdCds.Tests.Health;

/// <summary>How the service begins and ends.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Before_it_is_ready_it_has_answered_a_call_with_everything_in_it()
    {
        await using var service = await RunningService.StartAsync(withSmallCodeSets: false);
        var warmUp = service.Services.GetRequiredService<WarmUp>();

        var answer = JsonNode.Parse(await warmUp.AnswerAsync(TestContext.Current.CancellationToken))!;

        var found = answer["extension"]!["org.hpdcds.assessment"]!;
        Assert.Equal("high", (string?)found["band"]!["low"]);
        Assert.Single(answer["cards"]!.AsArray());
        Assert.DoesNotContain("warming up", service.Log.All, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Until_it_has_answered_itself_it_answers_nobody_and_is_not_ready()
    {
        var answered = new TaskCompletionSource();
        await using var service = await RunningService.StartAsync(withSmallCodeSets: false);
        service.Services.GetRequiredService<WarmUp>().Begin(() => answered.Task);

        var (ready, discovery) = (service.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken), service.Client.GetAsync("/cds-services", TestContext.Current.CancellationToken));
        for (var probe = 0; probe < 20; probe++)
            Assert.Equal("Healthy", await service.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        var (wasReady, wasAnswered) = (ready.IsCompleted, discovery.IsCompleted);
        answered.SetResult();

        Assert.False(wasReady);
        Assert.False(wasAnswered);
        Assert.True((await ready).IsSuccessStatusCode);
        Assert.True((await discovery).IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_call_to_itself_is_in_no_number_and_on_no_span()
    {
        await using var service = await RunningService.StartAsync(withSmallCodeSets: false);
        var warmUp = service.Services.GetRequiredService<WarmUp>();
        var (isOurs, counted) = (new AsyncLocal<bool>(), 0);
        using var spans = new Heard();
        using var numbers = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "HpdCds")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        numbers.SetMeasurementEventCallback<double>((_, _, _, _) => counted += isOurs.Value ? 1 : 0);
        numbers.SetMeasurementEventCallback<long>((_, _, _, _) => counted += isOurs.Value ? 1 : 0);
        numbers.Start();
        using var parent = new Activity("test").Start();
        isOurs.Value = true;

        await warmUp.AnswerAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, counted);
        Assert.Empty(spans.Of(parent.TraceId));
    }

    [Fact]
    [Trait("Req", "ERR-11")]
    public async Task A_service_that_ends_answers_what_it_has_begun_and_turns_away_what_comes()
    {
        var (asked, answered) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await FakeEhr.StartAsync(before: async (_, stop) =>
        {
            asked.TrySetResult();
            await answered.Task.WaitAsync(stop);
        });
        await using var ehr = await GuardedService.StartAsync(fhirBase: server.Base);
        var begun = ehr.PostAsync(ehr.Issuer.Token(), body: Json.Call(server: server.Base));
        await asked.Task;
        var unspent = ehr.Issuer.Token();

        var drain = ehr.Service.Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single(service => service.GetType().Name == "Drain");
        await drain.StoppingAsync(TestContext.Current.CancellationToken);

        using (var refused = await ehr.Service.PostAsync(Json.Call(), change: request =>
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + unspent);
            request.Headers.TryAddWithoutValidation("Origin", "http://localhost:5080");
        }))
        {
            Assert.Equal(503, (int)refused.StatusCode);
            Assert.Equal("http://localhost:5080", refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Equal("nosniff", refused.Headers.GetValues("X-Content-Type-Options").Single());
            await ehr.Service.Log.CountAsync(HpdCds.Trust.Audit.Category, 1);
            Assert.True(refused.Headers.ConnectionClose);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
            Assert.Contains("OperationOutcome", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using (var ready = await ehr.Service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken))
        {
            Assert.Equal(503, (int)ready.StatusCode);
            Assert.Equal("Unhealthy: about to end", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        using (var live = await ehr.Service.Client.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken))
            Assert.Equal(200, (int)live.StatusCode);
        answered.SetResult();
        using var answer = await begun;
        Assert.Equal(200, (int)answer.StatusCode);
        // Another replica takes the call, with the very token.
        await using var other = await GuardedService.StartAsync(issuer: ehr.Issuer);
        Assert.Equal(200, await other.StatusAsync(unspent));
    }
}
