using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Cards;

/// <summary>The situation table of the clinical model, section 6: from an answer to at most one card.</summary>
public sealed class CardWriter(KnowledgeBase knowledge)
{
    private const int MostSummaryCharacters = 139;
    private const string Info = "info";
    private const string Warning = "warning";

    /// <summary>Of liver cancer: a card about another tumour does not point to it.</summary>
    private const string SeedReview = "https://doi.org/10.7507/1007-9424.202412073";

    // By language: they are the same on every card.
    private readonly FrozenDictionary<string, HookCoding[]> _overrideReasons = knowledge.Wordings.Keys.ToFrozenDictionary(
        language => language,
        language => knowledge.OverrideReasons.Reasons.Select(reason => new HookCoding(knowledge.OverrideReasons.System, reason.Code, reason.Display.GetValueOrDefault(language, reason.Display["en"]))).ToArray(),
        StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(PublishedRate Rate, string Language), string> _rates = [];

    /// <summary>The card for an assessment, or null where a card would only repeat that nothing stands out.</summary>
    public Card? ForAssessment(Recognition recognition, PatientReading reading, ModelTable table, RiskAssessment assessment, TrustedEhr ehr, string patientId)
    {
        var situation = Situations.Of(assessment);
        if (situation == Situation.None)
            return null;
        var wording = knowledge.Wordings[ehr.Language];
        var subject = new CardSubject(recognition, reading, table, assessment, knowledge, wording) { Rates = _rates };
        var suggestions = OrderSuggestions.For(assessment, ehr, patientId, wording);
        return Make(
            assessment.IsAssessable ? Summary(subject) : CannotSummary(subject),
            situation == Situation.Warning ? Warning : Info,
            new CardDetail(subject).Text(),
            table,
            wording) with
        {
            Suggestions = suggestions,
            SelectionBehavior = suggestions.Count > 0 ? "any" : null,
        };
    }

    /// <summary>It cannot be said which cancer the order is for.</summary>
    public Card ForUnknownTumour(Recognition recognition, PatientReading reading, DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var reason = reading is { Tumour: "not-found", TumourReason: { } why and not UnknownReason.NotRecorded }
            ? wording.Say("detail.tumour-reason", ("reason", wording[$"reason.{why.Code()}"]))
            : "";
        var detail = string.Join(
            "\n\n",
            [
                wording.Say($"detail.tumour-{reading.Tumour}", ("reason", reason)),
                .. CardDetail.Reservations(recognition, reading, wording),
                BaselineKit.Line(wording, knowledge, reading.Factors, model: null),
                CardDetail.Foot(knowledge, wording, table: null, asOf),
            ]);
        return Make(CannotSummary(recognition, wording[$"missing.tumour-{reading.Tumour}"] + reason, wording), Info, detail, table: null, wording);
    }

    /// <summary>Nothing could be read at all, for clients that hide every answer but 200.</summary>
    public Card ForNoData(Recognition recognition, IEnumerable<UnknownReason> reasons, DateTimeOffset asOf, string language) =>
        WithoutData(recognition, wording => (
            wording["missing.data"],
            wording.Say("detail.no-data", ("reasons", string.Join(wording["list-separator"], reasons.Distinct().Order().Select(reason => wording[$"reason.{reason.Code()}"]))))), asOf, language);

    /// <summary>The same, because the record that came is somebody else's.</summary>
    public Card ForAnotherPatient(Recognition recognition, DateTimeOffset asOf, string language) =>
        WithoutData(recognition, wording => (wording["missing.another-patient"], wording["detail.another-patient"]), asOf, language);

    private Card WithoutData(Recognition recognition, Func<Wording, (string Missing, string Told)> why, DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var (missing, told) = why(wording);
        var detail = string.Join(
            "\n\n",
            told,
            CardDetail.HowToSupply(knowledge, wording),
            BaselineKit.LineWithoutData(wording, knowledge, asOf),
            CardDetail.Foot(knowledge, wording, table: null, asOf));
        return Make(CannotSummary(recognition, missing, wording), Info, detail, table: null, wording);
    }

    /// <summary>An order by which no drug can be known, where the EHR asks to be told.</summary>
    public Card ForUnresolvedOrder(DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var detail = string.Join("\n\n", wording["detail.unresolved"], CardDetail.Foot(knowledge, wording, table: null, asOf));
        return Make(wording["summary.unresolved"], Info, detail, table: null, wording);
    }

    private string Summary(CardSubject subject)
    {
        var (wording, assessment) = (subject.Wording, subject.Assessment);
        var line = new FactorLine(wording);
        var values = new (string, string)[]
        {
            ("drugs", Drugs(subject.Recognition, wording)),
            ("band", BandWord(wording, assessment.Band.Low)),
            ("low", BandWord(wording, assessment.Band.Low)),
            ("high", BandWord(wording, assessment.Band.High)),
            ("points", line.Span(assessment.Points.Low, assessment.Points.High)),
            ("most", assessment.Model.MostPoints.ToString(CultureInfo.InvariantCulture)),
        };
        string[] heads = assessment.Band.IsSettled ? ["summary.settled", "summary.short"] : ["summary.range", "summary.short-range"];
        var tails = assessment.Settles is { } datum
            ? [wording.Say("summary.settles", ("datum", line.ShortDatum(datum)))]
            : Leading(assessment, line, wording);
        return heads.Select(head => wording.Say(head, values)).SelectMany(head => tails.Append("").Select(tail => head + tail)).First(text => text.Length <= MostSummaryCharacters);
    }

    // The leading factors with their values, fewer and fewer, so that the first sentence that fits says the most.
    private static IEnumerable<string> Leading(RiskAssessment assessment, FactorLine line, Wording wording)
    {
        var leading = assessment.Factors.Where(row => row.Points.Low > 0)
            .OrderByDescending(row => row.Points.Low).ThenBy(row => row.Factor.Tier)
            .Select(line.Short).ToArray();
        return Enumerable.Range(0, leading.Length).Select(dropped => wording.Say(
            "summary.leading", ("factors", string.Join(wording["list-separator"], leading[..^dropped]))));
    }

    private string CannotSummary(CardSubject subject) => CannotSummary(
        subject.Recognition,
        string.Join(
            subject.Wording["group-separator"],
            new FactorLine(subject.Wording).ByReason(subject.Assessment.Model.AssessableWithAnyOf.Select(id => subject.Assessment[id]))),
        subject.Wording);

    private string CannotSummary(Recognition recognition, string missing, Wording wording) => new[]
    {
        wording.Say("summary.cannot", ("drugs", Drugs(recognition, wording)), ("missing", missing)),
        wording.Say("summary.cannot-short", ("missing", missing)),
        wording["summary.cannot-shortest"],
    }.First(text => text.Length <= MostSummaryCharacters);

    private string Drugs(Recognition recognition, Wording wording) => DrugNames.Of(recognition.Agents, knowledge.Drugs, wording);

    private static string BandWord(Wording wording, Band band) => wording[$"band.{Kebab.Case(band)}"];

    private Card Make(string summary, string indicator, string detail, ModelTable? table, Wording wording) =>
        new(summary, indicator, new CardSource(
            table is null ? wording["source.label-no-model"] : wording.Say(table.HasReviewLens ? "source.label" : "source.label-pooled", ("model", table.Model.Id)),
            table is { HasReviewLens: false } ? null : SeedReview,
            new HookCoding("https://hpdcds.org/fhir/CodeSystem/topics", "HPDRISK1", wording["source.topic"])))
        {
            // Sorts behind those before it, which an index of them likes.
            Uuid = Guid.CreateVersion7().ToString(),
            Detail = detail,
            OverrideReasons = _overrideReasons[wording.Language],
        };
}
