using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace HpdCds.Hooks;

/// <summary>How answers are written: CDS Hooks allows neither null nor empty members, but for the two named lists.</summary>
public static class HookJson
{
    public static readonly JsonSerializerOptions Options = Create();

    /// <summary>What of it a writer must know.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = Options.Encoder, SkipValidation = true };

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            // Answers are never part of a page (nosniff, application/json); templates and Chinese stay readable.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = HookJsonContext.Default.WithAddedModifier(LeaveOutNothings),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveOutNothings(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.Name is not ("cards" or "services"))
                property.ShouldSerialize = static (_, value) => !IsNothing(value);
        }
    }

    private static bool IsNothing(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        JsonObject members => members.Count == 0,
        ICollection items => items.Count == 0,
        IReadOnlyDictionary<string, string> pairs => pairs.Count == 0,
        _ => false,
    };
}
