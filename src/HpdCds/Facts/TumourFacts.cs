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

    /// <summary>The list holds several, and an order that is not at hand was for this one.</summary>
    public bool IsOfEarlierOrder { get; init; }

    private static readonly string[] BeganInTheLiver = ["hcc", "hcc-cholangio", "cholangiocarcinoma", "liver-primary", "liver-malignant"];

    /// <summary>Why a model other than one that names this tumour speaks for it.</summary>
    public string ReasonForGeneralModel => IsPrimaryOfTheLiver ? "liver-not-hcc" : Group == "unspecified" ? "unspecified-cancer" : "other-solid-tumour";

    public bool IsPrimaryOfTheLiver => BeganInTheLiver.Contains(Group, StringComparer.Ordinal);
}

/// <summary>
/// The order's own reason decides, where it names a cancer; else the only primary cancer of the lists. Resolved cancers count, those in remission
/// do not; a haematological one counts only when it is the only one (clinical model, sections 4, 8 and 9).
/// </summary>
internal sealed class TumourFacts(PatientChart chart, ConditionFacts conditions, KnowledgeBase knowledge, ImmutableArray<FhirBase> bases)
{
    private const string Hcc = "hcc";
    private const string Fact = "tumour";
    private const string Unspecified = "unspecified";
    private const string Ambiguous = "ambiguous";

    private static readonly string[] HccGroups = [Hcc, "hcc-fibrolamellar", "hcc-morphology", "hcc-metastatic"];
    // The less specific group, and those of which it may be another way to say the same.
    private static readonly (string Vague, string[] Specific)[] Yielding =
    [
        ("liver-primary", [Hcc]),
        ("liver-malignant", [Hcc, "liver-primary"]),
        ("nsclc-or-lung", ["nsclc", "sclc"]),
        ("head-neck", ["hnscc", "nasopharynx"]),
    ];

    private static readonly string[] Vague = ["any-malignancy", "msi-h"];

    private static readonly string[] SomewhereInTheLiver = ["liver-primary", "liver-malignant"];

    /// <param name="known">What an order that is not at hand was for: it decides between cancers of the list, and adds none.</param>
    public Tumour For(IEnumerable<ChartOrder> orders, string? known = null)
    {
        var listed = Array.FindAll(conditions.Stating(knowledge.Codes.Cancers), Counts);
        var certain = Array.FindAll(listed, item => item.Statement == Statement.Yes);
        var (reason, referenced) = ReasonOf([.. orders], certain);
        // A reason that names no cancer says only that there is one: which, the list tells.
        if (reason is { Group: not Unspecified })
        {
            Explain(listed.Select(item => item.Condition).Concat(referenced), referenced.Contains, "order-reason");
            return reason;
        }

        if (certain.Length > 0)
        {
            var groups = GroupsIn(certain);
            var tumour = Settle(groups);
            if (tumour.Group == Ambiguous && known is not null && groups.Contains(known, StringComparer.Ordinal))
                tumour = new(known) { IsOfEarlierOrder = true };
            var deciding = certain.Where(item => item.Entry.Group != Tumour.Haematological || tumour.Group == Tumour.Haematological).Select(item => item.Condition).ToArray();
            Explain(listed.Select(item => item.Condition), deciding.Contains, "outweighed");
            return tumour;
        }

        Explain(listed.Select(item => item.Condition), isUsed: _ => true, whyNot: "");
        return listed.Length > 0 ? new(Ambiguous, Clinical.UnknownReason.Ambiguous) : WithoutPrimary(isNamedByOrder: reason is not null);
    }

    private bool Counts((ChartCondition Condition, CodeEntry Entry, Statement Statement) item)
    {
        var why = item.Statement == Statement.No ? item.Condition.VerificationStatus : item.Condition.ClinicalStatus is "remission" and var over ? over : null;
        if (why is not null)
            conditions.Explain(item.Condition, Fate.Unusable, Fact, why);
        return why is null;
    }

    private void Explain(IEnumerable<ChartCondition> all, Func<ChartCondition, bool> isUsed, string whyNot)
    {
        foreach (var condition in conditions.AreExplained ? all : [])
            conditions.Explain(condition, isUsed(condition) ? Fate.Used : Fate.Superseded, Fact, isUsed(condition) ? null : whyNot);
    }

    /// <summary>A result of another person, or about another cancer than the one in question, is no evidence here.</summary>
    public bool IsAboutAnother(ChartObservation observation, Tumour tumour) => observation.Focus.Select(Plain).Any(focus =>
        focus != "Patient/" + chart.PatientId
        && !chart.Conditions.Any(condition => Plain(condition.Reference) == focus && GroupsOf(condition.Code).Contains(tumour.Group, StringComparer.Ordinal)));

