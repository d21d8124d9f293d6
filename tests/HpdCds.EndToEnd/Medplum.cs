using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.EndToEnd;

/// <summary>A FHIR server that nobody of this project wrote: <c>medplum/server.mjs</c> under Node, on a port of its own.</summary>
public sealed class Medplum : IAsyncLifetime
{
    public const string Token = "medplum-token";

    private static readonly string Folder = Path.Combine(GoldenCase.RepositoryRoot(), "tests", "HpdCds.EndToEnd", "medplum");

    private readonly HttpClient _http = new();
    private Process? _node;

    public string Base { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        _node = Process.Start(new ProcessStartInfo("node", ["server.mjs", Token])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Base = await _node.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The FHIR server did not start; its packages come with `npm ci` in {Folder}.");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_node is null)
            return;
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    public async Task EmptyAsync()
    {
        using var response = await _http.DeleteAsync(new Uri(Base), TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <returns>Null, or what the server has against the resource.</returns>
    public async Task<string?> PutAsync(JsonNode resource)
    {
        using var content = new StringContent(resource.ToJsonString(), Encoding.UTF8, "application/fhir+json");
        using var response = await _http.PutAsync(new Uri($"{Base}/{resource["resourceType"]}/{resource["id"]}"), content, TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
            return null;
        var outcome = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return $"{outcome["issue"]![0]!["details"]!["text"]} {outcome["issue"]![0]!["expression"]?[0]}";
    }

    /// <summary>The answer to a read or a search, or null where there is none.</summary>
    public async Task<JsonNode?> AskAsync(string query)
    {
        using var response = await _http.GetAsync(new Uri($"{Base}/{query}"), TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)) : null;
    }
}
