using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>What the orders are, as far as this service is concerned.</summary>
public enum RecognitionOutcome
{
    /// <summary>No checkpoint inhibitor.</summary>
    None,

    /// <summary>A checkpoint inhibitor.</summary>
    Inhibitor,

    /// <summary>An order that carries neither a code nor a name by which it could be known.</summary>
    Unresolved,
}

/// <param name="Outcome">Whether there is anything to assess.</param>
/// <param name="Agents">The inhibitors by INN, in the order of the drafts.</param>
/// <param name="Orders">The orders that were looked at.</param>
/// <param name="FromNameOnly">Recognised in text and not by a code.</param>
/// <param name="UnknownInhibitorNames">How many drug names end like a checkpoint inhibitor's and are in no set.</param>
public sealed record Recognition(
    RecognitionOutcome Outcome,
    ImmutableArray<string> Agents,
    ImmutableArray<ChartOrder> Orders,
    bool FromNameOnly,
    int UnknownInhibitorNames) : PatientData;

/// <summary>
/// Recognises drugs: by the codes of RxNorm, ATC, SNOMED CT and NDC, by HCPCS only when something else agrees, and last by
/// the names in text (clinical model, section 4).
/// </summary>
public sealed class DrugRecognition(CodeSets codes, DrugTable drugs, TextTerms terms)
{
    // Every name is looked for in every text: what is longer is no name of a drug.
    private const int LongestText = 2_000;
    private const int MostTexts = 100;

    private static readonly string[] KindsByName = ["corticosteroid", "g-csf", "anticoagulant"];

    private static readonly string[] NotToBeGiven = ["stopped", "cancelled", "entered-in-error", "revoked"];

    /// <summary>Whether a draft is an order to give something: not one not to, and not one that was withdrawn.</summary>
    public static bool IsToBeGiven(ChartOrder order) =>
        !order.DoNotPerform && !NotToBeGiven.Contains(order.Status, StringComparer.Ordinal);

    /// <summary>
    /// On order-select the selected drafts decide. When no selection can be found among the drafts, all of them do: it may
    /// name any of them in a way that is not known here, and an inhibitor must not be passed over.
    /// </summary>
    /// <param name="others">The drafts that order no drug, by name: who selected only these ordered none.</param>
    public Recognition Of(ImmutableArray<ChartOrder> drafts, ImmutableArray<string> selections, ImmutableArray<string> others)
    {
        var orders = (selections.IsEmpty ? drafts : Selected(drafts, selections, others)).Where(IsToBeGiven).ToImmutableArray();
        var named = orders.Select(order => (Order: order, Drugs: InhibitorsOf(order))).ToArray();
        var agents = named.SelectMany(item => item.Drugs.Names).Distinct(StringComparer.Ordinal).ToImmutableArray();
        var unknownNames = orders.Sum(order => Texts(order.Concepts).Count(drugs.LooksLikeUnknownInhibitor));
        var outcome = !agents.IsEmpty ? RecognitionOutcome.Inhibitor
            : orders.Any(IsUnresolved) ? RecognitionOutcome.Unresolved
            : RecognitionOutcome.None;
        return new(outcome, agents, orders, !agents.IsEmpty && named.All(item => item.Drugs.Names.IsEmpty || item.Drugs.ByName), unknownNames);
    }

    private static ImmutableArray<ChartOrder> Selected(ImmutableArray<ChartOrder> drafts, ImmutableArray<string> selections, ImmutableArray<string> others)
    {
        var wanted = selections.Select(PlainNameOf).ToHashSet(StringComparer.Ordinal);
        var selected = drafts.Where(order => NamesOf(order).Any(wanted.Contains)).ToImmutableArray();
        return !selected.IsEmpty || others.SelectMany(WithBareId).Any(wanted.Contains) ? selected : drafts;
    }

    /// <summary>The inhibitors that an order asks for. A test may bear the name of the drug that it is made for; only a code makes it an order of it.</summary>
    public (ImmutableArray<string> Names, bool ByName) InhibitorsOf(ChartOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var found = InhibitorsIn(order.Concepts);
        return found.ByName && (IsTest(order) || MayBeATest(order)) ? ([], true) : found;
    }

    /// <summary>The inhibitors that a drug, as coded and named, contains.</summary>
    public (ImmutableArray<string> Names, bool ByName) InhibitorsIn(ImmutableArray<ChartConcept> concepts)
    {
        var coded = Coded(codes.Inhibitors, concepts);
        if (!coded.IsEmpty)
            return (coded, false);
        return (Named(concepts, DrugRole.Inhibitor), true);
    }

    /// <summary>The kind of regimen; null where it looks like one class alone and what may be given beside it is not all known.</summary>
    /// <param name="isAllKnown">Whether the active orders were read to their end, and none of them and of the drafts may be any drug.</param>
    public Regimen? RegimenOf(ImmutableArray<string> agents, IReadOnlyCollection<ImmutableArray<ChartConcept>> beside, bool isAllKnown)
    {
        var others = beside.SelectMany(AgentsIn);
        var regimen = Regimens.Of(agents.Concat(others).Distinct(StringComparer.Ordinal).SelectMany(drugs.OfGroup).SelectMany(drug => drug.Targets));
        return regimen == Regimen.Pd1 && !isAllKnown ? null : regimen;
    }

    /// <summary>The drugs by which a regimen is told from another.</summary>
    public IEnumerable<string> AgentsIn(ImmutableArray<ChartConcept> concepts) => InhibitorsIn(concepts).Names.Concat(PartnersIn(concepts));

    public bool IsAnticoagulant(ImmutableArray<ChartConcept> concepts) =>
        concepts.Any(concept => codes.Anticoagulants.Find(concept) is not null)
        || terms.NamesSystemicDrug("anticoagulant", concepts.SelectMany(concept => concept.Texts));

