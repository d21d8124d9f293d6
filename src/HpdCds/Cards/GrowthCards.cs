using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Cards;

/// <summary>Growth of one patient as it was read and judged: what a card, or the part of a page, is about.</summary>
/// <param name="Tumour">What the treatment is for, as on the wire.</param>
public sealed record GrowthSubject(GrowthReading Growth, GrowthAssessment Assessment, string Tumour, DateTimeOffset AsOf) : PatientData;

/// <summary>
/// At most one card about growth: a warning only for progression with the site's own definition met, info for any other
/// definition met, for what could not be judged, and before the first scan (clinical model, section 5).
/// </summary>
internal sealed class GrowthCards(KnowledgeBase knowledge)
{
    private const int MostCharacters = 1200;

    private enum Kind
    {
        Warning,
        OtherMet,
        AwaitsScan,
        NotEvaluable,
    }

    public Card? For(GrowthSubject subject, TrustedEhr ehr, string patientId)
    {
        if (KindOf(subject) is not { } kind)
            return null;
        var wording = knowledge.Wordings[ehr.Language];
        var suggestions = kind == Kind.AwaitsScan && subject.Growth.IsImagingPlanned != true ? OrderSuggestions.ForImaging(ehr, patientId, wording) : [];
        return Make(Summary(kind, subject, wording), kind == Kind.Warning ? "warning" : "info", Detail(kind, subject, wording), wording) with
        {
            Suggestions = suggestions,
            SelectionBehavior = suggestions.Count > 0 ? "any" : null,
        };
    }

    public Card ForNoData(UnknownReason why, DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var detail = string.Join("\n\n", wording.Say("growth.no-data", ("reason", wording[$"reason.{why.Code()}"])), Foot(wording, asOf));
        return Make(wording["growth.summary-no-data"], "info", detail, wording);
    }

    private static Kind? KindOf(GrowthSubject subject)
    {
        var assessment = subject.Assessment;
        if (assessment.IsWarning)
            return Kind.Warning;
        if (assessment.IsAnyMet)
            return Kind.OtherMet;
        return assessment.PrimaryResult.Judgement.Reason switch
        {
            null => null,
            GrowthGap.NoOnTreatment => Kind.AwaitsScan,
            _ => Kind.NotEvaluable,
        };
    }

    private static string Summary(Kind kind, GrowthSubject subject, Wording wording) => wording.Say(
        kind switch
        {
            Kind.Warning => "growth.summary-warning",
            Kind.OtherMet => IsOrdered(subject) ? "growth.summary-other-ordered" : "growth.summary-other",
            Kind.AwaitsScan => IsOrdered(subject) ? "growth.summary-awaits-ordered" : "growth.summary-awaits",
            _ => "growth.summary-open",
        },
        ("rule", Name(kind == Kind.OtherMet && !IsPrimaryMet(subject) ? Met(subject).First() : subject.Assessment.Primary, wording)),
        ("reason", subject.Assessment.PrimaryResult.Judgement.Reason is { } gap ? Gap(gap, wording) : ""));

    private string Detail(Kind kind, GrowthSubject subject, Wording wording)
    {
        // What goes first when room is short stands last here; what is needed never goes.
        var needed = new List<string?>
        {
            wording.Say("growth.primary", ("rule", Name(subject.Assessment.Primary, wording)), ("verdict", Verdict(subject.Assessment.PrimaryResult.Judgement, wording))),
            Scans(subject, wording),
            Rates(subject.Assessment.Figures, wording),
            kind is Kind.AwaitsScan ? Planned(subject.Growth, wording, Markdown.Escape) : null,
            GrowthNotes.OfDefinition(subject, wording),
            Others(subject, wording),
        };
        List<string?> optional =
        [
            GrowthNotes.Markers(subject.Growth, wording),
            .. Reservations(subject, wording),
            kind is Kind.Warning or Kind.OtherMet ? wording["growth.caveats"] : null,
            kind is Kind.Warning or Kind.OtherMet && subject.Tumour == "hcc" ? wording["growth.pseudoprogression"] : null,
            kind is Kind.Warning or Kind.OtherMet ? wording["growth.options"] : null,
        ];
        var foot = Foot(wording, subject.AsOf);
        while (Joined(needed, optional, foot).Length > MostCharacters && optional.Count > 0)
            optional.RemoveAt(0);
        return Joined(needed, optional, foot);
    }

