using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace HpdCds.Knowledge;

/// <summary>Every sentence of one language. A key that does not exist is a fault of the release, found by the check at start.</summary>
public sealed partial class Wording(string language, IReadOnlyDictionary<string, string> phrases)
{
    private readonly FrozenDictionary<string, string> _phrases = phrases.ToFrozenDictionary(StringComparer.Ordinal);

    public string Language { get; } = language;

    public IEnumerable<string> Keys => _phrases.Keys;

    public string this[string key] => _phrases[key];

    /// <summary>A phrase that not every thing of its kind has.</summary>
    public string? Find(string key) => _phrases.GetValueOrDefault(key);

    /// <summary>The phrase with every <c>{name}</c> replaced; a name without a value stays visible, so that a test finds it.</summary>
    public string Say(string key, params (string Name, string Value)[] values) =>
        Placeholder().Replace(this[key], match => Array.Find(values, value => value.Name == match.Groups["name"].Value).Value ?? match.Value);

    public static IEnumerable<string> PlaceholdersOf(string phrase) => Placeholder().Matches(phrase).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"\{(?<name>[a-zA-Z]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: TextTerms.MostMilliseconds)]
    private static partial Regex Placeholder();
}
