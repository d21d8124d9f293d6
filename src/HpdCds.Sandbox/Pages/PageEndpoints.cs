using System.Net.Mime;
using System.Text;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>The pages of the small EHR. They read the store directly: the FHIR endpoint is for those outside.</summary>
public static class PageEndpoints
{
    public static void MapPages(this IEndpointRouteBuilder app, IReadOnlyList<SandboxPatient> patients)
    {
        var byId = patients.ToDictionary(patient => patient.Id, StringComparer.Ordinal);
        app.MapGet("/", (SandboxAddresses addresses) =>
            Page(PatientListPage.Render(patients, new(addresses.FhirBase, new Uri(addresses.Service, "/cds-services").ToString()))));
        app.MapGet("/patients/{id}", (string id, FhirStore store) => byId.TryGetValue(id, out var patient)
            ? Page(ChartPage.Render(patient, store, OrderForm.Render(id, patient.Drug, DataRoute.Prefetch), Html.Nothing))
            : NoSuchPatient());
        app.MapPost("/patients/{id}/order", (string id, FhirStore store, CdsClient client, HttpRequest request) =>
            byId.TryGetValue(id, out var patient) ? OrderAsync(patient, store, client, request) : Task.FromResult(NoSuchPatient()));
        app.MapGet("/patients/{id}/request.json", (string id, CdsClient client, string? drug) => byId.TryGetValue(id, out var patient)
            ? ReadyRequest(patient, client, drug)
            : Results.NotFound());
        app.MapGet("/patients/{id}/token", (string id, CdsClient client) => byId.ContainsKey(id) ? Results.Text(client.Token()) : Results.NotFound());
        app.MapGet(ClientKeys.JwksPath, (ClientKeys keys) => Results.Text(keys.Jwks().ToJsonString(), MediaTypeNames.Application.Json));
        app.MapGet("/sandbox.css", () =>
            Results.Stream(typeof(PageEndpoints).Assembly.GetManifestResourceStream("Pages/sandbox.css")!, "text/css; charset=utf-8"));
        app.MapGet("/favicon.ico", () => Results.NoContent());
    }

    private static async Task<IResult> OrderAsync(SandboxPatient patient, FhirStore store, CdsClient client, HttpRequest request)
    {
        if (await ReadOrderAsync(patient, request) is not { } order)
            return Page(Layout.Page("Not an order", Html.Of($"<h1>That is not an order this form can make.</h1>")), StatusCodes.Status400BadRequest);
        var outcome = await client.SendAsync(order, request.HttpContext.RequestAborted);
        var shown = Html.Join([CardsView.Render(outcome), ExchangesView.Render(outcome.Exchanges)]);
        return Page(ChartPage.Render(patient, store, OrderForm.Render(patient.Id, order.Drug.Name, order.Route), shown));
    }

    private static async Task<DraftOrder?> ReadOrderAsync(SandboxPatient patient, HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? OrderForm.Read(patient.Id, await request.ReadFormAsync(request.HttpContext.RequestAborted)) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A hook request with a fresh token, to be piped into a client on the command line.</summary>
    private static IResult ReadyRequest(SandboxPatient patient, CdsClient client, string? drug) =>
        CheckpointInhibitors.Find(drug ?? patient.Drug) is { } chosen
            ? Results.Text(client.Request(new(patient.Id, chosen, DataRoute.Token, DraftOrder.Sign), null).ToJsonString(), MediaTypeNames.Application.Json)
            : Results.BadRequest();

    private static IResult NoSuchPatient() =>
        Page(Layout.Page("No such patient", Html.Of($"""<h1>There is no such patient.</h1><p><a href="/">All patients</a></p>""")), StatusCodes.Status404NotFound);

    private static IResult Page(Html page, int status = StatusCodes.Status200OK) =>
        Results.Text(page.ToString(), "text/html", Encoding.UTF8, status);
}
