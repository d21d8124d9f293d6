using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace HpdCds.Benchmarks;

/// <summary>Time and memory against the number of results: a straight line as one pass over the body is, and what is kept.</summary>
internal static class Growth
{
    private const int Times = 7;

    // From here on what does not grow is small beside what does.
    private const int FirstOfSlope = 5000;

    // At the end, of what it is there. Both are called by turns: a neighbour slows both, and what grows faster than the body does not hide.
    private const double MostBend = 2;

    // Of the walk's own, which does nothing but look.
    private const double MostSlope = 3;

    // Of each byte of body; a service that keeps bodies takes several.
    private const double MostKept = 1.5;

    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(20);
    private static readonly int[] Small = [8, 1000];
    private static readonly int[] Numbers = [1, 10, 100, 1000, FirstOfSlope, 10_000, 25_000, 50_000];

    /// <returns>1 where time grows faster than the walk's, or memory with the body.</returns>
    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync();
        await using var baselines = await MeasuredProcess.StartAsync(typeof(Baselines).Assembly.Location, url => ["baselines", url]);
        await using var service = await MeasuredService.StartAsync(program);
        var walk = new Uri(baselines.Url, "/" + Baselines.Walk);
        await WarmAsync(service.Url, Small);
        var before = service.Process.ResidentMegabytes;
        // A loop over a large body is compiled while it runs, and not as well as one that is known.
        foreach (var url in (Uri[])[walk, service.Url])
            await WarmAsync(url, [.. Small, FirstOfSlope]);

        var points = new List<Point>();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before:F0} MB resident after small calls"));
        Console.WriteLine("results      body MB    walk ms  service ms   service/walk   us per result   resident MB");
        foreach (var number in Numbers)
        {
            var point = await MeasureAsync(number, walk, service);
            points.Add(point);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number,7}{point.Megabytes,13:F2}{point.Walk.TotalMilliseconds,11:F2}{point.Answer.TotalMilliseconds,12:F2}{point.OfWalk,15:F2}{point.Answer.TotalMicroseconds / number,16:F2}{point.Resident,14:F0}"));
        }

        var (first, last) = (points.Single(point => point.Results == FirstOfSlope), points[^1]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"each MB more, from {first.Results} results on: walk {Slope(first, last, point => point.Walk):F2} ms, service {Slope(first, last, point => point.Answer):F2} ms"));
        var isBent = Exceeds("service/walk at the end, of what it is at the first of the slope", last.OfWalk / first.OfWalk, MostBend);
        var isSteep = Exceeds("slope of the service, of the walk's", Slope(first, last, point => point.Answer) / Slope(first, last, point => point.Walk), MostSlope);
        var isFull = Exceeds("MB resident for each MB of the largest body", (last.Resident - before) / last.Megabytes, MostKept);
        return isBent || isSteep || isFull ? 1 : 0;
    }

    private static bool Exceeds(string what, double value, double most)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:F2}, at most {most:F2}{(value > most ? "   TOO MUCH" : "")}"));
        return value > most;
    }

    /// <summary>The best of several calls of each, by turns.</summary>
    private sealed record Point(int Results, double Megabytes, TimeSpan Walk, TimeSpan Answer, double Resident)
    {
        public double OfWalk => Answer / Walk;
    }

    private static async Task<Point> MeasureAsync(int number, Uri walk, MeasuredService service)
    {
        var body = HookCall.Of(number, TimeProvider.System.GetUtcNow());
        var (walked, answered) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var time = 0; time < Times; time++)
        {
            walked = Less(walked, await TimeAsync(walk, body));
            answered = Less(answered, await TimeAsync(service.Url, body));
        }

        return new(number, body.Length / 1e6, walked, answered, service.Process.ResidentMegabytes);
    }

    private static double Slope(Point from, Point to, Func<Point, TimeSpan> time) => (time(to) - time(from)).TotalMilliseconds / (to.Megabytes - from.Megabytes);

    private static async Task WarmAsync(Uri url, int[] numbers)
    {
        var bodies = Array.ConvertAll(numbers, number => HookCall.Of(number, TimeProvider.System.GetUtcNow()));
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Warming)
        {
            foreach (var body in bodies)
                await TimeAsync(url, body);
        }
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
