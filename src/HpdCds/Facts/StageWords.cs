using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Stages and classes as people write them. A text that names more than one of them says neither: it may be a range, a
/// change or a doubt, and which of them holds is not for us to choose.
/// </summary>
internal static partial class StageWords
{
    /// <summary>More than one letter, or one in a text that does not begin with it.</summary>
    public const string Unclear = "?";

    private const char FirstRoman = '\u2160';
    private const char LastRoman = '\u2163';

    private static readonly string[] RomanNumbers = ["I", "II", "III", "IV"];

    public static IEnumerable<string> Of(ChartValue? value) => (value switch
    {
        ChartValue.Concept concept => concept.Value.Codings.Where(coding => coding.System is not null).Select(coding => coding.Code).Concat(concept.Value.Texts),
        ChartValue.Text text => [text.Value],
        ChartValue.Number number => [number.Value.ToString(CultureInfo.InvariantCulture)],
        _ => Enumerable.Empty<string>(),
    }).Select(InAscii);

    /// <summary>The categories of one axis without its letter: <c>0</c> to <c>4</c> and <c>x</c>, both ends of a range among them.</summary>
    public static IEnumerable<string> Categories(IEnumerable<string> words, char axis) => CategoriesIn(words, axis)
        .SelectMany(found => found.Match.Groups["value"].Captures)
        .Select(capture => capture.Value.ToLowerInvariant())
        .Distinct(StringComparer.Ordinal);

    /// <summary>Where the categories of one axis stand, each with what is written together with it ("T2N1M0").</summary>
    public static IEnumerable<(string Word, int Start, int End)> PlacesOf(IEnumerable<string> words, char axis)
    {
        foreach (var (word, match) in CategoriesIn(words, axis))
        {
            var (start, end) = (match.Index, match.Index + match.Length);
            while (start > 0 && char.IsAsciiLetterOrDigit(word[start - 1]))
                start--;
            while (end < word.Length && char.IsAsciiLetterOrDigit(word[end]))
                end++;
            yield return (word, start, end);
        }
    }

    /// <summary>Whether the letter of an axis stands there in whatever way ("N+", "N-1"), or what it is about is named.</summary>
    /// <param name="alsoInWords">The words of a category of another axis may name this one only to tell what theirs is.</param>
    public static bool Names(IEnumerable<string> words, char axis, bool alsoInWords) => words.Any(word =>
        AxisLetter().Matches(word).Any(match => char.ToUpperInvariant(match.Groups["axis"].ValueSpan[0]) == axis)
        || (alsoInWords && (axis switch { 'N' => NodesInWords().IsMatch(word), 'M' => MetastasesInWords().IsMatch(word), _ => false })));

    /// <summary>The stage groups, as written.</summary>
    public static IEnumerable<string> Groups(IEnumerable<string> words) =>
        words.SelectMany(word => RomanGroup().Matches(word).Concat(GroupInWords().Matches(word))).Select(match => match.Value);

    /// <summary>Whether a stage group, as written, is IV.</summary>
    public static bool IsFourth(string group) => group.StartsWith("IV", StringComparison.OrdinalIgnoreCase) || group.StartsWith('4');

    /// <summary>The editions of the manual of stages that a text names.</summary>
    public static string[] EditionsIn(IEnumerable<string> words) =>
        [.. words.SelectMany(word => EditionBeside().Matches(word)).Select(match => match.Groups["edition"].Value)];

    private static IEnumerable<(string Word, Match Match)> CategoriesIn(IEnumerable<string> words, char axis) => words
        .SelectMany(word => Category().Matches(word).Select(match => (Word: word, Match: match)))
        .Where(found => char.ToUpperInvariant(found.Match.Groups["axis"].ValueSpan[0]) == axis);

    // Chinese and Japanese keyboards write letters of full width, and a Roman number as one character.
    private static string InAscii(string word)
    {
        if (!word.Any(letter => letter is (>= '\uFF01' and <= '\uFF5E') or (>= FirstRoman and <= LastRoman)))
            return word;
        var plain = new StringBuilder(word.Length + 4);
        foreach (var letter in word)
        {
            if (letter is >= FirstRoman and <= LastRoman)
                plain.Append(RomanNumbers[letter - FirstRoman]);
            else
                plain.Append(letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - '\uFF01' + '!') : letter);
        }

