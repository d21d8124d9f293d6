using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Trust;

/// <summary>The real service with one EHR that must prove who it is, whose keys are a file.</summary>
internal sealed class GuardedService : IAsyncDisposable
{
    private readonly string _keyFile;

    private GuardedService(RunningService service, TestIssuer issuer, string keyFile) => (Service, Issuer, _keyFile) = (service, issuer, keyFile);

    public RunningService Service { get; }

    public TestIssuer Issuer { get; }

    public static async Task<GuardedService> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, string? fhirBase = null, TimeProvider? clock = null, string? jwks = null, TestIssuer? issuer = null, string environment = "Development")
    {
        issuer ??= new TestIssuer();
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, jwks ?? issuer.Jwks, TestContext.Current.CancellationToken);
        var all = new Dictionary<string, string?>(Guarded(file), StringComparer.Ordinal);
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
            all[name] = value;
        return new(await RunningService.StartAsync(fhirBase, all, clock, environment: environment), issuer, file);
    }

    public static IReadOnlyDictionary<string, string?> Guarded(string? keyFile) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["HpdCds:PublicBaseUrl"] = TestIssuer.PublicBase,
        ["HpdCds:Ehrs:0:Issuer"] = TestIssuer.Name,
        ["HpdCds:Ehrs:0:Keys:File"] = keyFile,
        // A quick machine asks more often than a hospital does.
        ["HpdCds:Ehrs:0:CallsPerSecond"] = "100000",
    };

    /// <summary>A call that would be answered 200 to everybody who may ask.</summary>
    public Task<HttpResponseMessage> PostAsync(string? token, string path = "/cds-services/hpd-risk", string? body = null, string scheme = "Bearer") =>
        Service.PostAsync(body ?? Json.Call(prefetch: """{"problems":null}"""), path, change: request =>
        {
            if (token is not null)
                request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token}");
        });

    public async Task<int> StatusAsync(string? token, string path = "/cds-services/hpd-risk", string? body = null)
    {
        using var response = await PostAsync(token, path, body);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Issuer.Dispose();
        File.Delete(_keyFile);
    }
}
