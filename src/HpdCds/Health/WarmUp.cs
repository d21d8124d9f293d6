using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Health;

/// <summary>
/// One call of a patient who does not exist, from bytes to bytes, before the service listens: the first call of a real one
/// then takes no longer than the others. It asks nobody and leaves nothing behind.
/// </summary>
public sealed partial class WarmUp(CurrentTrust trust, ChartReader charts, Advice advice, SiteSettings settings, ILogger<WarmUp> log) : IHostedService
{
    private const string Call = "Health/warm-up.json";

    // The results in it are of this day.
    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private Task _answered = Task.CompletedTask;

    /// <summary>Begins, while the rest of the service is put together.</summary>
    public void Begin() => _answered = Task.Run(() => AnswerAsync(CancellationToken.None));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _answered.WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(log, failure.GetType().Name);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <returns>The answer, as it would be sent.</returns>
    public async Task<byte[]> AnswerAsync(CancellationToken stop)
    {
        Signals.Rehearse();
        await using var file = typeof(WarmUp).Assembly.GetManifestResourceStream(Call)!;
        using var body = new MemoryStream();
        await file.CopyToAsync(body, stop);
        var ehr = trust.Table.Ehrs[0];
        var request = charts.Open(body.ToArray()).ToRequest(HookCatalogue.Find("", "hpd-risk")!, ehr, settings.MaxBundleEntries, AsOf);
        var chart = await charts.ReadAsync(request, ehr, AsOf, stop);
        return JsonSerializer.SerializeToUtf8Bytes(advice.FromChart(request, advice.Recognise(request), chart, ehr, AsOf), HookJson.Options);
    }

    [LoggerMessage(LogLevel.Error, "The first calls may be slow: warming up failed ({Type})")]
    private static partial void Failed(ILogger log, string type);
}
