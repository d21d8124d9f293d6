using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CsCheck;
using HpdCds.Reports;
using HpdCds.Store;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using HpdCds.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Reports;

/// <summary>What the safety staff of a hospital sees, and nobody else.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task Where_no_provider_is_configured_there_are_no_reports()
    {
        await using var service = await RunningService.StartAsync();

        foreach (var path in new[] { "/reports", "/reports.csv", "/reports.json" })
            Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Only_a_token_of_the_provider_for_us_with_the_role_opens_them()
    {
        await using var site = await ReportingSite.StartAsync();

        Assert.Equal(401, await site.StatusAsync(null));
        Assert.Equal(401, await site.StatusAsync("nonsense"));
        Assert.Equal(401, await site.StatusAsync(site.Token(aud: "somebody-else")));
        Assert.Equal(401, await site.StatusAsync(site.Token(iss: TestIssuer.Name)));
        Assert.Equal(401, await site.StatusAsync(site.Token(age: TimeSpan.FromHours(2))));
        Assert.Equal(403, await site.StatusAsync(site.Token(roles: ["clinician"])));
        Assert.Equal(403, await site.StatusAsync(site.Token(roles: ["CDS-SAFETY"])));
        Assert.Equal(200, await site.StatusAsync(site.Token()));
        Assert.Equal(200, await site.StatusAsync(site.Token(roles: ["clinician", "cds-safety"])));
    }

    [Fact]
    [Trait("Req", "FBK-08")]
    public async Task A_report_counts_first_doses_and_what_became_of_their_cards()
    {
        await using var site = await ReportingSite.StartAsync();
        site.Add(30, "none");
        var warned = site.Add(20, "warning");
        site.Add(7, "info");
        site.Add(2, "cannot-be-assessed");
        site.Add(9, "repeat");
        site.Add(6, "info", isFirst: false);
        site.Tell(warned.Take(11), "overridden", "risk-benefit-ratio");
        site.Tell(warned.Skip(11).Take(4), "accepted");
        site.Tell(Enumerable.Range(0, 5).Select(at => $"orphan-{at}"), "overridden");

        var report = await site.JsonAsync(doses: 68);

        Assert.Equal([70, 30, 5, 20, null, 0, 10, 0], Row(report, "by-hook", "order-sign"));
        Assert.Equal(Row(report, "by-hook", "order-sign"), Row(report, "by-week", "all"));
        Assert.Equal(10, Row(report, "answers", "warning")[2]);
        Assert.Null(Row(report, "answers", "warning")[1]);
        Assert.Null(Row(report, "answers", "cannot-be-assessed")[0]);
        Assert.Equal([10L, 10], Row(report, "override-reasons", "warning"));
        Assert.Equal([70, 70, 0, 0, 0], Row(report, "factors", "nlr"));
        Assert.Equal([70L, 70], Row(report, "missing", "ldh"));
        Assert.Equal([70L, 70], Row(report, "missing-by-ehr", "test-ehr: ldh"));
        Assert.Equal(5, (long?)report["orphans"]);
        Assert.Equal((0, 0), ((long)report["lost"]!, (long)report["openRuns"]!));
        var times = report["times"]!.AsArray().Single(row => (string?)row!["name"] == "all")!;
        Assert.Equal((34, 65, 68), ((int)times["median"]!, (int)times["p95"]!, (int)times["p99"]!));
    }

    [Fact]
    public async Task What_came_of_first_doses_is_counted_by_band_and_by_the_last_answer_that_could_judge_it()
    {
        await using var site = await ReportingSite.StartAsync();
        site.AddGrown(10, "high", "not-evaluable", "met", "not-evaluable");
        site.AddGrown(15, "high", "not-evaluable");
        site.AddGrown(5, "high", "not-evaluable:no-on-treatment");
        site.AddGrown(20, "raised", "not-met");
        site.AddGrown(3, "raised", "met");
        site.AddGrown(30, "baseline");

        var report = await site.JsonAsync(doses: 83);

        // Total, met, not met, awaits its scan, not evaluable, no answer.
        Assert.Equal([30, 10, 0, 5, 15, 0], Row(report, "growth-by-band-maesaka-2022-hcc", "hpd-hcc: high"));
        Assert.Equal([25, null, 20, 0, 0, 0], Row(report, "growth-by-band-maesaka-2022-hcc", "hpd-hcc: raised"));
        Assert.Equal([30, 0, 0, 0, 0, 30], Row(report, "growth-by-band-maesaka-2022-hcc", "hpd-hcc: baseline"));
        Assert.Equal(85, Row(report, "growth-by-band-maesaka-2022-hcc", "all")[0]);
    }

    [Fact]
    public async Task First_doses_of_a_model_without_any_answer_stand_in_a_table_too()
    {
        await using var site = await ReportingSite.StartAsync();
        site.AddGrown(10, "high", "met");
        site.AddGrownBy("champiat-2017", "hpd-solid", daysToFirstDose: 3, 40, "raised");

        var report = await site.JsonAsync(doses: 50);

        Assert.Equal([40, 0, 0, 0, 0, 40], Row(report, "growth-by-band", "hpd-solid: raised"));
        Assert.Equal(10, Row(report, "growth-by-band-maesaka-2022-hcc", "all")[0]);
    }

    [Fact]
    public async Task What_came_of_first_doses_is_never_added_up_over_definitions_models_or_courses()
    {
        await using var site = await ReportingSite.StartAsync();
        site.AddGrown(10, "high", "met");
        site.AddGrownBy("champiat-2017", "hpd-solid", daysToFirstDose: 3, 15, "high", "not-met");
        // A re-challenge a year later says nothing of the course that this order began.
        site.AddGrownBy("maesaka-2022-hcc", "hpd-hcc", daysToFirstDose: 400, 20, "high", "not-met");

        var report = await site.JsonAsync(doses: 45);

        Assert.Equal([30, 10, 0, 0, 0, 20], Row(report, "growth-by-band-maesaka-2022-hcc", "hpd-hcc: high"));
        Assert.Equal([15, 0, 15, 0, 0, 0], Row(report, "growth-by-band-champiat-2017", "hpd-solid: high"));
        Assert.Equal(15, Row(report, "growth-by-band-champiat-2017", "all")[0]);
    }

    [Fact]
    public async Task The_page_and_the_table_for_programs_say_the_same_and_no_count_under_five()
    {
        await using var site = await ReportingSite.StartAsync();
        site.Add(12, "none");
        var cards = site.Add(9, "info");
        site.Add(3, "warning");
        site.Tell(cards, "overridden", "Wang Wei MRN 12345 \u0001");
        await site.JsonAsync(doses: 24);

        var csv = await site.TextAsync("/reports.csv");
        using var answer = await site.GetAsync("/reports", site.Token());
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("by-hook,order-sign,none,10,40.0\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("by-hook,order-sign,warning,<5,\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("override-reasons,info,another reason,10,100.0\r\n", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("Wang", csv + page, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("10 (40.0)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        foreach (var odd in new[] { "yesterday", "2026-Q5", "2026-11-01", "" })
            Assert.Equal(400, await site.StatusAsync(site.Token(), $"/reports?quarter={odd}"));
        Assert.Equal(200, await site.StatusAsync(site.Token(), "/reports?quarter=2025-Q1"));
    }

    [Fact]
    public async Task A_patient_counts_once_however_many_hooks_an_order_fires()
    {
        await using var site = await ReportingSite.StartAsync();
        foreach (var shown in new[] { "info", "warning", "none", "warning", "warning", "none" })
            site.AddOf("one", "order-select", shown);
        site.Add(5, "none");
        site.AddOf("one", "order-sign", "none");

        var report = await site.JsonAsync(doses: 6);

        Assert.Equal([5L, 5, 0, 0, 0, 0, 0, 0], Row(report, "by-week", "all"));
    }

    [Fact]
    public void Every_count_is_left_out_or_stands_to_the_nearest_five() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5]).SelectMany(size => Gen.Long[0, 30].Array[size.Item2].Array[size.Item1]).Sample(counts =>
        {
            var table = ReportTable.Of("t", "t", "", [.. counts[0].Select((_, at) => $"c{at}")], counts.Select((row, at) => ($"r{at}", row.ToImmutableArray())));
            var truth = counts.Prepend([.. counts[0].Select((_, column) => counts.Sum(row => row[column]))]).Select(row => row.Prepend(row.Sum()));

            Assert.All(table.Rows.SelectMany(row => row.Cells).Zip(truth.SelectMany(row => row)), cell =>
            {
                var (shown, count) = cell;
                Assert.Equal(count is > 0 and < 5, shown is null);
                Assert.True(shown is null || (shown % 5 == 0 && Math.Abs(shown.Value - count) <= 2));
            });
        });

    [Fact]
    public void A_small_count_follows_from_no_sum_of_what_is_shown()
    {
        // Whatever the one that is left out: seen are 10, 10 and a total of 20 or 25.
        var seen = Enumerable.Range(1, 4).Select(small => ReportTable.Of("t", "t", "", ["a", "b", "c"], [("r", [10, 10, small])]).Rows[1].Cells[0]).Distinct().ToArray();

        Assert.Equal([20L, 25L], seen.OfType<long>());
        Assert.All(Enumerable.Range(1, 4), small => Assert.Contains(20L, new[] { 8L, 9, 10, 11, 12 }.Select(other => ReportTable.Shown(10 + other + small))));
    }

    [Fact]
    public async Task From_a_card_to_everything_that_explains_it()
    {
        var connection = Tests.Store.StoreOfTheTests.New();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection });
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(ReportingSite.Decision("card-1", "warning", isFirst: true, milliseconds: 12));
        journal.Add(new FeedbackItem("test-ehr", "", "card-1", "overridden", RunningService.Noon, RunningService.Noon, "urn:s", "why", "", "Quagga"));
        while (journal.Waiting > 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        var (code, output, _) = await IncidentAsync(connection, "card-1");
        var told = JsonNode.Parse(output)!;

        Assert.Equal(0, code);
        Assert.Equal(("hpd-hcc", "1.0.0", "sha256:k"), ((string?)told["model"], (string?)told["model_version"], (string?)told["knowledge"]));
        Assert.Equal("unknown", (string?)told["factors"]!["ldh"]!["state"]);
        Assert.Equal("why", (string?)told["feedback"]![0]!["reason_code"]);
        Assert.DoesNotContain("Quagga", output, StringComparison.Ordinal);
        Assert.Equal(1, (await IncidentAsync(connection, "card-2")).Code);
        Assert.Equal(2, (await IncidentAsync(connection)).Code);
    }

    private static async Task<(int Code, string Output, string Errors)> IncidentAsync(string connection, params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await IncidentVerb.RunAsync(args, output, errors, builder =>
        {
            builder.Environment.EnvironmentName = "Development";
            builder.Configuration["HpdCds:Store:Connection"] = connection;
        });
        return (code, output.ToString(), errors.ToString());
    }

    private static long?[] Row(JsonNode report, string table, string row) =>
        [.. report["tables"]!.AsArray().Single(one => (string?)one!["id"] == table)!["rows"]!.AsArray().Single(one => (string?)one!["name"] == row)!["cells"]!.AsArray().Select(cell => (long?)cell)];
}

/// <summary>The service with an identity provider beside it, and a store with decisions of a test's choice.</summary>
internal sealed class ReportingSite : IAsyncDisposable
{
    private const string Audience = "hpd-reports";

    private readonly TestIssuer _issuer = new();
    private readonly WebApplication _provider;
    private RunningService? _service;
    private long _milliseconds;

    private ReportingSite()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _provider = builder.Build();
        _provider.MapGet("/.well-known/openid-configuration", () => Results.Text($$"""{"issuer":"{{Provider}}","jwks_uri":"{{Provider}}/keys"}""", "application/json"));
        _provider.MapGet("/keys", () => Results.Text(_issuer.Jwks, "application/json"));
    }

    private string Provider => _provider.Urls.First();

    public static async Task<ReportingSite> StartAsync()
    {
        var site = new ReportingSite();
        await site._provider.StartAsync(TestContext.Current.CancellationToken);
        site._service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Reports:Authority"] = site.Provider,
            ["HpdCds:Reports:Audience"] = Audience,
        });
        return site;
    }

    public static Decision Decision(string? card, string shown, bool isFirst, long milliseconds) => new()
    {
        Id = Guid.NewGuid().ToString(),
        At = RunningService.Noon.ToUnixTimeMilliseconds(),
        Card = card,
        Ehr = "test-ehr",
        Service = "hpd-risk",
        Hook = "order-sign",
        Mode = "live",
        Outcome = "card",
        Shown = shown,
        Recognition = "ici",
        Agents = "nivolumab",
        Exposure = "none",
        Tumour = "hcc",
        Version = "0.1.0",
        Knowledge = "sha256:k",
        Model = "hpd-hcc",
        ModelVersion = "1.0.0",
        BandLow = "raised",
        BandHigh = "high",
        PointsLow = 2,
        PointsHigh = 4,
        Factors = """{"nlr":{"state":"known","points":{"low":2,"high":2}},"ldh":{"state":"unknown","points":{"low":0,"high":1},"reason":"not-recorded"}}""",
        Sources = "{}",
        OutcomeLink = isFirst ? Guid.NewGuid().ToString() : null,
        Milliseconds = milliseconds,
    };

    public IReadOnlyList<string> Add(int count, string shown, bool isFirst = true)
    {
        var cards = Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString()).ToArray();
        foreach (var card in cards)
            Journal.Add(Decision(card, shown, isFirst, isFirst ? ++_milliseconds : 0));
        return cards;
    }

    public void AddOf(string patient, string hook, string shown) =>
        Journal.Add(Decision(Guid.NewGuid().ToString(), shown, isFirst: true, milliseconds: 1) with { OutcomeLink = patient, Hook = hook });

    /// <summary>First doses of a band, each followed by answers about growth: a result, with a reason where there is one.</summary>
    public void AddGrown(int count, string band, params string[] results) => AddGrownBy("maesaka-2022-hcc", "hpd-hcc", daysToFirstDose: 3, count, band, results);

    public void AddGrownBy(string definition, string model, int daysToFirstDose, int count, string band, params string[] results)
    {
        foreach (var patient in Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString()))
        {
            var dose = Decision(Guid.NewGuid().ToString(), "info", isFirst: true, milliseconds: 1) with { OutcomeLink = patient, Model = model, BandLow = band, BandHigh = band };
            Journal.Add(dose);
            var first = DateTimeOffset.FromUnixTimeMilliseconds(dose.At).AddDays(daysToFirstDose).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            foreach (var (result, day) in results.Select((result, at) => (result.Split(':'), at + 1)))
            {
                Journal.Add(dose with
                {
                    Id = Guid.NewGuid().ToString(),
                    Card = null,
                    Service = "hpd-growth",
                    Model = "hpd-growth",
                    At = dose.At + (day * 1000),
                    BandLow = null,
                    BandHigh = null,
                    Growth = $"{definition}:{result[0]}:{first}:{result.ElementAtOrDefault(1)}",
                });
            }
        }
    }

    public void Tell(IEnumerable<string> cards, string outcome, string? reason = null)
    {
        foreach (var card in cards)
            Journal.Add(new FeedbackItem("test-ehr", "", card, outcome, RunningService.Noon, RunningService.Noon, null, reason, "", null));
    }

    public string Token(string aud = Audience, string? iss = null, string[]? roles = null, TimeSpan age = default) => _issuer.Token(
        claims =>
        {
            (claims["iss"], claims["aud"]) = (iss ?? Provider, aud);
            claims["roles"] = new JsonArray([.. (roles ?? ["cds-safety"]).Select(role => (JsonNode)role)]);
        },
        now: TimeProvider.System.GetUtcNow() - age);

    public Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return _service!.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<int> StatusAsync(string? token, string path = "/reports")
    {
        using var response = await GetAsync(path, token);
        return (int)response.StatusCode;
    }

    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path, Token());
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The report, once it has so many first doses, as they are shown, and everything after them.</summary>
    public async Task<JsonNode> JsonAsync(int doses)
    {
        while (Journal.Waiting > 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var report = JsonNode.Parse(await TextAsync("/reports.json"))!;
        Assert.Equal(ReportTable.Shown(doses), (long?)report["tables"]![0]!["rows"]![0]!["cells"]![0]);
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        await _provider.DisposeAsync();
        _issuer.Dispose();
    }

    private Journal Journal => _service!.Services.GetRequiredService<Journal>();
}
