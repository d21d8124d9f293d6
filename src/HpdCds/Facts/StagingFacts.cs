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
internal sealed partial class StagingFacts(PatientChart chart, Results results, KnowledgeBase knowledge, DateTimeOffset asOf, ReadingTrace? trace = null)
{
    private const int EditionWithoutPortalVeinInT3 = 8;

    private int Window => knowledge.Rules.Window("staging");

    /// <summary>Regional lymph nodes.</summary>
    public Evidence[] Nodes => [.. Axis(Stating('N'), observation => Said(observation, 'N', category => category switch
    {
        "0" => Statement.No,
        "1" or "2" or "3" => Statement.Yes,
        _ => null,
    }))];

    /// <summary>Distant metastases: absent, or (at an unsaid place) present, which is only Ambiguous for any one organ.</summary>
    public Evidence[] Distant => [.. Axis(Stating('M'), observation => Said(observation, 'M', category => category switch
    {
        "0" => Statement.No,
        "1" => Statement.Ambiguous,
        _ => null,
    }))];

    /// <summary>Invasion of the portal vein by the T category: its place in T3 and T4 changed with the eighth edition.</summary>
    public Evidence[] Primary => [.. Axis(Stating('T'), observation => Said(observation, 'T', category => category switch
    {
        "1" or "2" => Statement.No,
        "3" => IsOfLateEdition(observation) ? Statement.No : Statement.Ambiguous,
        "4" => Statement.Ambiguous,
        _ => null,
    }))];

    /// <summary>Barcelona stage: 0, A and B have neither spread nor invasion, C has one of them or symptoms; D says nothing of either.</summary>
    public Evidence[] Barcelona => [.. Axis(results.Of("bclc"), observation =>
    {
        var words = StageWords.Of(observation.Value).ToArray();
        return StageWords.BarcelonaStage(words) switch
        {
            null or "D" => null,
            "0" or "A" or "B" when !IsDoubted(words) => Statement.No,
            _ => Statement.Ambiguous,
        };
    })];

    /// <summary>A stage group IV: nodes or distant metastases, without saying which. No other group says anything of either.</summary>
    public Evidence[] Group => [.. Axis(results.Of("stage-group"), observation =>
    {
        var groups = StageWords.Of(observation.Value).SelectMany(word => RomanGroup().Matches(word)).Select(match => match.Value).ToArray();
        if (groups.Length > 0 && Array.Exists(groups, group => group.StartsWith("IV", StringComparison.Ordinal)))
            return Statement.Ambiguous;
        Explain(observation, statement: null);
        return groups.Length == 0 ? null : Statement.No;
    }).Where(one => one.Statement == Statement.Ambiguous)];

    /// <summary>Results that are about this axis, and other stages whose value names it too ("T3N1M0").</summary>
    private IEnumerable<ChartObservation> Stating(char axis)
    {
        var own = results.Of(GroupsOf(axis)).ToArray();
        var beside = results.Of([.. GroupsOf('T'), .. GroupsOf('N'), .. GroupsOf('M'), "stage-group"]).Where(observation => Categories(observation, axis).Length > 0);
        return own.Union(beside);
    }

    private static string[] GroupsOf(char axis)
    {
        var group = $"tnm-{char.ToLowerInvariant(axis)}";
        return [group, group + "-clinical", group + "-pathological"];
    }

