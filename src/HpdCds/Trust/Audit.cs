using System.Collections.Concurrent;
using System.Diagnostics;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using HpdCds.Telemetry;

namespace HpdCds.Trust;

/// <summary>
/// One event for each call of a service, whatever became of it, in the log category <c>HpdCds.Audit</c>. Patients appear
/// under a pseudonym that only the holder of the key can make again; nothing else in it is theirs.
/// </summary>
public sealed partial class Audit(Pseudonyms pseudonyms, KnowledgeBase knowledge, TimeProvider clock, ILoggerFactory logs)
{
    public const string Category = "HpdCds.Audit";

    public static readonly string Version = typeof(Audit).Assembly.GetName().Version!.ToString(3);

    // The same few with every call.
    private static readonly ConcurrentDictionary<SourceState, string> Asked = [];
    private static readonly ConcurrentDictionary<(ChartKey Key, string How), string> Ends = [];

    private readonly ILogger _log = logs.CreateLogger(Category);

    public async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (!HttpMethods.IsPost(context.Request.Method) || !context.Request.Path.Value!.Contains("/cds-services/", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        var started = clock.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Write(context, clock.GetElapsedTime(started));
        }
    }

    private void Write(HttpContext context, TimeSpan duration)
    {
        var (record, caller, status) = (CallRecord.Of(context), Caller.Of(context), context.Response.StatusCode);
        var (ehr, request, found) = (record.Ehr ?? caller?.Ehr, record.Request, record.Assessment);
        CallSignals.Record(record, ehr?.Name, status, duration);
        Called(
            _log,
            record.Outcome(status),
            status,
            ehr?.Name,
            caller?.Issuer.Name,
            caller?.Ehr is null ? null : caller.Tenant,
            record.Service is { } service ? $"{service.Document}/{service.Id}" : null,
            record.Mode is { } mode ? Kebab.Case(mode) : null,
            request?.Hook,
            request?.HookInstance,
            request is null || ehr is null ? null : pseudonyms.Patient(Hospital.Of(ehr, caller), request.PatientId),
            Version,
            knowledge.Hash,
            found?.Model is { } model ? $"{model} {found.Version}" : null,
            found?.BandLow,
            found?.BandHigh,
            record.Answer?.Cards is [var card, ..] ? card.Indicator : null,
            string.Join(',', (record.Answer?.Cards ?? []).Select(issued => issued.Uuid)),
            string.Join(',', record.Sources.Select(Written)),
            (long)duration.TotalMilliseconds,
            Activity.Current is { Recorded: true } span ? span.TraceId.ToHexString() : null);
    }

    /// <summary>How the reading of an input ended, with a star where it did not come with the request.</summary>
    internal static string EndOf(ChartSource source) => source.Supplied ? Kebab.Case(source.State) : Asked.GetOrAdd(source.State, static state => Kebab.Case(state) + "*");

    private static string Written(ChartSource source) => Ends.GetOrAdd((source.Key, EndOf(source)), static end => $"{ChartKeys.NameOf(end.Key)}={end.How}");

    [LoggerMessage(LogLevel.Information,
        "{Outcome} {Status} {Ehr} {Issuer} {Tenant} {Service} {Mode} {Hook} {HookInstance} {Patient} {Version} {Knowledge} {Model} {BandLow} {BandHigh} {Indicator} {Cards} {Keys} {Milliseconds} {TraceId}")]
    private static partial void Called(
        ILogger log, string outcome, int status, string? ehr, string? issuer, string? tenant, string? service, string? mode, string? hook, string? hookInstance,
        string? patient, string version, string knowledge, string? model, string? bandLow, string? bandHigh, string? indicator, string cards, string keys, long milliseconds, string? traceId);
}
