using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Chart;

internal sealed record EhrCall(string Method, string Path, string Query, string? Authorization, string Body)
{
    public string Url => Path + Query;

    public string Type => Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [_, var type, ..] ? type : "";
}

internal sealed record EhrAnswer(int Status, string Body)
{
    public string? Location { get; init; }

    public string? RetryAfter { get; init; }

    public string? ContentEncoding { get; init; }

    /// <summary>Instead of the text.</summary>
    public byte[]? Bytes { get; init; }

    public static EhrAnswer Ok(string body) => new(200, body);

    public static EhrAnswer Empty { get; } = Ok("""{"resourceType":"Bundle","type":"searchset","total":0}""");
}

/// <summary>A FHIR server on loopback that says what a test tells it to and remembers who asked what.</summary>
internal sealed class FakeEhr : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<EhrCall> _calls = new();

    private FakeEhr(WebApplication app) => _app = app;

    public string Base => _app.Urls.First() + "/fhir";

    public IReadOnlyList<EhrCall> Calls => [.. _calls];

    /// <param name="answer">By call; null stands for "nothing found".</param>
    public static async Task<FakeEhr> StartAsync(Func<EhrCall, EhrAnswer?>? answer = null, Func<EhrCall, CancellationToken, Task>? before = null, bool remembersCalls = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var ehr = new FakeEhr(builder.Build());
        ehr._app.Run(context => ehr.AnswerAsync(context, answer, before, remembersCalls));
        await ehr._app.StartAsync(TestContext.Current.CancellationToken);
        return ehr;
    }

    public void ForgetCalls() => _calls.Clear();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, Func<EhrCall, EhrAnswer?>? answer, Func<EhrCall, CancellationToken, Task>? before, bool remembersCalls)
    {
        using var body = new StreamReader(context.Request.Body);
        var call = new EhrCall(
            context.Request.Method,
            context.Request.Path,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.Authorization,
            await body.ReadToEndAsync(context.RequestAborted));
        if (remembersCalls)
            _calls.Enqueue(call);
        if (before is not null)
            await before(call, context.RequestAborted);
        var reply = answer?.Invoke(call) ?? (call.Type == "Patient" ? EhrAnswer.Ok(Json.Patient()) : EhrAnswer.Empty);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = "application/fhir+json";
        if (reply.Location is not null)
            context.Response.Headers.Location = reply.Location;
        if (reply.RetryAfter is not null)
            context.Response.Headers.RetryAfter = reply.RetryAfter;
        if (reply.ContentEncoding is not null)
            context.Response.Headers.ContentEncoding = reply.ContentEncoding;
        await context.Response.Body.WriteAsync(reply.Bytes ?? System.Text.Encoding.UTF8.GetBytes(reply.Body), context.RequestAborted);
    }
}
