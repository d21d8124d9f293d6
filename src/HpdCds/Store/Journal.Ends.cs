using Dapper;
using HpdCds.Telemetry;

namespace HpdCds.Store;

/// <summary>How a run begins and ends: with what an earlier one left, and what is left for the next.</summary>
public sealed partial class Journal
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly string _run = Guid.NewGuid().ToString("n");
    private volatile bool _isSigned;
    private volatile bool _hasTakenUp;
    private int _spilled;
    private int _damaged;
    private int _unread;

    private Run ThisRun => new(_run, clock.GetUtcNow());

    /// <summary>Says that this run goes on, where it ever wrote anything.</summary>
    /// <exception cref="StoreAwayException">It could not be done now.</exception>
    internal Task SignAsync(CancellationToken stop) => _isSigned
        ? database.RunAsync(connection => connection.ExecuteAsync(new("UPDATE runs SET seen = @Seen, told = NULL WHERE id = @Id", new { ThisRun.Id, Seen = ThisRun.Seen.ToUnixTimeMilliseconds() }, cancellationToken: stop)), stop)
        : Task.CompletedTask;

    /// <summary>
    /// Counts the runs that ended and did not say that everything was stored: what they lost they could count for nobody any more.
    /// Each is counted once, by whoever looks first. A file is of one service, so that every other run of it has ended; else one that
    /// has long been silent has.
    /// </summary>
    /// <exception cref="StoreAwayException">It could not be done now.</exception>
    internal async Task TellUnclosedAsync(CancellationToken stop)
    {
        // What an earlier run left in files may still be all of it.
        if (!_hasTakenUp)
            return;
        var now = clock.GetUtcNow();
        var ended = now - (database.FilePath is null ? Run.Silence : TimeSpan.Zero);
        var told = await database.RunAsync(
            connection => connection.ExecuteAsync(new(
                "UPDATE runs SET told = @Now WHERE told IS NULL AND seen <= @Ended AND id <> @Id",
                new { Now = now.ToUnixTimeMilliseconds(), Ended = ended.ToUnixTimeMilliseconds(), ThisRun.Id },
                cancellationToken: stop)),
            stop);
        if (told == 0)
            return;
        Signals.UnclosedRuns.Add(told);
        Unsaid(log, told);
    }

    private string SpillHealth() =>
        (Volatile.Read(ref _spilled) is > 0 and var spilled ? FormattableString.Invariant($", {spilled} of them from before the start") : "")
        + (Volatile.Read(ref _damaged) is > 0 and var damaged ? FormattableString.Invariant($", {damaged} damaged and kept aside") : "")
        + (Volatile.Read(ref _unread) is > 0 and var unread ? FormattableString.Invariant($", {unread} files or folders from before the start cannot be read") : "");

    private async Task BeginAsync(CancellationToken stop)
    {
        try
        {
            // So that the first answer does not wait for the tables to be made.
            await database.RunAsync(connection => connection.ExecuteScalarAsync<long>("SELECT 1"), stop);
        }
        catch (StoreAwayException)
        {
            // It is logged, and every write tries again.
        }

        await TakeUpAsync(stop);
        _hasTakenUp = true;
        try
        {
            await TellUnclosedAsync(stop);
        }
        catch (StoreAwayException)
        {
            // It is told within the hour.
        }
    }

    // First what an earlier end left: its file goes when everything in it is in the store.
    private async Task TakeUpAsync(CancellationToken stop)
    {
        var (left, unread) = spills.Read();
        Volatile.Write(ref _unread, unread);
        foreach (var spill in left)
        {
            Count(spill.Entries.Count);
            Interlocked.Add(ref _spilled, spill.Entries.Count);
            Interlocked.Add(ref _damaged, spill.Damaged);
            _losses.Know(spill.Damaged);
        }

        try
        {
            foreach (var spill in left)
            {
                foreach (var part in spill.Entries.Chunk(MostAtOnce))
                {
                    _batch.AddRange(part);
                    await WriteBatchAsync(stop);
                    Interlocked.Add(ref _spilled, -part.Length);
                }

                if (spill.Run is { } run)
                    await TryCloseAsync(run);
                spills.Remove(spill);
            }
        }
        finally
        {
            // Its file is still there.
            _batch.Clear();
        }
    }

    private async Task EndAsync()
    {
        try
        {
            while (TryDequeue(out var entry))
                _batch.Add(entry!);
            Seal();
            if (_losses.Take() is { } gap)
                _batch.Add(gap);
            if (_batch.Count > 0)
                Spill();
            else if (_isSigned && !_isOver)
                await TryCloseAsync(_run);
        }
        catch (Exception surprise)
        {
            // Whoever stops the service has nothing to do about it.
            Surprised(log, surprise.GetType().Name);
            GivenUp(log, _batch.Count);
        }
    }

    private void Seal()
    {
        var canSeal = true;
        for (var at = 0; at < _batch.Count; at++)
        {
            try
            {
                _batch[at] = canSeal ? Sealed(_batch[at]) : WithoutComment(_batch[at]);
            }
            catch (Exception failure)
            {
                // The keys are in the store that is away. What a person wrote stands nowhere in the open.
                canSeal = false;
                Unsealed(log, failure.GetType().Name);
                _batch[at] = WithoutComment(_batch[at]);
            }
        }
    }

    private void Spill()
    {
        var kept = spills.Write(_run, _batch);
        Spilled(log, kept);
        if (kept < _batch.Count)
            GivenUp(log, _batch.Count - kept);
    }

    // Where it fails, the reports say of the run that nobody knows what it lost.
    private async Task TryCloseAsync(string run)
    {
        using var farewell = new CancellationTokenSource(Farewell);
        try
        {
            await database.RunAsync(connection => connection.ExecuteAsync(new("DELETE FROM runs WHERE id = @run", new { run }, cancellationToken: farewell.Token)), farewell.Token);
        }
        catch (Exception failure) when (failure is StoreAwayException or OperationCanceledException)
        {
            Unclosed(log);
        }
    }

    private object WithoutComment(object entry)
    {
        if (entry is not FeedbackItem { IsSealed: false, Comment: not null } item)
            return entry;
        _losses.Lose();
        return item with { Comment = null };
    }
}
