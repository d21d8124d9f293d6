using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Facts;

/// <summary>Everything that the chart and the orders say about one patient, in the words of oncology.</summary>
/// <param name="Factors">The facts that the models read.</param>
/// <param name="Exposure">Checkpoint inhibitors before now.</param>
/// <param name="Regimen">The kind of regimen that is being ordered; null where a partner may stand in what was not read.</param>
/// <param name="Tumour">What the order is for: a group, <c>unspecified</c>, <c>ambiguous</c> or <c>not-found</c>.</param>
/// <param name="TumourReason">Why there is no tumour to assess; null when there is one.</param>
/// <param name="IsChild">Surely under age.</param>
/// <param name="IsHaematological">The only cancer is one of blood or lymph.</param>
public sealed record PatientReading(
    PatientFacts Factors,
    Exposure Exposure,
    Regimen? Regimen,
    string Tumour,
    UnknownReason? TumourReason,
    bool IsChild,
    bool IsHaematological) : PatientData
{
    /// <summary>By factor, the values that it was made of, where there are several.</summary>
    /// <remarks>Made only where somebody looks: a card tells nothing of them.</remarks>
    public Lazy<ImmutableDictionary<string, ImmutableArray<FactPart>>> Parts { get; init; } = new(ImmutableDictionary<string, ImmutableArray<FactPart>>.Empty);

    /// <summary>The order says that it is meant to be given before or after a resection.</summary>
    public bool IsPerioperative { get; init; }

    /// <summary>The chart holds several cancers; which of them is in question is known from the card.</summary>
    public bool IsTumourOfCard { get; init; }

    /// <summary>Why the general model speaks where no other names this tumour.</summary>
    public required string ReasonForGeneralModel { get; init; }
}

/// <summary>One of the values that a fact was made of.</summary>
public sealed record FactPart(string Name, Fact<Finding> Fact) : PatientData;

/// <summary>FHIR words in, oncology words out: pure, so that a saved chart always gives the same facts.</summary>
public sealed class PatientFactsReader(KnowledgeBase knowledge, DrugRecognition drugs)
{
    private const int MostFacts = 40;

    /// <summary>The genes that a model shows as reported, whatever the alteration.</summary>
    private static readonly string[] Genes = ["egfr", "dnmt3a", "stk11", "keap1", "ctnnb1", "tp53", "tert", "kras", "alk"];

    /// <param name="knownTumour">What the order was for, where it is no longer at hand.</param>
    public PatientReading Read(
        PatientChart chart, Recognition recognition, ImmutableArray<ChartOrder> drafts, EhrReading ehr, DateTimeOffset asOf, ReadingTrace? trace = null, string? knownTumour = null)
    {
        var person = new PersonFacts(chart, asOf, ehr.Zone);
        person.Explain(trace);
        var conditions = new ConditionFacts(chart, knowledge, ehr.HasNoEncounterDiagnoses, trace);
        var tumours = new TumourFacts(chart, conditions, knowledge, ehr.Bases);
        // A drug beside the inhibitor may be for something else: only the inhibitor's own order says what it is for.
        var ofInhibitors = recognition.Orders.Where(order => !drugs.InhibitorsOf(order).Names.IsEmpty).ToArray();
        var tumour = tumours.For(ofInhibitors, knownTumour);
        var history = new TreatmentHistory(chart, drugs, knowledge.Rules, asOf, ehr.Zone, drafts, trace);
        var exposure = new ExposureFacts(history, drugs, knowledge.Rules);
        var active = chart.Medications.Where(medication => medication is { Kind: ChartMedicationKind.Request, Status: "active", DoNotPerform: false }).ToArray();
        if (trace is not null)
            ExplainOrders(chart.Medications, active, trace);
        var beside = drafts.Where(DrugRecognition.IsToBeGiven).Select(draft => draft.Concepts).Concat(active.Select(order => order.Concepts)).ToArray();
        var unknown = drafts.Where(draft => DrugRecognition.IsToBeGiven(draft) && drugs.MayBeUnknownDrug(draft.Concepts, draft.Elsewhere)).ToArray();
        var mayTakeAnyDrug = active.Any(history.MayBeAny) || Array.Exists(unknown, draft => draft.ResourceType == "MedicationRequest");
        var others = chart.Observations.Where(observation => !observation.Focus.IsEmpty && tumours.IsAboutAnother(observation, tumour)).ToArray();
        foreach (var other in others)
            trace?.Note(other.Reference, Fate.NotEvidence, other.Source, fact: null, "focus");
        if (others.Length > 0)
            chart = chart with { Observations = chart.Observations.RemoveRange(others) };
        var results = new Results(chart, knowledge, asOf, trace);
        var patient = new Patient(chart, results, person, conditions, tumour, history, exposure, Array.Exists(beside, drugs.IsAnticoagulant), mayTakeAnyDrug, ehr, asOf, trace);
        var (factors, parts) = Factors(patient);
        return new(
            new PatientFacts(asOf, factors),
            exposure.ToInhibitors(),
            drugs.RegimenOf(recognition.Agents, beside, chart.WereRead(ChartKey.Medications) && !mayTakeAnyDrug && unknown.Length == 0),
            tumour.Group,
            tumour.Reason,
            person.Age?.IsChild == true,
            tumour.Group == Tumour.Haematological)
        {
            Parts = parts,
            IsPerioperative = Array.Exists(ofInhibitors, drugs.IsPerioperative),
            IsTumourOfCard = tumour.IsOfEarlierOrder,
            ReasonForGeneralModel = tumour.ReasonForGeneralModel,
        };
    }

