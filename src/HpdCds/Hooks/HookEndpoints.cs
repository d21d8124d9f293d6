using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Store;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.Net.Http.Headers;

namespace HpdCds.Hooks;

/// <summary>A hook call from arrival to answer, top to bottom in <see cref="AnswerAsync"/>.</summary>
public sealed partial class HookEndpoints(
    HookCatalogue catalogue, CurrentTrust trust, ChartReader charts, Advice advice, Decisions decisions, AppLinks appLinks, SiteSettings settings, TimeProvider clock, ILogger<HookEndpoints> log)
{
    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var endpoints = app.Services.GetRequiredService<HookEndpoints>();
        foreach (var document in HookCatalogue.Documents)
        {
            var discovery = app.MapGet($"{document}/cds-services", context => endpoints.DiscoverAsync(context, document));
            if (!endpoints.HidesDiscovery)
                discovery.AllowAnonymous();
            app.MapPost($"{document}/cds-services/{{id}}", (HttpContext context, string id) => endpoints.AnswerAsync(context, document, id));
        }
    }

    // Open unless a site wants it otherwise: clients probe it before they know how to sign, and it holds nothing of anybody.
    private bool HidesDiscovery => settings.DiscoveryNeedsToken;

    private Task DiscoverAsync(HttpContext context, string document)
    {
        var caller = Caller.Of(context)?.Ehr;
        var ehr = caller ?? (trust.Table.Ehrs is [var only] ? only : null);
        context.Response.Headers.CacheControl = caller is null ? "public, max-age=300" : "private, max-age=300";
        context.Response.Headers.Vary = "Authorization, Origin";
        return WriteAsync(context, catalogue.Discovery(document, ehr));
    }

    private async Task AnswerAsync(HttpContext context, string document, string id)
    {
        var asOf = clock.GetUtcNow();
        var record = CallRecord.Of(context);
        var service = record.Service = HookCatalogue.Find(document, id) ?? throw Refuse(StatusCodes.Status404NotFound);

        RequireJson(context.Request);
        var envelope = await ReadAsync(context.Request);
        envelope.RequireHook(service);

        var ehr = record.Ehr = trust.Table.For(Caller.Of(context), envelope.FhirServer) ?? throw Refuse(StatusCodes.Status403Forbidden);
        if (!ehr.Services.TryGetValue(service.Name, out var mode))
            throw Refuse(StatusCodes.Status403Forbidden);
        record.Mode = mode;
        var request = record.Request = envelope.ToRequest(service, ehr, settings.MaxBundleEntries, asOf);
        CheckClient(ehr, envelope.Authorization?.Subject);

        context.Response.Headers.CacheControl = "no-store";
        try
        {
            if (mode != ServiceMode.Off)
                record.Answer = await EvaluateAsync(request, ehr, record, asOf, context.RequestAborted);
        }
        catch (RefusedException unread)
        {
            decisions.Keep(record, Caller.Of(context), unread.Reply.Status, asOf);
            throw;
        }

        using var station = Signals.At(Station.Answer);
        var answer = Switched(record) switch
        {
            ServiceMode.Off => HookResponse.NothingBecauseOff,
            ServiceMode.Silent => HookResponse.NothingBecauseSilent,
            _ => await decisions.WithoutRepeatAsync(record, Caller.Of(context), record.Answer!, asOf),
        };
        answer = appLinks.On(answer, record);
        decisions.Keep(record, Caller.Of(context), StatusCodes.Status200OK, asOf);
        await WriteAsync(context, answer);
    }

    /// <summary>A switch that was thrown while we read counts for this call, too.</summary>
    private ServiceMode Switched(CallRecord record)
    {
        var now = trust.Table.ModeOf(record.Ehr!.Name, record.Service!.Name);
        record.Mode = now > record.Mode ? now : record.Mode;
        return record.Mode!.Value;
    }

    private void CheckClient(TrustedEhr ehr, string? subject)
    {
        if (ehr.ClientId is null || subject is null || subject == ehr.ClientId)
            return;
        ForeignClient(log, ehr.Name);
        if (ehr.RefusesForeignTokens)
            throw Refuse(StatusCodes.Status403Forbidden);
    }

    private async Task<HookResponse> EvaluateAsync(HookRequest request, TrustedEhr ehr, CallRecord record, DateTimeOffset asOf, CancellationToken stop)
    {
        var recognition = advice.Recognise(request);
        if (await charts.WithNamedDraftsAsync(request, ehr, stop) is { } named)
            (request, recognition) = (named, advice.Recognise(named));
        record.Recognition = recognition;
        if (advice.WithoutChart(request, recognition, ehr, asOf) is { } early)
            return early;
        var started = clock.GetTimestamp();
        var chart = await charts.ReadAsync(request, ehr, asOf, stop);
        record.ChartTook = clock.GetElapsedTime(started);
        record.Sources = [.. chart.Sources.Values.OrderBy(source => source.Key)];
        if (!ChartVerdict.SaysNothing(chart))
        {
            var read = clock.GetTimestamp();
            var answer = advice.FromChart(request, recognition, chart, ehr, asOf);
            record.AssessmentTook = clock.GetElapsedTime(read);
            return answer;
        }

        record.WhyNotRead = chart.IsAnotherPatient ? CallRecord.AnotherPatient : ChartVerdict.Unread(chart).Select(key => chart.WhyNotFound(key)).Order().First().Code();
        // Who is shown nothing is not shown a failure either.
        return ehr.NotAssessable == NotAssessablePolicy.Card || Switched(record) != ServiceMode.Live
            ? advice.WithoutData(request, recognition, ChartVerdict.Emptied(chart), ehr, asOf)
            : throw new RefusedException(CannotRead(chart));
    }

    internal static ErrorReply CannotRead(PatientChart chart) => new(
        StatusCodes.Status412PreconditionFailed,
        chart.IsAnotherPatient ? "business-rule" : "incomplete",
        chart.IsAnotherPatient
            ? "The Patient that was read is not context.patientId"
            : "None of the needed data could be read, neither from prefetch nor from the FHIR server: " + string.Join(", ", ChartVerdict.Unread(chart).Select(ChartKeys.NameOf)),
        "prefetch");

    internal static void RequireJson(HttpRequest request)
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

    private async Task<Envelope> ReadAsync(HttpRequest request)
    {
        using var station = Signals.At(Station.Request);
        var body = charts.Arriving(request.ContentLength ?? 0);
        request.HttpContext.Response.RegisterForDispose(body);
        await RequestBody.PassAsync(request, settings.MaxBodyBytes, settings.BodyTimeout, clock, body.Add);
        return body.End();
    }

    internal static async Task WriteAsync<T>(HttpContext context, T answer)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = Put(answer, context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    // Whole, or not at all where it cannot be written.
    private static int Put<T>(T answer, PipeWriter body)
    {
        using var buffer = new ThreadBuffer();
        using (var json = new Utf8JsonWriter(buffer.Bytes, HookJson.Writing))
            JsonSerializer.Serialize(json, answer, HookJson.Options);
        body.Write(buffer.Bytes.WrittenSpan);
        return buffer.Bytes.WrittenCount;
    }

    private static RefusedException Refuse(int status) => new(ErrorReply.Generic(status));

    [LoggerMessage(LogLevel.Warning, "The access token of {Ehr} is for another client than ours")]
    private static partial void ForeignClient(ILogger log, string ehr);
}
