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

    /// <summary>Whether results name cancers that cannot be one and the same.</summary>
    public bool AreOfSeveral(ChartObservation[] observations)
    {
        var named = observations.Select(GroupsOf).Where(groups => groups.Length > 0).DistinctBy(groups => string.Join(',', groups), StringComparer.Ordinal).ToArray();
        return Array.Exists(named, groups => Array.Exists(named, others => !MayBeOne(groups, others)));
    }

    private static bool MayBeOne(string[] groups, string[] others) => Array.Exists(groups, group => Array.Exists(others, other => TumourFacts.MayBe(group, other)));

    /// <summary>The lesions that a result names by reference, the same from every server of the EHR. What lives inside one resource names nothing beyond it.</summary>
    public IEnumerable<string> LesionsOf(ChartObservation observation) => observation.Focus.Select(Plain)
        .Where(name => name.Length > 0 && name[0] != '#' && !ImagingReaders.IsOfNoLesion(name, type: null));

    private string[] NamesIn(ChartObservation observation) => [.. observation.Focus.Select(Plain).Where(name => name != "Patient/" + chart.PatientId)];

    private string[] GroupsOf(ChartObservation observation) =>
    [
        .. NamesIn(observation).SelectMany(name => chart.Conditions.Where(condition => Plain(condition.Reference) == name))
            .SelectMany(condition => TumourFacts.GroupsOf(condition.Code, knowledge.Codes.Cancers)).Distinct(StringComparer.Ordinal),
    ];

    private bool IsRead(string name) => chart.Conditions.Any(condition => Plain(condition.Reference) == name);

    private bool IsNamed => tumour is not ("ambiguous" or "not-found" or "unspecified");

    private static bool IsOf(string name, string type) => name.StartsWith(type, StringComparison.Ordinal) || name.Contains("/" + type, StringComparison.Ordinal);

    private string Plain(string reference) => References.Relative(reference, bases);
}