    /// <summary>What speaks against reading too much into the figures, for a page that has room for all of it.</summary>
    internal static IEnumerable<string> Limits(GrowthSubject subject, Wording wording) =>
        [.. Reservations(subject, wording).OfType<string>(), wording["growth.caveats"], .. subject.Tumour == "hcc" ? [wording["growth.pseudoprogression"]] : Array.Empty<string>()];

    private static IEnumerable<string?> Reservations(GrowthSubject subject, Wording wording) =>
    [
        IsWithinError(subject) ? wording["growth.within-error"] : null,
        subject.Growth.HasEmbolisation ? wording["growth.embolisation"] : null,
        subject.Growth.HasStoppedKinaseInhibitor ? wording["growth.kinase-inhibitor"] : null,
        subject.Growth.Undated > 0 ? wording.Say("growth.undated", ("count", Text(subject.Growth.Undated))) : null,
        .. GrowthNotes.Of(subject, wording),
    ];

    private static string Joined(IEnumerable<string?> needed, IEnumerable<string?> optional, string foot) =>
        string.Join("\n\n", needed.Concat(optional).Append(foot).Where(line => line is not null));

    private static IEnumerable<string> Met(GrowthSubject subject) =>
        subject.Assessment.Results.Where(result => result.Judgement.Verdict == Clinical.Growth.Verdict.Met).Select(result => result.Rule.Id);

    private static string? Others(GrowthSubject subject, Wording wording)
    {
        var others = subject.Assessment.Results.Where(result => result.Rule.Id != subject.Assessment.Primary).ToArray();
        string Names(IEnumerable<RuleResult> results) => string.Join(wording["list-separator"], results.Select(result => Name(result.Rule.Id, wording)));
        var met = others.Where(result => result.Judgement.Verdict == Clinical.Growth.Verdict.Met).ToArray();
        var open = others.Where(result => result.Judgement.Reason is not null).GroupBy(result => result.Judgement.Reason!.Value).ToArray();
        var said = new[]
        {
            met.Length > 0 ? wording.Say("growth.others-met", ("rules", Names(met))) : null,
            open.Length > 0
                ? wording.Say("growth.others-open", ("rules", string.Join(wording["group-separator"], open.Select(group => wording.Say("missing.factors", ("names", Names(group)), ("reason", Gap(group.Key, wording)))))))
                : null,
        }.Where(line => line is not null).ToArray();
        return said.Length == 0 ? null : string.Join(" ", said);
    }

    private static string? Scans(GrowthSubject subject, Wording wording)
    {
        var scans = subject.Growth.Scans.TakeLast(5).Select(scan => wording.Say(
            "growth.scan", ("value", (scan.Sum.Bound is { } bound ? FactorText.Sign(bound) : "") + Number(scan.Sum.Value)), ("date", Day(scan.Date)))).ToArray();
        return wording.Say(
            "growth.scans",
            ("scans", scans.Length == 0 ? wording["growth.scans-none"] : string.Join(wording["growth.arrow"], scans)),
            ("dose", GrowthNotes.FirstDose(subject.Growth, wording)));
    }

