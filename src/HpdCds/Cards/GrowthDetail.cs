using System.Globalization;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;
using static HpdCds.Cards.GrowthWords;

namespace HpdCds.Cards;

/// <summary>
/// The text of a card about growth. What was judged, by what, and what limits the figures of this patient always stands on it;
/// what holds for every patient makes room first.
/// </summary>
internal sealed class GrowthDetail(KnowledgeBase knowledge, GrowthSubject subject, Wording wording)
{
    private const int MostCharacters = 1200;
    private const int MostScans = 5;

    private GrowthAssessment Assessment => subject.Assessment;

    private GrowthCourse Course => subject.Growth.Course;

    // The shorter form of the limits, then fewer scans, then no rates and few words of later scans, only where nothing is left that may go: the page has them all.
    public string Text() => Text(isShort: false, MostScans) is { Length: <= MostCharacters } whole ? whole
        : Text(isShort: true, MostScans) is { Length: <= MostCharacters } shorter ? shorter
        : Text(isShort: true, mostScans: 0) is { Length: <= MostCharacters } shortest ? shortest
        : Text(isShort: true, mostScans: 0, withRates: false);

    private string Text(bool isShort, int mostScans, bool withRates = true)
    {
        var isFound = Assessment.IsAnyMet;
        // The later a line stands here, the sooner it makes room.
        (string? Line, bool MayGo)[] lines =
        [
            (wording.Say("growth.primary", ("rule", Rule(Assessment.Primary, wording)), ("verdict", Verdict(Assessment.PrimaryResult.Judgement, wording))), false),
            (Course.OnTreatment.Gap is null ? wording.Say("growth.progression", ("verdict", Progression(Assessment, wording, Markdown.Escape))) : null, false),
            (RecordedLater(Assessment.Figures, wording, Markdown.Escape), false),
            (GrowthNotes.OfDefinition(subject, wording), false),
            (Scans(mostScans), false),
            (Later(isShort: !withRates), false),
            (withRates ? Rates(Assessment.Figures) : null, false),
            (Course.OnTreatment.Gap == GrowthGap.NoOnTreatment ? Planned(subject.Growth, wording, Markdown.Escape) : null, false),
            .. (isShort ? ShortReservations(subject, wording) : Reservations(subject, wording)).Select(line => ((string?)line, false)),
            (Others(), true),
            (isFound ? wording["growth.options"] : null, true),
            (GrowthNotes.Markers(subject.Growth, wording), true),
            (isFound ? wording["growth.caveats"] : null, true),
            (isFound && subject.Tumour == "hcc" ? wording["growth.pseudoprogression"] : null, true),
        ];
        var kept = lines.Where(line => line.Line is not null).ToList();
        while (Joined(kept).Length > MostCharacters && kept.FindLastIndex(line => line.MayGo) is var last and >= 0)
            kept.RemoveAt(last);
        return Joined(kept);
    }