    // What states nothing ("NX", "see report") takes no earlier yes away; but an earlier no does not stand behind it.
    private IEnumerable<Evidence> Axis(IEnumerable<ChartObservation> statements, Func<ChartObservation, Statement?> read)
    {
        var all = statements.OrderBy(observation => observation.Reference, StringComparer.Ordinal)
            .Select(observation => (Observation: observation, Statement: observation.Value is ChartValue.Unreadable ? Statement.Ambiguous : read(observation)))
            .ToArray();
        var stating = all.Where(item => item.Statement is not null).ToArray();
        var newest = stating.Select(item => Results.SortTimeOf(item.Observation)).DefaultIfEmpty().Max();
        var isFollowed = Array.Exists(all, item => Results.SortTimeOf(item.Observation) > newest);
        bool Counts(DateTimeOffset time, Statement? statement) => statement is not null && time == newest && !(isFollowed && statement == Statement.No);
        foreach (var (observation, statement) in trace is null ? [] : all.Where(item => !Counts(Results.SortTimeOf(item.Observation), item.Statement)))
            Explain(observation, statement);
        return stating.Where(item => Counts(Results.SortTimeOf(item.Observation), item.Statement))
            .Select(item => new Evidence(item.Statement!.Value, Results.ProvenanceOf(item.Observation, isFallback: false))
            {
                Reservation = item.Statement == Statement.No ? ReservationOf(item.Observation) : null,
            });
    }

    private void Explain(ChartObservation passedOver, Statement? statement) => trace?.Note(
        passedOver.Reference, statement is null ? Fate.Unusable : Fate.Superseded, passedOver.Source, statement is null ? null : "stage", statement is null ? "says-nothing" : null);

    /// <summary>Why a negative may not count.</summary>
    private UnknownReason? ReservationOf(ChartObservation observation) => observation.Time?.When switch
    {
        _ when chart.MayHideNewer(ChartKey.Staging, asOf.AddDays(-Window)) => UnknownReason.Truncated,
        null => UnknownReason.ImpreciseDate,
        { } stated when !stated.IsWithin(Window, asOf) => UnknownReason.TooOld,
        { Precision: TimePrecision.Month or TimePrecision.Year } => UnknownReason.ImpreciseDate,
        _ => null,
    };

    /// <summary>What codes and words together say of one axis: several categories say nothing sure, unless each of them is a yes.</summary>
    private Statement? Said(ChartObservation observation, char axis, Func<string, Statement?> read)
    {
        var categories = Categories(observation, axis);
        var statements = categories.Select(read).Distinct().ToArray();
        return statements switch
        {
            [] or [null] => null,
            [var only] when (categories.Length == 1 || only == Statement.Yes) && !IsDoubted([.. StageWords.Of(observation.Value)]) => only,
            _ => Statement.Ambiguous,
        };
    }

    private string[] Categories(ChartObservation observation, char axis)
    {
        var prefix = $"{char.ToLowerInvariant(axis)}-";
        var coded = observation.Value is ChartValue.Concept concept
            ? knowledge.Codes.Answers.FindAll(concept.Value).Select(entry => entry.Group).Where(group => group.StartsWith(prefix, StringComparison.Ordinal)).Select(group => group[prefix.Length..])
            : [];
        return [.. coded.Concat(StageWords.Categories(StageWords.Of(observation.Value), axis)).Distinct(StringComparer.Ordinal)];
    }

    private bool IsDoubted(string[] words) => Array.Exists(words, knowledge.Terms.IsDoubted);

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

    [GeneratedRegex(@"(AJCC|American Joint Comm)\D{0,60}(?<edition>\d{1,2})(st|nd|rd|th)?\b|(?<![\d])(?<edition>\d{1,2})(st|nd|rd|th)?\s+(edition\s+)?AJCC", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex Edition();

    [GeneratedRegex(@"^\d{1,2}", RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex LeadingDigits();

    // "IVC" is also the vena cava: a group only where the text begins with it, or says so, and does not go on to tell of it.
    [GeneratedRegex(@"(?<![A-Za-z])(IV[AB]?|I{1,3}[A-C]?)(?![A-Za-z])|(?<=^\s*[cpyr]{0,2})IVC(?![A-Za-z]|[\s:]+[a-z])|(?<=([Ss]tage|[Ss]tadium|[Gg]roup|AJCC|UICC|期)[\s:：]*[cpyr]{0,2})IVC(?![A-Za-z])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex RomanGroup();
}
