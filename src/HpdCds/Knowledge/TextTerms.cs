using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

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
/// fhir-profiles/terms.json: findings by name in free text, English and Chinese. Negation, "history of" and "rule out" reach a
/// few words, not past a comma (but for a list that ends in "or") nor past a turn; a denial that is itself denied or that
/// denies something else ("not excluded", "no change in") takes nothing back.
/// </summary>
public sealed class TextTerms(TextTermsFile file)
{
    public const string FileName = "terms.json";

    /// <summary>
    /// How long a pattern may be at a text. Every one is linear in what it reads, so this only guards against a mistake in one. It
    /// counts the clock and not the work: a short one fires when a busy machine stops the thread, and fails a sound request.
    /// </summary>
    public const int MostMilliseconds = 10_000;

    private const int MostCharacters = 20_000;
    private const int ReachAfter = 40;
    private const int WordsBefore = 4;
    private const int WordsInList = 10;
    private const int WordsAfter = 3;
    private const int CharactersPerWord = 3;
    private const int ChineseGap = 12;
    private const int LatinGap = 40;
    private const char Gap = '…';

    private static readonly char[] Ends = ['.', ';', '!', '\n', '\r', '。', '；', '！', '，'];

    private static readonly char[] Hyphens = ['-', '\u2010', '\u2011', '\u2012', '\u2013'];
    private static readonly char[] Answering = [' ', ':', '：', '=', '(', '（'];
    private static readonly char[] Minus = ['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '－'];

    private readonly ImmutableDictionary<string, ImmutableArray<string>> _names =
        file.Terms.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.IsDefault ? [] : pair.Value.Select(Unhyphenated).ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>How the names of a finding begin. Nearly no text holds any of them, which one look tells.</summary>
    private readonly ConcurrentDictionary<string, SearchValues<string>> _beginnings = new(StringComparer.Ordinal);

    private readonly ImmutableArray<string> _before = [.. file.DeniedBefore, .. file.HistoryBefore, .. file.OpenBefore];
    private readonly ImmutableArray<string> _after = [.. file.DeniedAfter, .. file.OpenAfter];

    /// <summary>The findings whose names the readers of facts look for; a file without one of them is refused.</summary>
    public static readonly ImmutableArray<string> Findings =
        ["pvtt", "ascites", "encephalopathy", "tace", "haemolysis", "corticosteroid", "g-csf", "anticoagulant",
        "cirrhosis-decompensated", "hepatic-failure", "hepatorenal-syndrome", "spontaneous-bacterial-peritonitis"];

    /// <summary>Every word that is looked for, be it to find, to deny or to doubt.</summary>
    public IEnumerable<string> AllWords => file.Terms.Values.SelectMany(names => names).SelectMany(name => name.Split(Gap))
        .Concat(file.NotSystemic).Concat(file.Perioperative).Concat(file.DeniedBefore).Concat(file.DeniedAfter).Concat(file.HistoryBefore)
        .Concat(file.OpenBefore).Concat(file.OpenAfter).Concat(file.Turns).Concat(file.NormalRange)
        .Concat(file.DeniedDirectlyBefore).Concat(file.DeniedAnswers).Concat(file.DeniedNext).Concat(file.ListEnds).Concat(file.Reversals).Concat(file.NotDenials).Concat(file.Doubts);

    public TextMention MentionOf(string finding, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var mention = TextMention.None;
        var plain = AsRead(text);
        if (!plain.AsSpan().ContainsAny(BeginningsOf(finding)))
            return mention;
        foreach (var sentence in SentencesOf(plain))
        {
            foreach (var place in _names[finding].SelectMany(name => PlacesOf(sentence, name)))
            {
                if (IsAffirmed(place))
                    return TextMention.Affirmed;
                mention = TextMention.NotAffirmed;
            }
        }

        return mention;
    }

    /// <summary>Whether any finding may be named in one of the texts: where not, no <see cref="MentionOf(string, string)"/> finds one.</summary>
    public bool MayMention(IEnumerable<string> texts) => texts.Any(text => AsRead(text).AsSpan().ContainsAny(AllBeginnings));

    private static string AsRead(string text) => Joined(Unhyphenated(text.Length > MostCharacters ? text[..MostCharacters] : text));

    private SearchValues<string> AllBeginnings => field ??=
        SearchValues.Create([.. file.Terms.Values.Where(names => !names.IsDefault).SelectMany(names => names).Select(name => Unhyphenated(name).Split(Gap)[0])], StringComparison.OrdinalIgnoreCase);

    private SearchValues<string> BeginningsOf(string finding) => _beginnings.TryGetValue(finding, out var known) ? known
        : _beginnings.GetOrAdd(finding, SearchValues.Create([.. _names[finding].Select(name => name.Split(Gap)[0])], StringComparison.OrdinalIgnoreCase));

    public TextMention MentionOf(string finding, IEnumerable<string> texts) =>
        texts.Select(text => MentionOf(finding, text)).DefaultIfEmpty().Max();

    /// <summary>Whether what stands between these places of a text is denied there, looked back at, or asked for.</summary>
    /// <param name="isNo">It is itself a no, which a denial further off ("no enlarged nodes N0") only says again.</param>
    public bool IsTakenBack(string text, int start, int end, bool isNo)
    {
        var plain = Unhyphenated(text);
        var (from, to) = (start, end);
        while (from > 0 && !IsEnd(plain, from - 1))
            from--;
        while (to < plain.Length && !IsEnd(plain, to))
            to++;
        var before = plain[from..start];
        return isNo
            ? _before.Concat(file.DeniedDirectlyBefore).Any(word => EndsWith(before.AsSpan().TrimEnd(), word))
            : !IsAffirmed(new Place(before, "", before, plain[end..to]));
    }

    /// <summary>Whether a text holds a word that makes what it states unsure, or leaves its limits open.</summary>
    public bool IsDoubted(string text) => HasAny(text, file.Doubts);

    /// <summary>A drug of this kind by name, in a form that reaches the blood.</summary>
    public bool NamesSystemicDrug(string kind, IEnumerable<string> texts) =>
        texts.Any(text => HasAny(text, file.Terms[kind]) && !HasAny(text, file.NotSystemic));

    /// <summary>Whether a text as a whole says that a treatment goes with a resection. Any further word may say the opposite: "progression after adjuvant therapy".</summary>
    public bool StatesPerioperativeIntent(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return file.Perioperative.Contains(Unhyphenated(text.Trim().TrimEnd('.', '。')), StringComparer.OrdinalIgnoreCase);
    }

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

    private readonly record struct Place(string Before, string Gap, string BeforeRest, string After);

    // What stands before, in and behind each place of a name. What fills the gap of a name may deny it as what stands before does.
    private IEnumerable<Place> PlacesOf(string sentence, string name)
    {
        var parts = name.Split(Gap);
        for (var at = DrugText.IndexOf(sentence, parts[0], 0); at >= 0; at = DrugText.IndexOf(sentence, parts[0], at + 1))
        {
            var end = at + parts[0].Length;
            if (parts.Length == 1)
            {
                yield return new Place(sentence[..at], "", sentence[..at], sentence[end..]);
                continue;
            }

            var isChinese = parts[0][0] > '\u2E80';
            var furthest = Math.Min(sentence.Length, end + (isChinese ? ChineseGap : LatinGap) + parts[1].Length + 1);
            var from = at + DrugText.IndexOf(sentence[at..furthest], parts[1], end - at);
            if (from < end)
                continue;
            var after = sentence[(from + parts[1].Length)..];
            if (isChinese || Joins(sentence[end..from], after))
                yield return new Place(sentence[..at], sentence[end..from], sentence[..from], after);
        }
    }

    // Past a turn the second part belongs to something else; past a comma, too, unless it is all that stands there, as in a
    // list of diagnoses ("Cirrhosis of liver, decompensated").
    private bool Joins(string gap, string after) => !HasAny(gap, file.Turns)
        && (!gap.Contains(',', StringComparison.Ordinal) || (gap.TrimEnd().EndsWith(',') && after.TrimStart() is "" or [',' or ')', ..]));

    private bool IsAffirmed(Place place)
    {
        var trail = place.After.Length > ReachAfter ? place.After[..ReachAfter] : place.After;
        return !IsDeniedBefore(place.Before, trail)
            && !(place.Gap.Length > 0 && IsDeniedBefore(place.BeforeRest, trail))
            && !PlacesIn(place.Gap, _after).Any(denial => ReachesBack(place.Gap, denial.Start, denial.End))
            && !PlacesIn(trail, _after).Any(denial => ReachesBack(trail, denial.Start, denial.End))
            && !IsAnsweredNo(trail);
    }

    private bool IsDeniedBefore(string before, string trail) =>
        PlacesIn(before, _before).Any(place => ReachesForward(before, place.Start, place.End, trail))
        || file.DeniedDirectlyBefore.Any(word => EndsWith(before.AsSpan().TrimEnd(' ').TrimEnd(Hyphens), word));

    // "PVTT: no", "PVTT -", "PVTT resolved": the name is the question, and what stands right behind it the whole answer.
    private bool IsAnsweredNo(string trail)
    {
        var answer = trail.TrimStart(Answering);
        var rest = answer.TrimStart(Minus);
        if (rest.Length < answer.Length && EndsAnswer(rest))
            return true;
        rest = rest.TrimStart();
        return file.DeniedAnswers.Any(word => StartsWith(rest, word) && EndsAnswer(rest[word.Length..]))
            || (file.DeniedNext.Any(word => StartsWith(rest, word)) && !file.NotDenials.Any(word => StartsWith(rest, word)));
    }

    private static bool EndsAnswer(string rest) => rest.TrimStart() is not [var next, ..] || next is ',' or ')' or '）' or '、' or '|' or '/';

    private static bool StartsWith(string text, string word) => DrugText.IndexOf(text, word, 0) == 0;

    private static bool EndsWith(ReadOnlySpan<char> text, string word) =>
        text.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (text.Length == word.Length || !char.IsAsciiLetterOrDigit(text[^(word.Length + 1)]));

    // A space between two Chinese characters separates no words.
    private static string Joined(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u3400', '\u9FFF'))
            return text;
        var joined = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var next = at + 1;
            while (next < text.Length && text[next] is ' ' or '\u3000')
                next++;
            var isBetween = text[at] is ' ' or '\u3000' && joined.Length > 0 && IsChinese(joined[^1]) && next < text.Length && IsChinese(text[next]);
            if (!isBetween)
                joined.Append(text[at]);
        }

        return joined.ToString();
    }

