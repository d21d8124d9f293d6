using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace HpdCds.Store;

/// <summary>Keeps the keys of Data Protection in the store, so that every replica reads what another one encrypted.</summary>
public sealed class KeyRing(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => Wait(database.RunAsync(
        async connection => (IReadOnlyCollection<XElement>)[.. (await connection.QueryAsync<string>("SELECT content FROM protection_keys")).Select(XElement.Parse)],
        CancellationToken.None));

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        Wait(database.RunAsync(
            connection => connection.ExecuteAsync(
                "INSERT INTO protection_keys (name, content) VALUES (@friendlyName, @Content) ON CONFLICT DO NOTHING",
                new { friendlyName, Content = element.ToString(SaveOptions.DisableFormatting) }),
            CancellationToken.None));
    }

    // The framework asks for this without await, once in a while and from no request.
    private static T Wait<T>(Task<T> work) => work.GetAwaiter().GetResult();
}
