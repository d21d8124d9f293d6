using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Trust;

/// <summary>Which keys count, and how often we ask for them.</summary>
[Collection(nameof(Alone))]
public sealed class KeyTests
{
    [Theory]
    [Trait("Req", "JWT-10")]
    [InlineData("twice", 0)]
    [InlineData("twice, one of them odd", 0)]
    [InlineData("symmetric", 0)]
    [InlineData("private", 0)]
    [InlineData("for encryption", 0)]
    [InlineData("no verify", 0)]
    [InlineData("no id", 0)]
    [InlineData("off the curve", 0)]
    [InlineData("unknown curve", 0)]
    [InlineData("small", 0)]
    [InlineData("exponent one", 0)]
    [InlineData("no members", 0)]
    [InlineData("for signatures", 1)]
    [InlineData("with strangers", 1)]
    public void Only_keys_that_can_be_relied_on_are_kept(string which, int expected)
    {
        using var issuer = new TestIssuer();
        using var small = RSA.Create(1024);
        var key = issuer.CurveKey();
        var json = which switch
        {
            "twice" => TestIssuer.Set(key, issuer.CurveKey()),
            "twice, one of them odd" => TestIssuer.Set(key, new JsonObject { ["kty"] = "oct", ["kid"] = issuer.Kid }),
            "symmetric" => TestIssuer.Set(new JsonObject { ["kty"] = "oct", ["kid"] = "k", ["k"] = "c2VjcmV0" }),
            "private" => TestIssuer.Set(issuer.CurveKey(withPrivate: true)),
            "for encryption" => With("use", "enc"),
            "no verify" => With("key_ops", new JsonArray("sign")),
            "no id" => With("kid", null),
            "off the curve" => With("x", issuer.CurveKey()["y"]!.DeepClone()),
            "unknown curve" => With("crv", "secp256k1"),
            "small" => TestIssuer.Set(TestIssuer.RsaKey(small, "k")),
            "exponent one" => TestIssuer.Set(Changed(issuer.RsaKey(), "e", "AQ")),
            "no members" => """{"keys":[{"kty":"EC","kid":"k","crv":"P-384"},{"kty":"RSA","kid":"l"},7,null]}""",
            "for signatures" => With("use", "sig"),
            _ => TestIssuer.Set(key, new JsonObject { ["kty"] = "OKP", ["kid"] = "other" }),
        };

        Assert.Equal(expected, KeySet.Parse(System.Text.Encoding.UTF8.GetBytes(json)).Count);

        string With(string name, JsonNode? value) => TestIssuer.Set(Changed(issuer.CurveKey(), name, value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{} }""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("<html>")]
    public void What_is_no_key_set_is_not_guessed_at(string json) =>
        Assert.Throws<FormatException>(() => KeySet.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

    [Theory]
    [Trait("Req", "JWT-10")]
    [InlineData("P-256", "ES384")]
    [InlineData("P-384", "ES256")]
    public void A_key_fits_its_own_algorithm_only(string curve, string algorithm)
    {
        using var issuer = new TestIssuer(curve: curve == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        var keys = KeySet.Parse(System.Text.Encoding.UTF8.GetBytes(issuer.Jwks));

        Assert.Null(keys.Find(issuer.Kid, algorithm));
        Assert.Null(keys.Find(issuer.Kid, "RS384"));
        Assert.Null(keys.Find(issuer.RsaKid, "ES384"));
        Assert.NotNull(keys.Find(issuer.Kid, curve == "P-256" ? "ES256" : "ES384"));
        Assert.NotNull(keys.Find(issuer.RsaKid, "RS384"));
    }

    [Fact]
    [Trait("Req", "JWT-11")]
    public async Task New_keys_are_found_without_a_restart_and_old_ones_end()
    {
        using var old = new TestIssuer("key-1");
        using var young = new TestIssuer("key-2");
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var server = await KeyServer.StartAsync(old.Jwks);
        await using var ehr = await StartAsync(server.Url, clock);

        Assert.Equal(200, await ehr.StatusAsync(old.Token()));
        server.Body = young.Jwks;
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, await ehr.StatusAsync(young.Token(now: clock.GetUtcNow())));
        Assert.Equal(401, await ehr.StatusAsync(old.Token(now: clock.GetUtcNow())));
        Assert.Equal(2, server.Calls);
    }

    [Fact]
    [Trait("Req", "JWT-11")]
    [Trait("Req", "SEC-02")]
    [Trait("Req", "SEC-07")]
    public async Task A_thousand_invented_key_ids_cost_one_call()
    {
        await using var server = await KeyServer.StartAsync(TestIssuer.Set());
        await using var ehr = await StartAsync(server.Url);
        var counts = new AbuseCount(ehr.Service.Services);

        for (var round = 0; round < 20; round++)
        {
            var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ehr.StatusAsync(ehr.Issuer.Token(header: header => header["kid"] = Guid.NewGuid().ToString()))));
            Array.ForEach(statuses, counts.Note);
        }

        counts.PrintAndCheck($"Invented key ids, for which the key server was asked {server.Calls} times");
        Assert.Equal(1_000, counts.Of(401));
        Assert.Equal(1, server.Calls);
    }

    [Fact]
    [Trait("Req", "JWT-11")]
    public async Task Who_comes_while_the_keys_are_on_their_way_waits_for_them()
    {
        using var arrived = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        using var issuer = new TestIssuer();
        await using var server = await KeyServer.StartAsync(issuer.Jwks);
        server.Before = async stop =>
        {
            arrived.Release();
            await go.Task.WaitAsync(stop);
        };
        await using var ehr = await StartAsync(server.Url, new FakeTimeProvider(RunningService.Noon));

        var first = ehr.StatusAsync(issuer.Token());
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 10).Select(_ => ehr.StatusAsync(issuer.Token())).ToList();
        while (ehr.Service.Log.Of("Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware").Count < 11)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        // Here they are refused, if they are.
        await Task.WhenAny(Task.WhenAny(others), Task.Delay(500, TestContext.Current.CancellationToken));
        go.SetResult();