    private static bool IsChinese(char letter) => letter is >= '\u3400' and <= '\u9FFF';

    private static string Unhyphenated(string? text)
    {
        if (text is null || text.IndexOfAny(Hyphens) < 0)
            return text ?? "";
        var plain = text.ToCharArray();
        for (var at = 1; at < plain.Length - 1; at++)
        {
            if (Hyphens.Contains(plain[at]) && char.IsAsciiLetter(plain[at - 1]) && char.IsAsciiLetter(plain[at + 1]))
                plain[at] = ' ';
        }

        return new string(plain);
    }

    private bool ReachesForward(string before, int start, int end, string trail)
    {
        var between = before[end..];
        var words = WordsIn(between);
        var comma = between.LastIndexOf(',');
        var isList = HasAny(LastWordOf(between), file.ListEnds) || (comma >= 0 && between[(comma + 1)..].Trim().Length == 0 && HasAny(FirstWordOf(trail), file.ListEnds));
        if (words > (isList ? WordsInList : WordsBefore) || (comma >= 0 && !isList) || between.Contains(')', StringComparison.Ordinal) || HasAny(between, file.Turns))
            return false;
        return !IsReversed(before, start, end);
    }

    // "Cannot rule out", "does not exclude": the question itself is denied, and the finding stays possible.
    private bool IsReversed(string before, int start, int end)
    {
        var isQuestion = file.OpenBefore.Contains(before[start..end], StringComparer.OrdinalIgnoreCase);
        if (isQuestion)
            return file.Reversals.Any(word => DrugText.LastIndexOf(before[..start], word) is >= 0 and var at && WordsIn(before[(at + word.Length)..start]) <= WordsBefore);
        return file.Reversals.Contains(before[start..end], StringComparer.OrdinalIgnoreCase) && HasAny(before[end..], file.OpenBefore);
    }