    public static string Foot(KnowledgeBase knowledge, Wording wording, DateTimeOffset asOf) => wording.Say(
        "growth.foot",
        ("model", knowledge.Growth.Criteria.Id),
        ("version", knowledge.Growth.Criteria.Version),
        ("overlay", knowledge.Growth.Overlay is { } file ? wording.Say("detail.foot-overlay", ("file", Markdown.Escape(file))) : ""),
        ("evidence", knowledge.EvidenceUntil),
        ("asOf", asOf.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)));

    private string Joined(IEnumerable<(string? Line, bool MayGo)> lines) =>
        string.Join("\n\n", lines.Select(line => line.Line).Append(Foot(knowledge, wording, subject.AsOf)));

    private string Scans(int mostScans)
    {
        var shown = Shown(mostScans);
        var text = shown.Length == 0 ? wording["growth.scans-none"] : Size(shown[0]);
        for (var at = 1; at < shown.Length; at++)
        {
            var sign = wording[AreJoined(shown[at - 1], shown[at]) ? "growth.arrow" : "growth.break"];
            var isNext = subject.Growth.Scans.IndexOf(shown[at]) == subject.Growth.Scans.IndexOf(shown[at - 1]) + 1;
            text += sign + (isNext ? "" : wording["growth.scans-between"] + sign) + Size(shown[at]);
        }

        var line = wording.Say("growth.scans", ("scans", text), ("dose", GrowthNotes.FirstDose(subject.Growth, wording)));
        return shown.Zip(shown.Skip(1)).All(pair => AreJoined(pair.First, pair.Second)) ? line : line + " " + wording["growth.break-told"];
    }

    // Those that were judged, then the latest.
    private Scan[] Shown(int mostScans)
    {
        Scan?[] judged = [Course.PreBaseline.Scan, Course.Baseline.Scan, Course.OnTreatment.Scan];
        var roles = judged.OfType<Scan>().Select(scan => scan.Date).ToHashSet();
        var latest = subject.Growth.Scans.Where(scan => !roles.Contains(scan.Date)).TakeLast(Math.Max(0, mostScans - roles.Count)).Select(scan => scan.Date).ToHashSet();
        return [.. subject.Growth.Scans.Where(scan => roles.Contains(scan.Date) || latest.Contains(scan.Date))];
    }

    private string Size(Scan scan) => !scan.HasSum
        ? wording.Say(scan.WhyUnsure == GrowthGap.CancerUnclear ? "growth.scan-cancer-unclear" : "growth.scan-unread", ("date", Day(scan.Date)))
        : wording.Say(
            subject.Growth.Preliminary.Contains(scan.Date) ? "growth.scan-marked" : "growth.scan",
            ("value", (scan.Sum.Bound is { } bound ? FactorText.Sign(bound) : "") + Number(scan.Sum.Value)),
            ("date", Day(scan.Date)),
            ("mark", wording["mark.preliminary"]));

    private string? Later(bool isShort)
    {
        if (Course is not { OnTreatment: { Gap: null, Scan: { } first }, Later: [.., var last] })
            return null;
        var compared = !AreJoined(first, last) ? "growth.later-other"
            : last.Sum.Value > first.Sum.Value ? "growth.later-larger"
            : last.Sum.Value < first.Sum.Value ? "growth.later-smaller"
            : "growth.later-same";
        return wording.Say(isShort ? "growth.short-later" : "growth.later", ("date", Day(first.Date)), ("value", Size(last)), ("compared", wording[compared]));
    }

    private string? Rates(GrowthFigures figures)
    {
        if (figures.OnTreatment is not { GrowthRate: { } rate, Kinetics: { } kinetics, ChangePercent: { } percent } on)
            return null;
        var change = wording.Say(
            "growth.change", ("percent", Signed((double)percent)), ("mm", Signed((double)on.Change)), ("days", GrowthWords.Text(on.Days)));
        if (figures.Reference is not { GrowthRate: { } before, Kinetics: { } kineticsBefore } reference || figures.RateRise is not { } rise)
            return change;
        return change + " " + wording.Say(
            "growth.rates",
            ("tgrBefore", Number(before)), ("tgr", Number(rate)), ("rise", Signed(rise)),
            ("tgrRatio", figures.RateRatio is { } ratio ? Number(ratio) : wording["growth.no-ratio"]),
            ("tgkBefore", Number((double)kineticsBefore)), ("tgk", Number((double)kinetics)),
            ("tgkRatio", figures.KineticsRatio is { } times ? Number((double)times) : wording["growth.no-ratio"]),
            ("days", GrowthWords.Text(reference.Days)));
    }

    private string? Others()
    {
        var others = Assessment.Results.Where(result => result.Rule.Id != Assessment.Primary).ToArray();
        string Names(IEnumerable<RuleResult> results) => string.Join(wording["list-separator"], results.Select(result => Rule(result.Rule.Id, wording)));
        var met = others.Where(result => result.Judgement.Verdict == Clinical.Growth.Verdict.Met).ToArray();
        var open = others.Where(result => result.Judgement.Reason is not null).GroupBy(result => result.Judgement.Reason!.Value).ToArray();
        var said = new[]
        {
            met.Length > 0 ? wording.Say("growth.others-met", ("rules", Names(met))) : null,
            open.Length > 0
                ? wording.Say("growth.others-open", ("rules", string.Join(
                    wording["group-separator"],
                    open.Select(group => wording.Say("missing.factors", ("names", Names(group)), ("reason", Gap(group.Key, wording)))))))
                : null,
        }.Where(line => line is not null).ToArray();
        return said.Length == 0 ? null : string.Join(" ", said);
    }
}
