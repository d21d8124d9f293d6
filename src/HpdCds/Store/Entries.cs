using System.Data.Common;
using Dapper;

namespace HpdCds.Store;

/// <summary>How much was lost, and when.</summary>
internal sealed record Gap(string Id, DateTimeOffset Since, DateTimeOffset Until, long Lost);

/// <summary>A token that was taken while the store was away, by the hash that the store knows it by.</summary>
internal sealed record UsedToken(string Id, string Claim, DateTimeOffset Until);

/// <summary>
/// One run of the service, from the first thing it writes until it ends with everything stored: a row that stays is of a run
/// that may have lost something, and could not say so.
/// </summary>
internal sealed record Run(string Id, DateTimeOffset Seen)
{
    /// <summary>Who runs says so every hour.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromHours(3);
}

/// <summary>How what the journal takes is written. The same entry twice is one.</summary>
internal static class Entries
{
    public static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, object entry) => entry switch
    {
        Decision decision => DecisionRow.WriteAsync(connection, transaction, decision),
        FeedbackItem item => WriteAsync(connection, transaction, item),
        UsedToken token => WriteAsync(connection, transaction, token),
        Run run => WriteAsync(connection, transaction, run),
        _ => WriteAsync(connection, transaction, (Gap)entry),
    };

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

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, UsedToken token) => connection.ExecuteAsync(
        "INSERT INTO used_tokens (id, claim, until) VALUES (@Id, @Claim, @Until) ON CONFLICT DO NOTHING",
        new { token.Id, token.Claim, Until = token.Until.ToUnixTimeMilliseconds() },
        transaction);

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, Run run) => connection.ExecuteAsync(
        "INSERT INTO runs (id, seen) VALUES (@Id, @Seen) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, told = NULL",
        new { run.Id, Seen = run.Seen.ToUnixTimeMilliseconds() },
        transaction);

    private static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, Gap gap) => connection.ExecuteAsync(
        "INSERT INTO gaps (id, since, until, lost) VALUES (@Id, @Since, @Until, @Lost) ON CONFLICT DO NOTHING",
        new { gap.Id, Since = gap.Since.ToUnixTimeMilliseconds(), Until = gap.Until.ToUnixTimeMilliseconds(), gap.Lost },
        transaction);
}
