using System.Diagnostics;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Checks;

namespace HpdCds.Sandbox.Orders;

/// <summary>A service that listens to a hook, as discovery describes it.</summary>
public sealed record ListeningService(string Id, JsonObject? Templates);

/// <summary>The CDS client of the small EHR: asks the service as any other EHR would, over HTTP, signed, and checks what passes.</summary>
public sealed class CdsClient(HttpClient http, SandboxAddresses addresses, PrefetchKeys keys, ClientKeys signing)
{
    public async Task<Exchange> DiscoverAsync(CancellationToken cancellation)
    {
        var exchange = await ExchangeAsync(ExchangeKind.Discovery, "GET", "/cds-services", null, cancellation);
        keys.Remember(exchange.Json);
        return exchange;
    }

    public Task<Exchange> CallAsync(string serviceId, JsonObject body, CancellationToken cancellation) =>
        ExchangeAsync(ExchangeKind.Hook, "POST", $"/cds-services/{Uri.EscapeDataString(serviceId)}", body, cancellation);

    public Task<Exchange> FeedbackAsync(string serviceId, JsonObject body, CancellationToken cancellation) =>
        ExchangeAsync(ExchangeKind.Feedback, "POST", $"/cds-services/{Uri.EscapeDataString(serviceId)}/feedback", body, cancellation);

    public static IReadOnlyList<ListeningService> Listening(Exchange discovery, string? hook) =>
    [
        .. Members.Objects(discovery.Json?["services"])
            .Where(service => Members.Text(service["hook"]) == hook && Members.Text(service["id"]) is not null)
            .Select(service => new ListeningService(Members.Text(service["id"])!, service["prefetch"] as JsonObject)),
    ];

    private async Task<Exchange> ExchangeAsync(ExchangeKind kind, string method, string path, JsonObject? body, CancellationToken cancellation)
    {
        var url = new Uri(addresses.Service, path);
        using var message = new HttpRequestMessage(new(method), url);
        message.Headers.Authorization = new("Bearer", signing.TokenFor(url, addresses.LanguageOf(body)));
        if (body is not null)
            message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(message, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var exchange = new Exchange(kind, method, url, body, (int)response.StatusCode, text, started, Stopwatch.GetElapsedTime(started));
            return exchange with { Violations = ExchangeCheck.Of(exchange) };
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new(kind, method, url, body, null, null, started, Stopwatch.GetElapsedTime(started));
        }
    }
}

/// <summary>Where the two parties are; one FHIR base for each language of the advice, since a base is what the service tells EHRs apart by.</summary>
public sealed record SandboxAddresses(Func<string> Ehr, Uri Service)
{
    public string FhirBase => FhirBaseFor(SandboxSite.English);

    public string FhirBaseFor(string language) => $"{Ehr()}{SandboxSite.FhirPath(language)}";

    /// <summary>A request that names the FHIR base of a language comes from the entry of that language.</summary>
    public string LanguageOf(JsonObject? request) =>
        SandboxSite.Languages.FirstOrDefault(language => FhirBaseFor(language) == Members.Text(request?["fhirServer"]), SandboxSite.English);
}

/// <summary>The keys that the service asked for when it was last discovered.</summary>
public sealed class PrefetchKeys
{
    private volatile IReadOnlyList<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Remember(JsonObject? discovery)
    {
        if (discovery is null)
            return;
        _all = [.. Members.Objects(discovery["services"])
            .Where(service => Members.Text(service["hook"]) is FiredHooks.Select or FiredHooks.Sign or FiredHooks.View)
            .SelectMany(service => (service["prefetch"] as JsonObject ?? []).Select(pair => pair.Key))
            .Distinct(StringComparer.Ordinal)];
    }
}
