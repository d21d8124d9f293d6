using System.Net;
using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;

namespace HpdCds.Tests.SmartApp;

/// <summary>From the EHR's link to its sign-in.</summary>
public sealed class LaunchTests
{
    [Fact]
    [Trait("Req", "SM-01")]
    [Trait("Req", "SM-07")]
    [Trait("Req", "SM-09")]
    [Trait("Req", "SM-10")]
    [Trait("Req", "SM-27")]
    public async Task A_launch_sends_the_browser_to_sign_in_with_what_SMART_asks_for_and_nothing_else()
    {
        await using var site = await LaunchSite.StartAsync();
        // Another spelling of the same server: it is listed, and goes on as it came.
        var iss = site.Iss + "/";

        var sent = await site.LaunchAsync(iss);

        Assert.Equal($"{site.Origin}/auth/authorize", sent.To.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            ["aud", "client_id", "code_challenge", "code_challenge_method", "launch", "nonce", "redirect_uri", "response_type", "scope", "state"],
            sent.Query.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(iss, sent.Query["aud"]);
        Assert.Equal("launch-1", sent.Query["launch"]);
        Assert.Equal("code", sent.Query["response_type"]);
        Assert.Equal(LaunchSite.ClientId, sent.Query["client_id"]);
        Assert.Equal("https://cds.example.org/hpd/smart/callback", sent.Query["redirect_uri"]);
        Assert.Equal("S256", sent.Query["code_challenge_method"]);
        Assert.Equal(43, sent.Query["code_challenge"].ToString().Length);
        var second = await site.LaunchAsync(iss);
        Assert.All(["state", "code_challenge", "nonce"], name => Assert.NotEqual(sent.Query[name], second.Query[name]));
        // 43 letters of base64url are 256 bits.
        Assert.Equal(43, sent.Query["state"].ToString().Length);
    }

    [Theory]
    [Trait("Req", "SM-02")]
    [InlineData("")]
    [InlineData("?launch=x")]
    [InlineData("?iss=ISS")]
    [InlineData("?iss=ISS&launch=")]
    [InlineData("?iss=ISS&iss=ISS&launch=x")]
    [InlineData("?iss=ISS&launch=x&launch=y")]
    public async Task Without_an_EHR_and_a_launch_nothing_begins(string query)
    {
        await using var site = await LaunchSite.StartAsync();

        using var response = await site.GetAsync("/smart/launch" + query.Replace("ISS", Uri.EscapeDataString(site.Iss), StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(site.Calls);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [Trait("Req", "SM-03")]
    [Trait("Req", "SEC-03")]
    [InlineData("http://127.0.0.1/fhir")]
    [InlineData("http://[::1]/fhir")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://2130706433/fhir")]
    [InlineData("http://0177.0.0.1/fhir")]
    [InlineData("http://localtest.me/fhir")]
    [InlineData("https://good@evil.example/fhir")]
    [InlineData("http://user@HOST/fhir")]
    [InlineData("http://HOST./fhir")]
    [InlineData("http://HOST/fhir?x=1")]
    [InlineData("http://HOST/fhir#x")]
    [InlineData("http://HOST/fhir/../fhir2")]
    [InlineData("http://HOST/FHIR")]
    [InlineData("https://xn--e1awd7f.example/fhir")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/fhir")]
    [InlineData("<script>alert(1)</script>")]
    public async Task Who_is_not_listed_is_neither_asked_nor_named(string iss)
    {
        await using var site = await LaunchSite.StartAsync();

        using var response = await site.GetAsync(LaunchSite.LaunchPath(iss.Replace("HOST", new Uri(site.Iss).Authority, StringComparison.Ordinal), "x"));
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(site.Calls);
        Assert.DoesNotContain(iss, html, StringComparison.Ordinal);
        Assert.DoesNotContain(iss, site.Service.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", html, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-04")]
    public async Task The_configuration_is_read_below_the_server_and_kept_for_a_while()
    {
        await using var site = await LaunchSite.StartAsync();

        await site.LaunchAsync();
        await site.LaunchAsync();
        Assert.Equal("/fhir/.well-known/smart-configuration", Assert.Single(site.Calls).Path);

        site.Clock.Advance(TimeSpan.FromHours(1));
        await site.LaunchAsync();
        Assert.Equal(2, site.Calls.Count);
        Assert.All(site.Calls, call => Assert.Null(call.Authorization));
    }

    [Theory]
    [Trait("Req", "SM-05")]
    [Trait("Req", "SM-39")]
    [InlineData("authorization_endpoint", "http://ehr.example.org/authorize")]
    [InlineData("authorization_endpoint", "https://evil.example/authorize")]
    [InlineData("authorization_endpoint", "https://127.0.0.1@evil.example/authorize")]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("authorization_endpoint", null)]
    [InlineData("token_endpoint", "https://evil.example/token")]
    [InlineData("token_endpoint", "http://127.0.0.1.evil.example/token")]
    [InlineData("token_endpoint", null)]
    [InlineData("revocation_endpoint", "https://evil.example/revoke")]
    [InlineData("jwks_uri", "https://evil.example/jwks")]
    public async Task A_poisoned_configuration_is_not_followed(string name, string? value)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Configuration = configuration => configuration[name] = value;

        using var response = await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "x"));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Single(site.Calls);
        Assert.DoesNotContain("evil", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-05")]
    public async Task A_relative_endpoint_lies_below_the_server()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Configuration = configuration => configuration["authorization_endpoint"] = "sign-in";

        Assert.Equal(site.Iss + "/sign-in", (await site.LaunchAsync()).To.GetLeftPart(UriPartial.Path));
    }

    [Theory]
    [Trait("Req", "SM-06")]
    [InlineData("""["S256"]""", 302)]
    [InlineData("""["plain","S256"]""", 302)]
    [InlineData("""["plain"]""", 502)]
    [InlineData("[]", 502)]
    [InlineData(null, 302)]
    public async Task Only_S256_will_do(string? methods, int status)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Configuration = configuration =>
        {
            if (methods is null)
                configuration.Remove("code_challenge_methods_supported");
            else
                configuration["code_challenge_methods_supported"] = JsonNode.Parse(methods);
        };

        using var response = await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "x"));

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 302)
            Assert.Contains("code_challenge_method=S256", response.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-11")]
    public async Task No_more_is_asked_for_than_is_read_and_in_the_words_that_the_server_knows()
    {
        await using var site = await LaunchSite.StartAsync();
        var asked = (await site.LaunchAsync()).Query["scope"].ToString().Split(' ');
        site.Clock.Advance(TimeSpan.FromHours(1));
        site.Configuration = configuration => configuration["capabilities"] = new JsonArray("permission-v1");
        var older = (await site.LaunchAsync()).Query["scope"].ToString().Split(' ');

        Assert.All(["launch", "openid", "fhirUser", "patient/Patient.r", "patient/Observation.rs", "patient/Condition.rs", "patient/MedicationRequest.rs"], scope => Assert.Contains(scope, asked));
        Assert.All(asked, scope => Assert.DoesNotContain('*', scope));
        Assert.Contains("patient/Observation.read", older);
        Assert.DoesNotContain(older, scope => scope.EndsWith(".rs", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Req", "SM-11")]
    [Trait("Req", "SM-01")]
    [InlineData("Smart:Scopes:0", "patient/Observation.sr")]
    [InlineData("Smart:Scopes:0", "patient/Observation.cruds")]
    [InlineData("Smart:Scopes:0", "patient/*.rs")]
    [InlineData("Smart:Scopes:0", "user/Observation.rs")]
    [InlineData("Smart:Scopes:0", "system/Observation.rs")]
    [InlineData("Smart:Scopes:0", "offline_access")]
    [InlineData("Smart:Scopes:0", "patient/Observation.rs")]
    [InlineData("Smart:ClientId", "")]
    [InlineData("Smart:KeyFile", "")]
    [InlineData("Smart:KeyFile", "nowhere.json")]
    [InlineData("Smart:FrameAncestors:0", "*")]
    [InlineData("Smart:FrameAncestors:0", "https://ehr.example.org/path")]
    [InlineData("Smart:FrameAncestors:0", "http://ehr.example.org")]
    [InlineData("Smart:AllowedHosts:0", "https://ehr.example.org")]
    [InlineData("Smart:SessionLifetime", "09:00:00")]
    [InlineData("Smart:ReadTimeout", "00:00:00")]
    [InlineData("Smart:RedirectUri", "https://elsewhere.example")]
    public async Task Settings_that_go_too_far_are_refused_at_start(string name, string value)
    {
        var settings = LaunchSite.Settings((name, value));

        var refused = await Assert.ThrowsAsync<InvalidSettingsException>(() => LaunchSite.StartAsync(settings));

        Assert.Contains(refused.Errors, error => error.Contains("Smart", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Req", "SM-18")]
    public async Task Our_public_keys_are_there_for_everybody_two_of_them_and_never_a_private_member()
    {
        await using var site = await LaunchSite.StartAsync();

        using var response = await site.GetAsync("/smart/jwks.json");
        var keys = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["keys"]!.AsArray();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("public, max-age=300", response.Headers.CacheControl!.ToString());
        Assert.Equal(2, keys.Select(key => (string)key!["kid"]!).Distinct(StringComparer.Ordinal).Count());
        Assert.All(keys, key => Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Only_the_addresses_of_the_app_are_open_to_who_does_not_prove_who_it_is()
    {
        await using var site = await LaunchSite.StartAsync();

        using var hook = await site.Service.PostAsync(Chart.Json.Call(prefetch: """{"problems":null}"""));
        using var elsewhere = await site.GetAsync("/smart/elsewhere");

        Assert.Equal(HttpStatusCode.Unauthorized, hook.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Where_no_EHR_has_the_app_there_is_none()
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.Client.GetAsync(LaunchSite.LaunchPath("http://localhost:5080/fhir", "x"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
