using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>Steps of a reader over what may have any shape: what is not of the shape that is asked for is passed.</summary>
internal static class JsonSteps
{
    /// <param name="reader">On a property name.</param>
    /// <returns>Whether a list stands behind it, which is then begun.</returns>
    public static bool BeginsList(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        reader.Skip();
        return false;
    }

    /// <param name="reader">On a value.</param>
    /// <returns>Whether it is an object, which is then begun.</returns>
    public static bool BeginsObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;
        reader.Skip();
        return false;
    }

    /// <param name="reader">On a property name; afterwards on the last token of its value.</param>
    /// <returns>The text behind it; nothing where it is none.</returns>
    public static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }
}
