using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Trust;

/// <summary>Where an issuer publishes its keys; it counts who asks.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _calls;

    private KeyServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/jwks.json";

    public string Body { get; set; } = "";

    public int Status { get; set; } = 200;

    public string? CacheControl { get; set; }

    /// <summary>What an answer waits for.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    public int Calls => Volatile.Read(ref _calls);

    public static async Task<KeyServer> StartAsync(string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new KeyServer(builder.Build()) { Body = body };
        server._app.Run(async context =>
        {
            Interlocked.Increment(ref server._calls);
            if (server.Before is { } before)
                await before(context.RequestAborted);
            context.Response.StatusCode = server.Status;
            context.Response.Headers.CacheControl = server.CacheControl;
            if (server.Status is 302)
                context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(server.Body, context.RequestAborted);
        });
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
