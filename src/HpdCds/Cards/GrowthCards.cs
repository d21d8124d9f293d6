using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Cards;

/// <summary>Growth of one patient as it was read and judged: what a card, or the part of a page, is about.</summary>
/// <param name="Tumour">What the treatment is for, as on the wire.</param>
public sealed record GrowthSubject(GrowthReading Growth, GrowthAssessment Assessment, string Tumour, DateTimeOffset AsOf) : PatientData
{
    /// <summary>Which tumour is treated, and with it which definition decides, is known.</summary>
    public bool IsTumourKnown => Tumour is not ("ambiguous" or "not-found");

    /// <summary>Progression that meets the definition which decides; where nobody can say which decides, none does.</summary>
    public bool IsWarning => Assessment.IsWarning && IsTumourKnown;
}

/// <summary>
/// At most one card about growth: a warning only for progression with the site's own definition met, info for any other
/// definition met, for what could not be judged, for what an earlier first dose or a later scan would change, and before the first scan
/// (clinical model, section 5).
/// </summary>
internal sealed class GrowthCards(KnowledgeBase knowledge)
{
    private enum Kind
    {
        Warning,
        OwnMet,
        OtherMet,
        LaterProgression,
        RecordedLater,
        NotMetAtTheLatest,
        AwaitsScan,
        NotEvaluable,
    }

    public Card? For(GrowthSubject subject, TrustedEhr ehr, string patientId)
    {
        if (KindOf(subject) is not { } kind)
            return null;
        var wording = knowledge.Wordings[ehr.Language];
        var suggestions = MayOfferImaging(subject) ? OrderSuggestions.ForImaging(ehr, patientId, wording) : [];
        return Make(Summary(kind, subject, wording), kind == Kind.Warning ? "warning" : "info", new GrowthDetail(knowledge, subject, wording).Text(), wording) with
        {
            Suggestions = suggestions,
            SelectionBehavior = suggestions.Count > 0 ? "any" : null,
        };
    }

    /// <summary>What a card would say first; null where it would say nothing.</summary>
    public static string? Headline(GrowthSubject subject, Wording wording) => KindOf(subject) is { } kind ? Summary(kind, subject, wording) : null;

    public Card ForNoData(UnknownReason why, DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var detail = string.Join("\n\n", wording.Say("growth.no-data", ("reason", wording[$"reason.{why.Code()}"])), GrowthDetail.Foot(knowledge, wording, asOf));
        return Make(wording["growth.summary-no-data"], "info", detail, wording);
    }

    private static Kind? KindOf(GrowthSubject subject)
    {
        var assessment = subject.Assessment;
        if (subject.IsWarning)
            return Kind.Warning;
        if (assessment.IsAnyMet)
            return subject.IsTumourKnown && assessment.PrimaryResult.Judgement.Verdict == Verdict.Met ? Kind.OwnMet : Kind.OtherMet;
        return assessment.PrimaryResult.Judgement.Reason switch
        {
            // Against a later baseline than the true one growth is slower.
            null => assessment.Figures.LaterProgression is not null ? Kind.LaterProgression
                : assessment.Figures.RecordedLater is not null ? Kind.RecordedLater
                : assessment.Figures.Course.FirstDoseKind == FirstDoseKind.AtTheLatest ? Kind.NotMetAtTheLatest
                : null,
            GrowthGap.NoOnTreatment => Kind.AwaitsScan,
            _ => Kind.NotEvaluable,
        };
    }

    private static bool MayOfferImaging(GrowthSubject subject) => subject.Growth is { Course.OnTreatment.Gap: GrowthGap.NoOnTreatment, Plan: null, UnclearPlan: null, WerePlansRead: true };

    private static string Summary(Kind kind, GrowthSubject subject, Wording wording)
    {
        var (assessment, course) = (subject.Assessment, subject.Growth.Course);
        var isOrdered = course.FirstDoseKind == FirstDoseKind.Ordered;
        var key = kind switch
        {
            Kind.Warning => "growth.summary-warning",
            Kind.OwnMet or Kind.OtherMet when isOrdered => "growth.summary-other-ordered",
            Kind.OwnMet or Kind.OtherMet when course.FirstDoseKind == FirstDoseKind.AtTheLatest => "growth.summary-other-latest",
            Kind.OwnMet => assessment.Progression.Verdict == Verdict.NotMet ? "growth.summary-own" : "growth.summary-own-open",
            Kind.OtherMet => "growth.summary-other",
            Kind.LaterProgression => "growth.summary-later",
            Kind.RecordedLater => assessment.Figures.RecordedLater!.IsUnclear ? "growth.summary-later-unclear" : "growth.summary-later-recorded",
            Kind.NotMetAtTheLatest => "growth.summary-not-met-latest",
            Kind.AwaitsScan => course.FirstDoseKind switch
            {
                FirstDoseKind.Ordered => "growth.summary-awaits-ordered",
                FirstDoseKind.AtTheLatest => "growth.summary-awaits-latest",
                _ => "growth.summary-awaits",
            },
            _ => "growth.summary-open",
        };
        return wording.Say(
            key,
            ("rule", GrowthWords.Rule(kind == Kind.OtherMet ? assessment.Results.First(result => result.Judgement.Verdict == Verdict.Met).Rule.Id : assessment.Primary, wording)),
            ("date", course.OnTreatment.Scan is { } scan ? GrowthWords.Day(scan.Date) : wording["growth.dose-unknown"]),
            ("dose", course.FirstDose is { } dose ? GrowthWords.Day(dose) : wording["growth.dose-unknown"]),
            ("later", assessment.Figures.LaterProgression is { } later ? GrowthWords.Day(later.Date) : assessment.Figures.RecordedLater?.Place?.When?.Date ?? wording["growth.dose-unknown"]),
            ("reason", assessment.PrimaryResult.Judgement.Reason is { } gap ? GrowthWords.Gap(gap, wording) : ""));
    }

    private Card Make(string summary, string indicator, string detail, Wording wording) =>
        new(summary, indicator, new CardSource(
            wording.Say("growth.source", ("model", knowledge.Growth.Criteria.Id)),
            Url: null,
            new HookCoding("https://hpdcds.org/fhir/CodeSystem/topics", "HPDGROWTH1", wording["growth.topic"])))
        {
            // Sorts behind those before it, which an index of them likes.
            Uuid = Guid.CreateVersion7().ToString(),
            Detail = detail,
            OverrideReasons = [.. knowledge.OverrideReasons.Reasons.Select(reason =>
                new HookCoding(knowledge.OverrideReasons.System, reason.Code, reason.Display.GetValueOrDefault(wording.Language, reason.Display["en"])))],
        };
}
