using System.Net;
using System.Text.Json.Nodes;
using HpdCds.Store;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using HpdCds.Trust;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Tests.SmartApp;

/// <summary>From the answer of a sign-in, honest or not, to a token.</summary>
public sealed class SignInTests
{
    [Theory]
    [Trait("Req", "SM-08")]
    [InlineData("missing")]
    [InlineData("altered")]
    [InlineData("replayed")]
    [InlineData("other session")]
    [InlineData("no session")]
    [InlineData("late")]
    [InlineData("twice in one")]
    public async Task A_state_counts_once_soon_and_in_the_browser_that_it_was_given_to(string fault)
    {
        await using var site = await LaunchSite.StartAsync();
        var (sent, other) = (await site.LaunchAsync(), await site.LaunchAsync());
        var before = 0;
        if (fault == "replayed")
        {
            using var first = await site.AnswerAsync(sent);
            Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
            before = 1;
        }
        else if (fault == "late")
        {
            site.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        }

        var state = sent.Query["state"].ToString();
        using var response = fault switch
        {
            "missing" => await site.GetAsync("/smart/callback?code=the-code", sent.Cookie),
            "altered" => await site.AnswerAsync(sent, state[..^1] + (state[^1] == 'A' ? 'B' : 'A')),
            "other session" => await site.AnswerAsync(sent, cookie: sent.Cookie.Split('=')[0] + "=" + other.Cookie.Split('=')[1]),
            "no session" => await site.AnswerAsync(sent, cookie: "x=y"),
            "twice in one" => await site.AnswerAsync(sent, more: "&state=" + state),
            _ => await site.AnswerAsync(sent),
        };

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(before, site.TokenCalls.Count());
    }

    [Theory]
    [Trait("Req", "SM-14")]
    [InlineData("&error=access_denied&error_description=%3Cb%3Equoted%3C%2Fb%3E")]
    [InlineData("&error=")]
    [InlineData("&code=another")]
    public async Task A_refusal_is_told_in_our_own_words(string more)
    {
        await using var site = await LaunchSite.StartAsync();

        using var response = await site.AnswerAsync(await site.LaunchAsync(), more: more);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("quoted", html, StringComparison.Ordinal);
        Assert.DoesNotContain("access_denied", html, StringComparison.Ordinal);
        Assert.Empty(site.TokenCalls);
    }

    [Fact]
    [Trait("Req", "SM-14")]
    [Trait("Req", "SM-33")]
    public async Task After_the_sign_in_the_browser_goes_to_its_page_and_nowhere_else()
    {
        await using var site = await LaunchSite.StartAsync();

        using var response = await site.AnswerAsync(await site.LaunchAsync(), more: "&next=https%3A%2F%2Fevil.example&redirect=//evil.example");

        Assert.Matches("^/hpd/smart/launches/[A-Za-z0-9_-]{43}$", response.Headers.Location!.OriginalString);
        Assert.DoesNotContain("the-code", response.Headers.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SM-15")]
    [InlineData("https://evil.example", false)]
    [InlineData("", false)]
    [InlineData(null, true)]
    public async Task An_answer_from_another_server_is_not_taken(string? iss, bool namesItself)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Configuration = configuration => configuration["authorization_response_iss_parameter_supported"] = namesItself;

        using var response = await site.AnswerAsync(await site.LaunchAsync(), more: iss is null ? null : "&iss=" + Uri.EscapeDataString(iss));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(site.TokenCalls);
    }

    [Fact]
    [Trait("Req", "SM-15")]
    public async Task An_answer_that_names_its_server_is_taken()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Configuration = configuration => configuration["authorization_response_iss_parameter_supported"] = true;

        using var response = await site.AnswerAsync(await site.LaunchAsync(), more: "&iss=" + Uri.EscapeDataString(site.Origin));

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
    }

