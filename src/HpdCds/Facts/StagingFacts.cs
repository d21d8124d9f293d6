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
    private const string StageGroup = "stage-group";
    private const string CodedGroup = "stage-";

    private static readonly string[] Categorised = [.. "TNM".SelectMany(GroupsOf), StageGroup];

    private int Window => knowledge.Rules.Window("staging");

    /// <summary>Regional lymph nodes.</summary>
    public Evidence[] Nodes => field ??= Axis('N', (_, category) => category switch
    {
        "0" => Statement.No,
        "1" or "2" or "3" => Statement.Yes,
        _ => null,
    });

    /// <summary>Distant metastases: absent, or (at an unsaid place) present, which is only Ambiguous for any one organ.</summary>
    public Evidence[] Distant => field ??= Axis('M', (_, category) => category switch
    {
        "0" => Statement.No,
        "1" => Statement.Ambiguous,
        _ => null,
    });

    /// <summary>Invasion of the portal vein by the T category: its place in T3 and T4 changed with the eighth edition.</summary>
    public Evidence[] Primary => field ??= Axis('T', (observation, category) => category switch
    {
        "1" or "2" => Statement.No,
        "3" => IsOfLateEdition(observation) ? Statement.No : Statement.Ambiguous,
        "4" => Statement.Ambiguous,
        _ => null,
    });

    /// <summary>Barcelona stage: 0, A and B have neither spread nor invasion, C has one of them or symptoms; D says nothing of either.</summary>
    public Evidence[] Barcelona => field ??= Newest(results.Of("bclc").Select(observation => Own(observation, read =>
    {
        var words = StageWords.Of(read.Value).ToArray();
        return StageWords.BarcelonaStage(words) switch
        {
            null or "D" => null,
            "0" or "A" or "B" when !IsDoubted(words) => Statement.No,
            _ => Statement.Ambiguous,
        };
    })));

    /// <summary>A stage group IV: nodes or distant metastases, without saying which. Another group says nothing of either, but that it is not IV.</summary>
    public Evidence[] Group => field ??= Newest(results.Of(StageGroup).Select(observation =>
    {
        var groups = GroupsIn(observation);
        return Own(observation, _ => Array.Exists(groups, StageWords.IsFourth) ? Statement.Ambiguous : null) with { IsAnotherStage = groups.Length > 0 };
    }));

    /// <summary>Why a negative may not count; null when it does.</summary>
    public UnknownReason? ReservationOf(ChartObservation negative) => negative.Time?.When switch
    {
        _ when chart.MayHideNewer(ChartKey.Staging, asOf.AddDays(-Window)) => UnknownReason.Truncated,
        null => UnknownReason.ImpreciseDate,
        { } stated when !stated.IsWithin(Window, asOf) => UnknownReason.TooOld,
        { Precision: TimePrecision.Month or TimePrecision.Year } => UnknownReason.ImpreciseDate,
        _ => null,
    };

    /// <summary>
    /// Results that are about this axis, and other stages whose value names it too ("T3N1M0"). One that names it in a way that
    /// is not read ("N+"), or of which nothing can be read, may be about it: it states nothing, but a no does not stand behind it.
    /// </summary>
    private Evidence[] Axis(char axis, Func<ChartObservation, string, Statement?> read)
    {
        // Most charts hold no stage at all, and each axis is asked for several facts.
        if (!results.HasAny(Categorised))
            return [];
        var own = results.Of(GroupsOf(axis)).ToArray();
        var beside = results.Of(Categorised).Except(own).Where(observation => MayBeAbout(observation, axis));
        return Newest(own.Select(observation => Own(observation, stated => Said(stated, axis, read)))
            .Concat(beside.Select(observation => new Stated(observation, Said(observation, axis, read)))));
    }

    private bool MayBeAbout(ChartObservation observation, char axis) =>
        Categories(observation, axis).Length > 0
        || StageWords.Names(StageWords.Of(observation.Value), axis, alsoInWords: results.IsOf(observation, StageGroup))
        || ("TNM".All(any => Categories(observation, any).Length == 0) && GroupsIn(observation).Length == 0);

    private static Stated Own(ChartObservation observation, Func<ChartObservation, Statement?> read) =>
        new(observation, observation.Value is ChartValue.Unreadable ? Statement.Ambiguous : read(observation));

    private static string[] GroupsOf(char axis)
    {
        var group = $"tnm-{char.ToLowerInvariant(axis)}";
        return [group, group + "-clinical", group + "-pathological"];
    }

    // Of those that may be the newest each counts: a day may be later or earlier than an hour of it. What states nothing ("NX",
    // "see report") takes no earlier yes away; but an earlier no does not stand behind it.
    private Evidence[] Newest(IEnumerable<Stated> statements)
    {
        if (statements.ToArray() is not { Length: > 0 } came)
            return [];
        var all = came.OrderByDescending(stated => Results.SortTimeOf(stated.Observation))
            .ThenBy(stated => stated.Observation.Reference, StringComparer.Ordinal)
            .ToArray();
        var stating = Array.FindAll(all, stated => stated.Statement is not null || stated.IsAnotherStage);
        var silent = all.Except(stating).ToArray();
        HashSet<Stated> newest = [.. Results.NewestOf(stating, stated => stated.When, stated => Results.RankOf(stated.Observation))
            .Concat(stating.Where(stated => stated.When is null))
            .Where(stated => stated.Statement is not null && !(stated.Statement == Statement.No && Array.Exists(silent, other => MayFollow(other, stated))))];
        foreach (var (observation, statement) in all.Where(stated => !newest.Contains(stated)).Select(stated => (stated.Observation, stated.Statement)))
            trace?.Note(observation.Reference, statement is null ? Fate.Unusable : Fate.Superseded, observation.Source, statement is null ? null : "stage", statement is null ? "says-nothing" : null);
        return [.. all.Where(newest.Contains).Select(stated => new Evidence(stated.Statement!.Value, Results.ProvenanceOf(stated.Observation, isFallback: false))
        {
            Reservation = stated.Statement == Statement.No ? ReservationOf(stated.Observation) : null,
        })];
    }

    private static bool MayFollow(Stated other, Stated no) => (other.When, no.When) switch
    {
        (null, _) or (_, null) => true,
        ({ } later, { } earlier) when later == earlier => Results.RankOf(other.Observation) > Results.RankOf(no.Observation),
        ({ } later, { } earlier) => later.Latest > earlier.Latest || later.Earliest > earlier.Earliest,
    };

    /// <summary>What codes and words together say of one axis: several categories say nothing sure, unless each of them is a yes.</summary>
    private Statement? Said(ChartObservation observation, char axis, Func<ChartObservation, string, Statement?> read)
    {
        var categories = Categories(observation, axis);
        var words = StageWords.Of(observation.Value).ToArray();
        var statements = categories.Select(category => read(observation, category)).Distinct().ToArray();
        return statements switch
        {
            [] or [null] => null,
            [var only] when (categories.Length == 1 || only == Statement.Yes) && !IsDoubted(words) && !IsTakenBack(words, axis, isNo: only == Statement.No) => only,
            _ => Statement.Ambiguous,
        };
    }

    // "No evidence of N1", "previously N1": the category is denied, or one of the past.
    private bool IsTakenBack(string[] words, char axis, bool isNo) =>
        StageWords.PlacesOf(words, axis).Any(place => knowledge.Terms.IsTakenBack(place.Word, place.Start, place.End, isNo));

    private string[] Categories(ChartObservation observation, char axis)
    {
        var coded = Coded(observation, $"{char.ToLowerInvariant(axis)}-");
        return [.. coded.Concat(StageWords.Categories(StageWords.Of(observation.Value), axis)).Distinct(StringComparer.Ordinal)];
    }

    private string[] GroupsIn(ChartObservation observation) => [.. Coded(observation, CodedGroup).Concat(StageWords.Groups(StageWords.Of(observation.Value)))];

    /// <summary>What the codes of an answer say, of those whose group begins so.</summary>
    private IEnumerable<string> Coded(ChartObservation observation, string group) => observation.Value is ChartValue.Concept concept
        ? knowledge.Codes.Answers.FindAll(concept.Value).Select(entry => entry.Group).Where(found => found.StartsWith(group, StringComparison.Ordinal)).Select(found => found[group.Length..])
        : [];

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
        return byCode.Concat(byText).Concat(byVersion).Any(IsLate) || (StageWords.EditionsIn(StageWords.Of(observation.Value)) is { Length: > 0 } stated && Array.TrueForAll(stated, IsLate));
    }

    private static bool IsLate(string edition) =>
        int.TryParse(LeadingDigits().Match(edition).ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= EditionWithoutPortalVeinInT3;

    [GeneratedRegex(@"(AJCC|American Joint Comm)\D{0,60}(?<edition>\d{1,2})(st|nd|rd|th)?\b|(?<![\d])(?<edition>\d{1,2})(st|nd|rd|th)?\s+(edition\s+)?AJCC", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TextTerms.MostMilliseconds)]
    private static partial Regex Edition();

    [GeneratedRegex(@"^\d{1,2}", RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex LeadingDigits();

    /// <param name="Statement">Null when it states nothing of what is asked.</param>
    private sealed record Stated(ChartObservation Observation, Statement? Statement) : PatientData
    {
        /// <summary>It states another stage than the one that is asked for.</summary>
        public bool IsAnotherStage { get; init; }

        public ClinicalTime? When => Observation.Time?.When;
    }
}
