using System.Data.Common;
using System.Threading.Channels;
using Dapper;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Store;

/// <summary>
/// Takes decisions and feedback at once and writes them after the answer has left. While the store is away they wait in
/// memory, in their order; what finds no room there is counted, and the gap is written down as soon as it can be.
/// </summary>
public sealed partial class Journal(Database database, SiteSettings settings, IDataProtectionProvider protection, TimeProvider clock, ILogger<Journal> log) : BackgroundService, IHealthCheck
{
    private const int MostAtOnce = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(8);

    private readonly Channel<object> _waiting = Channel.CreateBounded<object>(new BoundedChannelOptions(settings.Store.MostWaiting) { SingleReader = true });
    private readonly IDataProtector _protector = protection.CreateProtector("HpdCds.Feedback.Comment");
    private readonly List<object> _batch = [];
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lock _lock = new();
    private Gap? _gap;
    private long _lost;
    private int _pending;
    private volatile bool _isOver;

    public int Waiting => Volatile.Read(ref _pending);

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Something was lost and is not yet written down as such; afterwards the reports tell.</summary>
    private bool HasGap
    {
        get
        {
            lock (_lock)
                return _gap is not null;
        }
    }

    public void Add(Decision decision) => Keep(decision);

    public void Add(FeedbackItem item) => Keep(item);

    /// <summary>A comment as a person wrote it, or null when the key to it is gone.</summary>
    public string? Reveal(string comment)
    {
        try
        {
            return _protector.Unprotect(comment);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        database.IsAway || HasGap
            ? HealthCheckResult.Degraded(FormattableString.Invariant($"store {(database.IsAway ? "away" : "back")}, {Waiting} waiting, {Lost} lost"))
            : HealthCheckResult.Healthy());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isOver)
            return;
        _waiting.Writer.TryComplete();
        // What waits is written, but not for as long as a host would wait.
        await using var end = cancellationToken.Register(_giveUp.Cancel);
        _giveUp.CancelAfter(LastWait);
        if (ExecuteTask is { } writing)
            await writing.WaitAsync(CancellationToken.None);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        base.Dispose();
        _giveUp.Cancel();
        _giveUp.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var reader = _waiting.Reader;
        try
        {
            await ReachAsync();
            while (await reader.WaitToReadAsync(_giveUp.Token))
            {
                while (_batch.Count < MostAtOnce && reader.TryRead(out var entry))
                    _batch.Add(entry);
                var taken = _batch.Count;
                while (!await TryWriteAsync())
                    await Task.Delay(Pause, clock, _giveUp.Token);
                Interlocked.Add(ref _pending, -taken);
                _batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            if (Waiting > 0)
                GivenUp(log, Waiting);
        }
    }

    // So that the first answer does not wait for the tables to be made.
    private async Task ReachAsync()
    {
        try
        {
            await database.RunAsync(connection => connection.ExecuteScalarAsync<long>("SELECT 1"), _giveUp.Token);
        }
        catch (StoreAwayException)
        {
            // It is logged, and every write tries again.
        }
    }

    private void Keep(object entry)
    {
        Interlocked.Increment(ref _pending);
        if (_waiting.Writer.TryWrite(entry))
            return;
        Interlocked.Decrement(ref _pending);
        Lose();
    }

    private async Task<bool> TryWriteAsync()
    {
        try
        {
            // Before the transaction: a first key is itself written to the store.
            await WriteAsync([.. _batch.Select(entry => entry is FeedbackItem { Comment: { } comment } item ? item with { Comment = _protector.Protect(comment) } : entry)]);
            return true;
        }
        catch (Exception failure) when (failure is StoreAwayException { IsOfTheEntry: false } || (database.IsAway && failure is not OperationCanceledException))
        {
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (_batch is not [_])
                return await TryWriteEachAsync([.. _batch]);
            Unwritable(log, (failure.InnerException ?? failure).GetType().Name);
            Lose();
            return true;
        }
    }

