using System.Buffers.Text;
using Dapper;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>
/// Which tokens were used, for all replicas and over restarts. While the store is away each process knows only its own,
/// which <see cref="UsedTokens"/> does; the others learn of them when it is back.
/// </summary>
public sealed class TokenLedger(Database database, Journal journal, TimeProvider clock)
{
    /// <returns>Whether this was the first use anywhere.</returns>
    public async Task<bool> SpendAsync(string issuer, string id, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        // A write that is repeated after its answer was lost must find its own claim, not a replay.
        var claim = Unguessable.New(bytes: 16);
        var hash = Base64Url.EncodeToString(UsedTokens.HashOf(issuer, id));
        var standing = await database.AskAsync(
            connection => connection.QuerySingleAsync<string?>(
                """
                INSERT INTO used_tokens (id, claim, until) VALUES (@Id, @claim, @Until) ON CONFLICT (id) DO UPDATE
                SET claim = CASE WHEN used_tokens.until <= @Now THEN excluded.claim ELSE used_tokens.claim END,
                    until = CASE WHEN used_tokens.until <= @Now THEN excluded.until ELSE used_tokens.until END
                RETURNING claim
                """,
                new { Now = clock.GetUtcNow().ToUnixTimeMilliseconds(), Id = hash, claim, Until = until.ToUnixTimeMilliseconds() }),
            otherwise: null);
        if (standing is null)
            journal.Add(new UsedToken(hash, claim, until));
        return standing is null || standing == claim;
    }
}
