using System.Globalization;
using System.Text.RegularExpressions;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// What the stage says about spread and portal vein invasion: of each axis the newest statement, in whatever code or text it
/// came; a negative only while it is fresh (clinical model, sections 1, 8 and 9).
/// </summary>
internal sealed partial class StagingFacts(PatientChart chart, Results results, KnowledgeBase knowledge, DateTimeOffset asOf)
{
    private const int EditionWithoutPortalVeinInT3 = 8;

    private int Window => knowledge.Rules.Window("staging");

    /// <summary>Regional lymph nodes.</summary>
    public Evidence[] Nodes => [.. Axis(["tnm-n", "tnm-n-clinical", "tnm-n-pathological"], observation => Category(observation, 'N') switch
    {
        "0" => Statement.No,
        "1" or "2" or "3" => Statement.Yes,
        _ => null,
    })];

    /// <summary>Distant metastases: absent, or (at an unsaid place) present, which is only Ambiguous for any one organ.</summary>
    public Evidence[] Distant => [.. Axis(["tnm-m", "tnm-m-clinical", "tnm-m-pathological"], observation => Category(observation, 'M') switch
    {
        "0" => Statement.No,
        "1" => Statement.Ambiguous,
        _ => null,
    })];

    /// <summary>Invasion of the portal vein by the T category: its place in T3 and T4 changed with the eighth edition.</summary>
    public Evidence[] Primary => [.. Axis(["tnm-t", "tnm-t-clinical", "tnm-t-pathological"], observation => Category(observation, 'T') switch
    {
        "1" or "2" => Statement.No,
        "3" => IsOfLateEdition(observation) ? Statement.No : Statement.Ambiguous,
        "4" => Statement.Ambiguous,
        _ => null,
    })];

    /// <summary>Barcelona stage: 0, A and B have neither spread nor invasion, C has one of them or symptoms.</summary>
    public Evidence[] Barcelona => [.. Axis(["bclc"], observation => WordsOf(observation).Select(BarcelonaStage).FirstOrDefault(stage => stage is not null) switch
    {
        "0" or "A" or "B" => Statement.No,
        "C" => Statement.Ambiguous,
        _ => null,
    })];

    /// <summary>A stage group IV: nodes or distant metastases, without saying which.</summary>
    public Evidence[] Group => [.. Axis(["stage-group"], observation => WordsOf(observation).Any(word => StageFour().IsMatch(word)) ? Statement.Ambiguous : null)];

    private IEnumerable<Evidence> Axis(ReadOnlySpan<string> groups, Func<ChartObservation, Statement?> read)
    {
        var all = results.Of(groups).OrderBy(observation => observation.Reference, StringComparer.Ordinal).ToArray();
        if (all.Length == 0)
            return [];
        var newest = all.Max(Results.SortTimeOf);
        return all.Where(observation => Results.SortTimeOf(observation) == newest)
            .Select(observation => (Observation: observation, Statement: observation.Value is ChartValue.Unreadable ? Statement.Ambiguous : read(observation)))
            .Where(item => item.Statement is not null)
            .Select(item => new Evidence(item.Statement!.Value, Results.ProvenanceOf(item.Observation, isFallback: false))
            {
                Reservation = item.Statement == Statement.No ? ReservationOf(item.Observation) : null,
            });
    }

    /// <summary>Why a negative may not count.</summary>
    private UnknownReason? ReservationOf(ChartObservation observation) => observation.Time?.When switch
    {
        _ when chart.MayHideNewer(ChartKey.Staging, asOf.AddDays(-Window)) => UnknownReason.Truncated,
        null => UnknownReason.ImpreciseDate,
        { } stated when !stated.IsWithin(Window, asOf) => UnknownReason.TooOld,
        { Precision: TimePrecision.Month or TimePrecision.Year } => UnknownReason.ImpreciseDate,
        _ => null,
    };

    /// <summary>The category without its letters: <c>0</c> to <c>4</c>, <c>x</c>, or null.</summary>
    private string? Category(ChartObservation observation, char axis)
    {
        var prefix = $"{char.ToLowerInvariant(axis)}-";
        var coded = observation.Value is ChartValue.Concept concept
            ? knowledge.Codes.Answers.FindAll(concept.Value).Select(entry => entry.Group).FirstOrDefault(group => group.StartsWith(prefix, StringComparison.Ordinal))
            : null;
        if (coded is not null)
            return coded[prefix.Length..];
        return WordsOf(observation)
            .SelectMany(word => Categories().Matches(word))
            .Where(match => match.Groups["axis"].ValueSpan[0] == axis)
            .Select(match => match.Groups["value"].Value.ToLowerInvariant())
            .FirstOrDefault();
    }

    private bool IsOfLateEdition(ChartObservation observation)
    {
        var byCode = observation.Method is null ? [] : knowledge.Codes.Answers.FindAll(observation.Method)
            .Where(entry => entry.Group.StartsWith("ajcc-", StringComparison.Ordinal))
            .Select(entry => entry.Group["ajcc-".Length..]);
        var byText = (observation.Method?.Texts ?? []).Select(text => Edition().Match(text)).Where(match => match.Success).Select(match => match.Groups["edition"].Value);
        var byVersion = observation.Value is ChartValue.Concept concept
            ? concept.Value.Codings.Where(coding => coding.System == CodeSystems.Ajcc).Select(coding => coding.Version ?? "")
            : [];
        return byCode.Concat(byText).Concat(byVersion)
            .Any(text => int.TryParse(LeadingDigits().Match(text).ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var edition) && edition >= EditionWithoutPortalVeinInT3);
    }

    private static IEnumerable<string> WordsOf(ChartObservation observation) => observation.Value switch
    {
        ChartValue.Concept concept => concept.Value.Codings.Where(coding => coding.System is not null).Select(coding => coding.Code).Concat(concept.Value.Texts),
        ChartValue.Text text => [text.Value],
        ChartValue.Number number => [number.Value.ToString(CultureInfo.InvariantCulture)],
        _ => [],
    };

    private static string? BarcelonaStage(string word) => BarcelonaWord().Match(word) is { Success: true } match ? match.Groups["stage"].Value.ToUpperInvariant() : null;

    [GeneratedRegex(@"(?<![A-Za-z])[acmpruy]{0,2}(?<axis>[TNM])(?<value>[0-4]|X)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextMatching.MostMilliseconds)]
    private static partial Regex Categories();

    [GeneratedRegex(@"(AJCC|American Joint Comm)\D{0,60}(?<edition>\d{1,2})(st|nd|rd|th)?\b|(?<![\d])(?<edition>\d{1,2})(st|nd|rd|th)?\s+(edition\s+)?AJCC", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextMatching.MostMilliseconds)]
    private static partial Regex Edition();

    [GeneratedRegex(@"^\d{1,2}", RegexOptions.CultureInvariant, TextMatching.MostMilliseconds)]
    private static partial Regex LeadingDigits();

    [GeneratedRegex(@"^\s*((Barcelona\D{0,30}|BCLC|stage)[\s:_-]*){0,3}(?<stage>[0ABCD])(?![A-Za-z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextMatching.MostMilliseconds)]
    private static partial Regex BarcelonaWord();

    [GeneratedRegex(@"(?<![A-Za-z])IV[A-C]?(?![A-Za-z])", RegexOptions.CultureInvariant, TextMatching.MostMilliseconds)]
    private static partial Regex StageFour();
}
