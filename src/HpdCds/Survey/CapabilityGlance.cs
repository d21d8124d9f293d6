using System.Text.Json;
using HpdCds.Chart;

namespace HpdCds.Survey;

/// <summary>What a CapabilityStatement lists. Of one that is not as it should be, what can be read.</summary>
internal sealed class CapabilityGlance
{
    private readonly Dictionary<string, HashSet<string>> _parameters = new(StringComparer.Ordinal);

    private CapabilityGlance(JsonElement statement)
    {
        FhirVersion = Text(Of(statement, "fhirVersion"));
        var software = Of(statement, "software");
        Software = Text(Of(software, "name")) is { } name ? $"{name} {Text(Of(software, "version"))}".TrimEnd() : null;
        foreach (var resource in Each(Of(statement, "rest")).SelectMany(rest => Each(Of(rest, "resource"))))
        {
            if (Text(Of(resource, "type")) is not { } type)
                continue;
            if (!_parameters.TryGetValue(type, out var parameters))
                _parameters[type] = parameters = new(StringComparer.Ordinal);
            parameters.UnionWith(Each(Of(resource, "searchParam")).Select(parameter => Text(Of(parameter, "name"))).OfType<string>());
        }
    }

    public string? FhirVersion { get; }

    public string? Software { get; }

    public bool Lists(string type, string? parameter) => _parameters.TryGetValue(type, out var names) && (parameter is null || names.Contains(parameter));

    /// <returns>Null where this is no CapabilityStatement at all.</returns>
    public static CapabilityGlance? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(BundleWalk.WithoutMark(body));
            return Text(Of(document.RootElement, "resourceType")) == "CapabilityStatement" ? new(document.RootElement) : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Of(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var found) ? found : null;

    // One where a list is expected stands for itself.
    private static IEnumerable<JsonElement> Each(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    private static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } said ? said : null;
}
