using System.Data.Common;
using Dapper;

namespace HpdCds.Store;

/// <summary>
/// The tables, in a SQL that SQLite and PostgreSQL both speak. A step is never changed once it was released, and only adds,
/// so that the release before still works with what a newer one left. Instants are milliseconds since 1970.
/// </summary>
internal static class Migrations
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE decisions (
            id TEXT PRIMARY KEY, at BIGINT NOT NULL, card TEXT,
            ehr TEXT NOT NULL, issuer TEXT, tenant TEXT NOT NULL, service TEXT NOT NULL, hook TEXT NOT NULL, mode TEXT NOT NULL,
            outcome TEXT NOT NULL, shown TEXT NOT NULL, recognition TEXT NOT NULL, agents TEXT NOT NULL, regimen TEXT, exposure TEXT, tumour TEXT,
            version TEXT NOT NULL, knowledge TEXT NOT NULL, model TEXT, model_version TEXT,
            band_low TEXT, band_high TEXT, points_low BIGINT, points_high BIGINT, settles TEXT, reason TEXT,
            factors TEXT NOT NULL, sources TEXT NOT NULL, repeat_key TEXT, outcome_link TEXT, milliseconds BIGINT NOT NULL);
        CREATE INDEX decisions_at ON decisions (at);
        CREATE INDEX decisions_card ON decisions (card);
        CREATE INDEX decisions_repeat ON decisions (repeat_key);
        CREATE INDEX decisions_outcome ON decisions (outcome_link);
        CREATE TABLE feedback (
            ehr TEXT NOT NULL, tenant TEXT NOT NULL, card TEXT NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, received BIGINT NOT NULL,
            reason_system TEXT, reason_code TEXT, suggestions TEXT NOT NULL, comment TEXT,
            PRIMARY KEY (ehr, tenant, card, outcome, at));
        CREATE INDEX feedback_card ON feedback (card);
        CREATE TABLE used_tokens (id TEXT PRIMARY KEY, claim TEXT NOT NULL, until BIGINT NOT NULL);
        CREATE TABLE gaps (id TEXT PRIMARY KEY, since BIGINT NOT NULL, until BIGINT NOT NULL, lost BIGINT NOT NULL);
        CREATE TABLE protection_keys (name TEXT PRIMARY KEY, content TEXT NOT NULL);
        """,
        """
        ALTER TABLE decisions ADD COLUMN inputs TEXT;
        ALTER TABLE decisions ADD COLUMN chart_milliseconds BIGINT;
        ALTER TABLE decisions ADD COLUMN assessment_milliseconds BIGINT;
        """,
    ];

    /// <summary>Brings a database up to date. Whoever comes second waits for the row of the first.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public static async Task<bool> ApplyAsync(DbConnection connection, CancellationToken stop)
    {
        var isChanged = false;
        await connection.ExecuteAsync(new("CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY KEY)", cancellationToken: stop));
        for (var step = 1; step <= Steps.Length; step++)
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            var isOurs = await connection.ExecuteAsync(new("INSERT INTO schema_steps (step) VALUES (@step) ON CONFLICT DO NOTHING", new { step }, transaction, cancellationToken: stop)) == 1;
            if (isOurs)
                await connection.ExecuteAsync(new(Steps[step - 1], transaction: transaction, cancellationToken: stop));
            await transaction.CommitAsync(stop);
            isChanged |= isOurs;
        }

        return isChanged;
    }
}
