using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Benchmarks;

/// <summary>The service with everything on: decisions are stored, spans and logs go out by OTLP, numbers are served.</summary>
internal sealed class MeasuredService : IAsyncDisposable
{
    private const string Issuer = "https://ehr.example.org/fhir";
    private const string PublicBase = "https://cds.example.org";
    private const string Path = "/cds-services/hpd-risk";
    private const int Megabyte = 1024 * 1024;

    private static readonly HttpClient Http = new();

    private readonly DirectoryInfo _folder;
    private readonly int _metricsPort;
    private readonly RsaSecurityKey _key;
    private readonly WebApplication _collector;

    private MeasuredService(MeasuredProcess process, DirectoryInfo folder, int metricsPort, RsaSecurityKey key, WebApplication collector) =>
        (Process, _folder, _metricsPort, _key, _collector) = (process, folder, metricsPort, key, collector);

    public MeasuredProcess Process { get; }

    public Uri Url => new(Process.Url, Path);

    /// <param name="isGuarded">Callers sign, and every token counts once.</param>
    /// <param name="atOnce">How many calls of the EHR may be under way; null for what the machine can do.</param>
    public static async Task<MeasuredService> StartAsync(string program, bool isGuarded = false, int? atOnce = null, bool isPinned = true)
    {
        var folder = Directory.CreateTempSubdirectory("hpdcds-measured-");
        var key = new RsaSecurityKey(RSA.Create(2048)) { KeyId = "benchmark" };
        var metricsPort = MeasuredProcess.FreePort();
        var collector = await CollectAsync();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HpdCds__Ehrs__0__Name"] = "benchmark",
            ["HpdCds__Ehrs__0__FhirBaseUrls__0"] = HookCall.Base,
            ["HpdCds__Store__Connection"] = $"Data Source={System.IO.Path.Combine(folder.FullName, "store.db")}",
            ["HpdCds__MetricsPort"] = metricsPort.ToString(CultureInfo.InvariantCulture),
            ["HpdCds__MaxBodyBytes"] = (100 * Megabyte).ToString(CultureInfo.InvariantCulture),
            ["HpdCds__MaxBundleEntries"] = "100000",
            ["HpdCds__Ehrs__0__CallsPerSecond"] = "100000",
            ["HpdCds__Ehrs__0__ConcurrentCalls"] = (atOnce ?? 10_000).ToString(CultureInfo.InvariantCulture),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        if (isGuarded)
        {
            var keys = System.IO.Path.Combine(folder.FullName, "keys.json");
            await File.WriteAllTextAsync(keys, JsonSerializer.Serialize(new { keys = new[] { PublicPart(key) } }));
            settings["HpdCds__PublicBaseUrl"] = PublicBase;
            settings["HpdCds__Ehrs__0__Issuer"] = Issuer;
            settings["HpdCds__Ehrs__0__Keys__File"] = keys;
        }

        string[] Arguments(string url) => ["--urls", url, "--environment", "Development"];
        return new(await MeasuredProcess.StartAsync(program, Arguments, settings, isPinned), folder, metricsPort, key, collector);
    }

    /// <summary>As many tokens as calls may come.</summary>
    public IReadOnlyList<string> Tokens(int number, DateTimeOffset now)
    {
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        var credentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha384);
        return [.. Enumerable.Range(0, number).Select(_ => handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = PublicBase + Path,
            IssuedAt = now.UtcDateTime,
            Expires = now.AddMinutes(5).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["jti"] = Guid.NewGuid().ToString() },
            SigningCredentials = credentials,
        }))];
    }

    public Task<double> AllocatedBytesAsync() => NumberAsync("dotnet_gc_heap_total_allocated_bytes_total");

    public Task<double> CompiledMethodsAsync() => NumberAsync("dotnet_jit_compiled_methods_total");

    private async Task<double> NumberAsync(string name)
    {
        var numbers = await Http.GetStringAsync(new Uri($"http://127.0.0.1:{_metricsPort.ToString(CultureInfo.InvariantCulture)}/metrics"));
        var line = numbers.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await _collector.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static object PublicPart(RsaSecurityKey key)
    {
        var parts = key.Rsa.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", kid = key.KeyId, n = Base64UrlEncoder.Encode(parts.Modulus!), e = Base64UrlEncoder.Encode(parts.Exponent!) };
    }

    /// <summary>Takes what is exported, so that exporting costs what it costs, and keeps nothing.</summary>
    private static async Task<WebApplication> CollectAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null));
        await app.StartAsync();
        return app;
    }
}