    private static string? Rates(GrowthFigures figures, Wording wording)
    {
        if (figures.OnTreatment is not { GrowthRate: { } rate, Kinetics: { } kinetics, ChangePercent: { } percent } on)
            return null;
        var change = wording.Say("growth.change", ("percent", Signed((double)percent)), ("mm", Signed((double)on.Change)), ("days", Text(on.Days)));
        if (figures.Reference is not { GrowthRate: { } before, Kinetics: { } kineticsBefore } reference || figures.RateRise is not { } rise)
            return change;
        return change + " " + wording.Say(
            "growth.rates",
            ("tgrBefore", Number(before)), ("tgr", Number(rate)), ("rise", Signed(rise)),
            ("tgrRatio", figures.RateRatio is { } ratio ? Number(ratio) : wording["growth.no-ratio"]),
            ("tgkBefore", Number((double)kineticsBefore)), ("tgk", Number((double)kinetics)),
            ("tgkRatio", figures.KineticsRatio is { } times ? Number((double)times) : wording["growth.no-ratio"]),
            ("days", Text(reference.Days)));
    }

    /// <summary>Whether imaging is planned, as far as anybody can say.</summary>
    internal static string Planned(GrowthReading growth, Wording wording, Func<string, string> written) => growth switch
    {
        { Plan: { Time.When: var when, Reference: var source } } => wording.Say("growth.planned", ("date", when.Date), ("source", written(source))),
        { Plan.Reference: var source } => wording.Say("growth.planned-undated", ("source", written(source))),
        { UnclearPlan: { } order } => wording.Say("growth.plan-unclear", ("date", order.Authored is { } authored ? wording.Say("growth.of-date", ("date", authored.When.Date)) : wording["growth.without-date"]), ("source", written(order.Reference))),
        { WerePlansRead: true } => wording["growth.not-planned"],
        _ => wording["growth.plan-unread"],
    };

    private static bool IsPrimaryMet(GrowthSubject subject) => subject.Assessment.PrimaryResult.Judgement.Verdict == Clinical.Growth.Verdict.Met;

    private static bool IsOrdered(GrowthSubject subject) => subject.Growth.Course.FirstDoseKind == FirstDoseKind.Ordered;

    private static bool IsWithinError(GrowthSubject subject) =>
        (subject.Assessment.Figures.OnTreatment is { } on && subject.Assessment.Figures.IsWithinError(on))
        || (subject.Assessment.Figures.Reference is { } reference && subject.Assessment.Figures.IsWithinError(reference));

    private string Foot(Wording wording, DateTimeOffset asOf) => wording.Say(
        "growth.foot",
        ("model", knowledge.Growth.Criteria.Id),
        ("version", knowledge.Growth.Criteria.Version),
        ("overlay", knowledge.Growth.Overlay is { } file ? wording.Say("detail.foot-overlay", ("file", Markdown.Escape(file))) : ""),
        ("evidence", knowledge.EvidenceUntil),
        ("asOf", asOf.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)));

    private Card Make(string summary, string indicator, string detail, Wording wording) =>
        new(summary, indicator, new CardSource(
            wording.Say("growth.source", ("model", knowledge.Growth.Criteria.Id)),
            Url: null,
            new HookCoding("https://hpdcds.org/fhir/CodeSystem/topics", "HPDGROWTH1", wording["growth.topic"])))
        {
            Uuid = Guid.NewGuid().ToString(),
            Detail = detail,
            OverrideReasons = [.. knowledge.OverrideReasons.Reasons.Select(reason =>
                new HookCoding(knowledge.OverrideReasons.System, reason.Code, reason.Display.GetValueOrDefault(wording.Language, reason.Display["en"])))],
        };

    private static string Name(string rule, Wording wording) => wording[$"growth.rule.{rule}"];

    private static string Gap(GrowthGap gap, Wording wording) => wording[$"growth.gap.{gap.Code()}"];

    internal static string Verdict(Judgement judgement, Wording wording) => judgement.Reason is { } gap
        ? wording.Say("growth.not-evaluable", ("reason", Gap(gap, wording)))
        : wording[judgement.Verdict == Clinical.Growth.Verdict.Met ? "growth.met" : "growth.not-met"];

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(decimal value) => Number((double)value);

    private static string Number(double value) => value.ToString("#,##0.#", CultureInfo.InvariantCulture);

    internal static string Signed(double value) => value.ToString("+#,##0.#;-#,##0.#;0", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
