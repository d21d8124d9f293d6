using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Facts;

/// <summary>Which cancer the order is for, or why that cannot be said.</summary>
/// <param name="Group">The terminology group (<c>hcc</c>, <c>nsclc</c>...), <c>unspecified</c>, <c>ambiguous</c> or <c>not-found</c>.</param>
/// <param name="Reason">Why there is no tumour to assess; null when there is one.</param>
internal sealed record Tumour(string Group, Clinical.UnknownReason? Reason = null) : PatientData
{
    public const string Haematological = "haematological";

    private static readonly string[] BeganInTheLiver = ["hcc", "hcc-cholangio", "cholangiocarcinoma", "liver-primary", "liver-malignant"];

    /// <summary>Why a model other than one that names this tumour speaks for it.</summary>
    public string ReasonForGeneralModel => IsPrimaryOfTheLiver ? "liver-not-hcc" : Group == "unspecified" ? "unspecified-cancer" : "other-solid-tumour";

    public bool IsPrimaryOfTheLiver => BeganInTheLiver.Contains(Group, StringComparer.Ordinal);
}

/// <summary>
/// The order's own reason decides; else the only primary cancer of the lists. Resolved cancers count, those in remission
/// do not; a haematological one counts only when it is the only one (clinical model, sections 4, 8 and 9).
/// </summary>
internal sealed class TumourFacts(PatientChart chart, ConditionFacts conditions, KnowledgeBase knowledge, ImmutableArray<FhirBase> bases)
{
    private const string Hcc = "hcc";

    private static readonly string[] HccGroups = [Hcc, "hcc-fibrolamellar", "hcc-morphology", "hcc-metastatic"];
    // The less specific group, and those of which it may be another way to say the same.
    private static readonly (string Vague, string[] Specific)[] Yielding =
    [
        ("liver-primary", [Hcc]),
        ("liver-malignant", [Hcc, "liver-primary"]),
        ("nsclc-or-lung", ["nsclc", "sclc"]),
        ("head-neck", ["hnscc", "nasopharynx"]),
    ];

    private static readonly string[] Unspecified = ["any-malignancy", "msi-h"];

    public Tumour For(IEnumerable<ChartOrder> orders)
    {
        var fromOrder = orders.SelectMany(ReasonsOf).Distinct(StringComparer.Ordinal).ToArray();
        if (fromOrder.Length > 0 && Settle(fromOrder) is { Group: not "ambiguous" } stated)
            return stated;
        var listed = conditions.Stating(knowledge.Codes.Cancers)
            .Where(item => item.Statement != Statement.No && item.Condition.ClinicalStatus != "remission")
            .ToArray();
        var certain = listed.Where(item => item.Statement == Statement.Yes).SelectMany(item => GroupsOf(item.Condition.Code)).Distinct(StringComparer.Ordinal).ToArray();
        if (certain.Length > 0)
            return Settle(certain);
        return listed.Length > 0 ? new("ambiguous", Clinical.UnknownReason.Ambiguous) : WithoutPrimary();
    }

    /// <summary>A result of another person, or about another cancer than the one in question, is no evidence here.</summary>
    public bool IsAboutAnother(ChartObservation observation, Tumour tumour) => observation.Focus.Select(Plain).Any(focus =>
        focus != "Patient/" + chart.PatientId
        && !chart.Conditions.Any(condition => Plain(condition.Reference) == focus && GroupsOf(condition.Code).Contains(tumour.Group, StringComparer.Ordinal)));

    // A list that did not come, or not whole, may name the cancer: only complete ones show that a secondary is all there is.
    private Tumour WithoutPrimary()
    {
        var whyNotFound = conditions.WhyNotFound();
        var hasSecondary = conditions.Stating(knowledge.Codes.Metastases).Any(item => item.Statement == Statement.Yes);
        return hasSecondary && whyNotFound == Clinical.UnknownReason.NotRecorded ? new("unspecified") : new("not-found", whyNotFound);
    }

    private static Tumour Settle(string[] groups)
    {
        var solid = groups.Where(group => group != Tumour.Haematological).ToArray();
        if (solid.Length == 0)
            return new(Tumour.Haematological);
        var yielding = Yielding.Where(pair => pair.Specific.Intersect(solid, StringComparer.Ordinal).Any()).Select(pair => pair.Vague);
        var specific = solid.Except(yielding, StringComparer.Ordinal).Except(Unspecified, StringComparer.Ordinal).ToArray();
        return specific.Length switch
        {
            0 => new("unspecified"),
            1 => new(specific[0]),
            _ => new("ambiguous", Clinical.UnknownReason.Ambiguous),
        };
    }

    private IEnumerable<string> ReasonsOf(ChartOrder order)
    {
        var references = order.ReasonReferences.Select(Plain).ToHashSet(StringComparer.Ordinal);
        var referenced = chart.Conditions
            .Where(condition => condition.VerificationStatus is not ("refuted" or "entered-in-error") && references.Contains(Plain(condition.Reference)))
            .Select(condition => condition.Code);
        return order.ReasonCodes.Concat(referenced).SelectMany(GroupsOf);
    }

    private string Plain(string reference) => References.Relative(reference, bases);

    // One cancer in several codes: the vague ones among them yield to the others when it is settled.
    private IEnumerable<string> GroupsOf(ChartConcept concept) => knowledge.Codes.Cancers.FindAll(concept).Select(entry => Merged(entry.Group));

    private static string Merged(string group) => HccGroups.Contains(group, StringComparer.Ordinal) ? Hcc : group;
}
