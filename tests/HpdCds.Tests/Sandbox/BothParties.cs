using HpdCds.Explain;
using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;
using HpdCds.Tests.Hooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Sandbox;

/// <summary>The small EHR and the real service, each on a port of its own, at a fixed moment, with the sandbox's settings.</summary>
public sealed class BothParties : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(EhrFixture.Start);
    private WebApplication? _ehr;
    private WebApplication? _service;

    public IReadOnlyDictionary<string, SandboxPatient> Patients { get; } =
        PatientFiles.Load(EhrFixture.Start).ToDictionary(patient => patient.About.Id, patient => patient.About, StringComparer.Ordinal);

    public string EhrUrl => _ehr!.Urls.First();

    public OrderDesk Desk => _ehr!.Services.GetRequiredService<OrderDesk>();

    public async ValueTask InitializeAsync()
    {
        // Each needs the other's address: the service's own port is chosen before the two start.
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        _ehr = EhrHost.Build(["--urls", "http://127.0.0.1:0"], builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Services.AddSingleton(_ => new SandboxAddresses(() => _ehr!.Urls.First(), address));
        });
        await _ehr.StartAsync();
        var settings = SandboxSite.Settings(_ehr.Services.GetRequiredService<SandboxAddresses>());
        _service = HpdCdsService.Build([$"--urls={address}"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            // A quick machine asks more often than a hospital does.
            builder.Configuration.AddInMemoryCollection(SandboxSite.Languages.Select((_, place) => KeyValuePair.Create($"HpdCds:Ehrs:{place}:CallsPerSecond", (string?)"100000")));
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(_time);
        });
        await _service.StartAsync();
        _ehr.Services.GetRequiredService<ServiceReading>().Explainer = _service.Services.GetRequiredService<Explainer>();
    }

    public async ValueTask DisposeAsync()
    {
        await _ehr!.DisposeAsync();
        await _service!.DisposeAsync();
    }
}