        return plain.ToString();
    }

    /// <summary>The letter of a Barcelona stage, <see cref="Unclear"/>, or null.</summary>
    public static string? BarcelonaStage(IEnumerable<string> words) =>
        Letter(words.Select(word => ChildPughBeside().Replace(word, " ")), BarcelonaStart(), "0ABCD");

    /// <summary>The letter of a Child-Pugh class, <see cref="Unclear"/>, or null.</summary>
    public static string? ChildPughClass(IEnumerable<string> words) =>
        Letter(words.Select(word => BarcelonaBeside().Replace(word, " ")), ChildPughStart(), "ABC");

    private static string? Letter(IEnumerable<string> words, Regex start, string allowed)
    {
        var all = words.ToArray();
        var first = all.Select(word => start.Match(word)).Where(match => match.Success).SelectMany(match => match.Groups["letter"].Captures).ToArray();
        var letters = first
            .Concat(all.SelectMany(word => Single().Matches(word).Concat(Chain().Matches(word))).SelectMany(match => match.Groups["letter"].Captures))
            .Select(capture => capture.Value.ToUpperInvariant())
            .Where(letter => allowed.Contains(letter, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return letters switch
        {
            [] => null,
            [var only] when first.Length > 0 => only,
            _ => Unclear,
        };
    }

    // The categories stand side by side: what ends one of them ("TX", "Tis", "T1mi") begins no word that hides the next.
    [GeneratedRegex(@"((?<![A-Za-z])|(?<=\d([a-d]|mi)|[TNM]X|T(is|a)))[acmpruy]{0,2}(?<axis>[TNM])(?<value>[0-4]|X)([a-d]?\s*[-–—/~]\s*(?<value>[0-4]|X)(?![0-9A-WYZ.]))*", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex Category();

    // The letter alone, but not in a measure of length.
    [GeneratedRegex(@"((?<![A-Za-z])|(?<=\d([a-d]|mi)|[TNM]X|T(is|a)))(?!(?-i:cm|mm)(?![A-Za-z]))[acmpruy]{0,2}((?<axis>[TNM])(?![A-Za-z])|(?<axis>N)(?=pos|plus))", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex AxisLetter();

    [GeneratedRegex(@"\bnod(e|es|al)\b|lymph|\u6DCB\u5DF4\u7ED3|\u6DCB\u5DF4\u7D50", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex NodesInWords();

    [GeneratedRegex(@"metasta|\u8F6C\u79FB|\u8F49\u79FB", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex MetastasesInWords();

    // "IVC" is also the vena cava: a group only where the text begins with it, or says so, and does not go on to tell of it.
    [GeneratedRegex(@"(?<![A-Za-z])(IV[AB]?|I{1,3}[A-C]?)(?![A-Za-z])|(?<=^\s*[cpyr]{0,2})IVC(?![A-Za-z]|[\s:]+[a-z])|(?<=([Ss]tage|[Ss]tadium|[Gg]roup|AJCC|UICC|期)[\s:：]*[cpyr]{0,2})IVC(?![A-Za-z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex RomanGroup();

    // In small letters or Arabic digits only where the text says that it is a stage, or is nothing else.
    [GeneratedRegex(@"(?<=\b(stage(\s+group)?|stadium)[\s:]*[cpyr]{0,2})((?-i:i{1,3}|iv)[abc]?(?![A-Za-z])|[0-4][A-C]?\d?(?![A-Za-z0-9.]))|(?<=^\s*)[0-4][A-C]?\d?(?=\s*期?\s*$)|(?<![A-Za-z0-9.])[0-4][A-C]?(?=期)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex GroupInWords();

    [GeneratedRegex(@"AJCC[\s:(]*(TNM\s*)?(v|version\s*|第\s*)?(?<edition>[1-9])(st|nd|rd|th|\s*ed|\s*版|(?=\s*($|[),;])))|(?<!\d)(?<edition>[1-9])(st|nd|rd|th)?\s+(ed(ition|\.)?\s+)?AJCC", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex EditionBeside();

    [GeneratedRegex(@"^\s*((Barcelona\D{0,30}|BCLC|stage)[\s:_-]*){0,3}(?<letter>[0ABCD])(?![A-Za-z]|-P)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex BarcelonaStart();

    [GeneratedRegex(@"^\s*(child[\s:-]*((turcotte[\s-]*)?pugh[\s:-]*)?)?((class|grade|score)[\s:-]*)?(?<letter>[ABC])(?![A-Za-z]|-P)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex ChildPughStart();

    // What the other score says beside it.
    [GeneratedRegex(@"child[\s-]*((turcotte[\s-]*)?pugh[\s:-]*)?((class|grade|score)[\s:-]*)?[ABC]\d{0,2}(?![A-Za-z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex ChildPughBeside();

    [GeneratedRegex(@"BCLC[\s:_-]*(stage[\s:_-]*)?[0ABCD]\d?(?![A-Za-z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex BarcelonaBeside();

    // A lone letter, but not the article, a virus, a vitamin or the code of something.
    [GeneratedRegex(@"(?<![A-Za-z0-9.])(?<!(hepatitis|virus|vitamin)\s)(?<letter>[BCD]|(?-i:A))(?![A-Za-z]|-P|(?!1[0-5](?!\d))\d\d)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex Single();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?<letter>[0ABCD])\d?\s*([-–—/~→、]|->|to|or|至|到|或)\s*(?<letter>[0ABCD])\d?(?![A-Za-z0-9])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex Chain();
}
