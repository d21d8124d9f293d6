using System.Globalization;
using System.Text.Json;

namespace HpdCds.Benchmarks;

/// <summary>
/// The service against the baselines, in turns on one core, and what of it is too slow. Machines have neighbours: a ratio is
/// taken within each round, and of the rounds the median.
/// </summary>
internal static class Comparison
{
    private const int Connections = 4;
    private const string Service = "service";
    private const string Guarded = "RS384";

    private const int TokensPerSecond = 1000;

    // Fewer methods in one round of warming: the compiler has found what is worth its time.
    private const int FewMethods = 25;

    private static readonly JsonSerializerOptions Whole = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(2);
    private static readonly (string Name, int Observations)[] Sizes = [("small", 8), ("medium", 150), ("large", 1500)];
    private static readonly string[] Targets = [Baselines.Fixed, Baselines.Walk, Baselines.Everything, Service];

    /// <summary>One turn of one target.</summary>
    private sealed record Turn(Load Load, TimeSpan Used, double Allocated)
    {
        public double UsedPerCall => Used.TotalMilliseconds / Load.Requests;

        public double AllocatedPerCall => Allocated / Load.Requests;
    }

    /// <returns>1 when a ratio is grossly below the one that was committed, or a call was not answered.</returns>
    public static async Task<int> RunAsync(bool isShort)
    {
        var (rounds, length, mostWarming) = isShort ? (3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(45)) : (5, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(150));
        var program = await MeasuredProcess.PublishServiceAsync();
        await ShowStartAsync(program, isShort ? 1 : 5);
        await using var baselines = await MeasuredProcess.StartAsync(typeof(Baselines).Assembly.Location, url => ["baselines", url]);
        await using var service = await MeasuredService.StartAsync(program);
        await using var guarded = await MeasuredService.StartAsync(program, isGuarded: true);
        foreach (var name in (string[])[.. Targets, Guarded])
            await WarmAsync(name);
        var ratios = new Dictionary<string, double>(StringComparer.Ordinal);
        var areAnswered = true;
        foreach (var (size, observations) in Sizes)
        {
            var body = HookCall.Of(observations, TimeProvider.System.GetUtcNow());
            var isGuarded = size == "medium";
            var turns = new Dictionary<string, List<Turn>>(StringComparer.Ordinal);
            string[] targets = isGuarded ? [.. Targets, Guarded] : Targets;
            foreach (var name in targets)
                await CallAsync(name, body, length);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var name in targets)
                    (turns.TryGetValue(name, out var list) ? list : turns[name] = []).Add(await TakeAsync(name, body, length));
            }

            var (alone, walkAlone) = (new List<Load>(), new List<Load>());
            for (var round = 0; round < rounds; round++)
            {
                alone.Add(await Wrk.RunAsync(service.Url, body, 1, length));
                walkAlone.Add(await Wrk.RunAsync(UrlOf(Baselines.Walk), body, 1, length));
            }

