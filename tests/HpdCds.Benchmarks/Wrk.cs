using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace HpdCds.Benchmarks;

/// <summary>What one run of wrk saw.</summary>
/// <param name="Statuses">How often each status came.</param>
/// <param name="Broken">Connections that were refused, broken off or not answered in time.</param>
internal sealed record Load(long Requests, double PerSecond, TimeSpan Median, TimeSpan P99, IReadOnlyDictionary<int, long> Statuses, long Broken)
{
    public bool IsAllAnswered => Requests > 0 && Broken == 0 && Statuses.Keys.All(status => status == 200);
}

/// <summary>The load, from the second core.</summary>
internal static partial class Wrk
{
    private const int MostBytes = 48_000_000;

    // Counted by hand, because wrk itself counts only errors, and not which.
    private const string Counting = """
        local counts = {}
        function response(status) counts[status] = (counts[status] or 0) + 1; told = "" for s, n in pairs(counts) do told = told .. s .. "=" .. n .. "," end end
        local all = {}
        function setup(thread) table.insert(all, thread) end
        function done(summary, latency)
          for _, thread in ipairs(all) do io.write("statuses ", thread:get("told") or "", "\n") end
          local e = summary.errors
          io.write(string.format("seen %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.timeout))
        end
        """;

    /// <param name="tokens">One for each call, where callers must say who they are.</param>
    public static async Task<Load> RunAsync(Uri url, byte[] body, int connections, TimeSpan duration, IReadOnlyList<string>? tokens = null)
    {
        var folder = Directory.CreateTempSubdirectory("hpdcds-wrk-");
        try
        {
            var (bodyFile, tokenFile, script) = (Path.Combine(folder.FullName, "body.json"), Path.Combine(folder.FullName, "tokens"), Path.Combine(folder.FullName, "call.lua"));
            await File.WriteAllBytesAsync(bodyFile, body);
            await File.WriteAllLinesAsync(tokenFile, tokens ?? []);
            await File.WriteAllTextAsync(script, Script(bodyFile, tokenFile, hasTokens: tokens is not null));
            var seconds = Math.Max(1, (int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var start = new ProcessStartInfo("taskset", ["-c", "1", "wrk", "-t", "1", "-c", connections.ToString(CultureInfo.InvariantCulture), "-d", seconds + "s", "--timeout", "30s", "-s", script, url.AbsoluteUri])
            {
                RedirectStandardOutput = true,
            };
            using var wrk = Process.Start(start)!;
            var said = await wrk.StandardOutput.ReadToEndAsync();
            await wrk.WaitForExitAsync();
            return wrk.ExitCode == 0 ? Read(said) : throw new InvalidOperationException($"wrk failed: {said}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Every call is about another patient, until the memory for their bodies is used up: a store finds little of each, as in life.
    private static string Script(string body, string tokens, bool hasTokens)
    {
        var script = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"local f = io.open(\"{body}\", \"rb\"); wrk.method = \"POST\"; local one = f:read(\"*a\"); f:close()")
            .AppendLine("wrk.headers[\"Content-Type\"] = \"application/json\"")
            .AppendLine(CultureInfo.InvariantCulture, $"local bodies = {{}}; for i = 1, math.max(1, math.min(9999, math.floor({MostBytes} / #one))) do bodies[i] = one:gsub(\"{HookCall.Patient}\", string.format(\"{HookCall.PatientOf}\", i)) end; local at = 0")
            .AppendLine(Counting);
        if (hasTokens)
        {
            script.AppendLine(CultureInfo.InvariantCulture, $"local tokens = {{}}; for line in io.lines(\"{tokens}\") do tokens[#tokens + 1] = line end")
                .AppendLine("function request() at = at + 1; if not tokens[at] then wrk.thread:stop() end; wrk.headers[\"Authorization\"] = \"Bearer \" .. (tokens[at] or \"\"); return wrk.format(nil, nil, nil, bodies[at % #bodies + 1]) end");
        }
        else
        {
            script.AppendLine("function request() at = at + 1; return wrk.format(nil, nil, nil, bodies[at % #bodies + 1]) end");
        }

        return script.ToString();
    }

    private static Load Read(string said)
    {
        var seen = Seen().Match(said);
        if (!seen.Success)
            throw new InvalidOperationException($"wrk said: {said}");
        long Number(string name) => long.Parse(seen.Groups[name].Value, CultureInfo.InvariantCulture);
        var statuses = Status().Matches(said).GroupBy(match => int.Parse(match.Groups["status"].Value, CultureInfo.InvariantCulture))
            .ToDictionary(same => same.Key, same => same.Sum(match => long.Parse(match.Groups["times"].Value, CultureInfo.InvariantCulture)));
        return new(Number("requests"), Number("requests") * 1e6 / Number("duration"), TimeSpan.FromMicroseconds(Number("median")), TimeSpan.FromMicroseconds(Number("p99")), statuses, Number("broken"));
    }

    [GeneratedRegex("^seen (?<requests>\\d+) (?<duration>\\d+) (?<median>\\d+) (?<p99>\\d+) (?<broken>\\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Seen();

    [GeneratedRegex("(?<status>\\d{3})=(?<times>\\d+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Status();
}
