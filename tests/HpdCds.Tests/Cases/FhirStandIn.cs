using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace HpdCds.Tests.Cases;

/// <summary>
/// The FHIR servers of all golden cases, one under each case's name: read, and search by patient, category and code
/// (GET and POST), over the Bundle of the case. It knows no other parameter, as many servers do.
/// </summary>
public sealed class FhirStandIn : IAsyncDisposable
{
    public const string Token = "golden-token";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _calls = new(StringComparer.Ordinal);

    private FhirStandIn(WebApplication app) => _app = app;

    public static async Task<FhirStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new FhirStandIn(builder.Build());
        standIn._app.Map("/{name}/fhir/{**rest}", standIn.AnswerAsync);
        await standIn._app.StartAsync(TestContext.Current.CancellationToken);
        return standIn;
    }

    public string BaseOf(GoldenCase golden) => $"{_app.Urls.First()}/{golden.Name}/fhir";

    /// <summary>Every call of a case so far: method, address and form.</summary>
    public IReadOnlyCollection<string> CallsOf(GoldenCase golden) => _calls.TryGetValue(golden.Name, out var calls) ? calls : [];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string name, string? rest)
    {
        var parameters = await ParametersAsync(context.Request);
        _calls.GetOrAdd(name, _ => new()).Enqueue(
            $"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()} {string.Join('&', parameters.Select(one => $"{one.Key}={one.Value}"))}");
        var golden = GoldenCase.Named(name);
        var path = (rest ?? "").Split('/');
        var status = context.Request.Headers.Authorization == $"Bearer {Token}"
            ? golden.Settings["fhir"]?["fails"]?[path[0]]?.GetValue<int>() ?? StatusCodes.Status200OK
            : StatusCodes.Status401Unauthorized;
        var answer = status != StatusCodes.Status200OK ? Outcome(status)
            : path is [var type, not "_search" and var id] ? Resources(golden, type).FirstOrDefault(one => (string?)one["id"] == id)
            : SearchSet(Resources(golden, path[0]).Where(one => Fits(one, parameters)));
        context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : status;
        context.Response.ContentType = "application/fhir+json";
        await context.Response.WriteAsync((answer ?? Outcome(StatusCodes.Status404NotFound)).ToJsonString(), context.RequestAborted);
    }

    private static async Task<Dictionary<string, StringValues>> ParametersAsync(HttpRequest request)
    {
        var all = request.Query.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
        if (request.HasFormContentType)
        {
            foreach (var (key, value) in await request.ReadFormAsync())
                all[key] = value;
        }

        return all;
    }

    private static IEnumerable<JsonNode> Resources(GoldenCase golden, string type) =>
        from entry in golden.Fhir?["entry"] as JsonArray ?? []
        let resource = entry["resource"]!
        where (string?)resource["resourceType"] == type
        select resource;

    internal static bool Fits(JsonNode resource, Dictionary<string, StringValues> parameters) =>
        (!parameters.TryGetValue("patient", out var patient) || IsOf(resource, patient.ToString()))
        && (!parameters.TryGetValue("category", out var category) || HasCode(resource["category"], category))
        && (!parameters.TryGetValue("code", out var code) || HasCode(resource["code"], code));

    private static bool IsOf(JsonNode resource, string patient) =>
        ((string?)(resource["subject"] ?? resource["patient"])?["reference"])?.Split('/')[^1] == patient.Split('/')[^1];

    /// <summary>Every value of a repeated parameter must fit; within one, any of the comma-separated codes.</summary>
    private static bool HasCode(JsonNode? concepts, StringValues wanted)
    {
        var codings = (concepts is JsonArray list ? list : concepts is null ? [] : new JsonArray(concepts.DeepClone()))
            .SelectMany(concept => concept?["coding"] as JsonArray ?? [])
            .ToArray();
        return wanted.All(any => any!.Split(',').Any(token => codings.Any(coding => token.Contains('|', StringComparison.Ordinal)
            ? token == $"{coding!["system"]}|{coding["code"]}"
            : token == (string?)coding!["code"])));
    }

    private static JsonObject SearchSet(IEnumerable<JsonNode> resources) => new()
    {
        ["resourceType"] = "Bundle",
        ["type"] = "searchset",
        ["entry"] = new JsonArray([.. resources
            .OrderByDescending(one => (string?)one["effectiveDateTime"], StringComparer.Ordinal)
            .Select(one => new JsonObject { ["resource"] = one.DeepClone(), ["search"] = new JsonObject { ["mode"] = "match" } })]),
    };

    private static JsonObject Outcome(int status) => new()
    {
        ["resourceType"] = "OperationOutcome",
        ["issue"] = new JsonArray(new JsonObject
        {
            ["severity"] = "error",
            ["code"] = status switch
            {
                StatusCodes.Status401Unauthorized => "login",
                StatusCodes.Status403Forbidden => "forbidden",
                StatusCodes.Status404NotFound => "not-found",
                _ => "exception",
            },
        }),
    };
}
