using System.Collections.Concurrent;
using System.Data.Common;
using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace HpdCds.Store;

/// <summary>Keeps the keys of Data Protection in the store, so that every replica reads what another one encrypted.</summary>
public sealed class KeyRing : IXmlRepository
{
    private readonly Database _database;

    // Whoever encrypts goes on with a key that is known here, also when the tables were dropped: then it goes back into the new ones.
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public KeyRing(Database database)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        database.MadeAnew = PutBackAsync;
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        foreach (var (name, content) in Wait(() => _database.RunAsync(connection => connection.QueryAsync<(string Name, string Content)>("SELECT name, content FROM protection_keys"), CancellationToken.None)))
            _known[name] = content;
        return [.. _known.Values.Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var content = element.ToString(SaveOptions.DisableFormatting);
        Wait(() => _database.RunAsync(connection => WriteAsync(connection, friendlyName, content), CancellationToken.None));
        _known[friendlyName] = content;
    }

    private async Task PutBackAsync(DbConnection connection)
    {
        foreach (var (name, content) in _known)
            await WriteAsync(connection, name, content);
    }

    private static Task<int> WriteAsync(DbConnection connection, string friendlyName, string content) => connection.ExecuteAsync(
        "INSERT INTO protection_keys (name, content) VALUES (@friendlyName, @content) ON CONFLICT DO NOTHING",
        new { friendlyName, content });

    // The framework asks for this without await, once in a while and from no request. Who waits may be the journal, on the one
    // thread on which its work goes on: this goes on elsewhere.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
