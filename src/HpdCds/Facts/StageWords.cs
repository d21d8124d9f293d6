using System.Globalization;
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

    public static IEnumerable<string> Of(ChartValue? value) => value switch
    {
        ChartValue.Concept concept => concept.Value.Codings.Where(coding => coding.System is not null).Select(coding => coding.Code).Concat(concept.Value.Texts),
        ChartValue.Text text => [text.Value],
        ChartValue.Number number => [number.Value.ToString(CultureInfo.InvariantCulture)],
        _ => [],
    };

    /// <summary>The categories of one axis without its letter: <c>0</c> to <c>4</c> and <c>x</c>, both ends of a range among them.</summary>
    public static IEnumerable<string> Categories(IEnumerable<string> words, char axis) => words
        .SelectMany(word => Category().Matches(word))
        .Where(match => char.ToUpperInvariant(match.Groups["axis"].ValueSpan[0]) == axis)
        .SelectMany(match => match.Groups["value"].Captures)
        .Select(capture => capture.Value.ToLowerInvariant())
        .Distinct(StringComparer.Ordinal);

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

    [GeneratedRegex(@"^\s*((Barcelona\D{0,30}|BCLC|stage)[\s:_-]*){0,3}(?<letter>[0ABCD])(?![A-Za-z]|-P)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex BarcelonaStart();

    [GeneratedRegex(@"^\s*(child[\s-]*(turcotte[\s-]*)?pugh[\s:-]*)?((class|grade|score)[\s:-]*)?(?<letter>[ABC])(?![A-Za-z]|-P)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
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
