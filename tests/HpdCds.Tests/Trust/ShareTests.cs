using System.Net;
using System.Threading.RateLimiting;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Trust;

/// <summary>No EHR, and nobody unknown, takes the service away from another.</summary>
public sealed class ShareTests
{
    [Fact]
    [Trait("Req", "ERR-09")]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "SEC-26")]
    [Trait("Req", "SEC-14")]
    public async Task Who_asks_too_often_is_told_when_to_come_back_and_others_do_not_notice()
    {
        using var second = new TestIssuer();
        await using var keys = await KeyServer.StartAsync(second.Jwks);
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:CallsPerSecond"] = "1",
            ["HpdCds:Ehrs:1:Name"] = "second",
            ["HpdCds:Ehrs:1:Issuer"] = "https://second.example",
            ["HpdCds:Ehrs:1:Keys:Url"] = keys.Url,
            ["HpdCds:Ehrs:1:FhirBaseUrls:0"] = "https://second.example/fhir",
        });

        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ehr.PostAsync(ehr.Issuer.Token())));

        var refused = responses.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.OK);
        Assert.All(refused, response => Assert.True(response.Headers.RetryAfter is { Delta: { } wait } && wait >= TimeSpan.FromSeconds(1)));
        Assert.Contains("throttled", await refused[0].Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(200, await ehr.StatusAsync(second.Token(claims => claims["iss"] = "https://second.example")));
    }

    [Fact]
    [Trait("Req", "SEC-26")]
    public async Task Only_so_many_calls_run_at_once()
    {
        var arrived = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var server = await FakeEhr.StartAsync(before: async (_, stop) =>
        {
            arrived.Release();
            await go.Task.WaitAsync(stop);
        });
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:ConcurrentCalls"] = "1" }, server.Base);

        var first = ehr.StatusAsync(ehr.Issuer.Token(), body: Json.Call(server: server.Base));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var second = await ehr.StatusAsync(ehr.Issuer.Token());
        go.SetResult();

        Assert.Equal(429, second);
        Assert.Equal(200, await first);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "SEC-26")]
    [Trait("Req", "CORS-02")]
    [Trait("Req", "OPS-01")]
    public async Task Strangers_have_one_share_together_and_take_nothing_from_an_EHR_or_a_probe()
    {
        await using var ehr = await GuardedService.StartAsync();
        var held = Fill(ehr).ToList();
        Assert.InRange(held.Count, 1, 1_000);

        using var refused = await ehr.Service.PostAsync(Json.Call(), change: request => request.Headers.Add("Origin", "http://localhost:5080"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("http://localhost:5080", refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("Retry-After", refused.Headers.GetValues("Access-Control-Expose-Headers").Single());
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(ehr, "/cds-services"));
        Assert.Equal(200, await ehr.StatusAsync(ehr.Issuer.Token()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ehr, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ehr, "/health/ready"));

        held.ForEach(lease => lease.Dispose());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ehr, "/cds-services"));
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "SEC-26")]
    public async Task Who_only_says_to_be_an_EHR_takes_nothing_from_its_share()
    {
        using var forger = new TestIssuer();
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:CallsPerSecond"] = "1" });

        var forged = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ehr.StatusAsync(forger.Token())));

        Assert.All(forged, status => Assert.Equal(401, status));
        Assert.Equal(200, await ehr.StatusAsync(ehr.Issuer.Token()));
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task Strangers_cannot_ask_without_end_one_after_the_other()
    {
        await using var ehr = await GuardedService.StartAsync();

        var asked = 0;
        foreach (var lease in Fill(ehr))
        {
            asked++;
            lease.Dispose();
        }

        Assert.InRange(asked, 1, 999_999);
    }

    [Fact]
    [Trait("Req", "JWT-12")]
    [Trait("Req", "SEC-14")]
    public async Task No_issuer_fills_the_memory_of_used_tokens_for_the_others()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        var used = new UsedTokens(clock, mostTokensOfOne: 2);
        async Task<bool> SpendAsync(string issuer, string id) => await used.SpendAsync(issuer, id, clock.GetUtcNow().AddMinutes(5));

        Assert.Equal((true, true, false), (await SpendAsync("a", "1"), await SpendAsync("a", "2"), await SpendAsync("a", "3")));
        Assert.Equal((true, false), (await SpendAsync("b", "1"), await SpendAsync("b", "1")));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((true, true, false), (await SpendAsync("a", "3"), await SpendAsync("a", "1"), await SpendAsync("a", "2")));
    }

    /// <summary>What many strangers at once would hold, and as long as they would.</summary>
    private static IEnumerable<RateLimitLease> Fill(GuardedService ehr)
    {
        var limiter = ehr.Service.Services.GetRequiredService<IOptions<RateLimiterOptions>>().Value.GlobalLimiter!;
        for (var i = 0; i < 1_000_000; i++)
        {
            var lease = limiter.AttemptAcquire(new DefaultHttpContext());
            if (!lease.IsAcquired)
                yield break;
            yield return lease;
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(GuardedService ehr, string path)
    {
        using var response = await ehr.Service.Client.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
