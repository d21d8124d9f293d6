using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace HpdCds.Knowledge;

/// <summary>Every sentence of one language. A key that does not exist is a fault of the release, found by the check at start.</summary>
public sealed partial class Wording(string language, IReadOnlyDictionary<string, string> phrases)
{
    // Most sentences are shorter; a longer one is put together elsewhere.
    private const int MostOnStack = 256;

    private readonly FrozenDictionary<string, string> _phrases = phrases.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, (string Text, string? Name)[]> _parts = new(StringComparer.Ordinal);

    public string Language { get; } = language;

    public IEnumerable<string> Keys => _phrases.Keys;

    public string this[string key] => _phrases[key];

    /// <summary>A phrase that not every thing of its kind has.</summary>
    public string? Find(string key) => _phrases.GetValueOrDefault(key);

    /// <summary>The phrase with every <c>{name}</c> replaced; a name without a value stays visible, so that a test finds it.</summary>
    public string Say(string key, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var said = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[MostOnStack]);
        foreach (var (text, name) in PartsKnown(key))
            said.AppendLiteral((name is null ? null : ValueOf(name, values)) ?? text);
        return said.ToStringAndClear();
    }

    /// <summary>The same where what is not named need not be made.</summary>
    public string Say(string key, Func<string, string?> valueOf)
    {
        ArgumentNullException.ThrowIfNull(valueOf);
        var said = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[MostOnStack]);
        foreach (var (text, name) in PartsKnown(key))
            said.AppendLiteral((name is null ? null : valueOf(name)) ?? text);
        return said.ToStringAndClear();
    }

    private static string? ValueOf(string name, ReadOnlySpan<(string Name, string Value)> values)
    {
        foreach (var value in values)
        {
            if (value.Name == name)
                return value.Value;
        }

        return null;
    }

    private (string Text, string? Name)[] PartsKnown(string key) => _parts.TryGetValue(key, out var parts) ? parts : _parts.GetOrAdd(key, PartsOf(key));

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
