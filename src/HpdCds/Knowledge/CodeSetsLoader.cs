using System.Collections.Frozen;
using System.Text.Json;

namespace HpdCds.Knowledge;

/// <summary>Makes the code sets from the ValueSets in force. Several ValueSets may feed one set.</summary>
public sealed class CodeSetsLoader
{
    private const string Extensions = "https://hpdcds.org/fhir/StructureDefinition/";

    private static readonly FrozenSet<string> Sets = new[]
    {
        "observations", "answers", "cancers", "metastases", "liver", "severities", "inhibitors", "partners", "anticoagulants",
        "confounders", "genes", "antineoplastics", "intents", "imaging", "organs",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly KnowledgeErrors _errors;
    private readonly Dictionary<Key, Row> _rows = [];
    private readonly Dictionary<string, string> _setByUrl = new(StringComparer.Ordinal);

    private CodeSetsLoader(KnowledgeErrors errors) => _errors = errors;

    public static CodeSets Load(KnowledgeFiles files, KnowledgeErrors errors)
    {
        var loader = new CodeSetsLoader(errors);
        foreach (var (file, root) in files.ValueSets)
            loader.ReadValueSet(file, root);

        CodeSet Set(string name) => new(loader._rows
            .Where(pair => pair.Key.Set == name && (pair.Value.Verified || files.UseUnverified))
            .Select(pair => pair.Value.Entry));
        return new CodeSets(
            Set("observations"),
            Set("answers"),
            Set("cancers"),
            Set("metastases"),
            Set("liver"),
            Set("severities"),
            Set("inhibitors"),
            Set("partners"),
            Set("anticoagulants"))
        {
            Confounders = Set("confounders"),
            Genes = Set("genes"),
            Antineoplastics = Set("antineoplastics"),
            Intents = Set("intents"),
            Imaging = Set("imaging"),
            Organs = Set("organs"),
        };
    }

    private void ReadValueSet(KnowledgeFile file, JsonElement root)
    {
        if (Text(root, "url") is not { } url)
        {
            _errors.Add(file.Name, "has no url");
            return;
        }

        if (Text(root, "copyright") is null)
            _errors.Add(file.Name, "has no copyright: say whose codes these are");

        var set = Extension(root, "code-set", "valueCode");
        if (set is not { ValueKind: JsonValueKind.String } || !Sets.Contains(set.Value.GetString()!))
        {
            _errors.Add(file.Name, $"has no known code-set (it is one of {string.Join(", ", Sets.Order(StringComparer.Ordinal))})");
            return;
        }

        var source = new Source(file, url, set.Value.GetString()!);
        if (!_setByUrl.TryAdd(url, source.Set) && _setByUrl[url] != source.Set)
            _errors.Add(file.Name, $"feeds {source.Set}, another file of the url {url} feeds {_setByUrl[url]}");
        else if (!root.TryGetProperty("compose", out var compose) || !IsListing(compose))
            _errors.Add(file.Name, "compose must list its concepts: filters, other value sets and exclusions are not evaluated here");
        else
            ReadIncludes(source, compose.GetProperty("include"));
    }

    private static bool IsListing(JsonElement compose) =>
        compose.ValueKind == JsonValueKind.Object
        && !compose.TryGetProperty("exclude", out _)
        && compose.TryGetProperty("include", out var includes)
        && includes.ValueKind == JsonValueKind.Array
        && includes.EnumerateArray().All(include =>
            include.ValueKind == JsonValueKind.Object
            && !include.TryGetProperty("filter", out _)
            && !include.TryGetProperty("valueSet", out _)
            && include.TryGetProperty("concept", out var concepts)
            && concepts.ValueKind == JsonValueKind.Array
            && concepts.EnumerateArray().All(concept => concept.ValueKind == JsonValueKind.Object));

    private void ReadIncludes(Source source, JsonElement includes)
    {
        foreach (var include in includes.EnumerateArray())
            ReadInclude(source, include);
    }

    private void ReadInclude(Source source, JsonElement include)
    {
        if (Text(include, "system") is not { } system)
        {
            _errors.Add(source.File.Name, "has an include without a system");
            return;
        }

        foreach (var concept in include.GetProperty("concept").EnumerateArray())
            ReadConcept(source, system, concept);
    }

    private void ReadConcept(Source source, string system, JsonElement concept)
    {
        if (Text(concept, "code") is not { } code)
        {
            _errors.Add(source.File.Name, $"has a concept of {system} without a code");
            return;
        }

        var group = Extension(concept, "group", "valueString");
        if (group is not { ValueKind: JsonValueKind.String } || string.IsNullOrWhiteSpace(group.Value.GetString()))
        {
            _errors.Add(source.File.Name, $"concept {code} has no group");
            return;
        }

        var verified = Extension(concept, "verified", "valueBoolean");
        if (verified is not { ValueKind: JsonValueKind.True or JsonValueKind.False })
        {
            _errors.Add(source.File.Name, $"concept {code} does not say whether it is verified");
            return;
        }

        var match = Extension(concept, "match", "valueCode");
        if (match is { } given && !(given.ValueKind == JsonValueKind.String && given.ValueEquals("prefix")))
        {
            _errors.Add(source.File.Name, $"concept {code} has a match that is not 'prefix'");
            return;
        }

        var entry = new CodeEntry(system, code, Text(concept, "display") ?? code, group.Value.GetString()!, match is not null);
        Put(new Key(source.Set, CodeSystems.Canonical(system), code), new Row(source, entry, verified.Value.GetBoolean()));
    }

    /// <summary>A site may replace what the shipped ValueSet of the same url says; any other disagreement is an error.</summary>
    private void Put(Key key, Row row)
    {
        if (!_rows.TryGetValue(key, out var earlier) || (row.Source.File.IsOverlay && !earlier.Source.File.IsOverlay && row.Source.Url == earlier.Source.Url))
            _rows[key] = row;
        else if (earlier.Entry.Group != row.Entry.Group)
            _errors.Add(row.Source.File.Name, $"puts {key.Code} in the group {row.Entry.Group}, {earlier.Source.File.Name} in {earlier.Entry.Group}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && !string.IsNullOrWhiteSpace(value.GetString())
            ? value.GetString()
            : null;

    private static JsonElement? Extension(JsonElement element, string name, string value)
    {
        if (!element.TryGetProperty("extension", out var extensions) || extensions.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var extension in extensions.EnumerateArray())
        {
            if (Text(extension, "url") == Extensions + name && extension.TryGetProperty(value, out var found))
                return found;
        }

        return null;
    }

    private readonly record struct Key(string Set, string System, string Code);

    private sealed record Source(KnowledgeFile File, string Url, string Set);

    private sealed record Row(Source Source, CodeEntry Entry, bool Verified);
}
