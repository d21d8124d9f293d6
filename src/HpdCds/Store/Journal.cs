using System.Threading.Channels;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Store;

/// <summary>
/// Takes decisions and feedback at once and writes them after the answer has left, together with what comes in the instant
/// after. While the store is away they wait in memory, in their order; what finds no room there is counted, and the gap is written down as soon as it can be. What still
/// waits when the service ends goes to a file, and to the store at the next start. Whatever befalls it, it goes on.
/// </summary>
public sealed partial class Journal(Database database, SpillFiles spills, SiteSettings settings, IDataProtectionProvider protection, TimeProvider clock, ILogger<Journal> log) : BackgroundService, IHealthCheck
{
    private const int MostAtOnce = 200;

    // What comes within it is one transaction; an end that nobody foresees, a loss of power say, costs that much more.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(8);

    private readonly Channel<object> _waiting = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDataProtector _protector = protection.CreateProtector("HpdCds.Feedback.Comment");
    private readonly List<object> _batch = [];
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Losses _losses = new(clock);
    private int _entries;
    private int _tokens;
    private int _pending;
    private volatile string? _stuck;
    private volatile string? _surprise;
    private volatile bool _isOver;

    public int Waiting => Volatile.Read(ref _pending);

    public long Lost => _losses.Count;

    public void Add(Decision decision) => Keep(decision);

    public void Add(FeedbackItem item) => Keep(item);

