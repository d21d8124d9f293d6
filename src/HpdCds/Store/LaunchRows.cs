using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using HpdCds.Clinical;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection;

namespace HpdCds.Store;

/// <summary>
/// What must be remembered between two requests of a browser, encrypted and for a short while, where every replica finds it. A row
/// is known by the hash of its secret: who reads the store can open none.
/// </summary>
public sealed class LaunchRows(Database database, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector _protector = protection.CreateProtector("HpdCds.SmartApp.Launches");

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <exception cref="StoreAwayException">It could not be kept now.</exception>
    public Task KeepAsync<T>(string secret, T content, DateTimeOffset until, CancellationToken stop)
        where T : PatientData => database.RunAsync(
            connection => connection.ExecuteAsync(new(
                """
                DELETE FROM launches WHERE until < @Now;
                INSERT INTO launches (id, until, lease, content) VALUES (@Id, @Until, 0, @Content)
                ON CONFLICT (id) DO UPDATE SET until = excluded.until, content = excluded.content, lease = 0
                """,
                new { Now, Id = Unguessable.HashOf(secret), Until = until.ToUnixTimeMilliseconds(), Content = _protector.Protect(JsonSerializer.Serialize(content)) },
                cancellationToken: stop)),
            stop);

    /// <returns>False when there is none any more: what was ended is not begun again.</returns>
    /// <exception cref="StoreAwayException">It could not be kept now.</exception>
    public async Task<bool> ReplaceAsync<T>(string secret, T content, CancellationToken stop)
        where T : PatientData => await database.RunAsync(
            connection => connection.ExecuteAsync(new(
                "UPDATE launches SET content = @Content, lease = 0 WHERE id = @Id AND until >= @Now",
                new { Now, Id = Unguessable.HashOf(secret), Content = _protector.Protect(JsonSerializer.Serialize(content)) },
                cancellationToken: stop)),
            stop) == 1;

    /// <returns>Null when there is none, or its time is over.</returns>
    /// <exception cref="StoreAwayException">It could not be looked up now.</exception>
    public Task<T?> FindAsync<T>(string secret, CancellationToken stop)
        where T : PatientData => AskAsync<T>("SELECT content FROM launches WHERE id = @Id AND until >= @Now", secret, stop);

    /// <summary>Finds it and removes it: of several who ask at once one gets it.</summary>
    /// <inheritdoc cref="FindAsync" />
    public Task<T?> TakeAsync<T>(string secret, CancellationToken stop)
        where T : PatientData => AskAsync<T>("DELETE FROM launches WHERE id = @Id AND until >= @Now RETURNING content", secret, stop);

    /// <summary>Whether this process is the one that renews it now, of all replicas.</summary>
    /// <exception cref="StoreAwayException">It could not be asked now.</exception>
    public async Task<bool> LeaseAsync(string secret, TimeSpan span, CancellationToken stop) => await database.RunAsync(
        connection => connection.ExecuteAsync(new(
            "UPDATE launches SET lease = @Until WHERE id = @Id AND lease < @Now",
            new { Now, Id = Unguessable.HashOf(secret), Until = Now + (long)span.TotalMilliseconds },
            cancellationToken: stop)),
        stop) == 1;

    private async Task<T?> AskAsync<T>(string sql, string secret, CancellationToken stop)
        where T : PatientData
    {
        var content = await database.RunAsync(
            connection => connection.QueryFirstOrDefaultAsync<string>(new(sql, new { Now, Id = Unguessable.HashOf(secret) }, cancellationToken: stop)), stop);
        if (content is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(_protector.Unprotect(content));
        }
        catch (CryptographicException)
        {
            // Its key is gone: nobody can go on with it.
            return null;
        }
    }
}
