using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Sandbox.Fhir;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace HpdCds.EndToEnd;

/// <summary>The sandbox's own FHIR endpoint, without its patients: what a case says is all that it holds.</summary>
public sealed class SandboxFhir : FhirHolder, IAsyncLifetime
{
    private readonly AccessTokens _tokens = new(TimeProvider.System);
    private readonly ConcurrentDictionary<string, string> _tokenOf = new(StringComparer.Ordinal);
    private FhirStore _store = new();
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(_tokens).AddTransient(_ => _store);
        _app = builder.Build();
        _app.MapFhir("/fhir");
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Base = $"{_app.Urls.First()}/fhir";
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    public override string TokenFor(string patient) => _tokenOf.GetOrAdd(patient, id => _tokens.Issue(id, TimeSpan.FromHours(1)));

    public override Task EmptyAsync()
    {
        _store = new();
        return Task.CompletedTask;
    }

    public override Task<string?> PutAsync(JsonNode resource)
    {
        try
        {
            _store.Add(FhirJsonDeserializer.STRICT.DeserializeResource(resource.ToJsonString()));
            return Task.FromResult<string?>(null);
        }
        catch (DeserializationFailedException fault)
        {
            return Task.FromResult<string?>(fault.Exceptions.First().Message);
        }
    }
}
