using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Health;

/// <summary>
/// One call of a patient who does not exist, from bytes to bytes, before the service answers anybody or says that it is ready: the
/// first call of a real one then takes no longer than the others. It asks nobody and leaves nothing behind.
/// </summary>
public sealed partial class WarmUp(CurrentTrust trust, ChartReader charts, Advice advice, SiteSettings settings, ILogger<WarmUp> log) : IHealthCheck
{
    private const string Call = "Health/warm-up.json";

    // The results in it are of this day.
    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private Task _answered = Task.CompletedTask;

    /// <summary>Begins, while the rest of the service is put together and begins to listen.</summary>
    public void Begin() => Begin(() => AnswerAsync(CancellationToken.None));

    public void Begin(Func<Task> answer) => _answered = Task.Run(async () =>
    {
        try
        {
            await answer();
        }
        catch (Exception failure)
        {
            Failed(log, failure.GetType().Name);
        }
    });

    /// <summary>Who calls in the meantime waits; a probe does not, so that what answers it runs for the first time meanwhile too.</summary>
    public Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        return _answered.IsCompleted || FrontDoor.IsProbe(context) ? next(context) : AfterwardsAsync(context, next);
    }

    private async Task AfterwardsAsync(HttpContext context, RequestDelegate next)
    {
        await _answered.WaitAsync(context.RequestAborted);
        await next(context);
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _answered.WaitAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }

    /// <returns>The answer, as it would be sent.</returns>
    public async Task<byte[]> AnswerAsync(CancellationToken stop)
    {
        Signals.Rehearse();
        await using var file = typeof(WarmUp).Assembly.GetManifestResourceStream(Call)!;
        using var all = new MemoryStream();
        await file.CopyToAsync(all, stop);
        using var body = charts.Arriving(all.Length);
        body.Add(all.ToArray());
        var ehr = trust.Table.Ehrs[0];
        var request = body.End().ToRequest(HookCatalogue.Find("", "hpd-risk")!, ehr, settings.MaxBundleEntries, AsOf);
        var chart = await charts.ReadAsync(request, ehr, AsOf, stop);
        return JsonSerializer.SerializeToUtf8Bytes(advice.FromChart(request, advice.Recognise(request), chart, ehr, AsOf), HookJson.Options);
    }

    [LoggerMessage(LogLevel.Error, "The first calls may be slow: warming up failed ({Type})")]
    private static partial void Failed(ILogger log, string type);
}