    // One that can never be written must not keep the others.
    private async Task<bool> TryWriteEachAsync(object[] all)
    {
        for (var at = 0; at < all.Length; at++)
        {
            _batch.Clear();
            _batch.Add(all[at]);
            if (await TryWriteAsync())
                continue;
            _batch.Clear();
            _batch.AddRange(all[at..]);
            return false;
        }

        return true;
    }

    private Task<bool> WriteAsync(IReadOnlyList<object> entries) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(_giveUp.Token);
            foreach (var entry in entries)
                await (entry is Decision decision ? WriteAsync(connection, transaction, decision) : WriteAsync(connection, transaction, (FeedbackItem)entry));
            var gap = TakeGap();
            try
            {
                if (gap is not null)
                    await WriteAsync(connection, transaction, gap);
                await transaction.CommitAsync(_giveUp.Token);
            }
            catch
            {
                Widen(gap);
                throw;
            }

            return true;
        },
        _giveUp.Token);

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, Decision decision) => connection.ExecuteAsync(
        """
        INSERT INTO decisions (id, at, card, ehr, issuer, tenant, service, hook, mode, outcome, shown, recognition, agents, regimen, exposure, tumour, version, knowledge,
            model, model_version, band_low, band_high, points_low, points_high, settles, reason, factors, sources, repeat_key, outcome_link, milliseconds)
        VALUES (@Id, @At, @Card, @Ehr, @Issuer, @Tenant, @Service, @Hook, @Mode, @Outcome, @Shown, @Recognition, @Agents, @Regimen, @Exposure, @Tumour, @Version, @Knowledge,
            @Model, @ModelVersion, @BandLow, @BandHigh, @PointsLow, @PointsHigh, @Settles, @Reason, @Factors, @Sources, @RepeatKey, @OutcomeLink, @Milliseconds)
        ON CONFLICT DO NOTHING
        """,
        decision,
        transaction);

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, FeedbackItem item) => connection.ExecuteAsync(
        """
        INSERT INTO feedback (ehr, tenant, card, outcome, at, received, reason_system, reason_code, suggestions, comment)
        VALUES (@Ehr, @Tenant, @Card, @Outcome, @At, @Received, @ReasonSystem, @ReasonCode, @Suggestions, @Comment)
        ON CONFLICT DO NOTHING
        """,
        new
        {
            item.Ehr,
            item.Tenant,
            item.Card,
            item.Outcome,
            At = item.At.ToUnixTimeMilliseconds(),
            Received = item.Received.ToUnixTimeMilliseconds(),
            item.ReasonSystem,
            item.ReasonCode,
            item.Suggestions,
            item.Comment,
        },
        transaction);

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, Gap gap) => connection.ExecuteAsync(
        "INSERT INTO gaps (id, since, until, lost) VALUES (@Id, @Since, @Until, @Lost)",
        new { Id = Guid.NewGuid().ToString(), Since = gap.Since.ToUnixTimeMilliseconds(), Until = gap.Until.ToUnixTimeMilliseconds(), gap.Lost },
        transaction);

    private Gap? TakeGap()
    {
        lock (_lock)
        {
            var gap = _gap;
            _gap = null;
            return gap;
        }
    }

    private void Widen(Gap? gap)
    {
        if (gap is null)
            return;
        lock (_lock)
            _gap = _gap is null ? gap : new(gap.Since < _gap.Since ? gap.Since : _gap.Since, gap.Until > _gap.Until ? gap.Until : _gap.Until, gap.Lost + _gap.Lost);
    }

    private void Lose()
    {
        var now = clock.GetUtcNow();
        Widen(new(now, now, 1));
        Interlocked.Increment(ref _lost);
        Signals.StoreLost.Add(1);
    }

    [LoggerMessage(LogLevel.Error, "{Entries} decisions or feedback items could not be stored before the service ended")]
    private static partial void GivenUp(ILogger log, int entries);

    [LoggerMessage(LogLevel.Error, "An entry cannot be stored as it is: {Type}")]
    private static partial void Unwritable(ILogger log, string type);

    private sealed record Gap(DateTimeOffset Since, DateTimeOffset Until, long Lost);
}
