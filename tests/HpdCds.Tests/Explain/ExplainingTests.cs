using HpdCds.Explain;
using HpdCds.Tests.Cases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Explain;

/// <summary>Asks the service of the golden cases, on their day, why it says what it says.</summary>
public abstract class ExplainingTests : IAsyncLifetime
{
    protected WebApplication Service { get; private set; } = null!;

    protected Explainer Explainer => Service.Services.GetRequiredService<Explainer>();

    public ValueTask InitializeAsync()
    {
        Service = Build();
        return ValueTask.CompletedTask;
    }

    /// <summary>The same service with settings of its own.</summary>
    protected static WebApplication Build(params string[] settings) => HpdCdsService.Build(
        ["--urls", "http://127.0.0.1:0", "--environment=Development", .. settings],
        builder => builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(CaseServers.AsOf)));

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Service.DisposeAsync();
    }
}
