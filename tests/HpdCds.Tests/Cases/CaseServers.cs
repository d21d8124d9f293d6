using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using ServiceMarker = HpdCds.Knowledge.CodeSets;

[assembly: AssemblyFixture(typeof(CaseServers))]

namespace HpdCds.Tests.Cases;

/// <summary>The service in memory, once for each way in which the golden cases set it up, at a fixed moment.</summary>
public sealed class CaseServers : IAsyncLifetime
{
    public static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private const string SandboxBase = "http://localhost:5080/fhir";
    private static readonly string Examples = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples");

    private readonly ConcurrentDictionary<string, Lazy<WebApplicationFactory<ServiceMarker>>> _services = new(StringComparer.Ordinal);
    private FhirStandIn? _fhir;

    public FhirStandIn Fhir => _fhir ?? throw new InvalidOperationException("The fixture has not started.");

    public async ValueTask InitializeAsync() => _fhir = await FhirStandIn.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values)
            await service.Value.DisposeAsync();
        if (_fhir is not null)
            await _fhir.DisposeAsync();
    }

    /// <summary>The service as the site of the case has it.</summary>
    /// <param name="fhirBase">A FHIR server of the test, if it has one.</param>
    public HttpClient ClientOf(GoldenCase golden, string language = "en", string? fhirBase = null)
    {
        var settings = golden.Settings;
        var key = $"{settings["ehr"]?.ToJsonString()}|{settings["overlay"]?.ToJsonString()}|{language}|{fhirBase}";
        return _services.GetOrAdd(key, _ => new(() => Start(settings, language, fhirBase ?? SandboxBase))).Value.CreateClient();
    }

    /// <summary>Sends the request of a case, or what a test makes of it, as the EHR of the case would.</summary>
    public async Task<(int Status, string Text)> AskAsync(GoldenCase golden, string language = "en", Func<string, string>? change = null)
    {
        var request = golden.Request
            .Replace("{{fhirServer}}", Fhir.BaseOf(golden), StringComparison.Ordinal)
            .Replace("{{token}}", FhirStandIn.Token, StringComparison.Ordinal);
        using var client = ClientOf(golden, language);
        using var content = new StringContent(change?.Invoke(request) ?? request, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(
            new Uri((string?)golden.Settings["path"] ?? "/cds-services/hpd-risk", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private WebApplicationFactory<ServiceMarker> Start(JsonObject settings, string language, string fhirBase) =>
        new WebApplicationFactory<ServiceMarker>().WithWebHostBuilder(host =>
        {
            host.UseSetting("HpdCds:Ehrs:0:Name", "sandbox");
            host.UseSetting("HpdCds:Ehrs:0:TimeZone", "UTC");
            host.UseSetting("HpdCds:Ehrs:0:Language", language);
            host.UseSetting("HpdCds:Ehrs:0:FhirBaseUrls:0", fhirBase);
            foreach (var (golden, at) in GoldenCase.All.Where(golden => golden.Fhir is not null).Select((golden, at) => (golden, at + 1)))
                host.UseSetting(FormattableString.Invariant($"HpdCds:Ehrs:0:FhirBaseUrls:{at}"), Fhir.BaseOf(golden));
            foreach (var (name, value) in settings["ehr"] as JsonObject ?? [])
                host.UseSetting($"HpdCds:Ehrs:0:{name}", value!.ToString());
            if ((string?)settings["overlay"] is { } overlay)
                host.UseSetting("HpdCds:Overlay", Path.Combine(Examples, overlay == "example" ? "overlay" : overlay));
            host.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new FakeTimeProvider(AsOf))));
        });
}