    internal void Add(UsedToken token) => Keep(token);

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

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var more = SpillHealth() + (_surprise is { } surprise ? $", writing failed: {surprise}" : "") + (ExecuteTask is { IsFaulted: true } ? ", writing has ended" : "");
        return Task.FromResult(database.IsAway || _stuck is not null || database.Trouble is not null || _losses.HasGap || more.Length > 0
            ? HealthCheckResult.Degraded(FormattableString.Invariant($"store {(database.IsAway ? "away" : _stuck ?? database.Trouble ?? "back")}, {Waiting} waiting, {Lost} lost") + more)
            : HealthCheckResult.Healthy());
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isOver)
            return;
        _waiting.Writer.TryComplete();
        // What waits is written, but not for as long as a host would wait.
        await using var end = cancellationToken.Register(_giveUp.Cancel);
        _giveUp.CancelAfter(LastWait);
        if (ExecuteTask is { } writing)
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    // A server is waited for without a thread.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => database.FilePath is null
        ? Task.Run(() => WriteAllAsync(_giveUp.Token), CancellationToken.None)
        : OwnThread.RunAsync(nameof(Journal), () => WriteAllAsync(_giveUp.Token));

    private async Task WriteAllAsync(CancellationToken stop)
    {
        for (var (hasBegun, isDone) = (false, false); !isDone && !stop.IsCancellationRequested; hasBegun = true)
        {
            try
            {
                if (!hasBegun)
                    await BeginAsync(stop);
                while (_batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(stop))
                    await WriteNextAsync(stop);
                isDone = true;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // What waits is spilled.
            }
            catch (Exception surprise)
            {
                _surprise = surprise.GetType().Name;
                Surprised(log, _surprise);
                await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        await EndAsync();
    }

    private async Task WriteNextAsync(CancellationToken stop)
    {
        // By the machine's own clock: nobody who sets another one waits for this.
        await Task.Delay(Together, TimeProvider.System, stop);
        while (_batch.Count < MostAtOnce && TryDequeue(out var entry))
            _batch.Add(entry!);
        if (_batch.Count > 0)
            await WriteBatchAsync(stop);
    }

    private async Task WriteBatchAsync(CancellationToken stop)
    {
        using var station = Signals.At(Station.Store);
        var taken = _batch.Count;
        while (!await TryWriteAsync(stop))
            await Task.Delay(Pause, clock, stop);
        Count(-taken);
        _batch.Clear();
        _surprise = null;
    }

    private void Count(int entries)
    {
        Interlocked.Add(ref _pending, entries);
        Signals.StoreWaiting.Add(entries);
    }

    private object Sealed(object entry) => entry is FeedbackItem { IsSealed: false, Comment: { } comment } item ? item with { Comment = _protector.Protect(comment), IsSealed = true } : entry;

    private void Keep(object entry)
    {
        Count(1);
        ref var queued = ref QueuedOf(entry);
        if (Interlocked.Increment(ref queued) <= settings.Store.MostWaiting && _waiting.Writer.TryWrite(entry))
            return;
        Interlocked.Decrement(ref queued);
        Count(-1);
        // No report is short of a token.
        if (entry is UsedToken)
            TokenUnkept(log);
        else
            _losses.Lose();
    }

    private bool TryDequeue(out object? entry)
    {
        if (!_waiting.Reader.TryRead(out entry))
            return false;
        Interlocked.Decrement(ref QueuedOf(entry));
        return true;
    }

    // Tokens take no room from decisions.
    private ref int QueuedOf(object entry)
    {
        if (entry is UsedToken)
            return ref _tokens;
        return ref _entries;
    }

    private async Task<bool> TryWriteAsync(CancellationToken stop)
    {
        try
        {
            // Before the transaction: a first key is itself written to the store.
            for (var at = 0; at < _batch.Count; at++)
                _batch[at] = Sealed(_batch[at]);
            await WriteAsync(_batch, stop);
            _stuck = null;
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException && (database.IsAway || IsForLater(failure)))
        {
            if (_stuck is null && !database.IsAway)
                Refused(log);
            _stuck = database.IsAway ? "away" : "refuses";
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (_batch is not [_])
                return await TryWriteEachAsync([.. _batch], stop);
            Unwritable(log, (failure.InnerException ?? failure).GetType().Name);
            _losses.Lose();
            return true;
        }
    }

    // Whoever encrypts wraps what the store said.
    private static bool IsForLater(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is StoreAwayException away)
                return !away.IsOfTheEntry;
        }

        return false;
    }

    // One that can never be written must not keep the others.
    private async Task<bool> TryWriteEachAsync(object[] all, CancellationToken stop)
    {
        for (var at = 0; at < all.Length; at++)
        {
            _batch.Clear();
            _batch.Add(all[at]);
            var isWritten = false;
            try
            {
                isWritten = await TryWriteAsync(stop);
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

    private Task<bool> WriteAsync(IReadOnlyList<object> entries, CancellationToken stop) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            foreach (var entry in entries)
                await Entries.WriteAsync(connection, transaction, entry);
            await Entries.WriteAsync(connection, transaction, ThisRun);
            var gap = _losses.Take();
            try
            {
                if (gap is not null)
                    await Entries.WriteAsync(connection, transaction, gap);
                await transaction.CommitAsync(stop);
            }
            catch
            {
                _losses.PutBack(gap);
                throw;
            }

            _isSigned = true;
            return true;
        },
        stop);

    // All of the class in one place: told apart, their order in the binary would change from build to build.
    [LoggerMessage(LogLevel.Error, "The store refuses what is to be written, which is tried again: somebody changed its tables, or who may write to them")]
    private static partial void Refused(ILogger log);

    [LoggerMessage(LogLevel.Error, "Writing to the store failed and goes on: {Type}")]
    private static partial void Surprised(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "A used token finds no room while the store is away: other replicas will not know of it")]
    private static partial void TokenUnkept(ILogger log);

    [LoggerMessage(LogLevel.Error, "An entry cannot be stored as it is: {Type}")]
    private static partial void Unwritable(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "{Entries} decisions or feedback items could not be stored before the service ended")]
    private static partial void GivenUp(ILogger log, int entries);

    [LoggerMessage(LogLevel.Warning, "{Entries} entries wait in a file for the next start")]
    private static partial void Spilled(ILogger log, int entries);

    [LoggerMessage(LogLevel.Error, "The comments of feedback that waits cannot be encrypted and are left out: {Type}")]
    private static partial void Unsealed(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "{Runs} earlier runs of the service ended and did not say that everything was stored: what they lost, nobody knows")]
    private static partial void Unsaid(ILogger log, int runs);

    [LoggerMessage(LogLevel.Warning, "A run of the service ended with everything stored, and the store could not be told")]
    private static partial void Unclosed(ILogger log);
}
