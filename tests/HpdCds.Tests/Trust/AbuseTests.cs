using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Trust;

/// <summary>Many thousand damaged bodies through the whole service but the network. Each has a number, so that one that matters can be made again.</summary>
[Collection(nameof(Alone))]
public sealed partial class AbuseTests
{
    private const int Bodies = 50_000;

    private static readonly string[] Whole =
    [
        Json.Call(prefetch: """{"problems":null}"""),
        Json.Call("order-select", $$"""{"patient":{{Json.Patient()}},"problems":{{Json.Bundle(Json.Condition("c"), Json.Outcome("warning"))}} }"""),
        Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a"), Json.Observation("b", "1751-7"))}},"medications":{{Json.Bundle(Json.Order("old"))}} }"""),
        Json.Call(server: "http://localhost:5080/fhir", expiresIn: 0),
    ];

    private static readonly string[] Poison =
    [
        "null", "[]", "{}", "\"\"", "-0", "1e999", "1e-999", "9999999999999999999999999999999999999999", "0.1e", "\"\\ud800\"", "\"\\u0000\"", "\"\u202e\u200b\"", "\"../../etc/passwd\"",
        "\"{{context.patientId}}\"", "\"'; DROP TABLE x; --\"", "\"<script>\"", "true", "[[[[[[[[[[]]]]]]]]]]", "{\"resourceType\":\"Bundle\",\"entry\":[null,7,{}]}", "{\"a\":1,\"a\":2}",
        "\"0000-00-00\"", "\"9999-12-31T23:59:60Z\"", "\"2026-11-01T12:00:00+99:99\"", "{\"reference\":\"#\"}", "{\"coding\":[null,{\"code\":null}]}",
    ];

    [Fact]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "REQ-15")]
    [Trait("Req", "ERR-10")]
    public async Task Fifty_thousand_damaged_bodies_end_nothing_and_break_nothing()
    {
        var log = new LogLines();
        await using var app = HpdCdsService.Build(["--environment", "Development"], builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders().AddProvider(log).AddFilter<LogLines>(null, LogLevel.Error);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        // Some bodies name the sandbox's server, where nobody listens. The time runs, so every wait for it must end.
        client.Timeout = TimeSpan.FromMinutes(1);
        var counts = new AbuseCount(app.Services);
        var broken = new ConcurrentQueue<int>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Bodies), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (number, stop) =>
        {
            using var content = new ByteArrayContent(Damage(number));
            content.Headers.ContentType = new("application/json");
            using var response = await client.PostAsync("/cds-services/hpd-risk", content, stop);
            counts.Note((int)response.StatusCode);
            if ((int)response.StatusCode >= 500)
                broken.Enqueue(number);
        });

        Assert.True(broken.IsEmpty, $"Bodies {string.Join(", ", broken)} broke something: {string.Join('\n', log.Of("HpdCds.Hooks.LastResort").SelectMany(line => line.Values))}");
        counts.PrintAndCheck("Damaged bodies");
        Assert.Equal(Bodies, counts.All);
        Assert.True(counts.Of(200) > Bodies / 10 && counts.Of(400) > Bodies / 10, "The damage is either too small or too large to test anything");
    }

    private static byte[] Damage(int number)
    {
        var random = new Random(number);
        var text = Whole[random.Next(Whole.Length)];
        // Every second body stays JSON, so that the damage gets beyond the first look.
        var isJson = number % 2 == 0;
        for (var times = random.Next(1, 4); times > 0; times--)
            text = isJson ? PoisonText(text, random) : DamageText(text, random);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (isJson)
            return bytes;
        if (number % 4 == 1)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return number % 9 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static string PoisonText(string text, Random random)
    {
        var values = AValue().Matches(text);
        var value = values[random.Next(values.Count)];
        return $"{text[..value.Index]}{Poison[random.Next(Poison.Length)]}{text[(value.Index + value.Length)..]}";
    }

    [GeneratedRegex("""(?<=[:\[,]\s*)("[^"\\]*"(?!\s*:)|-?[0-9.]+|null|true)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AValue();

    private static string DamageText(string text, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(6))
        {
            case 0:
                var colon = text.IndexOf(':', at);
                var end = colon < 0 ? -1 : text.IndexOfAny([',', '}', ']'], colon);
                return end < 0 ? text : $"{text[..(colon + 1)]}{Poison[random.Next(Poison.Length)]}{text[end..]}";
            case 1:
                return text.Remove(at, Math.Min(random.Next(1, 40), text.Length - at));
            case 2:
                var length = Math.Min(random.Next(1, 200), text.Length - at);
                return text.Insert(random.Next(text.Length), text.Substring(at, length));
            case 3:
                var quote = text.IndexOf('"', at);
                return quote < 0 ? text : text.Insert(quote + 1, random.Next(2) == 0 ? "\\u0000" : "x");
            case 4:
                return text.Insert(at, Poison[random.Next(Poison.Length)]);
            default:
                var other = Whole[random.Next(Whole.Length)];
                return text[..at] + other[random.Next(other.Length)..];
        }
    }
}
