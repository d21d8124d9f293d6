using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Hooks;

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

    /// <summary>The text of what is written.</summary>
    public static string Written(Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var buffer = new ThreadBuffer();
        using (var json = new Utf8JsonWriter(buffer.Bytes))
            write(json);
        return Encoding.UTF8.GetString(buffer.Bytes.WrittenSpan);
    }
}
