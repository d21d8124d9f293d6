using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// What explains an inflammation marker apart from the tumour: the marker keeps its value and is marked, and its points
/// become a range from 0 (clinical model, section 1, "Confounders").
/// </summary>
internal sealed class ConfounderFacts
{
    private static readonly string[] NotDone = ["not-done", "entered-in-error", "preparation"];

    private readonly PatientChart _chart;
    private readonly TreatmentHistory _history;
    private readonly ConditionFacts _conditions;
    private readonly KnowledgeBase _knowledge;
    private readonly DateTimeOffset _asOf;
    private readonly ReadingTrace? _trace;
    private readonly ImmutableArray<Candidate> _candidates;

    public ConfounderFacts(PatientChart chart, TreatmentHistory history, ConditionFacts conditions, KnowledgeBase knowledge, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        (_chart, _history, _conditions, _knowledge, _asOf, _trace) = (chart, history, conditions, knowledge, asOf, trace);
        _candidates = [.. Drugs(Confounder.Corticosteroid, "corticosteroid"), .. Drugs(Confounder.GCsf, "g-csf"), .. Infections(), .. Embolisations()];
        // Where no marker has a value nobody asks of these again.
        foreach (var candidate in _candidates)
            candidate.Explain(trace, "explains-nothing");
    }

    private bool WereRead => _history is { WasRead: true, HoldsUnknownDrug: false } && _chart.WereRead(ChartKey.Procedures) && _conditions.WhyNotFound() == UnknownReason.NotRecorded;

    /// <summary>The finding with what explains it; other states have no value that could be explained.</summary>
    public Fact<Finding> Marked(Fact<Finding> fact)
    {
        if (fact is not Fact<Finding>.Known known)
            return fact;
        var found = Before(known.Provenance.When ?? ClinicalTime.At(_asOf));
        if (found.Length > 0)
            return known with { Value = known.Value with { Confounders = [.. found.Union(known.Value.Confounders).Order()], IsConfounded = true } };
        return WereRead || known.Value.IsConfounded ? known : known with { Provenance = known.Provenance.With(Mark.ConfoundersUnread) };
    }

    /// <summary>The laboratory said that the specimen was haemolysed, which raises LDH.</summary>
    public static bool IsHaemolysed(ChartObservation observation, KnowledgeBase knowledge) => observation.Interpretation.Any(said =>
        Array.Exists(knowledge.Codes.Confounders.FindAll(said), entry => entry.Group == "haemolysis")
        || knowledge.Terms.MentionOf("haemolysis", said.Texts) == TextMention.Affirmed)
        || (!observation.Notes.IsEmpty && knowledge.Terms.MentionOf("haemolysis", observation.Notes) == TextMention.Affirmed);

    // What came after the sample was taken cannot explain it.
    private Confounder[] Before(ClinicalTime sample)
    {
        if (_candidates.IsEmpty)
            return [];
        var found = new List<Confounder>();
        foreach (var candidate in _candidates)
        {
            var why = candidate.WhyNot(sample);
            candidate.Explain(_trace, why);
            if (why is null)
                found.Add(candidate.Kind);
        }

        return [.. found.Distinct()];
    }

    private IEnumerable<Candidate> Drugs(Confounder kind, string group) => _history.Taken
        .Where(medication => IsDrug(medication, group, _knowledge))
        .Select(medication => new Candidate(kind, group, medication.Reference, medication.Source, sample => TreatmentHistory.WhyNotAt(medication, sample, _knowledge.Rules.Window(group))));

    private IEnumerable<Candidate> Infections() => _conditions.Stating(_knowledge.Codes.Confounders).Length == 0 ? [] : _conditions.Stating(_knowledge.Codes.Confounders, "infection")
        .Select(item => new Candidate(Confounder.Infection, "infection", item.Condition.Reference, item.Condition.Source, _ =>
            item.Statement != Statement.Yes ? item.Condition.VerificationStatus
            : ConditionFacts.IsActive(item.Condition) ? null
            : item.Condition.ClinicalStatus));

    private IEnumerable<Candidate> Embolisations() => _chart.Procedures
        .Where(procedure => IsEmbolisation(procedure, _knowledge))
        .Select(procedure => new Candidate(Confounder.Tace, "tace", procedure.Reference, procedure.Source, sample =>
            NotDone.Contains(procedure.Status, StringComparer.Ordinal) ? procedure.Status
            : procedure.Time is not { When: var when } ? null
            : when.Earliest > sample.Latest ? "after-the-sample"
            : when.Latest < sample.Earliest.AddDays(-_knowledge.Rules.Window("tace")) ? UnknownReason.TooOld.Code()
            : null));

    /// <param name="kind"><c>corticosteroid</c> or <c>g-csf</c>.</param>
    public static bool IsDrug(ChartMedication medication, string kind, KnowledgeBase knowledge) =>
        medication.Concepts.Any(concept => Array.Exists(knowledge.Codes.Confounders.FindAll(concept), entry => entry.Group == kind))
        || knowledge.Terms.NamesSystemicDrug(kind, medication.Concepts.SelectMany(concept => concept.Texts));

    public static bool IsDoneEmbolisation(ChartProcedure procedure, KnowledgeBase knowledge) =>
        !NotDone.Contains(procedure.Status, StringComparer.Ordinal) && IsEmbolisation(procedure, knowledge);

    private static bool IsEmbolisation(ChartProcedure procedure, KnowledgeBase knowledge) =>
        Array.Exists(knowledge.Codes.Confounders.FindAll(procedure.Code), entry => entry.Group == "tace")
        || knowledge.Terms.MentionOf("tace", procedure.Code.Texts) == TextMention.Affirmed;

    /// <param name="WhyNot">Why it does not explain a sample of this time; null when it does.</param>
    private sealed record Candidate(Confounder Kind, string Fact, string Reference, ChartKey Source, Func<ClinicalTime, string?> WhyNot) : PatientData
    {
        public void Explain(ReadingTrace? trace, string? why) => trace?.Note(Reference, why is null ? Fate.Used : Fate.Unusable, Source, Fact, why);
    }
}
