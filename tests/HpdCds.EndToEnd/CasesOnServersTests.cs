using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;
using HpdCds.Tests.Cases;
using HpdCds.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.EndToEnd;

public sealed class CasesOnMedplumTests(Medplum medplum, ITestOutputHelper output) : CasesOnServerTests(medplum, output), IClassFixture<Medplum>
{
    [Fact]
    [Trait("Req", "FS-09")]
    public async Task A_list_that_it_cuts_without_a_link_to_the_rest_is_not_called_complete()
    {
        const int Results = 210;
        await medplum.EmptyAsync();
        Assert.Null(await medplum.PutAsync(JsonNode.Parse("""{"resourceType":"Patient","id":"long","birthDate":"1960-01-01"}""")!));
        for (var at = 0; at < Results; at++)
        {
            Assert.Null(await medplum.PutAsync(JsonNode.Parse($$"""
                {"resourceType":"Observation","id":"ldh-{{at}}","status":"final","subject":{"reference":"Patient/long"},"effectiveDateTime":"{{TimeProvider.System.GetUtcNow().AddHours(-at - 1):yyyy-MM-ddTHH:mm:ssZ}}",
                 "code":{"coding":[{"system":"http://loinc.org","code":"2532-0"}]},"valueQuantity":{"value":{{200 + at}},"unit":"U/L","system":"http://unitsofmeasure.org","code":"U/L"} }
                """)!));
        }

        var written = new StringWriter();
        var code = await CheckFhirVerb.RunAsync([medplum.Base, "--patient", "long", "--token", medplum.TokenFor("long"), "--json"], written, TextWriter.Null);
        var chemistry = JsonNode.Parse(written.ToString())!["inputs"]!.AsArray().Single(input => (string?)input!["name"] == "chemistry")!;

        Assert.Equal(0, code);
        Assert.Equal(("truncated", 200, 200), ((string?)chemistry["state"], (int)chemistry["resources"]!, (int)chemistry["recognised"]!));
    }
}

public sealed class CasesOnSandboxTests(SandboxFhir sandbox, ITestOutputHelper output) : CasesOnServerTests(sandbox, output), IClassFixture<SandboxFhir>;

/// <summary>
/// The golden cases, their data held by a FHIR server: once by prefetch that an EHR reads from it by our published
/// templates, once by a token. Both answers must be the one that the case demands.
/// </summary>
public abstract class CasesOnServerTests(FhirHolder server, ITestOutputHelper output) : IAsyncDisposable
{
    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, WebApplication> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<Uri, JsonObject> _templates = [];
    private readonly HttpClient _http = new();

    [Fact]
    [Trait("Req", "FS-01")]
    public async Task Every_case_that_a_server_can_hold_gets_its_answer_by_prefetch_and_by_token()
    {
        var unfit = new List<(string Case, string Why)>();
        var faults = new List<string>();
        var all = GoldenCase.All.Select(golden => HeldCase.Of(golden, server.Base, server.TokenFor(PatientOf(golden))));
        foreach (var same in all.GroupBy(held => held.WhyNot() ?? held.Data, StringComparer.Ordinal))
        {
            var why = same.First().WhyNot() ?? await LoadAsync(same.First());
            foreach (var held in same)
            {
                if (why is not null)
                    unfit.Add((held.Golden.Name, why));
                else
                    faults.AddRange((await FaultsAsync(held)).Select(fault => $"{held.Golden.Name}, {fault}"));
            }
        }

        Report(unfit);
        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(unfit.Count < GoldenCase.All.Count / 6, "Most cases are data that a server can hold.");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http.Dispose();
        foreach (var service in _services.Values)
            await service.DisposeAsync();
    }

    private static string PatientOf(GoldenCase golden) => (string?)JsonNode.Parse(golden.Request)!["context"]?["patientId"] ?? "";

