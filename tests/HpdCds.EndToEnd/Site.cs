using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HpdCds.EndToEnd;
using HpdCds.Explain;
using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(Site))]
[assembly: AssemblyFixture(typeof(Browser))]

namespace HpdCds.EndToEnd;

/// <summary>The small EHR and the real service, each on a port of its own, talking over HTTP; their day is 1 March 2026.</summary>
public sealed class Site : IAsyncLifetime
{
    private readonly SetClock _clock = new(new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero));
    private WebApplication? _ehr;
    private WebApplication? _service;
    private X509Certificate2? _certificate;

    public Site() => ServiceUrl = $"http://127.0.0.1:{FreePort.Next()}";

    private Site(string otherService) => ServiceUrl = otherService;

    public string Url => _ehr!.Urls.First();

    public string ServiceUrl { get; }

    /// <summary>Both anew, for a test that overrides cards: what it overrides does not come again, for anybody.</summary>
    public static async Task<Site> AloneAsync()
    {
        var site = new Site();
        await site.InitializeAsync();
        return site;
    }

    /// <summary>Both anew, the service encrypted as in a hospital: only then a browser takes its cookies in a frame of the EHR.</summary>
    public static async Task<Site> EncryptedAsync()
    {
        var site = new Site($"https://127.0.0.1:{FreePort.Next()}") { _certificate = Certificate() };
        await site.InitializeAsync();
        return site;
    }

    /// <summary>The EHR alone, beside a service that a test provides.</summary>
    public static async Task<Site> BesideAsync(string service)
    {
        var site = new Site(service);
        await site.StartEhrAsync();
        return site;
    }

    public async ValueTask InitializeAsync()
    {
        await StartEhrAsync();
        var settings = SandboxSite.Settings(new(() => Url, new(ServiceUrl)));
        _service = HpdCdsService.Build([$"--urls={ServiceUrl}"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(_clock);
            if (_certificate is not null)
                builder.WebHost.ConfigureKestrel(server => server.ConfigureHttpsDefaults(https => https.ServerCertificate = _certificate));
        });
        await _service.StartAsync();
        _ehr!.Services.GetRequiredService<ServiceReading>().Explainer = _service.Services.GetRequiredService<Explainer>();
    }

    public async ValueTask DisposeAsync()
    {
        await _ehr!.DisposeAsync();
        if (_service is not null)
            await _service.DisposeAsync();
        _certificate?.Dispose();
    }

    private async Task StartEhrAsync()
    {
        _ehr = EhrHost.Build(["--urls", "http://127.0.0.1:0"], builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.AddSingleton(_ => new SandboxAddresses(() => Url, new(ServiceUrl)));
            if (_certificate is not null)
                builder.Services.PostConfigureAll<HttpClientFactoryOptions>(clients => clients.HttpMessageHandlerBuilderActions.Add(made => ((SocketsHttpHandler)made.PrimaryHandler).SslOptions.RemoteCertificateValidationCallback = IsOurs));
        });
        await _ehr.StartAsync();
    }

    private bool IsOurs(object sender, X509Certificate? shown, X509Chain? chain, System.Net.Security.SslPolicyErrors errors) => shown?.GetCertHashString() == _certificate!.GetCertHashString();

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hpdcds.invalid", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Runs as time does, from a day that the tests know.</summary>
    private sealed class SetClock(DateTimeOffset start) : TimeProvider
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + Stopwatch.GetElapsedTime(_started);
    }
}
