using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Everything that the chart and the orders say about one patient, in the words of oncology.</summary>
/// <param name="Factors">The facts that the models read.</param>
/// <param name="Exposure">Checkpoint inhibitors before now.</param>
/// <param name="Regimen">The kind of regimen that is being ordered.</param>
/// <param name="Tumour">What the order is for: a group, <c>unspecified</c>, <c>ambiguous</c> or <c>not-found</c>.</param>
/// <param name="TumourReason">Why there is no tumour to assess; null when there is one.</param>
/// <param name="IsChild">Surely under age.</param>
/// <param name="IsHaematological">The only cancer is one of blood or lymph.</param>
public sealed record PatientReading(
    PatientFacts Factors,
    Exposure Exposure,
    Regimen Regimen,
    string Tumour,
    UnknownReason? TumourReason,
    bool IsChild,
    bool IsHaematological) : PatientData;

/// <summary>FHIR words in, oncology words out: pure, so that a saved chart always gives the same facts.</summary>
public sealed class PatientFactsReader(KnowledgeBase knowledge)
{
    private readonly DrugRecognition _recognition = new(knowledge.Codes, knowledge.Drugs);

    public PatientReading Read(PatientChart chart, Recognition recognition, ImmutableArray<ChartOrder> drafts, EhrReading ehr, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        var person = new PersonFacts(chart, asOf, ehr.Zone);
        var results = new Results(chart, knowledge, asOf, trace);
        var conditions = new ConditionFacts(chart, results, knowledge, ehr.HasNoEncounterDiagnoses);
        var tumour = new TumourFacts(chart, conditions, knowledge).For(recognition.Orders);
        var active = chart.Medications.Where(medication => medication is { Kind: ChartMedicationKind.Request, Status: "active", DoNotPerform: false }).ToArray();
        var beside = drafts.Where(draft => !draft.DoNotPerform).Select(draft => draft.Concepts).Concat(active.Select(order => order.Concepts)).ToArray();
        var laboratory = new LaboratoryFacts(results, knowledge, person);
        var liver = new LiverFacts(chart, conditions, laboratory, results, knowledge);
        var factors = new Dictionary<string, Fact<Finding>>(StringComparer.Ordinal)
        {
            ["nlr"] = new DifferentialFacts(chart, results, knowledge.Rules).Ratio(asOf),
            ["ldh"] = laboratory.Ldh,
            ["pvtt"] = conditions.PortalVeinTumourThrombus(),
            ["spread"] = conditions.NodalOrLungSpread(),
            ["afp"] = laboratory.Afp,
            ["child-pugh"] = liver.ChildPugh(beside.Any(_recognition.IsAnticoagulant)),
            ["sex"] = person.Sex,
            ["age"] = person.AgeFact,
            ["crp"] = laboratory.Crp,
            ["albi"] = liver.Albi,
            ["ecog"] = PerformanceFacts.Ecog(results, knowledge),
            ["anaemia"] = laboratory.Haemoglobin,
            ["albumin"] = laboratory.Albumin.Map(Finding.Of),
            ["liver-metastasis"] = tumour.IsPrimaryOfTheLiver ? new Fact<Finding>.NotApplicable("primary-in-liver") : conditions.LiverMetastasis(),
            ["sites"] = conditions.MoreThanTwoOrgans(),
        };
        return new(
            new PatientFacts(asOf, factors.ToImmutableDictionary(StringComparer.Ordinal)),
            new ExposureFacts(chart, _recognition, knowledge.Rules, asOf, ehr.Zone).Before(drafts),
            _recognition.RegimenOf(recognition.Agents, beside),
            tumour.Group,
            tumour.Reason,
            person.Age?.IsChild == true,
            tumour.Group == Tumour.Haematological);
    }
}

/// <summary>What has to be known of an EHR to read its charts.</summary>
public sealed record EhrReading(TimeZoneInfo Zone, bool HasNoEncounterDiagnoses);

/// <summary>ECOG performance status in the ways in which it is recorded.</summary>
internal static class PerformanceFacts
{
    private const string GradePrefix = "ecog-";

    public static Fact<Finding> Ecog(Results results, KnowledgeBase knowledge) => results.Latest(new ResultQuestion<Measure<EcogGrade>>(
        "ecog",
        ["ecog"],
        knowledge.Rules.Window("ecog"),
        ChartKey.Performance,
        observation => Grade(results, knowledge.Codes.Answers, observation),
        (one, other) => one.Against(other))).Map(Finding.Of);

    private static Reading<Measure<EcogGrade>> Grade(Results results, CodeSet answers, ChartObservation observation)
    {
        var coded = (observation.Value is ChartValue.Concept concept ? [concept.Value] : observation.Interpretation)
            .Select(answer => answers.Find(answer)?.Group)
            .FirstOrDefault(group => group?.StartsWith(GradePrefix, StringComparison.Ordinal) == true);
        if (observation.Value is not ChartValue.Concept || coded is null)
            return results.Measured<EcogGrade>(observation, "score");
        var grade = Measure<EcogGrade>.From(int.Parse(coded[GradePrefix.Length..], CultureInfo.InvariantCulture), bound: null, factor: 1);
        return new(observation, grade, grade is null ? UnknownReason.Implausible : null);
    }
}
