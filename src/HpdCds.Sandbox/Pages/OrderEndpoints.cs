using System.Globalization;
using System.Net.Mime;
using System.Text;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>What can be done with an order; every step ends at the order's own page.</summary>
public static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapPost("/patients/{id}/order", ChooseAsync);
        app.MapPost("/patients/{id}/view", ViewAsync);
        app.MapGet("/orders/{id}", Show);
        app.MapGet("/orders/{id}/reading", async (string id, OrderShelf shelf, ServiceReading reading, HttpContext http) => shelf.Find(id) is { } order
            ? Answers.Page(ReadingPage.Render(order, await reading.OfAsync(order, http.RequestAborted)))
            : Answers.NoSuchOrder());
        var step = app.MapGroup("/orders/{id}");
        step.MapPost("/sign", (string id, OrderShelf shelf, OrderDesk desk, HttpContext http) =>
            StepAsync(shelf.Find(id), http, order => desk.SignAsync(order, http.RequestAborted)));
        step.MapPost("/confirm", (string id, OrderShelf shelf, OrderDesk desk, HttpContext http) =>
            StepAsync(shelf.Find(id), http, order => Task.FromResult(desk.Confirm(order))));
        step.MapPost("/ask", AskAgainAsync);
        step.MapPost("/cards/{place:int}/accept", AcceptAsync);
        step.MapPost("/cards/{place:int}/override", OverrideAsync);
        var exchange = step.MapGroup("/exchanges/{place:int}");
        exchange.MapGet("/curl", (string id, int place, OrderShelf shelf, ClientKeys keys, SandboxAddresses addresses) =>
            Text(Exchange(shelf, id, place) is { } found ? CurlCommand.Of(found, keys.TokenAddress(found.Url, addresses.LanguageOf(found.Request))) : null));
        exchange.MapGet("/request", (string id, int place, OrderShelf shelf) => Text(Exchange(shelf, id, place)?.Request?.ToJsonString(), MediaTypeNames.Application.Json));
        exchange.MapGet("/response", (string id, int place, OrderShelf shelf) => Text(Exchange(shelf, id, place)?.Response));
        exchange.MapGet("/fhir/{call:int}/curl", (string id, int place, int call, OrderShelf shelf, FhirCallLog log) =>
            Text(Call(shelf, log, id, place, call) is { } found ? CurlCommand.Of(found) : null));
        exchange.MapGet("/fhir/{call:int}/response", (string id, int place, int call, OrderShelf shelf, FhirCallLog log) =>
            Text(Call(shelf, log, id, place, call)?.Response));
    }

    private static IResult Show(string id, OrderShelf shelf, PatientRegister patients, PatientRecords records, FhirCallLog log, PrefetchKeys keys)
    {
        if (shelf.Find(id) is not { } order)
            return Answers.NoSuchOrder();
        var drawer = Drawer.Render(order, log, keys.All);
        return Answers.Page(patients.Find(order.PatientId) is { } patient
            ? OrderPage.Render(order, patient, records, drawer)
            : OrderPage.RenderImported(order, drawer));
    }

    private static async Task<IResult> ChooseAsync(string id, PatientRegister patients, OrderDesk desk, HttpContext http)
    {
        if (patients.Find(id) is not { } patient)
            return Answers.NoSuchPatient();
        var form = await Answers.FormAsync(http.Request);
        if (form is null || OrderableDrugs.Find(form["drug"]) is not { } drug || Switches.Read(form) is not { } switches)
            return Answers.NotAnOrder();
        var order = await desk.ChooseAsync(patient.Id, drug, switches, http.RequestAborted);
        return Answers.SeeOther(http, $"/orders/{order.Id}");
    }

    private static async Task<IResult> ViewAsync(string id, PatientRegister patients, OrderDesk desk, HttpContext http) => patients.Find(id) is { } patient
        ? Answers.SeeOther(http, $"/orders/{(await desk.ViewAsync(patient.Id, new(), http.RequestAborted)).Id}")
        : Answers.NoSuchPatient();

    private static async Task<IResult> AskAgainAsync(string id, OrderShelf shelf, OrderDesk desk, HttpContext http)
    {
        var form = await Answers.FormAsync(http.Request);
        return form is null || Switches.Read(form) is not { } switches || shelf.Find(id) is { PatientId: null }
            ? Answers.NotAnOrder()
            : await StepAsync(shelf.Find(id), http, order => desk.AskAgainAsync(order, switches, http.RequestAborted));
    }

    private static async Task<IResult> AcceptAsync(string id, int place, OrderShelf shelf, OrderDesk desk, HttpContext http)
    {
        var form = await Answers.FormAsync(http.Request);
        return await StepAsync(shelf.Find(id), http, order => order.Card(place) is { Decision: null } card
            ? desk.AcceptAsync(order, card, NumberOf(form?["suggestion"]), http.RequestAborted)
            : Task.FromResult(order));
    }

    private static async Task<IResult> OverrideAsync(string id, int place, OrderShelf shelf, OrderDesk desk, HttpContext http)
    {
        var form = await Answers.FormAsync(http.Request);
        return await StepAsync(shelf.Find(id), http, order => order.Card(place) is { Decision: null } card
            ? desk.OverrideAsync(order, card, NumberOf(form?["reason"]), form?["comment"].ToString() ?? "", http.RequestAborted)
            : Task.FromResult(order));
    }

    private static async Task<IResult> StepAsync(PlacedOrder? order, HttpContext http, Func<PlacedOrder, Task<PlacedOrder>> step)
    {
        if (order is null)
            return Answers.NoSuchOrder();
        var next = await step(order);
        return Answers.SeeOther(http, $"/orders/{next.Id}");
    }

    private static int NumberOf(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static Exchange? Exchange(OrderShelf shelf, string id, int place) => shelf.Find(id)?.Exchanges.ElementAtOrDefault(place);

    private static FhirCall? Call(OrderShelf shelf, FhirCallLog log, string id, int place, int call) =>
        Exchange(shelf, id, place)?.HookInstance is { } instance ? log.Of(instance).ElementAtOrDefault(call) : null;

    private static IResult Text(string? text, string type = MediaTypeNames.Text.Plain) =>
        text is null ? Results.NotFound() : Results.Text(text, type, Encoding.UTF8);
}
