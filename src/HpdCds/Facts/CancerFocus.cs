using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Facts;

/// <summary>Of which cancer a result is.</summary>
internal enum CancerOfResult
{
    /// <summary>The one that is treated; or it says nothing else.</summary>
    Treated,

    /// <summary>Another one of the patient's.</summary>
    Another,

    /// <summary>It is about something of which nobody says what it is.</summary>
    Unsaid,

    /// <summary>It is about a cancer, or another problem, whose record was not read.</summary>
    Unread,
}

/// <summary>What results of growth are about: a lesion, or one of several cancers.</summary>
/// <param name="tumour">What the treatment is for, as on the wire.</param>
internal sealed class CancerFocus(PatientChart chart, KnowledgeBase knowledge, ImmutableArray<FhirBase> bases, string tumour)
{
    private const string OfConditions = "Condition/";

    // Each result is asked about several times, and every condition looked at for it.
    private readonly Dictionary<ChartObservation, string[]> _groups = new(ReferenceEqualityComparer.Instance);

    public CancerOfResult Of(ChartObservation observation)
    {
        var focus = NamesIn(observation);
        if (focus.Length == 0)
            return CancerOfResult.Treated;
        var groups = GroupsOf(observation);
        return groups.Contains(tumour, StringComparer.Ordinal) ? CancerOfResult.Treated
            : Array.Exists(focus, name => IsOf(name, OfConditions) && !IsRead(name)) ? CancerOfResult.Unread
            : groups.Length == 0 || !IsNamed || Array.Exists(groups, group => TumourFacts.MayBe(group, tumour)) ? CancerOfResult.Unsaid
            : CancerOfResult.Another;
    }

    /// <summary>Whether a result names a cancer whose record was not read, so that it may be of another one.</summary>
    public bool IsOfUnreadCancer(ChartObservation observation) => Of(observation) == CancerOfResult.Unread;

    /// <summary>
    /// Whether results are, or may be, of cancers that cannot be one and the same: where it is open which cancer is treated, what names
    /// none may be of another than what names one.
    /// </summary>
    public bool AreOfSeveral(ChartObservation[] observations)
    {
        var all = OneOfEach(observations).Select(GroupsOf).ToArray();
        var named = Array.FindAll(all, groups => groups.Length > 0);
        return (named.Length > 0 && named.Length < all.Length && tumour == "ambiguous")
            || Array.Exists(named, groups => Array.Exists(named, others => !ReferenceEquals(groups, others) && !MayBeOne(groups, others)));
    }

    /// <summary>One of all the results that name the same cancers.</summary>
    public ChartObservation[] OneOfEach(IEnumerable<ChartObservation> observations) => [.. observations.DistinctBy(observation => Text(GroupsOf(observation)), StringComparer.Ordinal)];

    /// <summary>The cancer that results name, as a comparable text; where they name none, what the treatment is for.</summary>
    public string NameOf(ChartObservation[] observations) =>
        Text(observations.SelectMany(GroupsOf).Distinct(StringComparer.Ordinal)) is { Length: > 0 } named ? named : tumour;

    private static string Text(IEnumerable<string> groups) => string.Join(',', groups.Order(StringComparer.Ordinal));

    private static bool MayBeOne(string[] groups, string[] others) => Array.Exists(groups, group => Array.Exists(others, other => TumourFacts.MayBe(group, other)));

    /// <summary>The lesions that a result names by reference, the same from every server of the EHR. What lives inside one resource names nothing beyond it.</summary>
    public IEnumerable<string> LesionsOf(ChartObservation observation) => observation.Focus.Select(Plain)
        .Where(name => name.Length > 0 && name[0] != '#' && !ImagingReaders.IsOfNoLesion(name, type: null));

    private string[] NamesIn(ChartObservation observation) => [.. observation.Focus.Select(Plain).Where(name => name != "Patient/" + chart.PatientId)];

    private string[] GroupsOf(ChartObservation observation)
    {
        if (!_groups.TryGetValue(observation, out var groups))
            _groups[observation] = groups = GroupsFound(observation);
        return groups;
    }

    private string[] GroupsFound(ChartObservation observation) =>
    [
        .. NamesIn(observation).SelectMany(name => chart.Conditions.Where(condition => Plain(condition.Reference) == name))
            .SelectMany(condition => TumourFacts.GroupsOf(condition.Code, knowledge.Codes.Cancers)).Distinct(StringComparer.Ordinal),
    ];

    private bool IsRead(string name) => chart.Conditions.Any(condition => Plain(condition.Reference) == name);

    private bool IsNamed => tumour is not ("ambiguous" or "not-found" or "unspecified");

    private static bool IsOf(string name, string type) => name.StartsWith(type, StringComparison.Ordinal) || name.Contains("/" + type, StringComparison.Ordinal);

    private string Plain(string reference) => References.Relative(reference, bases);
}