    private void Report(List<(string Case, string Why)> unfit)
    {
        output.WriteLine($"{GoldenCase.All.Count} cases; {GoldenCase.All.Count - unfit.Count} ran by prefetch and by token; {unfit.Count} do not fit:");
        foreach (var same in unfit.GroupBy(one => one.Why, StringComparer.Ordinal).OrderByDescending(same => same.Count()))
            output.WriteLine($"{same.Count()} because {same.Key}: {string.Join(", ", same.Select(one => one.Case))}");
    }

    private async Task<string?> LoadAsync(HeldCase held)
    {
        await server.EmptyAsync();
        foreach (var resource in held.Resources)
        {
            if (await server.PutAsync(resource) is { } fault)
                return $"the server refuses a {resource["resourceType"]}: {fault}";
        }

        return null;
    }

    private async Task<IEnumerable<string>> FaultsAsync(HeldCase held)
    {
        var service = await ServiceOfAsync(held.Golden.Settings);
        var path = (string?)held.Golden.Settings["path"] ?? "/cds-services/hpd-risk";
        var byToken = await FaultsAsync(held, new Uri(service, path), held.WithToken());
        var byPrefetch = held.IsFoundByTemplates ? await FaultsAsync(held, new Uri(service, path), held.WithPrefetch(await PrefetchAsync(service, held))) : [];
        return [.. byToken.Select(fault => "by token: " + fault), .. byPrefetch.Select(fault => "by prefetch: " + fault)];
    }

    private async Task<IEnumerable<string>> FaultsAsync(HeldCase held, Uri service, JsonObject request)
    {
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(service, content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return Likeness.Differences(held.Golden.Expected["status"], (int)response.StatusCode, "status")
            .Concat(Likeness.Differences(held.Golden.Expected["body"], text.Length == 0 ? null : JsonNode.Parse(text), "body"));
    }

    private async Task<JsonObject> PrefetchAsync(Uri service, HeldCase held)
    {
        if (!_templates.TryGetValue(service, out var templates))
        {
            var discovery = JsonNode.Parse(await _http.GetStringAsync(new Uri(service, "/cds-services"), TestContext.Current.CancellationToken))!;
            _templates[service] = templates = discovery["services"]![0]!["prefetch"]!.AsObject();
        }

        var prefetch = new JsonObject();
        foreach (var (key, template) in templates)
            prefetch[key] = await server.AskAsync(PrefetchTemplates.Expand((string)template!, held.Context)!, (string)held.Context["patientId"]!);
        return prefetch;
    }

    private async Task<Uri> ServiceOfAsync(JsonObject settings)
    {
        var key = $"{settings["ehr"]?.ToJsonString()}|{settings["overlay"]?.ToJsonString()}";
        if (!_services.TryGetValue(key, out var service))
            await (_services[key] = service = Build(settings)).StartAsync(TestContext.Current.CancellationToken);
        return new Uri(service.Urls.First());
    }

    private WebApplication Build(JsonObject settings) =>
        HpdCdsService.Build(["--urls=http://127.0.0.1:0", "--environment=Development"], builder =>
        {
            var ehr = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Name"] = "holder",
                ["TimeZone"] = "UTC",
                ["Language"] = "en",
                ["FhirBaseUrls:0"] = server.Base,
            };
            foreach (var (name, value) in settings["ehr"] as JsonObject ?? [])
                ehr[name] = value!.ToString();
            builder.Configuration.AddInMemoryCollection(ehr.Select(pair => KeyValuePair.Create($"HpdCds:Ehrs:0:{pair.Key}", pair.Value)));
            if ((string?)settings["overlay"] is { } overlay)
                builder.Configuration["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", overlay == "example" ? "overlay" : overlay);
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(new StoppedClock());
        });

    /// <summary>It is always the moment of the golden cases, so that no time limit ever ends either.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => AsOf;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(callback, state, Timeout.Infinite, Timeout.Infinite);
    }
}
