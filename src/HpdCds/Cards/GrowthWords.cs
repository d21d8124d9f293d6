using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>Growth in words, as a card and the page behind it both say it.</summary>
internal static class GrowthWords
{
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Number(decimal value) => Number((double)value);

    public static string Number(double value) => value.ToString("#,##0.#", CultureInfo.InvariantCulture);

    public static string Signed(double value) => value.ToString("+#,##0.#;-#,##0.#;0", CultureInfo.InvariantCulture);

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Rule(string rule, Wording wording) => wording[$"growth.rule.{rule}"];

    public static string Gap(GrowthGap gap, Wording wording) => wording[$"growth.gap.{gap.Code()}"];

    public static string Verdict(Judgement judgement, Wording wording) => judgement.Reason is { } gap
        ? wording.Say("growth.not-evaluable", ("reason", Gap(gap, wording)))
        : wording[judgement.Verdict == Clinical.Growth.Verdict.Met ? "growth.met" : "growth.not-met"];

    /// <summary>Whether the first evaluation is progression, and where it is, by what.</summary>
    /// <param name="written">A source, as the place where it stands wants it.</param>
    public static string Progression(GrowthAssessment assessment, Wording wording, Func<string, string> written)
    {
        var verdict = Verdict(assessment.Progression, wording);
        var grounds = assessment.Figures.Grounds.Select(ground => Placed(wording[$"growth.ground-{CodeOf(ground.Kind)}"], ground.Place, wording, written)).ToArray();
        return grounds.Length == 0
            ? verdict
            : wording.Say("growth.progression-met", ("verdict", verdict), ("grounds", string.Join(wording["group-separator"], grounds)));
    }

    /// <summary>What was recorded, with its day, its source and its marks, where it is a record that has them.</summary>
    public static string Placed(string told, Provenance? place, Wording wording, Func<string, string> written) => place is null ? told : string.Join(
        wording["list-separator"],
        [told, place.When?.Date ?? wording["growth.dose-unknown"], written(place.Source), .. place.Marks.Select(mark => wording[$"mark.{Kebab.Case(mark)}"])]);

    public static string CodeOf(GroundKind ground) => Kebab.Case(ground);

    /// <summary>What was recorded after a first evaluation that shows no progression; null where nothing was.</summary>
    /// <param name="written">A source, as the place where it stands wants it.</param>
    public static string? RecordedLater(GrowthFigures figures, Wording wording, Func<string, string> written) => figures.RecordedLater is { } later
        ? wording.Say(
            later.IsUnclear ? "growth.recorded-later-unclear" : "growth.recorded-later",
            ("ground", Placed(wording[$"growth.ground-{CodeOf(later.Kind)}"], later.Place, wording, written)))
        : null;

    /// <summary>Whether a line may lead from one to the other.</summary>
    public static bool AreJoined(Scan earlier, Scan later) => later.WhyNotComparableWith(earlier) is null;

    /// <summary>Whether imaging is planned, as far as anybody can say.</summary>
    public static string Planned(GrowthReading growth, Wording wording, Func<string, string> written) => growth switch
    {
        { Plan: { Until: not null, Time.When: var when, Reference: var source } } => wording.Say("growth.planned-by", ("date", when.Date), ("source", written(source))),
        { Plan: { Time.When: var when, Reference: var source } } => wording.Say("growth.planned", ("date", when.Date), ("source", written(source))),
        { Plan.Reference: var source } => wording.Say("growth.planned-undated", ("source", written(source))),
        { UnclearPlan: { Time.When: var when, Reference: var source } } => wording.Say("growth.plan-passed", ("date", when.Date), ("source", written(source))),
        { UnclearPlan: { } order } => wording.Say(
            "growth.plan-unclear",
            ("date", order.Authored is { } authored ? wording.Say("growth.of-date", ("date", authored.When.Date)) : wording["growth.without-date"]),
            ("source", written(order.Reference))),
        { PlanOfUnknownKind: { Time.When: var when, Reference: var source } } => wording.Say("growth.plan-unknown-kind", ("date", when.Date), ("source", written(source))),
        { WerePlansRead: true } => wording["growth.not-planned"],
        _ => wording["growth.plan-unread"],
    };

    /// <summary>What speaks against reading too much into the figures of this patient.</summary>
    public static IEnumerable<string> Reservations(GrowthSubject subject, Wording wording)
    {
        if (IsWithinError(subject.Assessment.Figures))
            yield return wording["growth.within-error"];
        if (subject.Growth.Undated > 0)
            yield return wording.Say("growth.undated", ("count", Text(subject.Growth.Undated)));
        if (subject.Growth.HasEmbolisation)
            yield return wording["growth.embolisation"];
        if (subject.Growth.HasStoppedKinaseInhibitor)
            yield return wording["growth.kinase-inhibitor"];
        foreach (var note in GrowthNotes.Of(subject, wording))
            yield return note;
    }

    /// <summary>The same in one line, where there is no room for more; a note that has no shorter form keeps its own.</summary>
    public static IEnumerable<string> ShortReservations(GrowthSubject subject, Wording wording)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [wording["growth.within-error"]] = wording["growth.short-within-error"],
            [wording["growth.embolisation"]] = wording["growth.short-embolisation"],
            [wording["growth.kinase-inhibitor"]] = wording["growth.short-kinase-inhibitor"],
            [wording["growth.procedures-unread"]] = wording["growth.short-procedures-unread"],
            [wording["growth.stated-sums"]] = wording["growth.short-stated-sums"],
            [wording["growth.studies-unread"]] = wording["growth.short-studies-unread"],
            [Undated("growth.undated")] = Undated("growth.short-undated"),
            [OldBaseline("growth.baseline-age")] = OldBaseline("growth.short-baseline-age"),
        };
        var lines = Reservations(subject, wording).ToLookup(said.ContainsKey);
        return
        [
            .. lines[false],
            .. lines[true].Any() ? [wording.Say("growth.short-limits", ("limits", string.Join(wording["group-separator"], lines[true].Select(line => said[line]))))] : Array.Empty<string>(),
        ];

        string Undated(string key) => wording.Say(key, ("count", Text(subject.Growth.Undated)));
        string OldBaseline(string key) => wording.Say(key, ("days", Text(subject.Assessment.Figures.DaysOfOldBaseline ?? 0)));
    }

    /// <summary>The same with what holds for every patient, for a page that has room for all of it.</summary>
    public static IEnumerable<string> Limits(GrowthSubject subject, Wording wording) =>
        [.. Reservations(subject, wording), wording["growth.caveats"], .. subject.Tumour == "hcc" ? [wording["growth.pseudoprogression"]] : Array.Empty<string>()];

    private static bool IsWithinError(GrowthFigures figures) =>
        (figures.OnTreatment is { } on && figures.IsWithinError(on)) || (figures.Reference is { } reference && figures.IsWithinError(reference));
}
