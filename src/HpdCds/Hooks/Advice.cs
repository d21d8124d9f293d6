using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>
/// From orders and a chart to an answer. Pure: the same request, chart and moment always give the same answer but for the
/// ids of cards. The checks stand in the order of the clinical model: drug, user, child, continuation, intent, tumour.
/// </summary>
public sealed class Advice
{
    private readonly KnowledgeBase _knowledge;
    private readonly PatientFactsReader _facts;
    private readonly CardWriter _cards;
    private readonly GrowthAdvice _growth;

    public Advice(KnowledgeBase knowledge)
    {
        Drugs = new(knowledge.Codes, knowledge.Drugs, knowledge.Terms);
        (_knowledge, _facts, _cards, _growth) = (knowledge, new(knowledge, Drugs), new(knowledge), new(knowledge, Drugs));
    }

    public DrugRecognition Drugs { get; }

    public Recognition Recognise(HookRequest request)
    {
        using var station = Signals.At(Station.Orders);
        return Drugs.Of(request.Orders, request.Hook == HookCatalogue.OrderSelect ? request.Selections : [], request.OtherDrafts);
    }

    /// <summary>The answer that needs no data of the patient, or null when there is something to assess.</summary>
    public HookResponse? WithoutChart(HookRequest request, Recognition recognition, TrustedEhr ehr, DateTimeOffset asOf) => recognition.Outcome switch
    {
        RecognitionOutcome.Unresolved when ehr.UnresolvedInfoLine && !request.IsForGrowth =>
            HookResponse.Of(_cards.ForUnresolvedOrder(asOf, ehr.Language), new(recognition)),
        not RecognitionOutcome.Inhibitor when HookCatalogue.IsOfOrders(request.Hook) => HookResponse.Of(card: null, new(recognition)),
        _ when IsPatientOrRelative(request.UserId) => HookResponse.Of(card: null, new(recognition) { OutOfScope = "patient-user" }),
        _ => null,
    };

    public HookResponse FromChart(
        HookRequest request, Recognition recognition, PatientChart chart, TrustedEhr ehr, DateTimeOffset asOf, ReadingTrace? trace = null)
    {
        var known = EhrReading.Of(ehr, request.FhirServer);
        PatientReading reading;
        using (Signals.At(Station.Facts))
            reading = _facts.Read(chart, recognition, request.Orders, known, asOf, trace);
        if (request.IsForGrowth)
            return _growth.FromChart(request, recognition, reading, chart, ehr, known, asOf, trace);
        if (OutOfScope(reading) is { } why)
            return HookResponse.Of(card: null, new(recognition) { OutOfScope = why, Exposure = reading.Exposure });
        if (reading.TumourReason is not null)
            return HookResponse.Of(_cards.ForUnknownTumour(recognition, reading, asOf, ehr.Language), AssessmentExtension.WithoutTumour(recognition, reading, _knowledge));

        var table = _knowledge.ModelFor(reading.Tumour);
        RiskAssessment assessment;
        using (Signals.At(Station.Risk))
            assessment = RiskAssessment.Of(table.Model, reading.Factors);
        using var station = Signals.At(Station.Cards);
        return HookResponse.Of(
            _cards.ForAssessment(recognition, reading, table, assessment, ehr, request.PatientId), AssessmentExtension.Of(recognition, reading, table, assessment, _knowledge));
    }

    /// <summary>Nothing at all could be read, and the EHR shows only answers of status 200.</summary>
    public HookResponse WithoutData(HookRequest request, Recognition recognition, PatientChart chart, TrustedEhr ehr, DateTimeOffset asOf)
    {
        var reasons = chart.Sources.Values.Where(source => source.Key != ChartKey.Patient).Select(source => chart.WhyNotFound(source.Key));
        if (request.IsForGrowth)
            return _growth.WithoutData(recognition, chart.IsAnotherPatient ? UnknownReason.NotAuthorised : reasons.Order().First(), asOf, ehr);
        var card = chart.IsAnotherPatient
            ? _cards.ForAnotherPatient(recognition, asOf, ehr.Language)
            : _cards.ForNoData(recognition, reasons, asOf, ehr.Language);
        return HookResponse.Of(card, AssessmentExtension.WithoutData(recognition, reasons.Order().First()));
    }

    internal const string Perioperative = "perioperative";

    internal static string? OutOfScope(PatientReading reading) => reading switch
    {
        { IsChild: true } => "child",
        _ when WhoSpeaks.ServiceFor(WhoSpeaks.SituationOf(reading.Exposure, [], [])) != HookCatalogue.Risk => "continuation",
        { IsPerioperative: true } => Perioperative,
        { IsHaematological: true } => "haematological",
        _ => null,
    };

    // Some clients write the user as an absolute reference.
    private static bool IsPatientOrRelative(string userId) =>
        References.Relative(userId, []).Split('/') is [.., "Patient" or "RelatedPerson", _];
}
