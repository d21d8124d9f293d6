using System.Collections.Concurrent;
using System.Text.Json;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>
/// Reads what the authorization server of a listed FHIR server says of itself, and believes only what leads to listed hosts. What it
/// said counts for an hour; a failure for some seconds, so that nobody can make us ask again and again.
/// </summary>
internal sealed partial class SmartDiscovery(SmartHttp http, TimeProvider clock, ILogger<SmartDiscovery> log)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <returns>Null when it cannot be read, or may not be used.</returns>
    public async Task<SmartServer?> OfAsync(FhirBase server, SmartClient client, CancellationToken stop)
    {
        var place = _places.GetOrAdd(server.Text, _ => new Place());
        await place.Gate.WaitAsync(stop);
        try
        {
            if (clock.GetUtcNow() >= place.Until)
            {
                // For all who wait: the first of them may go.
                place.Said = await ReadAsync(server);
                place.Until = clock.GetUtcNow() + (place.Said is null || Fault(place.Said, client) is not null ? Pause : Life);
            }

            // The list of hosts is a setting, which may have changed.
            return place.Said is { } said && Fault(said, client) is null ? said : null;
        }
        finally
        {
            place.Gate.Release();
        }

        async Task<SmartServer?> ReadAsync(FhirBase at)
        {
            try
            {
                using var json = JsonDocument.Parse(await http.GetAsync(new Uri($"{at.Text}/.well-known/smart-configuration"), CancellationToken.None), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
                var (said, why) = Read(json.RootElement, at);
                if (said is not null)
                    why = Fault(said, client);
                if (why is not null)
                    NotUsed(log, at.Host, why);
                return said;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException or OperationCanceledException or FormatException or InvalidOperationException)
            {
                NotRead(log, at.Host, failure.GetType().Name);
                return null;
            }
        }
    }

    private static (SmartServer? Said, string? Why) Read(JsonElement json, FhirBase server)
    {
        // What only knows "plain" would send our proof in the clear; who lists nothing may know S256 all the same.
        if (json.TryGetProperty("code_challenge_methods_supported", out var methods) && !Texts(methods).Contains("S256", StringComparer.Ordinal))
            return (null, "S256 is not supported");
        if (Address(json, "authorization_endpoint", server) is not { } authorize || Address(json, "token_endpoint", server) is not { } token)
            return (null, "an endpoint is missing");
        var capabilities = json.TryGetProperty("capabilities", out var listed) ? Texts(listed) : [];
        return (new(
            authorize,
            token,
            Address(json, "revocation_endpoint", server),
            Address(json, "jwks_uri", server),
            Text(json, "issuer"),
            json.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind == JsonValueKind.True,
            capabilities.Contains("permission-v2", StringComparer.Ordinal)), null);
    }

    private static string? Fault(SmartServer said, SmartClient client) =>
        new[] { said.Authorize, said.Token, said.Revocation, said.Keys }.OfType<Uri>().All(client.Allows) ? null : "an endpoint lies on a host that is not listed, or is not https";

    private static Uri? Address(JsonElement json, string name, FhirBase server) =>
        Text(json, name) is { } text && Uri.TryCreate(new Uri(server.Text + "/"), text, out var address) ? address : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] Texts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)] : [];

    [LoggerMessage(LogLevel.Warning, "The SMART configuration of {Host} is not used: {Why}")]
    private static partial void NotUsed(ILogger log, string host, string why);

    [LoggerMessage(LogLevel.Warning, "The SMART configuration of {Host} could not be read: {Type}")]
    private static partial void NotRead(ILogger log, string host, string type);

    private sealed class Place
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public SmartServer? Said { get; set; }

        public DateTimeOffset Until { get; set; } = DateTimeOffset.MinValue;
    }
}

/// <summary>The connections to authorization servers: checked, without redirects, and with small answers only.</summary>
internal sealed class SmartHttp(CurrentTrust trust) : IDisposable
{
    private const int MaxBytes = 256 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public HttpClient Client { get; } = new(CheckedConnection.Handler(trust, Timeout)) { Timeout = Timeout, MaxResponseContentBufferSize = MaxBytes };

    public async Task<byte[]> GetAsync(Uri address, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await Client.SendAsync(request, stop);
        return response.StatusCode == System.Net.HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync(stop) : throw new FormatException("The answer is not what was asked for");
    }

    public void Dispose() => Client.Dispose();
}
