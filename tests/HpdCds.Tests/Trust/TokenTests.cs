using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Trust;

/// <summary>Who gets in, and that everybody else learns nothing.</summary>
public sealed class TokenTests(TokenTests.SharedService shared) : IClassFixture<TokenTests.SharedService>
{
    private static readonly long Now = RunningService.Noon.ToUnixTimeSeconds();

    [Theory]
    [Trait("Req", "JWT-03")]
    [Trait("Req", "JWT-05")]
    [Trait("Req", "JWT-09")]
    [InlineData("as it should be")]
    [InlineData("RS384")]
    [InlineData("extra claims")]
    [InlineData("audience in a list")]
    [InlineData("nbf in the past")]
    [InlineData("just issued by a clock that is ahead")]
    [InlineData("just ended by a clock that is behind")]
    public async Task A_good_token_is_let_in(string which)
    {
        var ehr = shared.Ehr;
        var token = which switch
        {
            "RS384" => ehr.Issuer.Token(algorithm: "RS384"),
            "extra claims" => ehr.Issuer.Token(claims => (claims["sub"], claims["nbf"], claims["x"]) = ("client", Now - 300, new JsonObject { ["y"] = 1 })),
            "audience in a list" => ehr.Issuer.Token(claims => claims["aud"] = new JsonArray("https://other.example", TestIssuer.Audience)),
            "nbf in the past" => ehr.Issuer.Token(claims => claims["nbf"] = Now - 300),
            "just issued by a clock that is ahead" => ehr.Issuer.Token(claims => claims["iat"] = Now + 55),
            "just ended by a clock that is behind" => ehr.Issuer.Token(claims => (claims["iat"], claims["exp"]) = (Now - 300, Now - 55)),
            _ => ehr.Issuer.Token(),
        };

        Assert.Equal(200, await ehr.StatusAsync(token));
    }

    public static TheoryData<string> Refusals => [.. Broken.Keys];

    [Theory]
    [Trait("Req", "JWT-01")]
    [Trait("Req", "JWT-02")]
    [Trait("Req", "JWT-03")]
    [Trait("Req", "JWT-04")]
    [Trait("Req", "JWT-05")]
    [Trait("Req", "JWT-06")]
    [Trait("Req", "JWT-07")]
    [Trait("Req", "JWT-08")]
    [Trait("Req", "JWT-15")]
    [Trait("Req", "JWT-17")]
    [Trait("Req", "ERR-04")]
    [Trait("Req", "SEC-11")]
    [Trait("Req", "SEC-16")]
    [MemberData(nameof(Refusals))]
    public async Task A_token_that_is_not_good_is_refused_like_every_other(string which)
    {
        var ehr = shared.Ehr;
        var token = Broken[which](ehr.Issuer);

        using var response = await ehr.PostAsync(token);
        using var without = await ehr.PostAsync(null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(await WrittenAsync(without), await WrittenAsync(response));
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        if (token.Length > 40)
            Assert.DoesNotContain(token, ehr.Service.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "JWT-16")]
    public async Task The_token_for_the_FHIR_server_opens_nothing_here()
    {
        await using var ehr = await GuardedService.StartAsync();
        var access = ehr.Issuer.Token(claims => claims["aud"] = "https://ehr.example.org/fhir", header => header["typ"] = "at+jwt");
        var body = Json.Call(server: "http://localhost:5080/fhir", token: access);

        Assert.Equal(401, await ehr.StatusAsync(access, body: body));
        Assert.Equal(401, await ehr.StatusAsync(null, body: body));
    }

    [Theory]
    [Trait("Req", "JWT-06")]
    [Trait("Req", "SEC-15")]
    [InlineData("Host", "evil.example", 421)]
    [InlineData("Host", "cds.example.org", 200)]
    [InlineData("X-Forwarded-Host", "evil.example", 200)]
    [InlineData("X-Forwarded-Prefix", "/elsewhere", 200)]
    [InlineData("X-Original-URL", "/cds-services/other", 200)]
    public async Task The_audience_is_held_against_the_settings_and_no_header(string header, string value, int expected)
    {
        await using var ehr = await GuardedService.StartAsync();

        using var response = await ehr.Service.PostAsync(Json.Call(prefetch: """{"problems":null}"""), change: request =>
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + ehr.Issuer.Token());
            request.Headers.TryAddWithoutValidation(header, value);
        });

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    [Trait("Req", "JWT-06")]
    public async Task An_audience_typed_by_hand_counts_only_where_it_is_listed()
    {
        await using var listed = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Audiences:0"] = "sand_man" });
        await using var other = await GuardedService.StartAsync();

        Assert.Equal(200, await listed.StatusAsync(listed.Issuer.Token(claims => claims["aud"] = "sand_man")));
        Assert.Equal(401, await listed.StatusAsync(listed.Issuer.Token(claims => claims["aud"] = "sand_man_2")));
        Assert.Equal(401, await other.StatusAsync(other.Issuer.Token(claims => claims["aud"] = "sand_man")));
    }

