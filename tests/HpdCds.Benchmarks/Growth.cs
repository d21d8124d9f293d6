using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace HpdCds.Benchmarks;

/// <summary>Time and memory against the number of results: a straight line as one pass over the body is, and what is kept.</summary>
internal static class Growth
{
    private const int Times = 7;

    // Time for each result more, from here to the end, beside that from the first of the slope to here.
    private const int Middle = 10_000;

    // From here on what does not grow is small beside what does.
    private const int FirstOfSlope = 5000;

    // A line that bends by more is none. Quadratic would be five times as steep.
    private const double MostBend = 2;

    // Of each byte of body; a service that keeps bodies takes several.
    private const double MostKept = 1.5;

    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(20);
    private static readonly int[] Numbers = [1, 10, 100, 1000, FirstOfSlope, Middle, 25_000, 50_000];

    /// <returns>1 where the line bends, or memory follows the body.</returns>
    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync();
        await using var baselines = await MeasuredProcess.StartAsync(typeof(Baselines).Assembly.Location, url => ["baselines", url]);
        await using var service = await MeasuredService.StartAsync(program);
        var walk = new Uri(baselines.Url, "/" + Baselines.Walk);
        // Each by small bodies and by large ones: a loop over a large one is compiled while it runs, and not as well.
        foreach (var url in (Uri[])[walk, service.Url])
            await WarmAsync(url);

        var points = new List<Point>();
        Console.WriteLine("results      body MB    walk ms  service ms   service/walk   us per result   resident MB");
        foreach (var number in Numbers)
        {
            var point = await MeasureAsync(number, walk, service);
            points.Add(point);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number,7}{point.Megabytes,13:F2}{point.Walk.TotalMilliseconds,11:F2}{point.Answer.TotalMilliseconds,12:F2}{point.Answer / point.Walk,15:F2}{point.Answer.TotalMicroseconds / number,16:F2}{point.Resident,14:F0}"));
        }

        Point At(int results) => points.Single(point => point.Results == results);
        var (first, middle, last) = (At(FirstOfSlope), At(Middle), points[^1]);
        var bend = Slope(middle, last, point => point.Answer) / Slope(first, middle, point => point.Answer);
        var kept = (last.Resident - first.Resident) / (last.Megabytes - first.Megabytes);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"each MB more, from {FirstOfSlope} results to {Numbers[^1]}: walk {Slope(first, last, point => point.Walk):F2} ms, service {Slope(first, last, point => point.Answer):F2} ms, {kept:F2} MB resident; beyond {Middle} {bend:F2} times as steep as before"));
        return bend > MostBend || kept > MostKept ? 1 : 0;
    }

    /// <summary>The best of several calls of each, by turns.</summary>
    private sealed record Point(int Results, double Megabytes, TimeSpan Walk, TimeSpan Answer, double Resident);

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

    private static async Task WarmAsync(Uri url)
    {
        var bodies = Array.ConvertAll([8, 1000, Middle], number => HookCall.Of(number, TimeProvider.System.GetUtcNow()));
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