    private void ExplainOrders(ImmutableArray<ChartMedication> all, ChartMedication[] active, ReadingTrace trace)
    {
        foreach (var medication in all)
        {
            var isActive = active.Contains(medication);
            var why = isActive ? null : medication.Kind == ChartMedicationKind.Request ? "not-active" : "no-order";
            if (drugs.IsAnticoagulant(medication.Concepts))
                trace.Note(medication.Reference, isActive ? Fate.Used : Fate.Unusable, medication.Source, "anticoagulant", why);
            if (isActive && drugs.AgentsIn(medication.Concepts).Any())
                trace.Note(medication.Reference, Fate.Used, medication.Source, "regimen");
        }
    }

    private (Dictionary<string, Fact<Finding>> Factors, Lazy<ImmutableDictionary<string, ImmutableArray<FactPart>>> Parts) Factors(Patient patient)
    {
        var (chart, results, conditions) = (patient.Chart, patient.Results, patient.Conditions);
        var laboratory = new LaboratoryFacts(results, knowledge, patient.Person);
        var liver = new LiverFacts(chart, conditions, laboratory, results, knowledge);
        var spread = new SpreadFacts(conditions, new StagingFacts(chart, results, knowledge, patient.AsOf, patient.Trace), results, knowledge, patient.Trace);
        var confounders = new ConfounderFacts(chart, patient.History, conditions, knowledge, patient.AsOf, patient.Trace);
        var ratio = new DifferentialFacts(chart, results, knowledge.Rules).Read(patient.AsOf);
        var factors = new Dictionary<string, Fact<Finding>>(MostFacts, StringComparer.Ordinal)
        {
            ["nlr"] = confounders.Marked(ratio.Ratio),
            ["ldh"] = confounders.Marked(laboratory.Ldh),
            ["pvtt"] = spread.PortalVeinTumourThrombus(),
            ["spread"] = spread.NodalOrLungSpread(),
            ["afp"] = laboratory.Afp,
            ["child-pugh"] = liver.ChildPugh(patient.IsAnticoagulated, patient.MayTakeAnyDrug),
            ["sex"] = patient.Person.Sex,
            ["age"] = patient.Person.AgeFact,
            ["crp"] = confounders.Marked(laboratory.Crp),
            ["albi"] = liver.Albi,
            ["ecog"] = new PerformanceFacts(results, knowledge, patient.Ehr.ReadsKarnofsky).Ecog,
            ["anaemia"] = laboratory.Haemoglobin,
            ["prior-therapy"] = patient.Exposure.SystemicTherapy(),
            ["albumin"] = laboratory.Albumin.Map(Finding.Of),
            ["liver-metastasis"] = patient.Tumour.IsPrimaryOfTheLiver ? new Fact<Finding>.NotApplicable("primary-in-liver") : spread.LiverMetastasis(),
            ["sites"] = spread.MoreThanTwoOrgans(),
        };
        AddMolecular(factors, new GenomicFacts(chart, results, knowledge, patient.Trace), results);
        return (factors, new(() => ImmutableDictionary.CreateRange(
            StringComparer.Ordinal,
            [KeyValuePair.Create("nlr", ratio.Parts()), KeyValuePair.Create("child-pugh", liver.PartsOfChildPugh), KeyValuePair.Create("albi", liver.PartsOfAlbi)])));
    }

    private void AddMolecular(Dictionary<string, Fact<Finding>> factors, GenomicFacts genomics, Results results)
    {
        var markers = new MarkerFacts(results, genomics, knowledge);
        factors["amp-11q13"] = genomics.Amplification("amp-11q13", "ccnd1", "fgf3", "fgf4", "fgf19");
        factors["amp-mdm2"] = genomics.Amplification("amp-mdm2", "mdm2", "mdm4");
        factors["il-6"] = markers.Interleukin;
        factors["pd-l1"] = markers.PdL1;
        factors["msi"] = markers.MicrosatelliteInstability;
        factors["tmb"] = markers.MutationalBurden;
        factors["treg"] = markers.RegulatoryTCells;
        factors["tam"] = markers.TumourMacrophages;
        foreach (var gene in Genes)
            factors[gene] = genomics.Alteration(gene);
    }

    private sealed record Patient(
        PatientChart Chart,
        Results Results,
        PersonFacts Person,
        ConditionFacts Conditions,
        Tumour Tumour,
        TreatmentHistory History,
        ExposureFacts Exposure,
        bool IsAnticoagulated,
        bool MayTakeAnyDrug,
        EhrReading Ehr,
        DateTimeOffset AsOf,
        ReadingTrace? Trace) : PatientData;
}

/// <summary>What has to be known of an EHR to read its charts.</summary>
public sealed record EhrReading(TimeZoneInfo Zone, bool HasNoEncounterDiagnoses)
{
    /// <param name="server">The server whose names the references bear; null for any of the EHR's.</param>
    public static EhrReading Of(TrustedEhr ehr, FhirBase? server)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        return new(ehr.Zone, ehr.NoEncounterDiagnoses)
        {
            ReadsKarnofsky = ehr.ReadsKarnofsky,
            Bases = ehr.BasesOf(server),
            ImagingOrder = ehr.OrderCodes.TryGetValue("imaging", out var imaging) ? (imaging.System, imaging.Code) : null,
        };
    }

    /// <summary>Whether a Karnofsky score is read as the ECOG grade that goes with it.</summary>
    public bool ReadsKarnofsky { get; init; }

    /// <summary>The hospital's own code of an order of imaging, where it has one.</summary>
    public (string System, string Code)? ImagingOrder { get; init; }

    /// <summary>Its FHIR servers, under which a reference of an order may name a record of the chart.</summary>
    public ImmutableArray<FhirBase> Bases { get; init; } = [];
}