    /// <summary>Whether a cancer of this code may be the one in question, under a name that says more or less.</summary>
    internal static bool MayBe(string group, string tumour) => group != Tumour.Haematological && Settle([group, tumour]).Group != Ambiguous;

    internal static IEnumerable<string> GroupsOf(ChartConcept concept, CodeSet cancers) => cancers.FindAll(concept).Select(entry => Merged(entry.Group));

    // A list that did not come, or not whole, may name the cancer: only complete ones show that a secondary is all there is.
    private Tumour WithoutPrimary(bool isNamedByOrder)
    {
        var whyNotFound = conditions.WhyNotFound();
        var secondary = conditions.Stating(knowledge.Codes.Metastases).Where(item => item.Statement == Statement.Yes).Select(item => item.Condition).ToArray();
        if ((secondary.Length == 0 && !isNamedByOrder) || whyNotFound != Clinical.UnknownReason.NotRecorded)
            return new("not-found", whyNotFound);
        Explain(secondary, isUsed: _ => true, whyNot: "");
        return new(Unspecified);
    }

    private static Tumour Settle(string[] groups)
    {
        var solid = groups.Where(group => group != Tumour.Haematological).ToArray();
        if (solid.Length == 0)
            return new(Tumour.Haematological);
        // One alone yields to none.
        if (solid is [var only])
            return new(Vague.Contains(only, StringComparer.Ordinal) ? Unspecified : only);
        var yielding = Yielding.Where(pair => pair.Specific.Intersect(solid, StringComparer.Ordinal).Any()).Select(pair => pair.Vague);
        var specific = solid.Except(yielding, StringComparer.Ordinal).Except(Vague, StringComparer.Ordinal).ToArray();
        return specific.Length switch
        {
            0 => new(Unspecified),
            1 => new(specific[0]),
            _ => new(Ambiguous, Clinical.UnknownReason.Ambiguous),
        };
    }

    /// <summary>What the orders say that they are for; null when they do not say. A suspicion is one here as in the list.</summary>
    private (Tumour? Tumour, ChartCondition[] Referenced) ReasonOf(ChartOrder[] orders, (ChartCondition Condition, CodeEntry Entry, Statement Statement)[] listed)
    {
        if (Array.TrueForAll(orders, order => order.ReasonReferences.IsEmpty && order.ReasonCodes.IsEmpty))
            return (null, []);
        var references = orders.SelectMany(order => order.ReasonReferences).Select(Plain).ToHashSet(StringComparer.Ordinal);
        var referenced = conditions.Stating(knowledge.Codes.Cancers)
            .Where(item => item.Statement != Statement.No && references.Contains(Plain(item.Condition.Reference)))
            .ToArray();
        var ofCodes = orders.SelectMany(order => order.ReasonCodes).SelectMany(GroupsOf);
        string[] certain = [.. ofCodes.Concat(GroupsIn(Array.FindAll(referenced, item => item.Statement == Statement.Yes))).Distinct(StringComparer.Ordinal)];
        var suspected = GroupsIn(Array.FindAll(referenced, item => item.Statement == Statement.Ambiguous));
        var ofList = GroupsIn(listed);
        if (certain.Intersect(SomewhereInTheLiver, StringComparer.Ordinal).Any() && ofList.Contains(Hcc, StringComparer.Ordinal))
            certain = [.. certain.Union([Hcc], StringComparer.Ordinal)];
        var tumour = certain.Length == 0 ? null : Settle(certain);
        if (tumour is null or { Group: Unspecified } && suspected.Length > 0)
            tumour = OfSuspected(Settle(suspected), ofList);
        return (tumour, [.. referenced.Select(item => item.Condition).Distinct()]);
    }

    // Suspected again is what the list holds for certain.
    private static Tumour OfSuspected(Tumour suspected, string[] ofList) =>
        suspected.Group == Unspecified || (ofList.Length > 0 && Settle(ofList).Group == suspected.Group)
            ? suspected
            : new(Ambiguous, Clinical.UnknownReason.Ambiguous);

    private static string[] GroupsIn(IEnumerable<(ChartCondition Condition, CodeEntry Entry, Statement Statement)> stated) =>
        [.. stated.Select(item => Merged(item.Entry.Group)).Distinct(StringComparer.Ordinal)];

    private string Plain(string reference) => References.Relative(reference, bases);

    // One cancer in several codes: the vague ones among them yield to the others when it is settled.
    private IEnumerable<string> GroupsOf(ChartConcept concept) => GroupsOf(concept, knowledge.Codes.Cancers);

    private static string Merged(string group) => HccGroups.Contains(group, StringComparer.Ordinal) ? Hcc : group;
}
