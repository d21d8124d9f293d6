using Dapper;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>Removes, once an hour, what has been kept for as long as the site wants.</summary>
public sealed partial class Retention(Database database, Journal journal, SiteSettings settings, TimeProvider clock, ILogger<Retention> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <returns>How many rows went.</returns>
    /// <exception cref="StoreAwayException">It could not be done now.</exception>
    public Task<int> RemoveAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        return database.RunAsync(
            connection => connection.ExecuteAsync(new(
                """
                DELETE FROM used_tokens WHERE until < @Now;
                DELETE FROM launches WHERE until < @Now;
                UPDATE feedback SET comment = NULL WHERE comment IS NOT NULL AND received < @Comments;
                DELETE FROM feedback WHERE received < @Decisions;
                DELETE FROM decisions WHERE at < @Decisions;
                DELETE FROM gaps WHERE until < @Decisions;
                DELETE FROM runs WHERE seen < @Decisions;
                """,
                new
                {
                    Now = now.ToUnixTimeMilliseconds(),
                    Comments = (now - settings.Store.KeepComments).ToUnixTimeMilliseconds(),
                    Decisions = (now - settings.Store.KeepDecisions).ToUnixTimeMilliseconds(),
                },
                cancellationToken: stop)),
            stop);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RemoveAsync(stoppingToken);
                await journal.SignAsync(stoppingToken);
                await journal.TellUnclosedAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Another hour does no harm.
                NotNow(log, failure.GetType().Name);
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What was kept for long enough could not be removed now: {Type}")]
    private static partial void NotNow(ILogger log, string type);
}
