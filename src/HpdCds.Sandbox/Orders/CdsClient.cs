using System.Diagnostics;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Orders;

/// <summary>Where the two parties are.</summary>
public sealed record SandboxAddresses(Func<string> Ehr, Uri Service)
{
    public string FhirBase => $"{Ehr()}/fhir";
}

/// <summary>The CDS client of the small EHR: asks the service as any other EHR would, over HTTP.</summary>
public sealed class CdsClient(HttpClient http, FhirStore store, AccessTokens tokens, ClientKeys keys, SandboxAddresses addresses, TimeProvider time)
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    private Uri DiscoveryUrl => new(addresses.Service, "/cds-services");

    /// <summary>Reads discovery, then calls every service that listens to the hook.</summary>
    public async Task<OrderOutcome> SendAsync(DraftOrder order, CancellationToken cancellation)
    {
        var discovery = await ExchangeAsync("GET", DiscoveryUrl, null, cancellation);
        List<Exchange> exchanges = [discovery];
        if (discovery.Status is null)
            return new(exchanges, $"The service does not answer at {addresses.Service}. The order can go on without it.");
        var services = Listening(discovery, order.Hook).ToList();
        if (services.Count == 0)
            return new(exchanges, $"The service at {addresses.Service} offers nothing for {order.Hook}.");
        foreach (var (id, templates) in services)
            exchanges.Add(await ExchangeAsync("POST", new(addresses.Service, $"/cds-services/{id}"), Request(order, templates), cancellation));
        return new(exchanges, exchanges.Find(exchange => !exchange.Succeeded) is { } failed ? Explain(failed) : null);
    }

    /// <summary>The body of a hook request; every call makes a new hook instance and, where one goes along, a new token.</summary>
    public JsonObject Request(DraftOrder order, JsonObject? templates)
    {
        var context = order.Context(time.GetUtcNow());
        var request = new JsonObject
        {
            ["hook"] = order.Hook,
            ["hookInstance"] = Guid.NewGuid().ToString(),
            ["context"] = context,
        };
        if (order.Route is DataRoute.Token or DataRoute.Both)
        {
            request["fhirServer"] = addresses.FhirBase;
            request["fhirAuthorization"] = Authorization(order.PatientId);
        }
        if (order.Route is DataRoute.Prefetch or DataRoute.Both && templates is { Count: > 0 })
            request["prefetch"] = PrefetchTemplates.Fill(templates, context, store, addresses.FhirBase);
        return request;
    }

    /// <summary>Proves who calls the service that answers orders; good for one call.</summary>
    public string Token() => keys.TokenFor(new(addresses.Service, "/cds-services/hpd-risk"));

    private JsonObject Authorization(string patientId) => new()
    {
        ["access_token"] = tokens.Issue(patientId, TokenLifetime),
        ["token_type"] = "Bearer",
        ["expires_in"] = (int)TokenLifetime.TotalSeconds,
        ["scope"] = "patient/*.rs",
        ["subject"] = "hpd-cds",
        ["patient"] = patientId,
    };

    private static IEnumerable<(string Id, JsonObject? Templates)> Listening(Exchange discovery, string hook)
    {
        foreach (var service in (discovery.Json?["services"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (Text(service["hook"]) == hook && Text(service["id"]) is { } id)
                yield return (id, service["prefetch"] as JsonObject);
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Explain(Exchange failed) => failed.Status is { } status
        ? $"The service answered with status {status}; no advice for this order."
        : "The service stopped answering; no advice for this order.";

    private async Task<Exchange> ExchangeAsync(string method, Uri url, JsonObject? body, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(new(method), url);
        message.Headers.Authorization = new("Bearer", keys.TokenFor(url));
        if (body is not null)
            message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(message, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return new(method, url, body, (int)response.StatusCode, text, Stopwatch.GetElapsedTime(started));
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new(method, url, body, null, null, Stopwatch.GetElapsedTime(started));
        }
    }
}
