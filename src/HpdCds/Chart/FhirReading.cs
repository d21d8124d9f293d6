using System.Text;
using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>
/// Resources as JSON, one at a time, so that a bad one costs only itself, and without a model of FHIR: of some twenty members
/// that a result has we read ten. What is read is what Firely makes of the same bytes; a test compares the two.
/// </summary>
internal static class FhirReading
{
    private const int MaxDepth = 64;
    private const int LongestText = 1024 * 1024;
    private const int LongestNumber = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The elements of which FHIR has one, of one of several types that its name ends with.</summary>
    private static readonly byte[][] Choices = [.. ((string[])["value", "effective", "medication", "onset", "performed", "item", "occurrence"]).Select(Encoding.UTF8.GetBytes)];

    /// <summary>A record of the chart. One that an unknown extension modifies may mean the opposite of what it says.</summary>
    /// <returns>To be disposed; nothing when it cannot be read as a resource of this type.</returns>
    public static JsonDocument? OpenRecord(ReadOnlyMemory<byte> bytes, string type)
    {
        if (!IsSound(bytes.Span))
            return null;
        try
        {
            var document = JsonDocument.Parse(bytes, Strict);
            if (IsOf(document.RootElement, type) && !document.RootElement.IsModified())
                return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A resource that is kept for a while.</summary>
    public static JsonElement? Read(ReadOnlyMemory<byte> bytes, string type)
    {
        try
        {
            return IsSound(bytes.Span) && JsonElement.Parse(bytes.Span, Strict) is var resource && IsOf(resource, type) ? resource : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool IsOf(JsonElement resource, string type) => resource.Text("resourceType") == type;

    /// <summary>
    /// No number and no text beyond all reason, no text that is none, and of a choice one type: whoever sends two values means
    /// one of them. That no member stands twice sees the parser.
    /// </summary>
    private static bool IsSound(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            return false;
        Span<(int Start, int Length)> chosen = stackalloc (int, int)[(MaxDepth + 1) * Choices.Length];
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
                var isNumber = reader.TokenType == JsonTokenType.Number;
                if (reader.ValueSpan.Length > (isNumber ? LongestNumber : LongestText))
                    return false;
                // No name in FHIR needs an escape; hidden behind one, a value would be passed over.
                if (reader.ValueIsEscaped && (reader.TokenType == JsonTokenType.PropertyName || reader.GetString() is null))
                    return false;
                if (reader.TokenType == JsonTokenType.StartObject)
                    chosen.Slice(reader.CurrentDepth * Choices.Length, Choices.Length).Clear();
                else if (reader.TokenType == JsonTokenType.PropertyName && !IsOneChoice(reader.ValueSpan, bytes, (int)reader.TokenStartIndex + 1, chosen.Slice((reader.CurrentDepth - 1) * Choices.Length, Choices.Length)))
                    return false;
            }

            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsOneChoice(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes, int start, Span<(int Start, int Length)> chosen)
    {
        if (name is [(byte)'_', ..])
        {
            name = name[1..];
            start++;
        }

        for (var choice = 0; choice < Choices.Length; choice++)
        {
            if (!name.StartsWith(Choices[choice]))
                continue;
            if (chosen[choice].Length == 0)
                chosen[choice] = (start, name.Length);
            return bytes.Slice(chosen[choice].Start, chosen[choice].Length).SequenceEqual(name);
        }

        return true;
    }
}
