using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Chart;

/// <summary>What is done when a FHIR server is busy, slow, or fails again and again.</summary>
public sealed class ResilienceTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Theory]
    [Trait("Req", "FHR-12")]
    [InlineData(429, 3)]
    [InlineData(503, 3)]
    [InlineData(500, 1)]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    [InlineData(401, 1)]
    public async Task Only_a_busy_server_is_asked_again(int status, int tries)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Condition" ? new EhrAnswer(status, "") : null);
        await using var service = await StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.NotEqual(SourceState.Complete, chart.Sources[ChartKey.Problems].State);
        Assert.Equal(tries, ehr.Calls.Count(call => call.Type == "Condition"));
    }

    [Fact]
    [Trait("Req", "FHR-12")]
    public async Task A_server_that_answers_the_second_time_was_read_whole()
    {
        var failed = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await using var ehr = await FakeEhr.StartAsync(call => failed.TryAdd(call.Url + call.Body, true) ? new EhrAnswer(503, "") : null);
        await using var service = await StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("1", true)]
    [InlineData("3600", false)]
    [InlineData("99999999999", false)]
    [InlineData("soon", false)]
    public async Task What_the_server_asks_for_is_waited_for_or_not_asked_again(string retryAfter, bool isAskedAgain)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Patient" ? new EhrAnswer(429, "") { RetryAfter = retryAfter } : null);
        await using var service = await StartAsync(ehr.Base, clock, ("RetryDelay", "00:00:00.1"));
        int Asked() => ehr.Calls.Count(call => call.Type == "Patient");

        var reading = service.ChartAsync(Json.Call(server: ehr.Base));
        await UntilAsync(() => ehr.Calls.Count >= 10);
        // Even one that asks for no wait is not asked again while the clock stands.
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(1, Asked());
        await AdvanceUntilAsync(clock, TimeSpan.FromMilliseconds(250), () => reading.IsCompleted);

        Assert.Equal(isAskedAgain ? 3 : 1, Asked());
        Assert.Equal(SourceState.Failed, (await reading).Sources[ChartKey.Patient].State);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    public async Task A_host_that_fails_again_and_again_is_left_alone_until_it_answers_again(int status)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        var isBroken = true;
        await using var ehr = await FakeEhr.StartAsync(_ => isBroken ? new EhrAnswer(status, "") { RetryAfter = "3600" } : null);
        await using var service = await StartAsync(ehr.Base, clock: clock, ("BreakerMinimumCalls", "10"));
        var events = new ConcurrentBag<string>();
        using var meters = Listen(events);

        await service.ChartAsync(Json.Call(server: ehr.Base));
        var asked = ehr.Calls.Count;
        var alone = await service.ChartAsync(Json.Call(server: ehr.Base));
        Assert.Equal(asked, ehr.Calls.Count);
        Assert.All(alone.Sources.Values, source => Assert.Equal(SourceState.Failed, source.State));

        isBroken = false;
        clock.Advance(TimeSpan.FromSeconds(6));
        await service.ChartAsync(Json.Call(server: ehr.Base));
        var again = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(again.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
        Assert.Contains("left alone", service.Log.All, StringComparison.Ordinal);
        Assert.Contains("answers again", service.Log.All, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "OnCircuitOpened", "OnCircuitHalfOpened", "OnCircuitClosed" }, events.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failing_host_does_not_shut_another()
    {
        await using var broken = await FakeEhr.StartAsync(_ => new EhrAnswer(500, ""));
        await using var sound = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(broken.Base, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Resilience:BreakerMinimumCalls"] = "2",
            ["HpdCds:Ehrs:1:Name"] = "another",
            ["HpdCds:Ehrs:1:FhirBaseUrls:0"] = sound.Base,
        });

        await service.ChartAsync(Json.Call(server: broken.Base));
        var chart = await service.ChartAsync(Json.Call(server: sound.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
    }

    [Fact]
    public async Task No_more_calls_than_allowed_are_under_way_at_one_host()
    {
        var (underWay, most) = (0, 0);
        await using var ehr = await FakeEhr.StartAsync(before: async (_, stop) =>
        {
            var now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            await Task.Delay(20, stop);
            Interlocked.Decrement(ref underWay);
        });
        await using var service = await StartAsync(ehr.Base, null, ("ConcurrentCalls", "3"));

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.InRange(most, 1, 3);
        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
    }

    [Fact]
    [Trait("Req", "FHR-05")]
    [Trait("Req", "FHR-12")]
    public async Task A_server_that_says_nothing_costs_the_budget_and_nothing_after_it()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var ehr = await FakeEhr.StartAsync(before: async (call, stop) => await (call.Type == "Observation" ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask));
        await using var service = await RunningService.StartAsync(
            ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:ReadTimeout"] = "00:00:04", ["HpdCds:CallTimeout"] = "00:00:20" }, clock);

        var reading = service.ChartAsync(Json.Call(server: ehr.Base));
        await UntilAsync(() => ehr.Calls.Count >= 10);
        clock.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(reading.IsCompleted);
        await AdvanceUntilAsync(clock, TimeSpan.FromMilliseconds(100), () => reading.IsCompleted);
        var asked = ehr.Calls.Count;
        clock.Advance(TimeSpan.FromMinutes(5));

        var chart = await reading;
        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Problems].State);
        Assert.Equal(SourceState.Failed, chart.Sources[ChartKey.Cbc].State);
        Assert.Equal(asked, ehr.Calls.Count);
    }

    [Theory]
    [Trait("Req", "FHR-05")]
    [Trait("Req", "FHR-12")]
    [InlineData(300)]
    [InlineData(3)]
    public async Task A_draft_that_cannot_be_named_costs_no_more_than_the_budget_or_the_token(int expiresIn)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var ehr = await FakeEhr.StartAsync(before: (_, stop) => Task.Delay(Timeout.Infinite, stop));
        await using var service = await RunningService.StartAsync(
            ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:ReadTimeout"] = "00:00:04", ["HpdCds:CallTimeout"] = "00:05:00" }, clock);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7"} """));

        var asking = service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts, expiresIn: expiresIn));
        await UntilAsync(() => ehr.Calls.Count >= 1);
        clock.Advance(TimeSpan.FromSeconds(Math.Min(4, expiresIn)));
        await AdvanceUntilAsync(clock, TimeSpan.Zero, () => asking.IsCompleted);

        Assert.Equal("unresolved", (string?)(await asking).Body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
        Assert.Single(ehr.Calls);
    }

    [Fact]
    public void As_shipped_every_call_that_an_EHR_may_make_at_once_finds_its_place_in_the_queue()
    {
        const int CallsOfAHook = 10;
        var (limits, ehr) = (new HpdCds.Trust.ResilienceSettings(), new HpdCds.Trust.EhrSettings());

        Assert.True(limits.ConcurrentCalls + limits.WaitingCalls >= CallsOfAHook * ehr.ConcurrentCalls);
    }

    [Fact]
    [Trait("Req", "FHR-05")]
    public async Task The_reading_ends_with_the_token()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var ehr = await FakeEhr.StartAsync(before: (_, stop) => Task.Delay(Timeout.Infinite, stop));
        await using var service = await RunningService.StartAsync(ehr.Base, clock: clock);

        var reading = service.ChartAsync(Json.Call(server: ehr.Base, expiresIn: 3));
        await UntilAsync(() => ehr.Calls.Count >= 10);
        clock.Advance(TimeSpan.FromSeconds(3));
        await AdvanceUntilAsync(clock, TimeSpan.Zero, () => reading.IsCompleted);

        Assert.All((await reading).Sources.Values, source => Assert.Equal(SourceState.Failed, source.State));
    }

    [Fact]
    public async Task A_caller_who_goes_takes_the_calls_along()
    {
        var gone = 0;
        await using var ehr = await FakeEhr.StartAsync(before: async (_, stop) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                Interlocked.Increment(ref gone);
            }
        });
        await using var service = await StartAsync(ehr.Base);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var content = new StringContent(Json.Call(server: ehr.Base), System.Text.Encoding.UTF8, "application/json");

        var call = service.Client.PostAsync("/cds-services/hpd-risk", content, leaving.Token);
        await UntilAsync(() => ehr.Calls.Count >= 10);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await UntilAsync(() => gone == ehr.Calls.Count);
        Assert.Equal(10, ehr.Calls.Count);
    }

    private static Task<RunningService> StartAsync(string server, TimeProvider? clock = null, params (string Name, string Value)[] resilience) =>
        RunningService.StartAsync(server, resilience.ToDictionary(pair => "HpdCds:Resilience:" + pair.Name, pair => (string?)pair.Value, StringComparer.Ordinal), clock);

    private static MeterListener Listen(ConcurrentBag<string> events)
    {
        var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == "Polly") listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<int>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Key == "event.name")
                    events.Add(Convert.ToString(tag.Value, CultureInfo.InvariantCulture)!);
        });
        meters.Start();
        return meters;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var watchdog = new CancellationTokenSource(Watchdog);
        while (!holds())
            await Task.Delay(10, watchdog.Token);
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, TimeSpan step, Func<bool> holds)
    {
        using var watchdog = new CancellationTokenSource(Watchdog);
        while (!holds())
        {
            clock.Advance(step);
            await Task.Delay(20, watchdog.Token);
        }
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = most; now > seen; seen = most)
            Interlocked.CompareExchange(ref most, now, seen);
    }
}
