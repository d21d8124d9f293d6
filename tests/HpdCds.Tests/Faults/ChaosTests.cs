using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Faults;

/// <summary>
/// A server that fails at random, in spells, while many ask. Runs for a minute; <c>HPDCDS_CHAOS_SECONDS</c> makes it longer.
/// The clock is the real one: the load is, too.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests
{
    private const int Clients = 6;
    private const int Seed = 20_261_124;

    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(5);

    [Fact]
    [Trait("Req", "RSP-04")]
    [Trait("Req", "SEC-08")]
    [Trait("Req", "SEC-17")]
    public async Task Every_answer_is_valid_while_the_server_fails_at_random_and_nothing_grows()
    {
        var length = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("HPDCDS_CHAOS_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 60);
        var started = Stopwatch.GetTimestamp();
        bool IsBadSpell() => (int)(Stopwatch.GetElapsedTime(started) / Spell) % 2 == 0;
        await using var ehr = await FakeEhr.StartAsync(
            _ => IsBadSpell() ? Fault() : null,
            (_, stop) => IsBadSpell() && Chance(0.2) ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask,
            remembersCalls: false);
        await using var service = await RunningService.StartAsync(ehr.Base, Impatient, TimeProvider.System);
        string[] told = ["left alone", "answers again"];
        foreach (var phrase in told)
            service.Log.ListenFor(phrase);
        var tally = new Tally();
        var levels = new List<Level>();

        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
                tally.Count(await service.AnswerAsync(Json.Call(server: ehr.Base, expiresIn: 300)));
        }));
        while (!load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(Spell, TestContext.Current.CancellationToken));
            levels.Add(Level.Now(new Uri(ehr.Base).Port));
        }

        await load;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {Seed}: {tally}; levels {string.Join(" | ", levels)}");
        Assert.Empty(tally.Wrong);
        Assert.True(tally.Answers > 100 && tally.Refusals > 0, tally.ToString());
        Assert.All(told, phrase => Assert.True(service.Log.HasHeard(phrase), phrase));
        AssertLevel(levels);
    }

    private static Dictionary<string, string?> Impatient => new(StringComparer.Ordinal)
    {
        ["HpdCds:CallTimeout"] = "00:00:00.3",
        ["HpdCds:ReadTimeout"] = "00:00:00.6",
        ["HpdCds:Resilience:RetryDelay"] = "00:00:00.01",
        ["HpdCds:Resilience:LongestRetryDelay"] = "00:00:00.05",
        ["HpdCds:Resilience:BreakerSampling"] = "00:00:02",
        ["HpdCds:Resilience:BreakerPause"] = "00:00:01",
    };

    // The second half of the run against the first: what leaks keeps growing, what is only busy does not.
    private static void AssertLevel(List<Level> levels)
    {
        var half = levels.Count / 2;
        var (early, late) = (levels.Take(half).ToArray(), levels.Skip(half).ToArray());
        Assert.True(late.Min(level => level.Bytes) < (early.Max(level => level.Bytes) * 3 / 2) + 50_000_000, "memory grows");
        Assert.True(late.Min(level => level.Sockets) <= early.Max(level => level.Sockets) + 50, "sockets grow");
        Assert.True(late.Min(level => level.Threads) <= early.Max(level => level.Threads) + 20, "threads grow");
    }

    private static readonly Random Dice = new(Seed);

    private static bool Chance(double share)
    {
        lock (Dice)
            return Dice.NextDouble() < share;
    }

    private static EhrAnswer? Fault()
    {
        EhrAnswer?[] faults =
        [
            null, new(500, ""), new(503, ""), new(429, "") { RetryAfter = "1" }, new(403, ""), new(404, ""), EhrAnswer.Ok("<html>"), EhrAnswer.Ok("{"),
            EhrAnswer.Ok("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"throttled"}]}"""), new(502, "bad gateway"),
        ];
        lock (Dice)
            return faults[Dice.Next(faults.Length)];
    }

    private sealed record Level(long Bytes, int Sockets, int Threads)
    {
        public static Level Now(int port) => new(
            GC.GetTotalMemory(forceFullCollection: true),
            IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Count(connection => connection.RemoteEndPoint.Port == port && connection.State == TcpState.Established),
            ThreadPool.ThreadCount);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes / 1_000_000} MB {Sockets} sockets {Threads} threads");
    }

    private sealed class Tally
    {
        private int _answers;
        private int _refusals;

        public ConcurrentBag<string> Wrong { get; } = [];

        public int Answers => _answers;

        public int Refusals => _refusals;

        public void Count((int Status, JsonNode? Body) answer)
        {
            var isAssessed = answer.Body?["extension"]?["org.hpdcds.assessment"]?["recognition"]?.GetValue<string>() == "ici";
            if (answer.Status == 200 && isAssessed && answer.Body?["cards"] is JsonArray)
                Interlocked.Increment(ref _answers);
            else if (answer.Status == 412 && (string?)answer.Body?["resourceType"] == "OperationOutcome")
                Interlocked.Increment(ref _refusals);
            else
                Wrong.Add($"{answer.Status} {answer.Body?.ToJsonString()}");
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_answers} answers, {_refusals} times 412, {Wrong.Count} wrong");
    }
}
