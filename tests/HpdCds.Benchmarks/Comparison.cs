using System.Globalization;
using System.Text.Json;

namespace HpdCds.Benchmarks;

/// <summary>The service against the baselines, in turns on one core, and what of it is too slow.</summary>
internal static class Comparison
{
    private const int Connections = 4;
    private const string Service = "service";

    // What a busy neighbour can do to a ratio within one run; what falls below is no noise.
    private const double Gross = 0.5;

    private static readonly (string Name, int Observations)[] Sizes = [("small", 8), ("medium", 150), ("large", 1500)];
    private static readonly string[] Targets = [Baselines.Fixed, Baselines.Walk, Baselines.Everything, Service];

    /// <returns>1 when a ratio is grossly below the one that was committed, or a call was not answered.</returns>
    public static async Task<int> RunAsync(bool isShort)
    {
        var (rounds, turn) = isShort ? (2, TimeSpan.FromSeconds(2)) : (5, TimeSpan.FromSeconds(4));
        var program = await MeasuredProcess.PublishServiceAsync();
        await ShowStartAsync(program, isShort ? 1 : 5);
        await using var baselines = await MeasuredProcess.StartAsync(typeof(Baselines).Assembly.Location, url => ["baselines", url]);
        await using var service = await MeasuredService.StartAsync(program);
        await using var guarded = await MeasuredService.StartAsync(program, isGuarded: true);
        var ratios = new Dictionary<string, double>(StringComparer.Ordinal);
        var unanswered = 0;
        foreach (var (size, observations) in Sizes)
        {
            var body = HookCall.Of(observations, TimeProvider.System.GetUtcNow());
            var targets = Targets.Select(name => (Name: name, Url: name == Service ? service.Url : new Uri(baselines.Url, "/" + name))).ToArray();
            // All of it compiled for speed before anything counts.
            foreach (var (_, url) in targets)
                await Wrk.RunAsync(url, body, Connections, turn);
            var seen = targets.ToDictionary(target => target.Name, _ => new List<Load>(), StringComparer.Ordinal);
            var (allocated, calls) = (0.0, 0L);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, url) in targets)
                {
                    var before = name == Service ? await service.AllocatedBytesAsync() : 0;
                    var load = await Wrk.RunAsync(url, body, Connections, turn);
                    seen[name].Add(load);
                    if (name == Service)
                        (allocated, calls) = (allocated + await service.AllocatedBytesAsync() - before, calls + load.Requests);
                }
            }

            unanswered += seen.Values.SelectMany(loads => loads).Count(load => !load.IsAllAnswered);
            Console.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size}: {body.Length / 1000.0:F0} kB, {observations} results; {Connections} connections, best of {rounds} turns"));
            foreach (var (name, loads) in seen)
                Show(name, loads.MaxBy(load => load.PerSecond)!, body.Length);
            var alone = await Wrk.RunAsync(service.Url, body, 1, turn);
            Show("one by one", alone, body.Length);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {allocated / calls / 1000:F0} kB allocated per call, {service.Process.ResidentMegabytes:F0} MB resident"));
            double Best(string name) => seen[name].Max(load => load.PerSecond);
            ratios[$"{size}/walk"] = Best(Service) / Best(Baselines.Walk);
            ratios[$"{size}/everything"] = Best(Service) / Best(Baselines.Everything);
            ratios[$"{size}/allocation"] = 1e6 / (allocated / calls);
            ratios[$"{size}/tail"] = alone.Median / alone.P99;
            if (size == "medium")
                ratios["medium/guarded"] = await GuardedAsync(guarded, service, body, rounds, turn);
        }

        return Judge(ratios) + (unanswered > 0 ? 1 : 0) > 0 ? 1 : 0;
    }

    /// <summary>Signed calls, whose tokens are checked and written down, against unsigned ones.</summary>
    private static async Task<double> GuardedAsync(MeasuredService guarded, MeasuredService open, byte[] body, int rounds, TimeSpan turn)
    {
        var (most, best, bestOpen) = ((int)(1500 * turn.TotalSeconds), 0.0, 0.0);
        for (var round = 0; round <= rounds; round++)
        {
            var load = await Wrk.RunAsync(guarded.Url, body, Connections, turn, guarded.Tokens(most, TimeProvider.System.GetUtcNow()));
            if (!load.IsAllAnswered)
                throw new InvalidOperationException("A signed call was refused: " + string.Join(", ", load.Statuses));
            best = Math.Max(best, load.PerSecond);
            bestOpen = Math.Max(bestOpen, (await Wrk.RunAsync(open.Url, body, Connections, turn)).PerSecond);
            if (round == rounds)
                Show("RS384", load, body.Length);
        }

        return best / bestOpen;
    }

    private static async Task ShowStartAsync(string program, int times)
    {
        var starts = new List<(TimeSpan Took, double Resident)>();
        for (var time = 0; time < times; time++)
        {
            await using var service = await MeasuredService.StartAsync(program, isPinned: false);
            // What the start left behind is given back, or not, within this time.
            await Task.Delay(TimeSpan.FromSeconds(3));
            starts.Add((service.Process.StartToReady, service.Process.ResidentMegabytes));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start to ready {starts.Min(start => start.Took).TotalSeconds:F2} s, idle {starts.Min(start => start.Resident):F0} MB (best of {times})"));
    }

    private static void Show(string name, Load load, int bytes) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-12}{load.PerSecond,9:F0} calls/s{load.Median.TotalMilliseconds,9:F2} ms p50{load.P99.TotalMilliseconds,9:F2} ms p99{load.PerSecond * bytes / 1e6,9:F0} MB/s"));

    private static int Judge(Dictionary<string, double> ratios)
    {
        var committed = JsonSerializer.Deserialize<Dictionary<string, Bar>>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "ratios.json")), JsonSerializerOptions.Web)!;
        Console.WriteLine();
        var worst = 0;
        foreach (var (name, bar) in committed)
        {
            var isGross = !ratios.TryGetValue(name, out var ratio) || ratio < bar.Committed * Gross;
            worst |= isGross ? 1 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-18}{ratio,8:F2}   wanted {bar.Wanted,6:F2} {(ratio >= bar.Wanted ? "met" : "not met"),-8} committed {bar.Committed,6:F2}{(isGross ? "   GROSSLY WORSE" : "")}"));
        }

        return worst;
    }

    /// <param name="Wanted">What is asked for.</param>
    /// <param name="Committed">What was measured when this was last committed.</param>
    private sealed record Bar(double Wanted, double Committed);
}
