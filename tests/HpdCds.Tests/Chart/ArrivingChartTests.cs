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
/// What the service keeps of a body while it comes gives the chart that the whole body gives: every golden case, and thousands in
/// which resources were damaged, doubled, moved to another patient or given codes that nobody looks for.
/// </summary>
public sealed class ArrivingChartTests
{
    private const int Bodies = 1500;
    private const string Server = "http://localhost:5080/fhir";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "PFD-07")]
    public async Task A_chart_is_the_same_whether_its_body_was_looked_into_as_it_came_or_whole()
    {
        await using var service = await RunningService.StartAsync(Server, withSmallCodeSets: false);
        var bodies = GoldenCase.All.Select(golden => Json.WithoutAccess(golden.Request, Server)?.ToJsonString(Readable)).OfType<string>().Where(IsAnswered).ToArray();
        var differences = new List<string>();
        for (var at = 0; at < bodies.Length + Bodies; at++)
        {
            var dice = new Random(at);
            var body = at < bodies.Length ? bodies[at] : Changed(bodies[dice.Next(bodies.Length)], dice);
            var (pieces, whole) = (await ChartAsync(service, body, dice), await ChartAsync(service, body, null));
            if (pieces != whole)
                differences.Add($"{body}\n  as it came {pieces}\n  whole      {whole}");
        }

        Assert.True(bodies.Length > 500, FormattableString.Invariant($"{bodies.Length} bodies"));
        Assert.Empty(differences.Take(3));

        bool IsAnswered(string request)
        {
            try
            {
                service.Request(request);
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
            prefetch["chemistry"] = Series(dice);
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

        return body.ToJsonString(Readable);
    }

    // Newest first, as the search asks, so that it is known down to which day nothing is missing.
    private static JsonNode Series(Random dice) => JsonNode.Parse(Json.Bundle([.. Enumerable.Range(0, dice.Next(4, 12)).Select(at =>
        Json.Observation(FormattableString.Invariant($"s{at}"), dice.Next(4) == 0 ? Json.Ldh : "2823-3", FormattableString.Invariant($"2026-09-{30 - (at * 2)}T08:00:00Z")))]))!;

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
                resource["effectiveDateTime"] = (string[])["2026-10-01", "2026-1\u0030-01", "soon", "", "2024"] is var times ? times[dice.Next(times.Length)] : null;
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
    private static async Task<string> ChartAsync(RunningService service, string body, Random? dice)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var arriving = service.Services.GetRequiredService<ChartReader>().Arriving(bytes.Length, least: dice?.Next(1, 5000) ?? ArrivingBody.Enough);
        try
        {
            if (dice is null)
                return JsonSerializer.Serialize(await service.ChartAsync(Envelope.Read(bytes)), Readable);
            for (var at = 0; at < bytes.Length;)
            {
                var piece = Math.Min(dice.Next(1, 8000), bytes.Length - at);
                arriving.Add(bytes.AsSpan(at, piece));
                at += piece;
            }

            return JsonSerializer.Serialize(await service.ChartAsync(arriving.End()), Readable);
        }
        catch (RefusedException refused)
        {
            return refused.Reply.Diagnostics;
        }
    }
}
