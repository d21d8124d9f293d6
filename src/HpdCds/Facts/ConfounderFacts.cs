using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// What explains an inflammation marker apart from the tumour: the marker keeps its value and is marked, and its points
/// become a range from 0 (clinical model, section 1, "Confounders").
/// </summary>
internal sealed class ConfounderFacts(PatientChart chart, TreatmentHistory history, ConditionFacts conditions, KnowledgeBase knowledge, DateTimeOffset asOf)
{
    private static readonly string[] NotDone = ["not-done", "entered-in-error", "preparation"];

    /// <summary>What was true of the patient in the days before now.</summary>
    public ImmutableArray<Confounder> OfPatient { get; } = Found(chart, history, conditions, knowledge, asOf);

    /// <summary>The finding with what explains it; other states have no value that could be explained.</summary>
    public Fact<Finding> Marked(Fact<Finding> fact) => OfPatient.IsEmpty || fact is not Fact<Finding>.Known known
        ? fact
        : new Fact<Finding>.Known(
            known.Value with { Confounders = [.. OfPatient.Union(known.Value.Confounders).Order()], IsConfounded = true },
            known.Provenance);

    /// <summary>The laboratory said that the specimen was haemolysed, which raises LDH.</summary>
    public static bool IsHaemolysed(ChartObservation observation, KnowledgeBase knowledge) => observation.Interpretation.Any(said =>
        knowledge.Codes.Confounders.FindAll(said).Any(entry => entry.Group == "haemolysis")
        || knowledge.Terms.MentionOf("haemolysis", said.Texts) == TextMention.Affirmed);

    private static ImmutableArray<Confounder> Found(
        PatientChart chart, TreatmentHistory history, ConditionFacts conditions, KnowledgeBase knowledge, DateTimeOffset asOf)
    {
        var found = ImmutableArray.CreateBuilder<Confounder>();
        if (history.Within(knowledge.Rules.Window("corticosteroid")).Any(medication => IsDrug(medication, "corticosteroid", knowledge)))
            found.Add(Confounder.Corticosteroid);
        if (history.Within(knowledge.Rules.Window("g-csf")).Any(medication => IsDrug(medication, "g-csf", knowledge)))
            found.Add(Confounder.GCsf);
        if (conditions.Stating(knowledge.Codes.Confounders, "infection").Any(item => item.Statement == Statement.Yes && ConditionFacts.IsActive(item.Condition)))
            found.Add(Confounder.Infection);
        if (chart.Procedures.Any(procedure => IsEmbolisation(procedure, knowledge) && WasDone(procedure) && IsRecent(procedure, knowledge.Rules.Window("tace"), asOf)))
            found.Add(Confounder.Tace);
        return found.ToImmutable();
    }

    public static bool IsDrug(ChartMedication medication, string kind, KnowledgeBase knowledge) =>
        medication.Concepts.Any(concept => knowledge.Codes.Confounders.FindAll(concept).Any(entry => entry.Group == kind))
        || knowledge.Terms.NamesSystemicDrug(kind, medication.Concepts.SelectMany(concept => concept.Texts));

    public static bool IsEmbolisation(ChartProcedure procedure, KnowledgeBase knowledge) =>
        knowledge.Codes.Confounders.FindAll(procedure.Code).Any(entry => entry.Group == "tace")
        || knowledge.Terms.MentionOf("tace", procedure.Code.Texts) == TextMention.Affirmed;

    public static bool WasDone(ChartProcedure procedure) => !NotDone.Contains(procedure.Status, StringComparer.Ordinal);

    private static bool IsRecent(ChartProcedure procedure, int days, DateTimeOffset asOf) =>
        procedure.Time is not { When: var when } || when.IsWithin(days, asOf);
}