        Assert.All(await Task.WhenAll(others.Append(first)), status => Assert.Equal(200, status));
        Assert.Equal(1, server.Calls);
    }

    [Theory]
    [Trait("Req", "JWT-11")]
    [InlineData(null, 59, 1)]
    [InlineData(null, 61, 2)]
    [InlineData("max-age=600", 9, 1)]
    [InlineData("max-age=600", 11, 2)]
    [InlineData("max-age=1", 4, 1)]
    [InlineData("no-store", 6, 2)]
    [InlineData("max-age=999999999", 1441, 2)]
    public async Task Keys_are_kept_as_long_as_their_issuer_says_within_reason(string? cacheControl, int minutes, int calls)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        using var issuer = new TestIssuer();
        await using var server = await KeyServer.StartAsync(issuer.Jwks);
        server.CacheControl = cacheControl;
        await using var ehr = await StartAsync(server.Url, clock);
        Assert.Equal(200, await ehr.StatusAsync(issuer.Token()));

        clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(200, await ehr.StatusAsync(issuer.Token(now: clock.GetUtcNow())));
        Assert.Equal(calls, server.Calls);
    }

    [Theory]
    [Trait("Req", "SEC-02")]
    [Trait("Req", "JWT-11")]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(200)]
    public async Task A_key_server_in_trouble_is_left_alone_and_its_old_keys_last_a_day(int status)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        using var issuer = new TestIssuer();
        await using var server = await KeyServer.StartAsync(issuer.Jwks);
        await using var ehr = await StartAsync(server.Url, clock);
        Assert.Equal(200, await ehr.StatusAsync(issuer.Token()));

        (server.Status, server.Body) = (status, new string(' ', 300_000));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(200, await ehr.StatusAsync(issuer.Token(now: clock.GetUtcNow())));
        Assert.Equal(200, await ehr.StatusAsync(issuer.Token(now: clock.GetUtcNow())));
        Assert.Equal(2, server.Calls);
        clock.Advance(TimeSpan.FromHours(22));
        Assert.Equal(401, await ehr.StatusAsync(issuer.Token(now: clock.GetUtcNow())));
    }

    [Fact]
    [Trait("Req", "JWT-11")]
    [Trait("Req", "SEC-02")]
    public async Task A_key_set_that_is_good_but_too_large_is_not_read()
    {
        using var issuer = new TestIssuer();
        await using var server = await KeyServer.StartAsync(issuer.Jwks + new string(' ', 300_000));
        await using var ehr = await StartAsync(server.Url, new FakeTimeProvider(RunningService.Noon));

        Assert.Equal(401, await ehr.StatusAsync(issuer.Token()));
    }

    [Fact]
    [Trait("Req", "JWT-08")]
    [Trait("Req", "SEC-02")]
    public async Task Keys_come_from_listed_places_only()
    {
        using var issuer = new TestIssuer();
        await using var listed = await KeyServer.StartAsync(issuer.Jwks);
        await using var other = await KeyServer.StartAsync(issuer.Jwks);
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:Keys:File"] = null,
            ["HpdCds:Ehrs:0:Keys:AllowedJku:0"] = listed.Url,
        });

        Assert.Equal(200, await ehr.StatusAsync(issuer.Token(header: header => header["jku"] = listed.Url)));
        foreach (var jku in new[] { other.Url, listed.Url + "?", listed.Url + "#", listed.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), listed.Url.ToUpperInvariant() })
            Assert.Equal(401, await ehr.StatusAsync(issuer.Token(header: header => header["jku"] = jku)));
        Assert.Equal(401, await ehr.StatusAsync(issuer.Token()));
        Assert.Equal(401, await ehr.StatusAsync(issuer.Token(claims => claims["iss"] = "https://other.example", header => header["jku"] = listed.Url)));
        Assert.Equal((1, 0), (listed.Calls, other.Calls));
    }

    [Fact]
    [Trait("Req", "SEC-11")]
    [Trait("Req", "SEC-14")]
    public async Task The_key_of_one_issuer_does_not_speak_for_another()
    {
        using var first = new TestIssuer("same");
        using var second = new TestIssuer("same");
        await using var a = await KeyServer.StartAsync(first.Jwks);
        await using var b = await KeyServer.StartAsync(second.Jwks);
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:Keys:File"] = null,
            ["HpdCds:Ehrs:0:Keys:Url"] = a.Url,
            ["HpdCds:Ehrs:1:Name"] = "second",
            ["HpdCds:Ehrs:1:Issuer"] = "https://second.example",
            ["HpdCds:Ehrs:1:Keys:Url"] = b.Url,
            ["HpdCds:Ehrs:1:FhirBaseUrls:0"] = "https://second.example/fhir",
        });

        Assert.Equal(200, await ehr.StatusAsync(first.Token()));
        Assert.Equal(200, await ehr.StatusAsync(second.Token(claims => claims["iss"] = "https://second.example")));
        Assert.Equal(401, await ehr.StatusAsync(second.Token()));
        Assert.Equal(401, await ehr.StatusAsync(first.Token(claims => claims["iss"] = "https://second.example")));
    }

    private static Task<GuardedService> StartAsync(string url, TimeProvider? clock = null) => GuardedService.StartAsync(
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Keys:File"] = null, ["HpdCds:Ehrs:0:Keys:Url"] = url }, clock: clock);

    private static JsonObject Changed(JsonObject key, string name, JsonNode? value)
    {
        key[name] = value;
        return key;
    }
}
