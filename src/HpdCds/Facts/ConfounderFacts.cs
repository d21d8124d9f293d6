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

    private bool WereRead => history is { WasRead: true, HoldsUnknownDrug: false } && chart.WereRead(ChartKey.Procedures) && conditions.WhyNotFound() == UnknownReason.NotRecorded;

    /// <summary>The finding with what explains it; other states have no value that could be explained.</summary>
    public Fact<Finding> Marked(Fact<Finding> fact)
    {
        if (fact is not Fact<Finding>.Known known)
            return fact;
        var found = Before(known.Provenance.When ?? ClinicalTime.At(asOf)).ToArray();
        if (found.Length > 0)
            return known with { Value = known.Value with { Confounders = [.. found.Union(known.Value.Confounders).Order()], IsConfounded = true } };
        return WereRead || known.Value.IsConfounded ? known : known with { Provenance = known.Provenance.With(Mark.ConfoundersUnread) };
    }

    /// <summary>The laboratory said that the specimen was haemolysed, which raises LDH.</summary>
    public static bool IsHaemolysed(ChartObservation observation, KnowledgeBase knowledge) => observation.Interpretation.Any(said =>
        knowledge.Codes.Confounders.FindAll(said).Any(entry => entry.Group == "haemolysis")
        || knowledge.Terms.MentionOf("haemolysis", said.Texts) == TextMention.Affirmed)
        || knowledge.Terms.MentionOf("haemolysis", observation.Notes) == TextMention.Affirmed;

    // What came after the sample was taken cannot explain it.
    private IEnumerable<Confounder> Before(ClinicalTime sample)
    {
        if (WasTaken("corticosteroid", sample))
            yield return Confounder.Corticosteroid;
        if (WasTaken("g-csf", sample))
            yield return Confounder.GCsf;
        if (conditions.Stating(knowledge.Codes.Confounders, "infection").Any(item => item.Statement == Statement.Yes && ConditionFacts.IsActive(item.Condition)))
            yield return Confounder.Infection;
        if (chart.Procedures.Any(procedure => IsEmbolisation(procedure, knowledge) && WasDone(procedure) && IsRecent(procedure, sample)))
            yield return Confounder.Tace;
    }

    private bool WasTaken(string kind, ClinicalTime sample) =>
        history.Before(sample, knowledge.Rules.Window(kind)).Any(medication => IsDrug(medication, kind, knowledge));

    public static bool IsDrug(ChartMedication medication, string kind, KnowledgeBase knowledge) =>
        medication.Concepts.Any(concept => knowledge.Codes.Confounders.FindAll(concept).Any(entry => entry.Group == kind))
        || knowledge.Terms.NamesSystemicDrug(kind, medication.Concepts.SelectMany(concept => concept.Texts));

    public static bool IsEmbolisation(ChartProcedure procedure, KnowledgeBase knowledge) =>
        knowledge.Codes.Confounders.FindAll(procedure.Code).Any(entry => entry.Group == "tace")
        || knowledge.Terms.MentionOf("tace", procedure.Code.Texts) == TextMention.Affirmed;

    public static bool WasDone(ChartProcedure procedure) => !NotDone.Contains(procedure.Status, StringComparer.Ordinal);

    private bool IsRecent(ChartProcedure procedure, ClinicalTime sample) =>
        procedure.Time is not { When: var when }
        || (when.Earliest <= sample.Latest && when.Latest >= sample.Earliest.AddDays(-knowledge.Rules.Window("tace")));
}
