using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Chart;

/// <summary>
/// What the service keeps of a body while it comes gives the chart that the whole body gives: every golden case of both services, and
/// thousands in which resources were damaged, doubled, moved to another patient or given codes that nobody looks for.
/// </summary>
public sealed class ArrivingChartTests
{
    private const int Bodies = 1500;
    private const string Afp = "1834-1";
    private const string ToEscape = "2026-1#-01";
    private const string Server = "http://localhost:5080/fhir";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    [Theory]
    [InlineData(HookCatalogue.Risk, 500)]
    [InlineData(HookCatalogue.Growth, 30)]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "PFD-07")]
    public async Task A_chart_is_the_same_whether_its_body_was_looked_into_as_it_came_or_whole(string of, int fewest)
    {
        await using var service = await RunningService.StartAsync(Server, withSmallCodeSets: false);
        var cases = of == HookCatalogue.Growth ? GoldenCase.OfGrowth : GoldenCase.All;
        var bodies = cases.Select(golden => Json.WithoutAccess(golden.Request, Server)?.ToJsonString(Readable)).OfType<string>().Where(IsAnswered).ToArray();
        var (differences, charts) = (new List<string>(), 0);
        for (var at = 0; at < bodies.Length + Bodies; at++)
        {
            var dice = new Random(at);
            var body = at < bodies.Length ? bodies[at] : Changed(bodies[dice.Next(bodies.Length)], dice);
            var (pieces, whole) = (await ChartAsync(service, of, body, dice), await ChartAsync(service, of, body, null));
            charts += whole.IsChart ? 1 : 0;
            if (pieces != whole)
                differences.Add($"{body}\n  as it came {pieces}\n  whole      {whole}");
        }

        Assert.True(bodies.Length > fewest, FormattableString.Invariant($"{bodies.Length} bodies"));
        Assert.True(charts > (bodies.Length + Bodies) * 3 / 4, FormattableString.Invariant($"{charts} charts"));
        Assert.Empty(differences.Take(3));

        bool IsAnswered(string request)
        {
            try
            {
                service.Request(Envelope.Read(Encoding.UTF8.GetBytes(request)), of);
                return true;
            }
            catch (RefusedException)
            {
                return false;
            }
        }
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public async Task Of_results_that_nobody_looks_for_nothing_is_kept_but_that_they_came()
    {
        await using var service = await RunningService.StartAsync(Server, withSmallCodeSets: false);
        var results = Enumerable.Range(0, 300).Select(at => Json.Observation(FormattableString.Invariant($"r{at}"), at % 10 == 0 ? Json.Ldh : "2823-3"));
        var body = Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle([.. results])}} }""");
        using var arriving = service.Services.GetRequiredService<ChartReader>().Arriving(body.Length);
        arriving.Add(Encoding.UTF8.GetBytes(body));

        var walk = arriving.End().Walked["chemistry"];

        Assert.Equal(30, walk.Entries.Count);
        Assert.Equal(0, walk.EntriesWithoutResource);
    }

    private static string Changed(string request, Random dice)
    {
        var body = JsonNode.Parse(request)!;
        if (body["prefetch"] is not JsonObject prefetch)
            return request;
        if (dice.Next(3) == 0)
            (prefetch["chemistry"], prefetch["markers"]) = (Series(dice, Json.Ldh), Series(dice, Afp));
        foreach (var entries in prefetch.Select(pair => pair.Value is JsonObject value ? value["entry"] : null).OfType<JsonArray>().Where(list => list.Count > 0).ToArray())
        {
            try
            {
                for (var change = dice.Next(3); change > 0; change--)
                    Change(entries, dice);
            }
            catch (ArgumentException)
            {
                // Damaged before, so that it says something twice: that is change enough.
            }
        }

        return body.ToJsonString(Readable).Replace(ToEscape, @"2026-1\u0030-01", StringComparison.Ordinal);
    }

    // Newest first, as the search asks, so that it is known down to which day nothing is missing.
    private static JsonNode Series(Random dice, string wanted) => JsonNode.Parse(Json.Bundle([.. Enumerable.Range(0, dice.Next(4, 12)).Select(at =>
        Json.Observation(FormattableString.Invariant($"s{at}"), dice.Next(4) == 0 ? wanted : "2823-3", FormattableString.Invariant($"2026-09-{30 - (at * 2)}T08:00:00Z")))]))!;

    private static void Change(JsonArray entries, Random dice)
    {
        var entry = entries[dice.Next(entries.Count)];
        var resource = entry is JsonObject members ? members["resource"] as JsonObject : null;
        switch (dice.Next(8))
        {
            case 0 when entry is not null:
                entries.Insert(dice.Next(entries.Count), entry.DeepClone());
                break;
            case 1 when resource is not null:
                resource["subject"] = new JsonObject { ["reference"] = "Patient/somebody-else" };
                break;
            case 2 when resource is not null:
                resource.Remove("subject");
                break;
            case 3 when resource is not null:
                resource["code"] = JsonNode.Parse("""{"coding":[{"system":"http://loinc.org","code":"2823-3"}]}""");
                break;
            case 4 when resource is not null:
                resource["effectiveDateTime"] = (string[])["2026-10-01", ToEscape, "soon", "", "2024"] is var times ? times[dice.Next(times.Length)] : null;
                break;
            case 5 when resource is not null:
                resource.Remove("id");
                break;
            case 6 when resource is not null && ResourceDamage.NodeOf(resource, dice) is { } damaged:
                entry!["resource"] = damaged;
                break;
            default:
                entries.Insert(dice.Next(entries.Count), dice.Next(2) == 0 ? null : new JsonObject { ["search"] = new JsonObject { ["mode"] = "outcome" } });
                break;
        }
    }

    /// <param name="dice">How the body is cut into pieces; it comes whole where there are none.</param>
    private static async Task<(bool IsChart, string Text)> ChartAsync(RunningService service, string of, string body, Random? dice)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        try
        {
            var chart = dice is null ? await service.ChartAsync(Envelope.Read(bytes), of) : await InPiecesAsync(service, of, bytes, dice);
            OverwriteWhatIsLent();
            return (true, JsonSerializer.Serialize(chart, Readable));
        }
        catch (RefusedException refused)
        {
            return (false, refused.Reply.ToString());
        }
    }

    private static async Task<PatientChart> InPiecesAsync(RunningService service, string of, byte[] bytes, Random dice)
    {
        using var arriving = service.Services.GetRequiredService<ChartReader>().Arriving(bytes.Length, least: dice.Next(1, 5000));
        for (var at = 0; at < bytes.Length;)
        {
            var piece = Math.Min(dice.Next(1, 8000), bytes.Length - at);
            arriving.Add(bytes.AsSpan(at, piece));
            at += piece;
        }

        return await service.ChartAsync(arriving.End(), of);
    }

    // As the next calls do: a chart that still points there would say what they say.
    private static void OverwriteWhatIsLent()
    {
        var lent = Enumerable.Range(0, 9).SelectMany(size => Enumerable.Range(0, 4).Select(_ => ArrayPool<byte>.Shared.Rent(8192 << size))).ToArray();
        foreach (var memory in lent)
        {
            Array.Fill(memory, (byte)'x');
            ArrayPool<byte>.Shared.Return(memory);
        }
    }
}
