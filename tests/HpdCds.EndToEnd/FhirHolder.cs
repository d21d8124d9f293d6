using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HpdCds.EndToEnd;

/// <summary>A FHIR server, of whatever make, that holds the data of one golden case after the other.</summary>
public abstract class FhirHolder : IAsyncDisposable
{
    private readonly HttpClient _http = new();

    public string Base { get; protected set; } = "";

    public abstract string TokenFor(string patient);

    public abstract Task EmptyAsync();

    /// <returns>Null, or what the server has against the resource.</returns>
    public abstract Task<string?> PutAsync(JsonNode resource);

    /// <summary>The answer to a read or a search, or null where there is none.</summary>
    public async Task<JsonNode?> AskAsync(string query, string patient)
    {
        var (status, answer) = await SendAsync(HttpMethod.Get, $"{Base}/{query}", patient: patient);
        return status < 300 ? answer : null;
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    protected async Task<(int Status, JsonNode? Answer)> SendAsync(HttpMethod method, string url, JsonNode? resource = null, string patient = "")
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TokenFor(patient));
        if (resource is not null)
            request.Content = new StringContent(resource.ToJsonString(), Encoding.UTF8, "application/fhir+json");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