    private bool ReachesBack(string trail, int start, int end)
    {
        var between = trail[..start];
        // "Negative for", "no evidence of": that is about what follows.
        var isOfAnother = FirstWordOf(trail[end..]) is "for" or "of";
        return !isOfAnother && WordsIn(between) <= WordsAfter && !between.Contains(',', StringComparison.Ordinal)
            && !HasAny(between, file.Turns) && !HasAny(between, file.Reversals);
    }

    // Where the words stand, but for those that are a part of a saying that denies nothing.
    private IEnumerable<(int Start, int End)> PlacesIn(string text, ImmutableArray<string> words)
    {
        var harmless = AllPlaces(text, file.NotDenials).ToArray();
        return AllPlaces(text, words).Where(place => !Array.Exists(harmless, other => other.Start < place.End && place.Start < other.End));
    }

    private static IEnumerable<(int Start, int End)> AllPlaces(string text, ImmutableArray<string> words)
    {
        foreach (var word in words)
        {
            for (var at = DrugText.IndexOf(text, word, 0); at >= 0; at = DrugText.IndexOf(text, word, at + 1))
                yield return (at, at + word.Length);
        }
    }

    // Chinese is written without spaces: a few of its characters are counted as a word.
    private static int WordsIn(string text)
    {
        var latin = DrugText.Words(text).Count();
        var others = text.Count(c => c > '\u2E80' && char.IsLetter(c));
        return latin + ((others + CharactersPerWord - 1) / CharactersPerWord);
    }

    private static string FirstWordOf(string text) => DrugText.Words(text).FirstOrDefault() ?? "";

    private static string LastWordOf(string text) => DrugText.Words(text).LastOrDefault() ?? "";

    private static bool HasAny(string text, ImmutableArray<string> words) => words.Any(word => DrugText.Contains(text, word));

    // A full stop inside a number ("5.2 cm") ends nothing.
    private static bool IsEnd(string text, int at) =>
        Ends.Contains(text[at]) && !(text[at] == '.' && at + 1 < text.Length && char.IsAsciiLetterOrDigit(text[at + 1]));

    private static IEnumerable<string> SentencesOf(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (!IsEnd(text, at))
                continue;
            yield return text[start..at];
            start = at + 1;
        }

        yield return text[start..];
    }
}
