using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Sandbox;

/// <summary>The two hosts as the README starts them: the small EHR proves who it is, and nobody else is answered.</summary>
public sealed class SignedCallTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private WebApplication? _ehr;
    private WebApplication? _service;

    private string Ehr => _ehr!.Urls.First();

    private Uri Risk => new(_ehr!.Services.GetRequiredService<SandboxAddresses>().Service, "/cds-services/hpd-risk");

    public async ValueTask InitializeAsync()
    {
        _ehr = EhrHost.Build(["--urls", "http://127.0.0.1:0", "--cds-url", $"http://localhost:{FreePort.Next()}"]);
        await _ehr.StartAsync(TestContext.Current.CancellationToken);
        var addresses = _ehr.Services.GetRequiredService<SandboxAddresses>();
        _service = HpdCdsService.Build([$"--urls={addresses.Service}"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(SandboxSite.Settings(addresses));
            builder.Logging.ClearProviders();
        });
        await _service.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service!.DisposeAsync();
        await _ehr!.DisposeAsync();
    }

    [Fact]
    [Trait("Req", "JWT-01")]
    public async Task The_printed_line_works_and_its_token_works_once()
    {
        var token = await _http.GetStringAsync($"{Ehr}/token?path=/cds-services/hpd-risk", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(null)).Status);
    }

    [Fact]
    public async Task An_order_on_the_page_gets_its_card_from_data_that_the_service_read_itself()
    {
        using var form = new FormUrlEncodedContent([new("drug", "nivolumab"), new("route", "token"), new("hook", "order-sign")]);

        using var response = await _http.PostAsync($"{Ehr}/patients/bravo/order", form, TestContext.Current.CancellationToken);
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("""<article class="card""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("status 401", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_published_key_has_no_private_half()
    {
        var keys = JsonNode.Parse(await _http.GetStringAsync(Ehr + ClientKeys.JwksPath, TestContext.Current.CancellationToken))!["keys"]!.AsArray();

        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], Assert.Single(keys)!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string? token)
    {
        var call = await _http.GetStringAsync($"{Ehr}/patients/bravo/request.json", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, Risk) { Content = new StringContent(call, Encoding.UTF8, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
