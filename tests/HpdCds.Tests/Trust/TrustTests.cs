using System.Net;
using HpdCds.Hooks;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Trust;

public sealed class TrustTests
{
    [Theory]
    [Trait("Req", "FHR-08")]
    [Trait("Req", "SEC-01")]
    [Trait("Req", "REQ-06")]
    [Trait("Req", "ERR-05")]
    [InlineData("LISTED/", 200)]
    [InlineData("LISTED", 200)]
    [InlineData("LISTED/../fhir", 200)]
    [InlineData("LISTED?x=1", 403)]
    [InlineData("LISTED#f", 403)]
    [InlineData("LISTED/other", 403)]
    [InlineData("ORIGIN", 403)]
    [InlineData("http://user@HOST/fhir", 403)]
    [InlineData("https://HOST/fhir", 403)]
    [InlineData("ftp://HOST/fhir", 403)]
    [InlineData("not a url", 403)]
    [InlineData("http://169.254.169.254/latest", 403)]
    public async Task Only_a_listed_server_is_connected_to(string named, int expected)
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);
        var origin = ehr.Base[..^5];
        var server = named.Replace("LISTED", ehr.Base, StringComparison.Ordinal).Replace("ORIGIN", origin, StringComparison.Ordinal).Replace("HOST", origin[7..], StringComparison.Ordinal);

        var (status, body) = await service.AnswerAsync(Json.Call(server: server));

        Assert.Equal(expected, status);
        Assert.Equal(expected == 200 ? 10 : 0, ehr.Calls.Count);
        if (expected == 403)
            Assert.Equal("Forbidden", (string?)body!["issue"]![0]!["diagnostics"]);
    }

    [Fact]
    [Trait("Req", "FHR-08")]
    public async Task An_unlisted_server_is_refused_even_without_a_token()
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(403, (await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}""", server: "https://other.example/fhir", token: ""))).Status);
    }

    [Fact]
    [Trait("Req", "FHR-01")]
    public async Task A_listed_server_without_a_token_is_not_asked()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        Assert.Equal(412, (await service.AnswerAsync(Json.Call(server: ehr.Base, token: ""))).Status);
        Assert.Empty(ehr.Calls);
    }

    [Theory]
    [Trait("Req", "CORS-01")]
    [Trait("Req", "CORS-02")]
    [InlineData("http://localhost:5080", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public async Task A_preflight_names_only_origins_that_are_listed(string origin, bool isAllowed)
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/cds-services/hpd-risk");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(isAllowed ? [origin] : [], Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed ? ["Authorization,Content-Type,Accept"] : [], Header(response, "Access-Control-Allow-Headers"));
        Assert.Equal(isAllowed ? ["GET,POST,OPTIONS"] : [], Header(response, "Access-Control-Allow-Methods"));
        Assert.Empty(Header(response, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [Trait("Req", "CORS-02")]
    [InlineData("/cds-services/hpd-risk", 412)]
    [InlineData("/cds-services/unknown", 404)]
    public async Task Errors_can_be_read_by_a_browser(string path, int expected)
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.PostAsync(Json.Call(), path, change: request => request.Headers.Add("Origin", "http://localhost:5080"));

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(["http://localhost:5080"], Header(response, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [Trait("Req", "SEC-15")]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("localhost:5081", 200)]
    [InlineData("[::1]:5081", 200)]
    public async Task The_host_must_be_this_machine(string host, int expected)
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cds-services");
        request.Headers.Host = host;

        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Empty(Header(response, "Server"));
        Assert.Equal(["nosniff"], Header(response, "X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    public async Task The_service_does_not_listen_beyond_this_machine(string url)
    {
        await using var app = HpdCdsService.Build(["--urls", url, "--environment=Development"], builder => builder.Logging.ClearProviders());

        await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_settings_the_sandbox_is_trusted()
    {
        await using var app = HpdCdsService.Build(["--environment=Development"]);

        var ehr = Assert.Single(app.Services.GetRequiredService<CurrentTrust>().Table.Ehrs);

        Assert.Equal("http://localhost:5080/fhir", ehr.FhirBases.Single().Text);
        Assert.Equal("http://localhost:5080", ehr.CorsOrigins.Single());
        Assert.Equal(TimeZoneInfo.Utc, ehr.Zone);
    }

    [Fact]
    [Trait("Req", "ERR-10")]
    [Trait("Req", "ERR-12")]
    public async Task A_bug_is_answered_with_a_correlation_id_only()
    {
        await using var service = await RunningService.StartAsync(clock: new BrokenClock());

        var (status, body) = await service.AnswerAsync(Json.Call());

        Assert.Equal(500, status);
        Assert.Matches("^Internal error. Correlation id: [A-Z0-9:]+$", (string?)body!["issue"]![0]!["diagnostics"]);
        Assert.DoesNotContain("secret pat-1", service.Log.All, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", service.Log.All, StringComparison.Ordinal);
    }

    private static string[] Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? [.. values] : [];

    // The web server shares the clock: it breaks for the endpoint only.
    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Environment.StackTrace.Contains(nameof(HookEndpoints), StringComparison.Ordinal)
            ? throw new InvalidOperationException("secret pat-1")
            : RunningService.Noon;
    }
}
