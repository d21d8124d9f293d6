using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Sandbox;

/// <summary>A CDS service that answers what a test tells it to, and keeps what it was asked.</summary>
public sealed class StandInService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInService(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public int Status { get; set; } = 200;

    public string Answer { get; set; } = """{"cards":[]}""";

    /// <summary>A service that has never heard of feedback, until a test says otherwise.</summary>
    public int FeedbackStatus { get; set; } = 404;

    public IList<JsonObject> Requests { get; } = [];

    public IList<JsonObject> Feedback { get; } = [];

    public static async Task<StandInService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new StandInService(builder.Build());
        service._app.MapGet("/cds-services", () => Results.Text(
            """
            {"services":[
              {"hook":"order-select","id":"stand-in","description":"d","prefetch":{"patient":"Patient/{{context.patientId}}","problems":"Condition?patient={{context.patientId}}"}},
              {"hook":"order-sign","id":"stand-in","description":"d","prefetch":{"patient":"Patient/{{context.patientId}}","problems":"Condition?patient={{context.patientId}}"}},
              {"hook":"patient-view","id":"other","description":"d"}]}
            """,
            "application/json"));
        service._app.MapPost("/cds-services/{id}", async (string id, HttpRequest request) =>
        {
            Assert.Equal("stand-in", id);
            service.Requests.Add((await JsonNode.ParseAsync(request.Body))!.AsObject());
            return Results.Text(service.Answer, "application/json", statusCode: service.Status);
        });
        service._app.MapPost("/cds-services/stand-in/feedback", async (HttpRequest request) =>
        {
            service.Feedback.Add((await JsonNode.ParseAsync(request.Body))!.AsObject());
            return Results.StatusCode(service.FeedbackStatus);
        });
        await service._app.StartAsync();
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
