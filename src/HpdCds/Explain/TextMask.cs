using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using HpdCds.Knowledge;

namespace HpdCds.Explain;

/// <summary>
/// Leaves of a text what the readers of facts can look for: names of findings and drugs, the words that deny or doubt, the
/// marks that end a sentence, stages and limits. All else becomes <c>x</c>: it may be anything, a name too.
/// </summary>
internal sealed partial class TextMask(KnowledgeBase knowledge)
{
    private const int MostCharacters = 20_000;
    private const string Marks = ".;!,\n\r\u3002\uFF1B\uFF01\uFF0C\u3001()?\uFF1F\uFF08\uFF09/~\u2192-\u2013\u2014";

    // Chinese has no words to count, so the reach of a denial is counted in characters, each of which keeps its place.
    private const char Character = '\u67D0';

    // The readers take a hyphen between letters for a space.
    private readonly ImmutableArray<string> _words =
        [.. knowledge.Terms.AllWords.SelectMany(word => new[] { word, word.Replace(' ', '-') }).Concat(knowledge.Units.AllSpellings).Concat(knowledge.Drugs.All.SelectMany(drug => drug.AllNames)).Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(word => word.Length)];

    public string? Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return text;
        var read = text.Length > MostCharacters ? text[..MostCharacters] : text;
        var keep = new bool[read.Length];
        foreach (var word in _words)
        {
            for (var at = DrugText.IndexOf(read, word, 0); at >= 0; at = DrugText.IndexOf(read, word, at + 1))
                keep.AsSpan(at, word.Length).Fill(true);
        }

        foreach (var match in Telling().EnumerateMatches(read))
            keep.AsSpan(match.Index, match.Length).Fill(true);
        return Masked(read, keep);
    }

    private static string Masked(string text, bool[] keep)
    {
        var masked = new StringBuilder();
        var isHidden = false;
        for (var at = 0; at < text.Length; at++)
        {
            var stays = keep[at] || char.IsWhiteSpace(text[at]) || Marks.Contains(text[at], StringComparison.Ordinal);
            if (stays)
                masked.Append(text[at]);
            else if (text[at] > '\u2E80')
                masked.Append(Character);
            else if (!isHidden)
                masked.Append('x');
            isHidden = !stays;
        }

        return masked.ToString();
    }

    // A stage ("IVB", "BCLC C", "T3b"), a grade, a limit ("0.5 - 7.0", "< 250 U/L"): short, and no name of anybody.
    [GeneratedRegex(@"(?<![A-Za-z0-9./-])(BCLC|stage|grade|class|child|pugh|score|AJCC|UICC|American Joint Committee on Cancer|staging|manual|ed(ition)?|\d{1,2}(st|nd|rd|th)|male|female|mild|moderate|severe|([0-4A-D]\d?|[IV]{1,3}[ABC]?[1-3]?|([ypcrmau]{0,2}(T(is|a)(?=[ypcrmau]{0,2}N[0-4X])|[TNM]([0-4X]|\+)([a-d]|mi)?))+|[\u2160-\u216B][ABC]?期?)([-/~\u2013\u2014\u2192]([0-4A-DX]|[IV]{1,3}[ABC]?|([ypcrmau]{0,2}[TNM][0-4X]([a-d]|mi)?)+))*|[<>=\u2264\u2265]*\s*\d{1,3}(\.\d{1,3})?(\s*[-\u2013]\s*\d{1,3}(\.\d{1,3})?)?)(?![A-Za-z0-9/-]|\.\d)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Telling();
}
