using System.Data.Common;
using Dapper;
using Npgsql;

namespace HpdCds.Store;

/// <summary>
/// The tables, in a SQL that SQLite and PostgreSQL both speak. What was released once is never changed, only added to, so that the
/// release before still works with what a newer one left. Every table and column is looked for, whatever was noted of an earlier
/// start: somebody may have dropped a single one. Instants are milliseconds since 1970.
/// </summary>
internal static class Migrations
{
    // The index for repeats holds all that their question reads, because a patient may have many decisions that say the same. A store
    // that was made with an earlier one keeps it: that is as right, and slower.
    private static readonly (string Name, string Sql)[] Tables =
    [
        ("decisions", """
            CREATE TABLE IF NOT EXISTS decisions (
                id TEXT PRIMARY KEY, at BIGINT NOT NULL, card TEXT,
                ehr TEXT NOT NULL, issuer TEXT, tenant TEXT NOT NULL, service TEXT NOT NULL, hook TEXT NOT NULL, mode TEXT NOT NULL,
                outcome TEXT NOT NULL, shown TEXT NOT NULL, recognition TEXT NOT NULL, agents TEXT NOT NULL, regimen TEXT, exposure TEXT, tumour TEXT,
                version TEXT NOT NULL, knowledge TEXT NOT NULL, model TEXT, model_version TEXT,
                band_low TEXT, band_high TEXT, points_low BIGINT, points_high BIGINT, settles TEXT, reason TEXT,
                factors TEXT NOT NULL, sources TEXT NOT NULL, repeat_key TEXT, outcome_link TEXT, milliseconds BIGINT NOT NULL);
            CREATE INDEX IF NOT EXISTS decisions_at ON decisions (at);
            CREATE INDEX IF NOT EXISTS decisions_card ON decisions (card);
            CREATE INDEX IF NOT EXISTS decisions_repeat ON decisions (repeat_key, mode, card, ehr, tenant);
            CREATE INDEX IF NOT EXISTS decisions_outcome ON decisions (outcome_link);
            """),
        ("feedback", """
            CREATE TABLE IF NOT EXISTS feedback (
                ehr TEXT NOT NULL, tenant TEXT NOT NULL, card TEXT NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, received BIGINT NOT NULL,
                reason_system TEXT, reason_code TEXT, suggestions TEXT NOT NULL, comment TEXT,
                PRIMARY KEY (ehr, tenant, card, outcome, at));
            CREATE INDEX IF NOT EXISTS feedback_card ON feedback (card);
            """),
        ("used_tokens", "CREATE TABLE IF NOT EXISTS used_tokens (id TEXT PRIMARY KEY, claim TEXT NOT NULL, until BIGINT NOT NULL)"),
        ("gaps", "CREATE TABLE IF NOT EXISTS gaps (id TEXT PRIMARY KEY, since BIGINT NOT NULL, until BIGINT NOT NULL, lost BIGINT NOT NULL)"),
        ("protection_keys", "CREATE TABLE IF NOT EXISTS protection_keys (name TEXT PRIMARY KEY, content TEXT NOT NULL)"),
        ("launches", "CREATE TABLE IF NOT EXISTS launches (id TEXT PRIMARY KEY, until BIGINT NOT NULL, lease BIGINT NOT NULL, content TEXT NOT NULL)"),
        ("runs", "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, seen BIGINT NOT NULL)"),
    ];

    private static readonly (string Table, string Name, string Type)[] Columns =
    [
        ("decisions", "inputs", "TEXT"),
        ("decisions", "chart_milliseconds", "BIGINT"),
        ("decisions", "assessment_milliseconds", "BIGINT"),
        ("runs", "told", "BIGINT"),
        ("decisions", "context", "TEXT"),
        ("decisions", "subject", "TEXT"),
        ("decisions", "growth", "TEXT"),
    ];

    // The releases before this one decide by these alone, and would make what they do not find here.
    private static readonly int[] EarlierSteps = [1, 2];

    /// <summary>Brings a database up to date. Whoever comes second waits for the row of the first.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public static async Task<bool> ApplyAsync(DbConnection connection, CancellationToken stop)
    {
        await MakeStepsAsync(connection, stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        foreach (var step in EarlierSteps)
            await RunAsync("INSERT INTO schema_steps (step) VALUES (@step) ON CONFLICT (step) DO UPDATE SET step = excluded.step", new { step });
        var found = (await connection.QueryAsync<string>(new(TablesIn(connection), transaction: transaction, cancellationToken: stop))).ToHashSet(StringComparer.Ordinal);
        foreach (var table in Tables.Where(table => !found.Contains(table.Name)))
            await RunAsync(table.Sql);
        foreach (var ofTable in Columns.GroupBy(column => column.Table, StringComparer.Ordinal))
        {
            var names = await NamesAsync(ofTable.Key);
            foreach (var (table, name, type) in ofTable.Where(column => !names.Contains(column.Name)))
                await RunAsync($"ALTER TABLE {table} ADD COLUMN {name} {type}");
        }

        await transaction.CommitAsync(stop);
        return !Tables.All(table => found.Contains(table.Name));

        Task<int> RunAsync(string sql, object? values = null) => connection.ExecuteAsync(new(sql, values, transaction, cancellationToken: stop));

        async Task<HashSet<string>> NamesAsync(string table)
        {
            await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition($"SELECT * FROM {table} LIMIT 0", transaction: transaction, cancellationToken: stop));
            return Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToHashSet(StringComparer.Ordinal);
        }
    }

    private static async Task MakeStepsAsync(DbConnection connection, CancellationToken stop)
    {
        var make = new CommandDefinition("CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY KEY)", cancellationToken: stop);
        try
        {
            await connection.ExecuteAsync(make);
        }
        catch (PostgresException both) when (both.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            // Two that make it in the same instant do not see each other; the second time it is there.
            await connection.ExecuteAsync(make);
        }
    }

    private static string TablesIn(DbConnection connection) => connection is NpgsqlConnection
        ? "SELECT table_name::text FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)::text[])"
        : "SELECT name FROM sqlite_master WHERE type = 'table'";
}
