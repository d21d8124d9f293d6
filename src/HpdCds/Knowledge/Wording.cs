using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace HpdCds.Knowledge;

/// <summary>Every sentence of one language. A key that does not exist is a fault of the release, found by the check at start.</summary>
public sealed partial class Wording(string language, IReadOnlyDictionary<string, string> phrases)
{
    private readonly FrozenDictionary<string, string> _phrases = phrases.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, (string Text, string? Name)[]> _parts = new(StringComparer.Ordinal);

    public string Language { get; } = language;

    public IEnumerable<string> Keys => _phrases.Keys;

    public string this[string key] => _phrases[key];

    /// <summary>A phrase that not every thing of its kind has.</summary>
    public string? Find(string key) => _phrases.GetValueOrDefault(key);

    /// <summary>The phrase with every <c>{name}</c> replaced; a name without a value stays visible, so that a test finds it.</summary>
    public string Say(string key, params (string Name, string Value)[] values) =>
        Say(key, name => Array.Find(values, value => value.Name == name).Value);

    /// <summary>The same where what is not named need not be made.</summary>
    public string Say(string key, Func<string, string?> valueOf)
    {
        ArgumentNullException.ThrowIfNull(valueOf);
        if (!_parts.TryGetValue(key, out var parts))
            parts = _parts.GetOrAdd(key, PartsOf(key));
        var said = new string[parts.Length];
        for (var at = 0; at < parts.Length; at++)
            said[at] = parts[at].Name is { } name ? valueOf(name) ?? parts[at].Text : parts[at].Text;
        return string.Concat(said);
    }

    // Text and placeholders in turn.
    private (string Text, string? Name)[] PartsOf(string key)
    {
        var phrase = this[key];
        var parts = new List<(string, string?)>();
        var end = 0;
        foreach (Match match in Placeholder().Matches(phrase))
        {
            parts.Add((phrase[end..match.Index], null));
            parts.Add((match.Value, match.Groups["name"].Value));
            end = match.Index + match.Length;
        }

        return [.. parts, (phrase[end..], null)];
    }

    public static IEnumerable<string> PlaceholdersOf(string phrase) => Placeholder().Matches(phrase).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"\{(?<name>[a-zA-Z]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: TextTerms.MostMilliseconds)]
    private static partial Regex Placeholder();
}
