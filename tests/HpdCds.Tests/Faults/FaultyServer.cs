using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Faults;

/// <summary>A FHIR server that fails in the way that its base address names, and counts by token who asked.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private const string Fhir = "application/fhir+json";

    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly ConcurrentDictionary<string, int> _callsByToken = new(StringComparer.Ordinal);

    private FaultyServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate));
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public static async Task<FaultyServer> StartAsync()
    {
        var server = new FaultyServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public string BaseFor(string fault) => fault switch
    {
        "refused" => $"http://127.0.0.1:{FreePort.Next()}/fhir",
        // No resolver is asked: a label of a name has at most 63 characters.
        "dns" => $"https://{new string('a', 64)}.example/fhir",
        "tls" => _app.Urls.First(url => url.StartsWith("https", StringComparison.Ordinal)) + "/fhir",
        _ => $"{_app.Urls.First(url => url.StartsWith("http:", StringComparison.Ordinal))}/{fault.Replace(' ', '-')}",
    };

    public int CallsBy(string token) => _callsByToken.GetValueOrDefault(token);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        _callsByToken.AddOrUpdate(token, 1, (_, calls) => calls + 1);
        var fault = context.Request.Path.Value!.Split('/')[1];
        var type = context.Request.Path.Value.Split('/')[2];
        return fault switch
        {
            "none" => WriteAsync(context, 200, Fhir, Found(type)),
            "html-body" => WriteAsync(context, 200, "text/html", "<html>Please log in</html>"),
            "truncated-JSON" => WriteAsync(context, 200, Fhir, Found(type)[..^3]),
            "wrong-content-type" => WriteAsync(context, 200, "text/plain", Found(type)),
            "slow-headers" => Task.Delay(Timeout.Infinite, context.RequestAborted),
            "slow-drip" => DripAsync(context),
            "endless-body" => EndlessAsync(context),
            "reset-mid-body" => ResetAsync(context),
            "redirect" => RedirectAsync(context),
            "paging-loop" => WriteAsync(context, 200, Fhir, type == "Patient" ? Found(type) : LoopOf(type)),
            "expired-token" => WriteAsync(context, 401, Fhir, ""),
            _ => WriteAsync(context, int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), Fhir, ""),
        };
    }

    private string LoopOf(string type) => $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"{{BaseFor("paging-loop")}}/{{type}}?again"}]}""";

    private static string Found(string type) => type switch
    {
        "Patient" => Json.Patient(),
        "Medication" => """{"resourceType":"Medication","id":"m1","code":{"text":"sodium chloride 0.9 %"}}""",
        _ => """{"resourceType":"Bundle","type":"searchset","total":0}""",
    };

    private static Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static async Task DripAsync(HttpContext context)
    {
        context.Response.ContentType = Fhir;
        while (true)
        {
            await context.Response.WriteAsync(" ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(20, context.RequestAborted);
        }
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        context.Response.ContentType = Fhir;
        var much = new string(' ', 65_536);
        while (true)
            await context.Response.WriteAsync(much, context.RequestAborted);
    }

    private static async Task ResetAsync(HttpContext context)
    {
        context.Response.ContentType = Fhir;
        context.Response.ContentLength = 10_000;
        await context.Response.WriteAsync("{", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Redirect("/none" + context.Request.Path.Value![context.Request.Path.Value!.IndexOf('/', 1)..]);
        return Task.CompletedTask;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
