using System.Diagnostics;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.EndToEnd;

/// <summary>A FHIR server that nobody of this project wrote: <c>medplum/server.mjs</c> under Node, on a port of its own.</summary>
public sealed class Medplum : FhirHolder, IAsyncLifetime
{
    private const string Token = "medplum-token";

    private static readonly string Folder = Path.Combine(GoldenCase.RepositoryRoot(), "tests", "HpdCds.EndToEnd", "medplum");

    private Process? _node;

    public async ValueTask InitializeAsync()
    {
        _node = Process.Start(new ProcessStartInfo("node", ["server.mjs", Token])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Base = await _node.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The FHIR server did not start; its packages come with `npm ci` in {Folder}.");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_node is null)
            return;
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    public override string TokenFor(string patient) => Token;

    public override async Task EmptyAsync() => await SendAsync(HttpMethod.Delete, Base);

    public override async Task<string?> PutAsync(JsonNode resource)
    {
        var (status, answer) = await SendAsync(HttpMethod.Put, $"{Base}/{resource["resourceType"]}/{resource["id"]}", resource);
        return status < 300 ? null : $"{answer!["issue"]![0]!["details"]!["text"]} {answer["issue"]![0]!["expression"]?[0]}";
    }
}
