using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using HpdCds.Clinical;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Telemetry;

namespace HpdCds.Chart;

/// <summary>One try of one call.</summary>
/// <param name="Status">Null when there was no answer, or none that was awaited to its end.</param>
/// <param name="RetryAfter">How long the server asks to be left alone.</param>
public sealed record FhirAttempt(HttpStatusCode? Status, FhirAnswer Answer, TimeSpan? RetryAfter = null) : PatientData
{
    public static readonly FhirAttempt Failed = new(null, FhirAnswer.Failed);
}

/// <summary>
/// What happens when a FHIR server fails, for each host by itself: so many calls at once, another try when it is busy or the
/// connection is lost, none at all for a while when it fails again and again, and no try longer than it may take. The whole
/// of a hook call has its own end, which comes in as the cancellation. All of it is counted by the meter "Polly".
/// </summary>
public sealed partial class FhirPipelines(SiteSettings settings, TimeProvider clock, ILogger<FhirPipelines> log)
{
    private readonly ConcurrentDictionary<(string Host, TimeSpan CallTimeout), ResiliencePipeline<FhirAttempt>> _byHost = new();

    // The events are counted; as log lines they would come once for each try.
    private readonly TelemetryOptions _telemetry = new() { LoggerFactory = NullLoggerFactory.Instance };

    private ResilienceSettings Limits => settings.Resilience;

    /// <param name="callTimeout">A longer one than usual. Such calls have a pipeline of their own: who waits long must not hold up a prescriber.</param>
    public async Task<FhirAttempt> RunAsync(Uri url, Func<CancellationToken, Task<FhirAttempt>> attempt, TimeSpan? callTimeout, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(url);
        try
        {
            return await _byHost.GetOrAdd((url.Authority, callTimeout ?? settings.CallTimeout), Build).ExecuteAsync(async token => await attempt(token), stop);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or ExecutionRejectedException)
        {
            return FhirAttempt.Failed;
        }
    }

    private ResiliencePipeline<FhirAttempt> Build((string Host, TimeSpan CallTimeout) of) =>
        new ResiliencePipelineBuilder<FhirAttempt> { Name = "fhir", InstanceName = of.Host, TimeProvider = clock }
            .AddConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = Limits.ConcurrentCalls, QueueLimit = Limits.WaitingCalls })
            .AddRetry(Retry())
            .AddCircuitBreaker(Breaker(of.Host))
            .AddTimeout(of.CallTimeout)
            .ConfigureTelemetry(_telemetry)
            .Build();

    // A server that asks to be left alone for longer than anybody waits is not asked again; else no sooner than it asks, and
    // never all callers at one moment.
    private RetryStrategyOptions<FhirAttempt> Retry() => new()
    {
        MaxRetryAttempts = Limits.Retries,
        Delay = Limits.RetryDelay,
        MaxDelay = Limits.LongestRetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = tried => ValueTask.FromResult(tried.Outcome switch
        {
            { Exception: { } lost } => IsConnectionLost(lost),
            { Result: { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } busy } => (busy.RetryAfter ?? TimeSpan.Zero) <= Limits.LongestRetryDelay,
            _ => false,
        }),
        DelayGenerator = tried => ValueTask.FromResult(tried.Outcome.Result?.RetryAfter is { } asked
            ? (asked > TimeSpan.Zero ? asked : TimeSpan.Zero) + Jittered(tried.AttemptNumber)
            : (TimeSpan?)null),
    };

    private TimeSpan Jittered(int attempt) => Limits.RetryDelay * (1 << attempt) * (0.5 + Random.Shared.NextDouble());

    // It opens again when the one call that tries a host fails, without having been closed: it counts once until it is.
    private CircuitBreakerStrategyOptions<FhirAttempt> Breaker(string host)
    {
        var open = 0;
        return new()
        {
            FailureRatio = Limits.BreakerFailureRatio,
            MinimumThroughput = Limits.BreakerMinimumCalls,
            SamplingDuration = Limits.BreakerSampling,
            BreakDuration = Limits.BreakerPause,
            ShouldHandle = tried => ValueTask.FromResult(tried.Outcome switch
            {
                { Exception: { } failure } => failure is HttpRequestException or IOException or ExecutionRejectedException,
                // Not implemented is an answer: a server may refuse a form and take the same question otherwise.
                { Result.Status: HttpStatusCode.NotImplemented } => false,
                { Result.Status: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests } => true,
                _ => false,
            }),
            OnOpened = _ =>
            {
                if (Interlocked.Exchange(ref open, 1) == 0)
                    Signals.OpenBreakers.Add(1, Signals.Tag("host", host));
                Opened(log, host, Limits.BreakerPause);
                return ValueTask.CompletedTask;
            },
            OnClosed = _ =>
            {
                if (Interlocked.Exchange(ref open, 0) == 1)
                    Signals.OpenBreakers.Add(-1, Signals.Tag("host", host));
                Closed(log, host);
                return ValueTask.CompletedTask;
            },
        };
    }

    private static bool IsConnectionLost(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded } => true,
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: IOException } => true,
        _ => failure is IOException,
    };

    [LoggerMessage(LogLevel.Warning, "The FHIR server {Host} fails too often: it is left alone for {Pause}")]
    private static partial void Opened(ILogger log, string host, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "The FHIR server {Host} answers again")]
    private static partial void Closed(ILogger log, string host);
}