    [Theory]
    [Trait("Req", "JWT-05")]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS384")]
    public async Task Another_signature_needs_the_sites_word(string algorithm)
    {
        using var curve = new TestIssuer(curve: System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        await using var listed = await GuardedService.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Algorithms:0"] = algorithm }, jwks: curve.Jwks);
        await using var usual = await GuardedService.StartAsync(jwks: curve.Jwks);

        Assert.Equal(200, await listed.StatusAsync(curve.Token(algorithm: algorithm)));
        Assert.Equal(401, await usual.StatusAsync(curve.Token(algorithm: algorithm)));
    }

    [Fact]
    [Trait("Req", "JWT-12")]
    [Trait("Req", "JWT-13")]
    [Trait("Req", "SEC-12")]
    public async Task A_token_counts_once_however_many_come_at_the_same_time()
    {
        await using var ehr = await GuardedService.StartAsync();
        var token = ehr.Issuer.Token();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ehr.StatusAsync(token)));

        Assert.Equal(1, statuses.Count(status => status == 200));
        Assert.Equal(49, statuses.Count(status => status == 401));
    }

    [Fact]
    [Trait("Req", "JWT-12")]
    public async Task A_bad_token_does_not_use_up_an_id()
    {
        await using var ehr = await GuardedService.StartAsync();
        using var thief = new TestIssuer();

        Assert.Equal(401, await ehr.StatusAsync(thief.Token(claims => claims["jti"] = "one")));
        Assert.Equal(401, await ehr.StatusAsync(ehr.Issuer.Token(claims => (claims["jti"], claims["aud"]) = ("one", "https://elsewhere.example"))));
        Assert.Equal(200, await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["jti"] = "one")));
    }

    [Fact]
    [Trait("Req", "JWT-12")]
    [Trait("Req", "JWT-07")]
    public async Task An_id_is_free_again_when_its_token_has_ended()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var ehr = await GuardedService.StartAsync(clock: clock);
        var token = ehr.Issuer.Token(claims => claims["jti"] = "one");
        Assert.Equal(200, await ehr.StatusAsync(token));

        clock.Advance(TimeSpan.FromSeconds(361));

        Assert.Equal(401, await ehr.StatusAsync(token));
        Assert.Equal(200, await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["jti"] = "one", now: clock.GetUtcNow())));
    }

    [Theory]
    [Trait("Req", "JWT-01")]
    [InlineData(false, 200)]
    [InlineData(true, 401)]
    public async Task Discovery_is_open_unless_the_site_wants_a_token(bool needsToken, int expected)
    {
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:DiscoveryNeedsToken"] = needsToken.ToString() });
        using var open = await ehr.Service.Client.GetAsync("/cds-services", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cds-services");
        request.Headers.Authorization = new("Bearer", ehr.Issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + "/cds-services"));

        using var signed = await ehr.Service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, (int)open.StatusCode);
        Assert.Equal(HttpStatusCode.OK, signed.StatusCode);
    }

    [Theory]
    [Trait("Req", "SEC-16")]
    [Trait("Req", "REQ-01")]
    [InlineData("POST", "/cds-services/unknown")]
    [InlineData("POST", "/nothing/here")]
    [InlineData("PUT", "/cds-services/hpd-risk")]
    [InlineData("GET", "/cds-services/hpd-risk")]
    public async Task Who_is_unknown_does_not_learn_what_exists(string method, string path)
    {
        await using var ehr = await GuardedService.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await ehr.Service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(404, await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + "/cds-services/unknown"), "/cds-services/unknown"));
    }

    [Fact]
    [Trait("Req", "CORS-02")]
    public async Task A_preflight_needs_no_token_and_a_refusal_can_be_read_by_a_browser()
    {
        await using var ehr = await GuardedService.StartAsync();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/cds-services/hpd-risk");
        preflight.Headers.Add("Origin", "http://localhost:5080");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");

        using var allowed = await ehr.Service.Client.SendAsync(preflight, TestContext.Current.CancellationToken);
        using var refused = await ehr.Service.PostAsync(Json.Call(), change: request => request.Headers.Add("Origin", "http://localhost:5080"));

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("http://localhost:5080", refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private static readonly Dictionary<string, Func<TestIssuer, string>> Broken = new(StringComparer.Ordinal)
    {
        ["empty"] = _ => "",
        ["no token at all"] = _ => "x",
        ["dots"] = _ => "..",
        ["not base64"] = _ => "a.b!.c",
        ["five parts"] = issuer => issuer.Token() + ".x.y",
        ["cut"] = issuer => issuer.Token()[..^4],
        ["without signature"] = issuer => issuer.Token()[..issuer.Token().LastIndexOf('.')] + ".",
        ["alg none"] = issuer => Unsigned(issuer, "none"),
        ["alg NONE"] = issuer => Unsigned(issuer, "NONE"),
        ["alg nOnE"] = issuer => Unsigned(issuer, "nOnE"),
        ["alg missing"] = issuer => issuer.Token(header: header => header.Remove("alg")),
        ["alg HS256 with the public key"] = issuer => issuer.Sign(new JsonObject { ["alg"] = "HS256", ["kid"] = issuer.RsaKid, ["typ"] = "JWT" }, TestIssuer.Claims(), "HS256"),
        ["alg of another key"] = issuer => issuer.Sign(new JsonObject { ["alg"] = "RS384", ["kid"] = issuer.Kid, ["typ"] = "JWT" }, TestIssuer.Claims(), "RS384"),
        ["alg not listed"] = issuer => issuer.Token(algorithm: "RS256"),
        ["alg PS384 not listed"] = issuer => issuer.Token(algorithm: "PS384"),
        ["typ missing"] = issuer => issuer.Token(header: header => header.Remove("typ")),
        ["typ of an access token"] = issuer => issuer.Token(header: header => header["typ"] = "at+jwt"),
        ["padded"] = issuer => issuer.SignText(issuer.Header().ToJsonString() + new string(' ', 1 + (issuer.Header().ToJsonString().Length % 3)), TestIssuer.Claims().ToJsonString(), isPadded: true),
        ["signature padded"] = issuer => issuer.Token(algorithm: "RS384") + "==",
        ["alg said twice"] = issuer => issuer.SignText(issuer.Header().ToJsonString().Replace("{", """{"alg":"none",""", StringComparison.Ordinal), TestIssuer.Claims().ToJsonString()),
        ["kid said twice"] = issuer => issuer.SignText(issuer.Header().ToJsonString().Replace("{", """{"k\u0069d":"key-9",""", StringComparison.Ordinal), TestIssuer.Claims().ToJsonString()),
        ["jti said twice"] = issuer => issuer.SignText(issuer.Header().ToJsonString(), TestIssuer.Claims().ToJsonString().Replace("{", """{"jti":"one",""", StringComparison.Ordinal)),
        ["aud said twice"] = issuer => issuer.SignText(issuer.Header().ToJsonString(), TestIssuer.Claims().ToJsonString().Replace("{", """{"aud":"https://other.example",""", StringComparison.Ordinal)),
        ["x5t in place of kid"] = issuer => issuer.Token(header: header => (header["x5t"], header["kid"]) = (issuer.Kid, null)),
        ["nbf is a text"] = issuer => issuer.Token(claims => claims["nbf"] = "soon"),
        ["nbf without end"] = issuer => issuer.Token(claims => claims["nbf"] = 1e300),
        ["iat without end"] = issuer => issuer.Token(claims => claims["iat"] = -1e300),
        ["kid missing"] = issuer => issuer.Token(header: header => header.Remove("kid")),
        ["kid unknown"] = issuer => issuer.Token(header: header => header["kid"] = "key-9"),
        ["kid is a path"] = issuer => issuer.Token(header: header => header["kid"] = "../../etc/passwd"),
        ["kid is a query"] = issuer => issuer.Token(header: header => header["kid"] = "' OR 1=1 --"),
        ["kid is a number"] = issuer => issuer.Token(header: header => header["kid"] = 1),
        ["crit"] = issuer => issuer.Token(header: header => header["crit"] = new JsonArray("x")),
        ["jku not listed"] = issuer => issuer.Token(header: header => header["jku"] = "https://evil.example/jwks.json"),
        ["jku is no text"] = issuer => issuer.Token(header: header => header["jku"] = new JsonArray("https://evil.example/jwks.json")),
        ["key in the header"] = _ => WithOwnKey(),
        ["x5c in the header"] = issuer => Forged(issuer, header => header["x5c"] = new JsonArray("MIIB")),
        ["x5u in the header"] = issuer => Forged(issuer, header => header["x5u"] = "https://evil.example/cert.pem"),
        ["signed by somebody else"] = issuer => Forged(issuer, _ => { }),
        ["iss missing"] = issuer => issuer.Token(claims => claims.Remove("iss")),
        ["iss unknown"] = issuer => issuer.Token(claims => claims["iss"] = "https://evil.example"),
        ["iss with a slash more"] = issuer => issuer.Token(claims => claims["iss"] = TestIssuer.Name + "/"),
        ["iss in capitals"] = issuer => issuer.Token(claims => claims["iss"] = TestIssuer.Name.ToUpperInvariant()),
        ["aud missing"] = issuer => issuer.Token(claims => claims.Remove("aud")),
        ["aud of another service"] = issuer => issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + "/by-hook/cds-services/hpd-risk-order-sign"),
        ["aud of discovery"] = issuer => issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + "/cds-services"),
        ["aud is the base"] = issuer => issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase),
        ["aud with a slash more"] = issuer => issuer.Token(claims => claims["aud"] = TestIssuer.Audience + "/"),
        ["aud over http"] = issuer => issuer.Token(claims => claims["aud"] = TestIssuer.Audience.Replace("https", "http", StringComparison.Ordinal)),
        ["aud is a number"] = issuer => issuer.Token(claims => claims["aud"] = 7),
        ["exp missing"] = issuer => issuer.Token(claims => claims.Remove("exp")),
        ["exp past"] = issuer => issuer.Token(claims => (claims["iat"], claims["exp"]) = (Now - 400, Now - 61)),
        ["exp is a text"] = issuer => issuer.Token(claims => claims["exp"] = "soon"),
        ["exp without end"] = issuer => issuer.Token(claims => claims["exp"] = 1e300),
        ["exp negative"] = issuer => issuer.Token(claims => claims["exp"] = -1),
        ["iat missing"] = issuer => issuer.Token(claims => claims.Remove("iat")),
        ["iat in the future"] = issuer => issuer.Token(claims => claims["iat"] = Now + 61),
        ["iat is a text"] = issuer => issuer.Token(claims => claims["iat"] = "now"),
        ["iat after exp"] = issuer => issuer.Token(claims => (claims["iat"], claims["exp"]) = (Now + 30, Now + 20)),
        ["nbf in the future"] = issuer => issuer.Token(claims => claims["nbf"] = Now + 61),
        ["lives too long"] = issuer => issuer.Token(claims => claims["exp"] = Now + 3601),
        ["jti missing"] = issuer => issuer.Token(claims => claims.Remove("jti")),
        ["jti empty"] = issuer => issuer.Token(claims => claims["jti"] = ""),
        ["jti endless"] = issuer => issuer.Token(claims => claims["jti"] = new string('j', 300)),
        ["very long"] = issuer => issuer.Token(claims => claims["x"] = new string('x', 17_000)),
    };

    private static string Unsigned(TestIssuer issuer, string algorithm)
    {
        var signed = issuer.Sign(new JsonObject { ["alg"] = algorithm, ["kid"] = issuer.Kid, ["typ"] = "JWT" }, TestIssuer.Claims(), "none");
        return signed[..(signed.LastIndexOf('.') + 1)];
    }

    private static string WithOwnKey()
    {
        using var thief = new TestIssuer();
        return thief.Token(header: header => header["jwk"] = thief.CurveKey());
    }

    private static string Forged(TestIssuer _, Action<JsonObject> header)
    {
        using var thief = new TestIssuer();
        return thief.Token(header: header);
    }

    /// <summary>One service for the many tokens.</summary>
    public sealed class SharedService : IAsyncLifetime
    {
        private GuardedService? _ehr;

        internal GuardedService Ehr => _ehr!;

        public async ValueTask InitializeAsync() => _ehr = await GuardedService.StartAsync();

        public ValueTask DisposeAsync() => _ehr!.DisposeAsync();
    }

    // All of it but the date, which is the clock's.
    private static async Task<string> WrittenAsync(HttpResponseMessage response)
    {
        var text = new StringBuilder().Append((int)response.StatusCode).Append(response.ReasonPhrase);
        foreach (var header in response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal))
            text.AppendLine().Append(header.Key).Append(": ").AppendJoin(',', header.Value);
        return text.Append(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ToString();
    }
}