    [Fact]
    [Trait("Req", "SM-07")]
    [Trait("Req", "SM-16")]
    [Trait("Req", "SM-17")]
    [Trait("Req", "SM-43")]
    public async Task A_token_is_asked_for_with_the_verifier_and_a_proof_by_our_key()
    {
        await using var site = await LaunchSite.StartAsync();
        var sent = await site.LaunchAsync();
        using var response = await site.AnswerAsync(sent);

        var call = Assert.Single(site.TokenCalls);
        var form = QueryHelpers.ParseQuery(call.Body);
        Assert.Equal("POST", call.Method);
        Assert.Null(call.Authorization);
        Assert.Equal(["client_assertion", "client_assertion_type", "code", "code_verifier", "grant_type", "redirect_uri"], form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("authorization_code", form["grant_type"]);
        Assert.Equal(sent.Query["redirect_uri"], form["redirect_uri"]);
        Assert.InRange(form["code_verifier"].ToString().Length, 43, 128);
        Assert.Equal(sent.Query["code_challenge"].ToString(), Unguessable.HashOf(form["code_verifier"].ToString()));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);

        var proof = new JsonWebToken(form["client_assertion"].ToString());
        using var published = await site.GetAsync("/smart/jwks.json");
        var keys = new JsonWebKeySet(await published.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var checkedProof = await new JsonWebTokenHandler().ValidateTokenAsync(proof, new TokenValidationParameters
        {
            ValidIssuer = LaunchSite.ClientId,
            ValidAudience = $"{site.Origin}/auth/token",
            IssuerSigningKeys = keys.Keys,
            ValidTypes = ["JWT"],
            ValidAlgorithms = ["ES384"],
            ValidateLifetime = false,
        });
        Assert.True(checkedProof.IsValid, checkedProof.Exception?.Message);
        Assert.Equal(keys.Keys[0].Kid, proof.Kid);
        Assert.Equal(LaunchSite.ClientId, proof.Subject);
        Assert.True(Guid.TryParse(proof.Id, out _));
        Assert.InRange(proof.ValidTo, RunningService.Noon.UtcDateTime, RunningService.Noon.UtcDateTime.AddMinutes(5));
        Assert.False(proof.TryGetHeaderValue<string>("jku", out _));
    }

    [Theory]
    [Trait("Req", "SM-19")]
    [InlineData("access_token")]
    [InlineData("token_type")]
    [InlineData("scope")]
    public async Task A_token_that_lacks_what_it_must_have_opens_nothing(string member)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token.Remove(member);

        using var response = await site.AnswerAsync(await site.LaunchAsync());

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Theory]
    [Trait("Req", "SM-19")]
    [InlineData(400)]
    [InlineData(500)]
    public async Task A_refused_code_is_told_without_the_server_s_words(int status)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["status"], token["error"], token["error_description"]) = (status, "invalid_grant", "quoted " + form["code"]);

        using var response = await site.AnswerAsync(await site.LaunchAsync());

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.DoesNotContain("quoted", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("quoted", site.Service.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-19")]
    public async Task A_token_without_an_end_is_taken_for_a_short_one_and_what_is_not_known_is_passed_over()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => (token["expires_in"], token["something"]) = (null, new JsonObject());
        var page = await site.OpenAsync();
        Assert.Equal(200, (await site.ShowAsync(page)).Status);

        site.Clock.Advance(TimeSpan.FromMinutes(5));
        var late = await site.OpenAsync();
        site.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(404, (await site.ShowAsync(late)).Status);
    }

    [Theory]
    [Trait("Req", "SM-20")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../Patient/1")]
    [InlineData("a/b")]
    public async Task Without_a_patient_nothing_is_opened_and_the_token_goes_back(string? patient)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["patient"] = patient;

        using var response = await site.AnswerAsync(await site.LaunchAsync());

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(site.Calls, call => call.Path == "/auth/revoke");
    }

    [Theory]
    [Trait("Req", "SM-25")]
    [InlineData("ours", 303)]
    [InlineData("foreign", 403)]
    [InlineData(null, 303)]
    public async Task A_hospital_that_is_not_ours_is_refused_although_its_server_is(string? tenant, int status)
    {
        await using var site = await LaunchSite.StartAsync(LaunchSite.Settings(("Tenants:0", "ours")));
        site.Token = (token, _) => token["tenant"] = tenant;

        using var response = await site.AnswerAsync(await site.LaunchAsync());

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [Trait("Req", "SM-26")]
    [InlineData("good", true)]
    [InlineData("forged", false)]
    [InlineData("wrong aud", false)]
    [InlineData("wrong iss", false)]
    [InlineData("expired", false)]
    [InlineData("wrong nonce", false)]
    [InlineData("no nonce", false)]
    [InlineData("none", false)]
    [InlineData("JWE", false)]
    [InlineData("garbage", false)]
    [InlineData("absolute", true)]
    [InlineData("no such kind", false)]
    [InlineData("no id", false)]
    [InlineData("markup", false)]
    public async Task An_id_token_that_does_not_hold_names_nobody_and_breaks_nothing(string kind, bool names)
    {
        await using var site = await LaunchSite.StartAsync();
        using var forger = new TestIssuer();
        site.Token = (token, _) => token["id_token"] = kind switch
        {
            "forged" => site.IdToken(by: forger),
            "wrong aud" => site.IdToken(claims => claims["aud"] = "another"),
            "wrong iss" => site.IdToken(claims => claims["iss"] = "https://evil.example"),
            "expired" => site.IdToken(claims => claims["exp"] = RunningService.Noon.AddMinutes(-5).ToUnixTimeSeconds()),
            "wrong nonce" => site.IdToken(claims => claims["nonce"] = "another"),
            "no nonce" => site.IdToken(claims => claims.Remove("nonce")),
            "none" => site.IdToken(header: head => head["alg"] = "none"),
            "JWE" => "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.aa.aa.aa.aa",
            "garbage" => "garbage",
            "no such kind" => site.IdToken(claims => claims["fhirUser"] = "Device/1"),
            "no id" => site.IdToken(claims => claims["fhirUser"] = "Practitioner"),
            "markup" => site.IdToken(claims => claims["fhirUser"] = "Practitioner/<b>"),
            "absolute" => site.IdToken(claims => claims["fhirUser"] = site.Iss + "/Practitioner/p-1"),
            _ => site.IdToken(),
        };

        Assert.Equal(200, (await site.SeeAsync()).Status);
        var seen = Assert.Single(site.Service.Log.Of(Audit.Category));
        Assert.Equal(names, seen["User"] is not null);
    }

    [Theory]
    [Trait("Req", "SM-26")]
    [InlineData("Patient/pat-1")]
    [InlineData("RelatedPerson/r-1")]
    public async Task The_page_is_not_for_patients(string user)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["id_token"] = site.IdToken(claims => claims["fhirUser"] = user);

        using var response = await site.AnswerAsync(await site.LaunchAsync());

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    [Trait("Req", "SM-29")]
    public async Task The_cookie_is_of_one_launch_for_us_alone_and_is_another_one_after_the_sign_in()
    {
        await using var site = await LaunchSite.StartAsync();
        using var first = await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "x"));
        var sent = await site.LaunchAsync();
        using var second = await site.AnswerAsync(sent);

        Assert.All([Assert.Single(first.Headers.GetValues("Set-Cookie")), second.Headers.GetValues("Set-Cookie").Last()], cookie =>
        {
            Assert.StartsWith("__Host-launch-", cookie, StringComparison.Ordinal);
            string[] marks = [.. cookie.Split("; ").Skip(1).Select(mark => mark.ToLowerInvariant())];
            Assert.All(["secure", "httponly", "samesite=none", "partitioned", "path=/"], mark => Assert.Contains(mark, marks));
            Assert.DoesNotContain(marks, mark => mark.StartsWith("domain", StringComparison.Ordinal));
        });
        Assert.NotEqual(sent.Cookie.Split('=')[1], LaunchSite.CookieOf(second).Split('=')[1]);
        Assert.Contains(second.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(sent.Cookie.Split('=')[0] + "=;", StringComparison.Ordinal));
    }
}
