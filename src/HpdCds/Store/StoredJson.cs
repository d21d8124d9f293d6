using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Store;

/// <summary>JSON as it stands in the store, where somebody or something may have damaged it.</summary>
internal static class StoredJson
{
    /// <returns>Null where it is none.</returns>
    public static JsonNode? Read(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