    /// <summary>A systemic cancer drug of any kind.</summary>
    public bool IsAntineoplastic(ImmutableArray<ChartConcept> concepts) =>
        concepts.Any(concept => codes.Antineoplastics.Find(concept) is not null)
        || !InhibitorsIn(concepts).Names.IsEmpty
        || !PartnersIn(concepts).IsEmpty;

    /// <summary>Meant to be given before or after a resection: stated as the order's reason or as its intent.</summary>
    public bool IsPerioperative(ChartOrder order) => order.ReasonCodes.Concat(order.Intents)
        .Any(concept => codes.Intents.Find(concept) is not null || concept.Texts.Any(terms.StatesPerioperativeIntent));

    private ImmutableArray<string> PartnersIn(ImmutableArray<ChartConcept> concepts)
    {
        var coded = Coded(codes.Partners, concepts);
        return coded.IsEmpty ? Named(concepts, DrugRole.Partner) : coded;
    }

    private ImmutableArray<string> Named(ImmutableArray<ChartConcept> concepts, DrugRole role) =>
        [.. Texts(concepts).SelectMany(drugs.MatchText).Where(drug => drug.Role == role).Select(drug => drug.Inn).Distinct(StringComparer.Ordinal)];

    // A class code (L01FF) says that there is one, not which: the name beside it does, else the class stands.
    private ImmutableArray<string> Coded(CodeSet set, ImmutableArray<ChartConcept> concepts)
    {
        List<Drug>? found = null;
        foreach (var concept in concepts)
        {
            foreach (var entry in set.FindAll(concept))
            {
                if (CodeSystems.Canonical(entry.System) != CodeSystems.Hcpcs)
                    (found ??= []).AddRange(drugs.OfGroup(entry.Group));
            }
        }

        if (found is null)
            return [];
        if (found.Count == 0 || found.Exists(drug => !drug.IsClass))
            return [.. found.Where(drug => !drug.IsClass).Select(drug => drug.Inn).Distinct(StringComparer.Ordinal)];
        var named = Named(concepts, found[0].Role);
        return named.IsEmpty ? [found[0].Inn] : named;
    }

    /// <summary>Neither a code nor a word says what it is, or there are more words than are read: it may be anything.</summary>
    public static bool MayBeAnything(ImmutableArray<ChartConcept> concepts)
    {
        var texts = concepts.SelectMany(concept => concept.Texts).Take(MostTexts + 1).ToArray();
        return texts.Length > MostTexts
            || Array.Exists(texts, text => text.Length > LongestText)
            || (texts.Length == 0 && concepts.All(concept => concept.Codings.IsEmpty));
    }

    /// <summary>
    /// The same of a drug in the chart: a code of a system that is not known here says no more than none, and the words beside
    /// a reference that led nowhere ("infusion, day 1") say something only where they name a drug that is known here.
    /// </summary>
    public bool MayBeUnknownDrug(ImmutableArray<ChartConcept> concepts, string? elsewhere) =>
        MayBeAnything(concepts)
        || (elsewhere is not null && !NamesKnownDrug(concepts))
        || (!concepts.SelectMany(concept => concept.Texts).Any()
            && concepts.SelectMany(concept => concept.Codings).All(coding => coding.System is null || !codes.Systems.Contains(CodeSystems.Canonical(coding.System), StringComparer.Ordinal)));

    private bool NamesKnownDrug(ImmutableArray<ChartConcept> concepts) =>
        Texts(concepts).Any(text => drugs.MatchText(text).Count > 0 || Array.Exists(KindsByName, kind => terms.NamesSystemicDrug(kind, [text])));

    private static IEnumerable<string> Texts(ImmutableArray<ChartConcept> concepts) =>
        concepts.SelectMany(concept => concept.Texts).Take(MostTexts).Select(text => text[..Math.Min(text.Length, LongestText)]);

    private bool IsTest(ChartOrder order) =>
        order.ResourceType == "ServiceRequest"
        && (order.Categories.SelectMany(category => category.Codings).Any(coding => drugs.IsTestCategory(coding.System, coding.Code))
            || order.Concepts.SelectMany(concept => concept.Codings).Any(coding => coding.System is { } system && CodeSystems.Canonical(system) == CodeSystems.Loinc));

    private bool MayBeATest(ChartOrder order) => order.ResourceType == "ServiceRequest" && Texts(order.Concepts).Any(drugs.SpeaksOfATest);

    // A billing code of an inhibitor with nothing beside it, or its name in what may be a test, is too weak to act on and too
    // telling to pass over.
    private bool IsUnresolved(ChartOrder order) =>
        MayBeAnything(order.Concepts)
        || order.Concepts.Any(concept => codes.Inhibitors.Find(concept) is not null)
        || (!IsTest(order) && !InhibitorsIn(order.Concepts).Names.IsEmpty);

    // Type/id, the id alone, and the group whose part it is (RequestGroup/g#1) or in whose actions it stands all name a draft.
    private static IEnumerable<string> NamesOf(ChartOrder order)
    {
        var wholes = order.Groups.Prepend(order.Reference.Split('#')[0]);
        return wholes.SelectMany(WithBareId).Prepend(order.Reference);
    }

    private static IEnumerable<string> WithBareId(string reference) => [reference, reference[(reference.LastIndexOf('/') + 1)..]];

    // An absolute reference, or one to a version, names the same draft as the plain one.
    private static string PlainNameOf(string selection)
    {
        var parts = selection.Split("/_history/", 2)[0].Split('/');
        return parts.Length > 2 ? string.Join('/', parts[^2..]) : string.Join('/', parts);
    }
}
