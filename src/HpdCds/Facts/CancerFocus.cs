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
}

/// <summary>What results of growth are about: a lesion, or one of several cancers.</summary>
/// <param name="tumour">What the treatment is for, as on the wire.</param>
internal sealed class CancerFocus(PatientChart chart, KnowledgeBase knowledge, ImmutableArray<FhirBase> bases, string tumour)
{
    private const string OfConditions = "Condition/";

    public CancerOfResult Of(ChartObservation observation)
    {
        var focus = observation.Focus.Select(Plain).Where(name => name != "Patient/" + chart.PatientId).ToArray();
        if (focus.Length == 0)
            return CancerOfResult.Treated;
        var groups = focus.SelectMany(name => chart.Conditions.Where(condition => Plain(condition.Reference) == name))
            .SelectMany(condition => TumourFacts.GroupsOf(condition.Code, knowledge.Codes.Cancers)).Distinct(StringComparer.Ordinal).ToArray();
        return groups.Contains(tumour, StringComparer.Ordinal) ? CancerOfResult.Treated
            : groups.Length == 0 || !IsNamed || Array.Exists(groups, group => TumourFacts.MayBe(group, tumour)) ? CancerOfResult.Unsaid
            : CancerOfResult.Another;
    }

    /// <summary>The lesions that a result names by reference, the same from every server of the EHR. What lives inside one resource names nothing beyond it.</summary>
    public IEnumerable<string> LesionsOf(ChartObservation observation) => observation.Focus.Select(Plain)
        .Where(name => name.Length > 0 && name[0] != '#' && !IsOf(name, OfConditions) && !IsOf(name, "Patient/"));

    private bool IsNamed => tumour is not ("ambiguous" or "not-found" or "unspecified");

    private static bool IsOf(string name, string type) => name.StartsWith(type, StringComparison.Ordinal) || name.Contains("/" + type, StringComparison.Ordinal);

    private string Plain(string reference) => References.Relative(reference, bases);
}
