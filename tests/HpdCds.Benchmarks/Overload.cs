using System.Globalization;

namespace HpdCds.Benchmarks;

/// <summary>A minute of three times what it can do: it refuses clearly, keeps its memory, and is itself again at once.</summary>
internal static class Overload
{
    private const int Saturating = 4;

    // What one EHR may have under way, as shipped.
    private const int AtOnce = 64;
    private const int Few = 500;
    private const int Many = 15_000;

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);
    private static readonly int[] Expected = [200, 429, 503];

    /// <returns>1 when anything but answers, 429 and 503 came, or the service ended.</returns>
    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync();
        // Only who says who he is has limits of his own: an open service is for one machine.
        await using var service = await MeasuredService.StartAsync(program, isGuarded: true, hasLimits: true);
        IReadOnlyList<string> Tokens(int number) => service.Tokens(number, TimeProvider.System.GetUtcNow());
        var body = HookCall.Of(1500, TimeProvider.System.GetUtcNow());
        await Wrk.RunAsync(service.Url, body, Saturating, Turn, Tokens(Few));
        var before = await Wrk.RunAsync(service.Url, body, 1, Turn, Tokens(Few));
        Show("before", before, service);
        var during = await Wrk.RunAsync(service.Url, body, AtOnce * 3, Minute, Tokens(Many));
        Show("during", during, service);
        var after = await Wrk.RunAsync(service.Url, body, 1, Turn, Tokens(Few));
        Show("after", after, service);
        var strange = during.Statuses.Keys.Except(Expected).ToArray();
        return strange.Length > 0 || service.Process.HasEnded || !after.IsAllAnswered ? 1 : 0;
    }

    private static void Show(string when, Load load, MeasuredService service) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{when,-8}{load.PerSecond,8:F0} calls/s{load.Median.TotalMilliseconds,9:F1} ms p50{load.P99.TotalMilliseconds,9:F1} ms p99  {string.Join(", ", load.Statuses.Select(status => $"{status.Key}: {status.Value}"))}  {service.Process.ResidentMegabytes:F0} MB"));
}
