using System.Collections.Immutable;

namespace HpdCds.Knowledge;

/// <summary>What a text says about a finding.</summary>
public enum TextMention
{
    /// <summary>It does not name it.</summary>
    None,

    /// <summary>It names it only to deny it, to look back at it, or to ask whether it is there.</summary>
    NotAffirmed,

    /// <summary>It names it, and nothing beside it takes that back.</summary>
    Affirmed,
}

/// <summary>
/// fhir-profiles/terms.json: findings by name in free text, English and Chinese. Negation, "history of" and "rule out" reach
/// from their words to the end of a sentence or a turn in it; in Chinese, where clauses follow each other, to the next comma.
/// </summary>
public sealed class TextTerms(TextTermsFile file)
{
    public const string FileName = "terms.json";

    private const int MostCharacters = 20_000;
    private const int ReachAfter = 40;

    private static readonly char[] Ends = ['.', ';', '!', '\n', '\r', '。', '；', '！', '，'];

    /// <summary>The findings whose names the readers of facts look for; a file without one of them is refused.</summary>
    public static readonly ImmutableArray<string> Findings = ["pvtt", "ascites", "encephalopathy", "tace", "haemolysis", "corticosteroid", "g-csf", "anticoagulant"];

    /// <summary>Every word that is looked for, be it to find, to deny or to doubt.</summary>
    public IEnumerable<string> AllWords => file.Terms.Values.SelectMany(names => names)
        .Concat(file.NotSystemic).Concat(file.DeniedBefore).Concat(file.DeniedAfter).Concat(file.HistoryBefore)
        .Concat(file.OpenBefore).Concat(file.OpenAfter).Concat(file.Turns).Concat(file.NormalRange);

    public TextMention MentionOf(string finding, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var mention = TextMention.None;
        foreach (var sentence in SentencesOf(text.Length > MostCharacters ? text[..MostCharacters] : text))
        {
            foreach (var name in file.Terms[finding])
            {
                for (var at = DrugText.IndexOf(sentence, name, 0); at >= 0; at = DrugText.IndexOf(sentence, name, at + 1))
                {
                    if (IsAffirmed(sentence[..at], sentence[(at + name.Length)..]))
                        return TextMention.Affirmed;
                    mention = TextMention.NotAffirmed;
                }
            }
        }

        return mention;
    }

    public TextMention MentionOf(string finding, IEnumerable<string> texts) =>
        texts.Select(text => MentionOf(finding, text)).DefaultIfEmpty().Max();

    /// <summary>A drug of this kind by name, in a form that reaches the blood.</summary>
    public bool NamesSystemicDrug(string kind, IEnumerable<string> texts) =>
        texts.Any(text => HasAny(text, file.Terms[kind]) && !HasAny(text, file.NotSystemic));

    /// <summary>Whether the words in which a laboratory names a kind of range say that it is the normal one.</summary>
    public bool MeansNormalRange(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return file.NormalRange.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);
    }

    internal static TextTerms? From(TextTermsFile file, Action<string> fault)
    {
        foreach (var finding in Findings.Where(finding => !file.Terms.TryGetValue(finding, out var names) || names.IsDefaultOrEmpty))
            fault($"terms.{finding} needs at least one name");
        foreach (var finding in file.Terms.Where(pair => pair.Value.Any(string.IsNullOrWhiteSpace)))
            fault($"terms.{finding.Key} has an empty name");
        if (string.IsNullOrWhiteSpace(file.ProjectChoice))
            fault("projectChoice must say whose choice these words are");
        return new TextTerms(file);
    }

    private bool IsAffirmed(string before, string after)
    {
        var lead = AfterTurn(before);
        var trail = BeforeComma(after.Length > ReachAfter ? after[..ReachAfter] : after);
        return !HasAny(lead, file.DeniedBefore) && !HasAny(lead, file.HistoryBefore) && !HasAny(lead, file.OpenBefore)
            && !HasAny(trail, file.DeniedAfter) && !HasAny(trail, file.OpenAfter);
    }

    private string AfterTurn(string lead)
    {
        var from = file.Turns.Select(turn => (At: DrugText.LastIndexOf(lead, turn), turn.Length)).Where(turn => turn.At >= 0)
            .Select(turn => turn.At + turn.Length).DefaultIfEmpty(0).Max();
        return lead[from..];
    }

    private static string BeforeComma(string trail) => trail.IndexOf(',', StringComparison.Ordinal) is >= 0 and var comma ? trail[..comma] : trail;

    private static bool HasAny(string text, ImmutableArray<string> words) => words.Any(word => DrugText.Contains(text, word));

    // A full stop inside a number ("5.2 cm") ends nothing.
    private static IEnumerable<string> SentencesOf(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (!Ends.Contains(text[at]) || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiLetterOrDigit(text[at + 1])))
                continue;
            yield return text[start..at];
            start = at + 1;
        }

        yield return text[start..];
    }
}

/// <param name="NotSystemic">Forms of a drug that stay where they are put.</param>
/// <param name="NormalRange">How a normal range is called; any other name is of another range.</param>
/// <param name="DeniedBefore">Words after which a finding is denied.</param>
/// <param name="OpenBefore">Words after which it is asked whether a finding is there.</param>
/// <param name="Turns">Words at which the reach of those before them ends.</param>
public sealed record TextTermsFile(
    string Description,
    string ProjectChoice,
    ImmutableDictionary<string, ImmutableArray<string>> Terms,
    ImmutableArray<string> NotSystemic,
    ImmutableArray<string> NormalRange,
    ImmutableArray<string> DeniedBefore,
    ImmutableArray<string> DeniedAfter,
    ImmutableArray<string> HistoryBefore,
    ImmutableArray<string> OpenBefore,
    ImmutableArray<string> OpenAfter,
    ImmutableArray<string> Turns);
