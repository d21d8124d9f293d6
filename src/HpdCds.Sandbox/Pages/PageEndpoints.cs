using System.Net.Mime;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>The pages that only show: the patients, a chart, the drugs.</summary>
public static class PageEndpoints
{
    private static readonly TimeSpan KeysPatience = TimeSpan.FromSeconds(2);

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", (PatientRegister patients, PatientRecords records, SandboxAddresses addresses) =>
            Answers.Page(PatientListPage.Render(patients.All, records, new(addresses.FhirBase, new Uri(addresses.Service, "/cds-services").ToString()))));
        app.MapGet("/patients/{id}", (string id, PatientRegister patients, PatientRecords records) => patients.Find(id) is { } patient
            ? Answers.Page(ChartPage.Render(patient, records))
            : Answers.NoSuchPatient());
        app.MapGet("/patients/{id}/order", DrugsAsync);
        app.MapGet("/patients/{id}/request.json", ReadyRequest);
        app.MapGet("/token", Token);
        app.MapGet(ClientKeys.JwksPath, (ClientKeys keys) => Results.Text(keys.Jwks().ToJsonString(), MediaTypeNames.Application.Json));
        MapFile(app, "sandbox.css", "text/css; charset=utf-8");
        MapFile(app, "sandbox.js", "text/javascript; charset=utf-8");
        app.MapGet("/favicon.ico", () => Results.NoContent());
    }

    private static void MapFile(IEndpointRouteBuilder app, string name, string type) =>
        app.MapGet($"/{name}", () => Results.Stream(typeof(PageEndpoints).Assembly.GetManifestResourceStream($"Pages/{name}")!, type));

    private static async Task<IResult> DrugsAsync(
        string id, string? search, PatientRegister patients, PatientRecords records, PrefetchKeys keys, CdsClient client, CancellationToken cancellation)
    {
        if (patients.Find(id) is not { } patient)
            return Answers.NoSuchPatient();
        if (keys.All.Count == 0)
            await LearnKeysAsync(client, cancellation);
        return Answers.Page(DrugListPage.Render(patient, records, search, keys.All));
    }

    /// <summary>The switches offer the service's own keys; a page must not wait long for a service that is away.</summary>
    private static async Task LearnKeysAsync(CdsClient client, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(KeysPatience);
        try
        {
            await client.DiscoverAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Without the keys the page lacks one choice, which is better than no page.
            return;
        }
    }

    /// <summary>Proves who calls one path of the service; good for one call.</summary>
    private static IResult Token(string path, string? language, ClientKeys keys, SandboxAddresses addresses)
    {
        var spoken = language ?? SandboxSite.English;
        return SandboxSite.Languages.Contains(spoken, StringComparer.Ordinal) && path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
            ? Results.Text(keys.TokenFor(new(addresses.Service, path), spoken))
            : Results.BadRequest();
    }

    /// <summary>A hook request with a fresh token, to be piped into a client on the command line.</summary>
    private static IResult ReadyRequest(string id, string? drug, PatientRegister patients, HookBodies bodies, TimeProvider time)
    {
        if (patients.Find(id) is not { } patient)
            return Results.NotFound();
        if (OrderableDrugs.Find(drug ?? patient.Drug) is not { } chosen)
            return Results.BadRequest();
        var body = bodies.Write(FiredHooks.Sign, id, DraftOrders.Of(id, chosen, time.GetUtcNow()), new(DataRoute.Token), null);
        return Results.Text(body.ToJsonString(), MediaTypeNames.Application.Json);
    }
}
