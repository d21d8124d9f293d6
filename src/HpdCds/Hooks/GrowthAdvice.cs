using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Knowledge;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <param name="Subject">Growth as it was read and judged; null where hpd-growth does not speak.</param>
/// <param name="WhyNot">Why it does not, as on the wire; null where it speaks.</param>
internal sealed record GrowthFinding(TreatmentSituation Situation, GrowthSubject? Subject, string? WhyNot) : PatientData;

/// <summary>From a chart to what is said of growth after the first dose. Pure, as <see cref="Advice"/> is.</summary>
internal sealed class GrowthAdvice(KnowledgeBase knowledge, DrugRecognition drugs)
{
    private readonly GrowthReader _reader = new(knowledge, drugs);
    private readonly GrowthCards _cards = new(knowledge);

    public HookResponse FromChart(HookRequest request, Recognition recognition, PatientReading patient, PatientChart chart, TrustedEhr ehr, EhrReading known, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        var finding = Judge(recognition, patient, chart, request.Orders, ehr, known, asOf, trace);
        if (finding.Subject is not { } subject)
            return HookResponse.Of(card: null, new(recognition) { OutOfScope = finding.WhyNot, Exposure = patient.Exposure });
        using var station = Signals.At(Station.Cards);
        return HookResponse.Of(_cards.For(subject, ehr, request.PatientId), GrowthExtension.Of(recognition, patient, finding.Situation, subject, knowledge));
    }

    /// <summary>Growth as read and judged, or why it is not for this service to speak of it.</summary>
    public GrowthFinding Judge(
        Recognition recognition, PatientReading patient, PatientChart chart, ImmutableArray<ChartOrder> drafts, TrustedEhr ehr, EhrReading known, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        GrowthReading growth;
        using (Signals.At(Station.Facts))
            growth = _reader.Read(chart, drafts, known, asOf, patient.Tumour, trace);
        var isOrder = recognition.Outcome == RecognitionOutcome.Inhibitor;
        var situation = WhoSpeaks.SituationOf(patient.Exposure, recognition.Agents, growth.Agents);
        if (WhyNot(patient, situation, isOrder, isMeasured: !growth.Scans.IsEmpty || growth.Undated > 0 || (patient.TumourReason != UnknownReason.NotRecorded && !chart.WereRead(ChartKey.Growth))) is { } why)
            return new(situation, Subject: null, why);
        if (situation == TreatmentSituation.Continuation && isOrder)
            growth = growth with { Course = growth.Course with { Stopped = new Fact<DateOnly>.NotApplicable("goes-on") } };
        using var station = Signals.At(Station.Risk);
        return new(situation, new(growth, GrowthAssessment.Of(growth.Course, knowledge.Growth.Criteria, PrimaryFor(patient.Tumour, ehr)), patient.Tumour, asOf), WhyNot: null);
    }

    /// <summary>Nothing at all could be read, and the EHR shows only answers of status 200.</summary>
    public HookResponse WithoutData(Recognition recognition, UnknownReason why, DateTimeOffset asOf, TrustedEhr ehr) =>
        HookResponse.Of(_cards.ForNoData(why, asOf, ehr.Language), AssessmentExtension.WithoutData(recognition, why));

    private string PrimaryFor(string tumour, TrustedEhr ehr) =>
        ehr.GrowthDefinitions.TryGetValue(tumour, out var own) || ehr.GrowthDefinitions.TryGetValue("*", out own) ? own : knowledge.Growth.Criteria.PrimaryFor(tumour);

    // Where nothing is ordered hpd-risk is not asked: a tumour that was measured, or may have been, and whose treatment could not be read is told of here.
    // That there is none to measure is known only where the problems were read and name no cancer.
    private static string? WhyNot(PatientReading patient, TreatmentSituation situation, bool isOrder, bool isMeasured) =>
        patient.IsChild ? "child"
        : situation == TreatmentSituation.FirstDose ? "first-dose"
        : situation == TreatmentSituation.Unknown && (isOrder || !isMeasured) ? "exposure-unknown"
        : patient.IsHaematological ? "haematological"
        // What was resected, or is to be, is often not measured: an order that says so is no occasion to miss it each time.
        : patient.IsPerioperative && !isMeasured ? Advice.Perioperative
        : null;
}