            areAnswered &= turns.Values.SelectMany(list => list).Select(turn => turn.Load).Concat(alone).All(load => load.IsAllAnswered);
            Show(size, observations, body.Length, rounds, turns, alone, walkAlone, service.Process.ResidentMegabytes);
            double Median(string one, string other) => MedianOf(turns[one].Zip(turns[other], (mine, others) => mine.Load.PerSecond / others.Load.PerSecond));
            ratios[$"{size}/walk"] = Median(Service, Baselines.Walk);
            ratios[$"{size}/walk by processor"] = MedianOf(turns[Service].Zip(turns[Baselines.Walk], (mine, walk) => walk.UsedPerCall / mine.UsedPerCall));
            ratios[$"{size}/everything"] = Median(Service, Baselines.Everything);
            ratios[$"{size}/allocation"] = 1e6 / MedianOf(turns[Service].Select(turn => turn.AllocatedPerCall));
            ratios[$"{size}/tail"] = MedianOf(alone.Select(load => load.Median / load.P99));
            if (isGuarded)
                (ratios["medium/guarded"], ratios["medium/guarded to walk"]) = (Median(Guarded, Service), Median(Guarded, Baselines.Walk));
        }

        return Judge(ratios) > 0 || !areAnswered ? 1 : 0;

        Uri UrlOf(string name) => name == Service ? service.Url : name == Guarded ? guarded.Url : new Uri(baselines.Url, "/" + name);

        async Task<Turn> TakeAsync(string name, byte[] body, TimeSpan length)
        {
            var process = name == Service ? service.Process : name == Guarded ? guarded.Process : baselines;
            var (used, allocated) = (process.Used, name == Service ? await service.AllocatedBytesAsync() : 0);
            var load = await CallAsync(name, body, length);
            return new(load, process.Used - used, name == Service ? await service.AllocatedBytesAsync() - allocated : 0);
        }

        Task<Load> CallAsync(string name, byte[] body, TimeSpan length) => Wrk.RunAsync(
            UrlOf(name), body, Connections, length, name == Guarded ? guarded.Tokens((int)(TokensPerSecond * length.TotalSeconds), TimeProvider.System.GetUtcNow()) : null);

        // What a service is after a morning's work, and not what its compiler still does.
        async Task WarmAsync(string name)
        {
            var bodies = Array.ConvertAll(Sizes, size => HookCall.Of(size.Observations, TimeProvider.System.GetUtcNow()));
            var (before, spent, isWarm) = (await CompiledAsync(name), TimeSpan.Zero, false);
            while (!isWarm && spent < mostWarming)
            {
                foreach (var body in bodies)
                    await CallAsync(name, body, Stretch);
                spent += Stretch * bodies.Length;
                var now = await CompiledAsync(name);
                (isWarm, before) = (now - before < FewMethods, now);
            }
        }

        Task<double> CompiledAsync(string name) =>
            name == Service ? service.CompiledMethodsAsync() : name == Guarded ? guarded.CompiledMethodsAsync() : Baselines.CompiledMethodsAsync(baselines.Url);
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

    private static void Show(string size, int observations, int bytes, int rounds, Dictionary<string, List<Turn>> turns, List<Load> alone, List<Load> walkAlone, double resident)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size}: {bytes / 1000.0:F0} kB, {observations} results; {Connections} connections, medians of {rounds} turns"));
        foreach (var (name, list) in turns)
            Show(name, [.. list.Select(turn => turn.Load)], bytes, string.Create(CultureInfo.InvariantCulture, $"{MedianOf(list.Select(turn => turn.UsedPerCall)),9:F3} ms of the processor"));
        Show("one by one", alone, bytes, "");
        // How much of that tail is the machine's.
        Show("walk alone", walkAlone, bytes, "");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {MedianOf(turns[Service].Select(turn => turn.AllocatedPerCall)) / 1000:F0} kB allocated per call, {resident:F0} MB resident"));
    }

    private static void Show(string name, List<Load> loads, int bytes, string more) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-12}{MedianOf(loads.Select(load => load.PerSecond)),9:F0} calls/s{MedianOf(loads.Select(load => load.Median.TotalMilliseconds)),9:F2} ms p50{MedianOf(loads.Select(load => load.P99.TotalMilliseconds)),9:F2} ms p99{MedianOf(loads.Select(load => load.PerSecond)) * bytes / 1e6,9:F0} MB/s{more}"));

    private static int Judge(Dictionary<string, double> ratios)
    {
        var committed = JsonSerializer.Deserialize<Dictionary<string, Bar>>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "ratios.json")), Whole)!;
        Console.WriteLine();
        var worst = 0;
        foreach (var (name, ratio) in ratios)
        {
            if (!committed.TryGetValue(name, out var bar))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26}{ratio,8:F2}"));
                continue;
            }

            var isGross = ratio < bar.Gross;
            worst |= isGross ? 1 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26}{ratio,8:F2}   wanted {bar.Wanted,6:F2} {(ratio >= bar.Wanted ? "met" : "not met"),-8} committed {bar.Committed,6:F2}{(isGross ? "   GROSSLY WORSE" : "")}"));
        }

        return worst | (committed.Keys.All(ratios.ContainsKey) ? 0 : 1);
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <param name="Wanted">What is asked for.</param>
    /// <param name="Committed">What a full run measured with nothing beside it, when this was last committed.</param>
    /// <param name="Gross">What falls below is no noise of a busy neighbour, who takes half of any time, more of a tail, and least of bytes.</param>
    private sealed record Bar(double Wanted, double Committed, double Gross);
}
