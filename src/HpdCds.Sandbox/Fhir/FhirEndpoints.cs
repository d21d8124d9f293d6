using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Sandbox.Orders;
using Microsoft.Net.Http.Headers;
using Task = System.Threading.Tasks.Task;

namespace HpdCds.Sandbox.Fhir;

/// <summary>The FHIR R4 endpoint of the small EHR: read, search, create, metadata.</summary>
public static class FhirEndpoints
{
    public const string FhirJson = "application/fhir+json";
    private const string Grant = "sandbox.grant";

    private static readonly FhirJsonSerializer Serializer = new();

    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(6);

    public static void MapFhir(this IEndpointRouteBuilder app, string path)
    {
        var fhir = app.MapGroup(path).AddEndpointFilter(AnswerProblems);
        fhir.MapGet("/metadata", (FhirStore store, TimeProvider time, HttpRequest request) =>
            Resource(Capabilities.Describe(store, BaseOf(request), time.GetUtcNow())));

        var guarded = fhir.MapGroup("").AddEndpointFilter(RequireToken);
        guarded.MapGet("/{type}/{id}", Read);
        guarded.MapGet("/{type}", (string type, FhirStore store, HttpContext http) =>
            Search(type, http.Request.Query.SelectMany(Pairs), store, http));
        guarded.MapPost("/{type}/_search", SearchByForm);
        guarded.MapPost("/{type}", Create);
        guarded.MapFallback("/{**rest}", IResult () => throw FhirProblemException.NotFound("There is nothing at this address."));
    }

    private static IResult Read(string type, string id, FhirStore store, HttpContext http)
    {
        var stored = store.Find(KnownType(type), id) ?? throw FhirProblemException.NotFound("There is no such resource.");
        if (stored.PatientId is { } owner && owner != GrantOf(http).PatientId)
            throw FhirProblemException.Forbidden("The token is for another patient.");
        return Results.Bytes(Faulted(Encoding.UTF8.GetBytes(stored.Json), http), FhirJson);
    }

    private static async Task<IResult> SearchByForm(string type, FhirStore store, HttpContext http)
    {
        if (!http.Request.HasFormContentType)
            throw new FhirProblemException(415, OperationOutcome.IssueType.NotSupported, "A search by POST has a form as its body.");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return Search(type, http.Request.Query.SelectMany(Pairs).Concat(form.SelectMany(Pairs)), store, http);
    }

    private static IResult Search(string type, IEnumerable<KeyValuePair<string, string>> query, FhirStore store, HttpContext http)
    {
        var strict = http.Request.Headers["Prefer"].ToString().Contains("handling=strict", StringComparison.OrdinalIgnoreCase);
        var pairs = query.ToList();
        var only = GrantOf(http).PatientId;
        if (pairs.Exists(pair => AsksForAnother(pair, only)))
            throw FhirProblemException.Forbidden("The token is for another patient.");
        var page = FhirSearch.Parse(KnownType(type), pairs, strict).Run(store, only);
        return Results.Bytes(Faulted(SearchBundle.Write(page, BaseOf(http.Request)), http), FhirJson);
    }

    private static async Task<IResult> Create(string type, FhirStore store, TimeProvider time, HttpContext http)
    {
        if (!http.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) ?? true)
            throw new FhirProblemException(415, OperationOutcome.IssueType.NotSupported, $"The body must be {FhirJson} or {MediaTypeNames.Application.Json}.");
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var resource = ParseBody(body.ToArray());
        if (resource.TypeName != KnownType(type))
            throw FhirProblemException.Invalid("The resource is of another type than the address says.");
        resource.Id = Guid.NewGuid().ToString("n");
        resource.Meta = new() { LastUpdated = time.GetUtcNow() };
        if (new StoredResource(resource).PatientId is { } owner && owner != GrantOf(http).PatientId)
            throw FhirProblemException.Forbidden("The token is for another patient.");
        var stored = store.Add(resource);
        http.Response.Headers.Location = $"{BaseOf(http.Request)}/{stored.Type}/{stored.Id}";
        return Results.Text(stored.Json, FhirJson, Encoding.UTF8, StatusCodes.Status201Created);
    }

    private static Resource ParseBody(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out _) && resource is not null)
                return resource;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second comes for JSON of another shape. Answered below like any other body that is not a resource.
        }
        throw FhirProblemException.Invalid("The body is not a valid FHIR R4 resource.");
    }

    private static bool AsksForAnother(KeyValuePair<string, string> pair, string patient) =>
        pair.Key.Split(':')[0] is "patient" or "subject"
        && !pair.Value.Split(',').Any(value => SearchValue.Reference.Parse(value).Id == patient);

    private static string KnownType(string type) =>
        ModelInfo.IsKnownResource(type) ? type : throw FhirProblemException.NotFound("There is no such type of resource.");

    private static IEnumerable<KeyValuePair<string, string>> Pairs(KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> pair) =>
        pair.Value.Select(value => new KeyValuePair<string, string>(pair.Key, value ?? ""));

    private static string BaseOf(HttpRequest request) => $"{request.Scheme}://{request.Host}/{request.Path.Value!.Split('/')[1]}";

    private static AccessGrant GrantOf(HttpContext http) => (AccessGrant)http.Items[Grant]!;

    private static async ValueTask<object?> RequireToken(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.RequestServices.GetRequiredService<AccessTokens>().Find(AccessTokens.BearerOf(http.Request)) is not { } grant)
        {
            http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            throw new FhirProblemException(401, OperationOutcome.IssueType.Login, "A token issued by this EHR is needed.");
        }
        http.Items[Grant] = grant;
        if (grant.Fault == ServerFault.Failing)
            throw new FhirProblemException(500, OperationOutcome.IssueType.Exception, "The server fails on purpose.");
        if (grant.Fault == ServerFault.Slow)
            await Task.Delay(TooSlow, http.RequestAborted);
        return await next(context);
    }

    /// <summary>The answer as it is, unless this order's server is to send another patient's data.</summary>
    private static byte[] Faulted(byte[] answer, HttpContext http) => GrantOf(http) is { Fault: ServerFault.OtherPatient } grant
        ? JsonSerializer.SerializeToUtf8Bytes(PrefetchFaulting.Misdirect(JsonNode.Parse(answer)!, grant.PatientId))
        : answer;

    private static async ValueTask<object?> AnswerProblems(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (FhirProblemException problem)
        {
            return Outcome(problem);
        }
        catch (InvalidDataException)
        {
            return Outcome(FhirProblemException.Invalid("The form cannot be read."));
        }
    }

    private static IResult Outcome(FhirProblemException problem) => Resource(
        new OperationOutcome
        {
            Issue = [new() { Severity = OperationOutcome.IssueSeverity.Error, Code = problem.Issue, Diagnostics = problem.Message }],
        },
        problem.Status);

    private static IResult Resource(Resource resource, int status = StatusCodes.Status200OK) =>
        Results.Text(Serializer.SerializeToString(resource), FhirJson, Encoding.UTF8, status);
}
