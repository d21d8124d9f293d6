using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Trust;

/// <summary>What lies below the calls: TLS by settings alone, and the probes of whoever runs the service.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly string _certificate = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");

    public void Dispose() => File.Delete(_certificate);

    [Theory]
    [Trait("Req", "TLS-01")]
    [InlineData("NoCertificate", true)]
    [InlineData("RequireCertificate", false)]
    public async Task A_listener_that_asks_for_a_certificate_answers_nobody_without_one(string mode, bool isAnswered)
    {
        await using var app = await StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Kestrel:Endpoints:Https:Url"] = "https://127.0.0.1:0",
            ["Kestrel:Endpoints:Https:Certificate:Path"] = NewCertificate(),
            ["Kestrel:Endpoints:Https:ClientCertificateMode"] = mode,
        });
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost" } };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };

        if (isAnswered)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/cds-services", TestContext.Current.CancellationToken)).StatusCode);
        else
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync("/cds-services", TestContext.Current.CancellationToken));
    }

    [Theory]
    [Trait("Req", "OPS-01")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_probe_comes_by_any_name_without_a_token_and_learns_one_word(string path)
    {
        await using var service = await GuardedService.StartAsync();
        using var probe = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "10.1.2.3:8080" } };

        using var response = await service.Service.Client.SendAsync(probe, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("Req", "OPS-01")]
    public async Task A_task_in_the_background_that_fails_ends_no_answers()
    {
        var log = new LogLines();
        await using var app = HpdCdsService.Build(["--urls", "http://127.0.0.1:0", "--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Services.AddHostedService<Failing>();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        while (!log.All.Contains("BackgroundService failed", StringComparison.Ordinal))
            await Task.Delay(5, TestContext.Current.CancellationToken);

        for (var calls = 0; calls < 20; calls++)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
        Assert.False(app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("as a bug would");
        }
    }

    private static async Task<WebApplication> StartAsync(Dictionary<string, string?> settings)
    {
        var app = HpdCdsService.Build(["--environment=Development"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            builder.Logging.ClearProviders();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private string NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        File.WriteAllBytes(_certificate, certificate.Export(X509ContentType.Pkcs12));
        return _certificate;
    }
}
