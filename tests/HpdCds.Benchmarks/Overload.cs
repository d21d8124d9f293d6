using System.Globalization;

namespace HpdCds.Benchmarks;

/// <summary>A minute of three times what it can do: it refuses clearly, keeps its memory, and is itself again at once.</summary>
internal static class Overload
{
    private const int Saturating = 4;

    // Fewer than as shipped (64): one core and this load never had so many under way, and a limit that is not reached shows nothing.
    private const int AtOnce = 8;
    private const int Few = 500;
    private const int Many = 40_000;

    // Of the median alone before the load, in the first second after it; and of the memory in the middle third of it.
    private const double MostAfter = 3;
    private const double MostMore = 1.1;

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AtOnceAfter = TimeSpan.FromSeconds(1);
    private static readonly int[] Expected = [200, 429, 503];

    /// <returns>1 where there is a fault, which is said.</returns>
    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync();
        // Only who says who he is has limits of his own: an open service is for one machine.
        await using var service = await MeasuredService.StartAsync(program, isGuarded: true, AtOnce);
        IReadOnlyList<string> Tokens(int number) => service.Tokens(number, TimeProvider.System.GetUtcNow());
        var body = HookCall.Of(1500, TimeProvider.System.GetUtcNow());
        await Wrk.RunAsync(service.Url, body, Saturating, Warming, Tokens(Many));
        var before = await Wrk.RunAsync(service.Url, body, 1, Turn, Tokens(Few));
        Show("before", before, service);
        var forAfter = Tokens(Few);
        var load = Wrk.RunAsync(service.Url, body, AtOnce * 3, Minute, Tokens(Many));
        var memory = await WatchAsync(service, load);
        var during = await load;
        var after = await Wrk.RunAsync(service.Url, body, 1, AtOnceAfter, forAfter);
        Show("during", during, service);
        Show("after", after, service);
        Console.WriteLine("resident MB, every five seconds: " + string.Join(' ', memory.Select(megabytes => megabytes.ToString("F0", CultureInfo.InvariantCulture))));
        var third = memory.Count / 3;
        string[] faults =
        [
            .. during.Statuses.Keys.Except(Expected).Select(status => string.Create(CultureInfo.InvariantCulture, $"status {status}")),
            .. Fault(during.Broken > 0, "connections broke"),
            .. Fault(!during.Statuses.ContainsKey(StatusCodes.Status429TooManyRequests), "nothing was refused"),
            .. Fault(service.Process.HasEnded, "the service ended"),
            .. Fault(!after.IsAllAnswered, "not all was answered afterwards"),
            .. Fault(third == 0, "the load ended early"),
            .. Fault(third > 0 && memory[^third..].Average() > MostMore * memory[third..^third].Average(), "memory went on growing"),
            .. Fault(after.Median > MostAfter * before.Median, "it was slow for more than a moment"),
        ];
        Console.WriteLine(faults.Length == 0 ? "as it should be" : "FAULTS: " + string.Join(", ", faults));
        return faults.Length == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Fault(bool isFault, string what) => isFault ? [what] : [];

    private static async Task<List<double>> WatchAsync(MeasuredService service, Task load)
    {
        var seen = new List<double>();
        while (!load.IsCompleted)
        {
            seen.Add(service.Process.ResidentMegabytes);
            await Task.WhenAny(load, Task.Delay(TimeSpan.FromSeconds(5)));
        }

        return seen;
    }

    private static void Show(string when, Load load, MeasuredService service) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{when,-8}{load.PerSecond,8:F0} calls/s{load.Median.TotalMilliseconds,9:F1} ms p50{load.P99.TotalMilliseconds,9:F1} ms p99  {string.Join(", ", load.Statuses.Select(status => $"{status.Key}: {status.Value}"))}  {service.Process.ResidentMegabytes:F0} MB"));
}
