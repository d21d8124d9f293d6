using System.Text.Json;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Facts;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.Net.Http.Headers;

namespace HpdCds.Hooks;

/// <summary>A hook call from arrival to answer, top to bottom in <see cref="AnswerAsync"/>.</summary>
public sealed class HookEndpoints(
    HookCatalogue catalogue, TrustTable trust, ChartReader charts, Advice advice, SiteSettings settings, TimeProvider clock)
{
    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var endpoints = app.Services.GetRequiredService<HookEndpoints>();
        foreach (var document in HookCatalogue.Documents)
        {
            app.MapGet($"{document}/cds-services", context => endpoints.DiscoverAsync(context, document));
            app.MapPost($"{document}/cds-services/{{id}}", (HttpContext context, string id) => endpoints.AnswerAsync(context, document, id));
        }
    }

    private Task DiscoverAsync(HttpContext context, string document)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        context.Response.Headers.Vary = "Origin";
        return WriteAsync(context, catalogue.Discovery(document));
    }

    private async Task AnswerAsync(HttpContext context, string document, string id)
    {
        var asOf = clock.GetUtcNow();
        var service = HookCatalogue.Find(document, id) ?? throw Refuse(StatusCodes.Status404NotFound);

        RequireJson(context.Request);
        var body = await ReadBodyAsync(context.Request, context.RequestAborted);
        var envelope = Envelope.Read(body);
        envelope.RequireHook(service);

        var ehr = trust.For(envelope.FhirServer) ?? throw Refuse(StatusCodes.Status403Forbidden);
        var request = envelope.ToRequest(service, ehr, settings.MaxBundleEntries, asOf);

        var recognition = advice.Recognise(request);
        if (recognition.Outcome != RecognitionOutcome.Inhibitor && await charts.WithNamedDraftsAsync(request, ehr, context.RequestAborted) is { } named)
            (request, recognition) = (named, advice.Recognise(named));
        HookCounts.Recognised(ehr.Name, AssessmentExtension.CodeOf(recognition.Outcome), recognition.UnknownInhibitorNames);
        var answer = advice.WithoutChart(request, recognition, ehr, asOf) ?? await FromChartAsync(request, recognition, ehr, asOf, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await WriteAsync(context, answer);
    }

    private async Task<HookResponse> FromChartAsync(HookRequest request, Recognition recognition, TrustedEhr ehr, DateTimeOffset asOf, CancellationToken stop)
    {
        var chart = await charts.ReadAsync(request, ehr, asOf, stop);
        if (!ChartVerdict.SaysNothing(chart))
            return advice.FromChart(request, recognition, chart, ehr, asOf);
        return ehr.NotAssessable == NotAssessablePolicy.Card
            ? advice.WithoutData(recognition, ChartVerdict.Emptied(chart), ehr, asOf)
            : throw new RefusedException(CannotRead(chart));
    }

    private static ErrorReply CannotRead(PatientChart chart) => new(
        StatusCodes.Status412PreconditionFailed,
        chart.IsAnotherPatient ? "business-rule" : "incomplete",
        chart.IsAnotherPatient
            ? "The Patient that was read is not context.patientId"
            : "None of the needed data could be read, neither from prefetch nor from the FHIR server: " + string.Join(", ", ChartVerdict.Unread(chart).Select(ChartKeys.NameOf)),
        "prefetch");

    private static void RequireJson(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Value?.ToUpperInvariant() is "APPLICATION/JSON" or "APPLICATION/FHIR+JSON"
            && (!type.Charset.HasValue || type.Charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson || request.Headers.ContentEncoding.Any(encoding => encoding is not (null or "" or "identity")))
            throw Refuse(StatusCodes.Status415UnsupportedMediaType);
        if (!AcceptsJson(request))
            throw Refuse(StatusCodes.Status406NotAcceptable);
    }

    private static bool AcceptsJson(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        || accepted.Any(range => range.Quality is not 0
            && range.MediaType.Value?.ToUpperInvariant() is "*/*" or "APPLICATION/*" or "APPLICATION/JSON" or "APPLICATION/FHIR+JSON" or "APPLICATION/JSON+FHIR");

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken stop)
    {
        if (request.ContentLength > settings.MaxBodyBytes)
            throw Refuse(StatusCodes.Status413PayloadTooLarge);
        using var body = new MemoryStream((int)(request.ContentLength ?? 16_384));
        var buffer = new byte[65_536];
        while (await request.Body.ReadAsync(buffer, stop) is > 0 and var read)
        {
            if (body.Length + read > settings.MaxBodyBytes)
                throw Refuse(StatusCodes.Status413PayloadTooLarge);
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static async Task WriteAsync<T>(HttpContext context, T answer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, HookJson.Options);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static RefusedException Refuse(int status) => new(ErrorReply.Generic(status));
}
