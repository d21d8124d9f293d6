using System.Threading.Channels;
using Dapper;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Store;

/// <summary>
/// Takes decisions and feedback at once and writes them after the answer has left. While the store is away they wait in
/// memory, in their order; what finds no room there is counted, and the gap is written down as soon as it can be. What still
/// waits when the service ends goes to a file, and to the store at the next start.
/// </summary>
public sealed partial class Journal(Database database, SpillFiles spills, SiteSettings settings, IDataProtectionProvider protection, TimeProvider clock, ILogger<Journal> log) : BackgroundService, IHealthCheck
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
    private int _spilled;
    private int _damaged;
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
        database.IsAway || HasGap || Volatile.Read(ref _spilled) > 0 || Volatile.Read(ref _damaged) > 0
            ? HealthCheckResult.Degraded(FormattableString.Invariant($"store {(database.IsAway ? "away" : "back")}, {Waiting} waiting, {Lost} lost") + SpillHealth())
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
            await TakeUpAsync();
            while (await reader.WaitToReadAsync(_giveUp.Token))
            {
                while (_batch.Count < MostAtOnce && reader.TryRead(out var entry))
                    _batch.Add(entry);
                await WriteBatchAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // What waits is spilled.
        }

        Spill();
    }

    private async Task WriteBatchAsync()
    {
        using var station = Signals.At(Station.Store);
        var taken = _batch.Count;
        while (!await TryWriteAsync())
            await Task.Delay(Pause, clock, _giveUp.Token);
        Count(-taken);
        _batch.Clear();
    }

    private void Count(int entries)
    {
        Interlocked.Add(ref _pending, entries);
        Signals.StoreWaiting.Add(entries);
    }

    private string SpillHealth() =>
        (Volatile.Read(ref _spilled) is > 0 and var spilled ? FormattableString.Invariant($", {spilled} of them from before the start") : "")
        + (Volatile.Read(ref _damaged) is > 0 and var damaged ? FormattableString.Invariant($", {damaged} damaged and kept aside") : "");

    // First what an earlier end left: its file goes when everything in it is in the store.
    private async Task TakeUpAsync()
    {
        var left = spills.Read();
        foreach (var spill in left)
        {
            Count(spill.Entries.Count);
            Interlocked.Add(ref _spilled, spill.Entries.Count);
            Interlocked.Add(ref _damaged, spill.Damaged);
            for (var line = 0; line < spill.Damaged; line++)
                Lose();
        }

        try
        {
            foreach (var spill in left)
            {
                foreach (var part in spill.Entries.Chunk(MostAtOnce))
                {
                    _batch.AddRange(part);
                    await WriteBatchAsync();
                    Interlocked.Add(ref _spilled, -part.Length);
                }

                spills.Remove(spill);
            }
        }
        finally
        {
            // Its file is still there.
            _batch.Clear();
        }
    }

    private void Spill()
    {
        while (_waiting.Reader.TryRead(out var entry))
            _batch.Add(entry);
        var canSeal = true;
        for (var at = 0; at < _batch.Count; at++)
        {
            try
            {
                _batch[at] = canSeal ? Sealed(_batch[at]) : WithoutOpenComment(_batch[at]);
            }
            catch (Exception failure)
            {
                // The keys are in the store that is away. What a person wrote stands nowhere in the open.
                canSeal = false;
                Unsealed(log, failure.GetType().Name);
                _batch[at] = WithoutOpenComment(_batch[at]);
            }
        }

        if (TakeGap() is { } gap)
            _batch.Add(gap);
        if (_batch.Count == 0)
            return;
        var kept = spills.Write(_batch);
        Spilled(log, kept);
        if (kept < _batch.Count)
            GivenUp(log, _batch.Count - kept);
    }

    private object Sealed(object entry) => entry is FeedbackItem { IsSealed: false, Comment: { } comment } item ? item with { Comment = _protector.Protect(comment), IsSealed = true } : entry;

    private static object WithoutOpenComment(object entry) => entry is FeedbackItem { IsSealed: false } item ? item with { Comment = null } : entry;

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
        Count(1);
        if (_waiting.Writer.TryWrite(entry))
            return;
        Count(-1);
        Lose();
    }

    private async Task<bool> TryWriteAsync()
    {
        try
        {
            // Before the transaction: a first key is itself written to the store.
            for (var at = 0; at < _batch.Count; at++)
                _batch[at] = Sealed(_batch[at]);
            await WriteAsync(_batch);
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
            var isWritten = false;
            try
            {
                isWritten = await TryWriteAsync();
            }
            finally
            {
                // Also where the service ends in between.
                if (!isWritten)
                {
                    _batch.Clear();
                    _batch.AddRange(all[at..]);
                }
            }

            if (!isWritten)
                return false;
        }

        return true;
    }

    private Task<bool> WriteAsync(IReadOnlyList<object> entries) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(_giveUp.Token);
            foreach (var entry in entries)
                await Entries.WriteAsync(connection, transaction, entry);
            var gap = TakeGap();
            try
            {
                if (gap is not null)
                    await Entries.WriteAsync(connection, transaction, gap);
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
            _gap = _gap is null ? gap : new(gap.Id, gap.Since < _gap.Since ? gap.Since : _gap.Since, gap.Until > _gap.Until ? gap.Until : _gap.Until, gap.Lost + _gap.Lost);
    }

    private void Lose()
    {
        var now = clock.GetUtcNow();
        Widen(new(Guid.NewGuid().ToString(), now, now, 1));
        Interlocked.Increment(ref _lost);
        Signals.StoreLost.Add(1);
    }

    [LoggerMessage(LogLevel.Error, "{Entries} decisions or feedback items could not be stored before the service ended")]
    private static partial void GivenUp(ILogger log, int entries);

    [LoggerMessage(LogLevel.Warning, "{Entries} entries wait in a file for the next start")]
    private static partial void Spilled(ILogger log, int entries);

    [LoggerMessage(LogLevel.Error, "The comments of feedback that waits cannot be encrypted and are left out: {Type}")]
    private static partial void Unsealed(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "An entry cannot be stored as it is: {Type}")]
    private static partial void Unwritable(ILogger log, string type);
}
