using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace HpdCds.Benchmarks;

/// <summary>Time against the number of results: a straight line, as one pass over the body is.</summary>
internal static class Growth
{
    private const int Times = 7;

    // After so many calls with a thousand results nothing is compiled any more.
    private const int WarmingCalls = 600;

    // From here on what does not grow is small beside what does.
    private const int FirstOfSlope = 5000;

    private static readonly int[] Numbers = [1, 10, 100, 1000, 5000, 10_000, 25_000, 50_000];

    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync();
        await using var baselines = await MeasuredProcess.StartAsync(typeof(Baselines).Assembly.Location, url => ["baselines", url]);
        await using var service = await MeasuredService.StartAsync(program);
        var warming = HookCall.Of(1000, TimeProvider.System.GetUtcNow());
        for (var call = 0; call < WarmingCalls; call++)
        {
            await TimeAsync(new Uri(baselines.Url, "/" + Baselines.Walk), warming);
            await TimeAsync(service.Url, warming);
        }

        var slope = new List<(double Megabytes, TimeSpan Walk, TimeSpan Answer)>();
        Console.WriteLine("results      body MB    walk ms  service ms   service/walk   us per result   resident MB");
        foreach (var number in Numbers)
        {
            var body = HookCall.Of(number, TimeProvider.System.GetUtcNow());
            var (walk, answer) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
            for (var time = 0; time < Times; time++)
            {
                walk = Less(walk, await TimeAsync(new Uri(baselines.Url, "/" + Baselines.Walk), body));
                answer = Less(answer, await TimeAsync(service.Url, body));
            }

            if (number >= FirstOfSlope)
                slope.Add((body.Length / 1e6, walk, answer));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number,7}{body.Length / 1e6,13:F2}{walk.TotalMilliseconds,11:F2}{answer.TotalMilliseconds,12:F2}{answer / walk,15:F2}{answer.TotalMicroseconds / number,16:F2}{service.Process.ResidentMegabytes,14:F0}"));
        }

        var (first, last) = (slope[0], slope[^1]);
        var megabytes = last.Megabytes - first.Megabytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"each MB more: walk {(last.Walk - first.Walk).TotalMilliseconds / megabytes:F2} ms, service {(last.Answer - first.Answer).TotalMilliseconds / megabytes:F2} ms"));
        return 0;
    }

    private static async Task<TimeSpan> TimeAsync(Uri url, byte[] body)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var since = Stopwatch.GetTimestamp();
        using var answer = await http.PostAsync(url, content);
        await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(since);
    }

    private static TimeSpan Less(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
