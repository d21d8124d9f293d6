using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Smart;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.SmartApp;

/// <summary>Where a browser was sent, with the cookie that it was given.</summary>
internal sealed record Sent(Uri To, Dictionary<string, StringValues> Query, string Cookie);

/// <summary>A page that is open in a browser.</summary>
internal sealed record OpenPage(string Path, string Cookie)
{
    public string Id => Path.Split('/')[^1];
}

/// <summary>The real service, and beside it an EHR on loopback whose authorization server says whatever a test wants. The test is the browser.</summary>
internal sealed class LaunchSite : IAsyncDisposable
{
    public const string ClientId = "our-app";
    private const string WellKnown = "/.well-known/smart-configuration";
    public const string Prefix = "/hpd";
    public const string Frame = "https://ehr.example.org";

    private readonly string _keyFile = RegisteredApp.MakeKeyFile();
    private readonly TestIssuer _identity = new();
    private FakeEhr? _ehr;
    private GuardedService? _guarded;

    public FakeTimeProvider Clock { get; } = new(RunningService.Noon);

    /// <summary>What is different in the configuration of the authorization server.</summary>
    public Action<JsonObject>? Configuration { get; set; }

    /// <summary>What is different in the answer to a token request, by its form.</summary>
    public Action<JsonObject, Dictionary<string, StringValues>>? Token { get; set; }

    /// <summary>The answer to a token request as text, where it is no object.</summary>
    public Func<Dictionary<string, StringValues>, string?>? TokenText { get; set; }

    /// <summary>What the revocation endpoint answers; null for the usual.</summary>
    public EhrAnswer? Revoked { get; set; }

    /// <summary>Answers of the FHIR server that are not the usual ones.</summary>
    public Func<EhrCall, EhrAnswer?>? Fhir { get; set; }

    /// <summary>Done before anything is answered.</summary>
    public Func<EhrCall, CancellationToken, Task>? Before { get; set; }

    /// <summary>The nonce of the last sign-in.</summary>
    public string Nonce { get; private set; } = "";

    public TestIssuer Identity => _identity;

    public string Iss => _ehr!.Base;

    public string Origin => new Uri(Iss).GetLeftPart(UriPartial.Authority);

    public RunningService Service => _guarded!.Service;

    public GuardedService Guarded => _guarded!;

    public IReadOnlyList<EhrCall> Calls => _ehr!.Calls;

    public IEnumerable<EhrCall> TokenCalls => Calls.Where(call => call.Path == "/auth/token");

    public static async Task<LaunchSite> StartAsync(IReadOnlyDictionary<string, string?>? settings = null)
    {
        var site = new LaunchSite();
        site._ehr = await FakeEhr.StartAsync(site.Answer, (call, stop) => site.Before?.Invoke(call, stop) ?? Task.CompletedTask);
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:Smart:ClientId"] = ClientId,
            ["HpdCds:Ehrs:0:Smart:KeyFile"] = site._keyFile,
            ["HpdCds:Ehrs:0:Smart:FrameAncestors:0"] = Frame,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
            all[name] = value;
        site._guarded = await GuardedService.StartAsync(all, site.Iss, site.Clock);
        return site;
    }

    public static IReadOnlyDictionary<string, string?> Settings(params (string Name, string? Value)[] settings) =>
        settings.ToDictionary(pair => $"HpdCds:Ehrs:0:{pair.Name}", pair => pair.Value, StringComparer.Ordinal);

    public async Task<HttpResponseMessage> GetAsync(string path, string? cookie = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : path);
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        change?.Invoke(request);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var browser = new HttpClient(handler) { BaseAddress = Service.Client.BaseAddress };
        return await browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string? cookie, IEnumerable<KeyValuePair<string, string>> form, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path[Prefix.Length..]) { Content = new FormUrlEncodedContent(form) };
        request.Headers.TryAddWithoutValidation("Origin", "https://cds.example.org");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        change?.Invoke(request);
        return await Service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static string LaunchPath(string? iss, string? launch) => QueryHelpers.AddQueryString(
        "/smart/launch", new[] { ("iss", iss), ("launch", launch) }.Where(pair => pair.Item2 is not null).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal));

    /// <summary>The first step: the EHR opens us, and we send the browser to sign in.</summary>
    public async Task<Sent> LaunchAsync(string? iss = null)
    {
        using var response = await GetAsync(LaunchPath(iss ?? Iss, "launch-1"));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        var query = QueryHelpers.ParseQuery(response.Headers.Location!.Query);
        Nonce = query["nonce"].ToString();
        return new(response.Headers.Location, query, CookieOf(response));
    }

    /// <summary>The second: the browser comes back.</summary>
    public Task<HttpResponseMessage> AnswerAsync(Sent sent, string? state = null, string? more = null, string? cookie = null) =>
        GetAsync($"/smart/callback?state={Uri.EscapeDataString(state ?? sent.Query["state"].ToString())}&code=the-code{more}", cookie ?? sent.Cookie);

    /// <summary>All of it.</summary>
    public async Task<OpenPage> OpenAsync()
    {
        using var response = await AnswerAsync(await LaunchAsync());
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return new(response.Headers.Location!.OriginalString, response.Headers.GetValues("Set-Cookie").Single(cookie => !cookie.Contains("=;", StringComparison.Ordinal)).Split(';')[0]);
    }

    public async Task<(int Status, string Html)> ShowAsync(OpenPage page, string query = "")
    {
        using var response = await GetAsync(page.Path + query, page.Cookie);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Opens and looks.</summary>
    public async Task<(int Status, string Html)> SeeAsync() => await ShowAsync(await OpenAsync());

    public async ValueTask DisposeAsync()
    {
        if (_guarded is not null)
            await _guarded.DisposeAsync();
        await _ehr!.DisposeAsync();
        _identity.Dispose();
        File.Delete(_keyFile);
    }

    public static string CookieOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Last().Split(';')[0];

    /// <summary>An id_token that holds, but for what a test changes.</summary>
    public string IdToken(Action<JsonObject>? change = null, TestIssuer? by = null, Action<JsonObject>? header = null, string algorithm = "RS256")
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Origin, ["aud"] = ClientId, ["sub"] = "u", ["exp"] = now + 300, ["iat"] = now, ["nonce"] = Nonce, ["fhirUser"] = "Practitioner/p-1" };
        change?.Invoke(claims);
        var head = (by ?? _identity).Header(algorithm);
        header?.Invoke(head);
        return (by ?? _identity).Sign(head, claims, algorithm);
    }

    private EhrAnswer? Answer(EhrCall call)
    {
        switch (call.Path.EndsWith(WellKnown, StringComparison.Ordinal) ? WellKnown : call.Path)
        {
            case WellKnown:
                var configuration = new JsonObject
                {
                    ["issuer"] = Origin,
                    ["authorization_endpoint"] = $"{Origin}/auth/authorize",
                    ["token_endpoint"] = $"{Origin}/auth/token",
                    ["revocation_endpoint"] = $"{Origin}/auth/revoke",
                    ["jwks_uri"] = $"{Origin}/auth/jwks",
                    ["introspection_endpoint"] = $"{Origin}/auth/introspect",
                    ["code_challenge_methods_supported"] = new JsonArray("S256"),
                    ["capabilities"] = new JsonArray("launch-ehr", "permission-v2"),
                };
                Configuration?.Invoke(configuration);
                return EhrAnswer.Ok(configuration.ToJsonString());
            case "/auth/token":
                var form = QueryHelpers.ParseQuery(call.Body);
                if (TokenText?.Invoke(form) is { } text)
                    return EhrAnswer.Ok(text);
                var token = new JsonObject { ["access_token"] = "access-1", ["token_type"] = "Bearer", ["expires_in"] = 3600, ["scope"] = "launch patient/*.rs", ["patient"] = "pat-1", ["need_patient_banner"] = true };
                Token?.Invoke(token, form);
                return new EhrAnswer(token.Remove("status", out var status) ? (int)status! : 200, token.ToJsonString());
            case "/auth/jwks":
                return EhrAnswer.Ok(_identity.Jwks);
            case "/auth/revoke":
                return Revoked ?? EhrAnswer.Ok("{}");
            default:
                return Fhir?.Invoke(call);
        }
    }
}
