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

    /// <summary>The card for an assessment, or null where a card would only repeat that nothing stands out.</summary>
    public Card? ForAssessment(Recognition recognition, PatientReading reading, ModelTable table, RiskAssessment assessment, TrustedEhr ehr, string patientId)
    {
        if (assessment.IsAssessable && assessment.BandWithUncodedAtLeast.High == Band.Baseline)
            return null;
        var wording = knowledge.Wordings[ehr.Language];
        var subject = new CardSubject(recognition, reading, table, assessment, knowledge, wording);
        var isWarning = !ehr.IsCappedAtInfo && assessment is { IsAssessable: true, Band: { Low: Band.High, High: Band.High } };
        var suggestions = OrderSuggestions.For(assessment, ehr, patientId, wording);
        return Make(
            assessment.IsAssessable ? Summary(subject) : CannotSummary(subject),
            isWarning ? Warning : Info,
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
        var reason = wording[$"reason.{(reading.TumourReason ?? UnknownReason.NotRecorded).Code()}"];
        var table = knowledge.Models[0];
        var detail = string.Join(
            "\n\n",
            wording.Say($"detail.tumour-{reading.Tumour}", ("reason", reason)),
            CardDetail.FootOf(knowledge, wording, table, asOf));
        var missing = wording[$"missing.tumour-{reading.Tumour}"];
        return Make(Shortest(wording, wording.Say("summary.cannot", ("drugs", Drugs(recognition, wording)), ("missing", missing))), Info, detail, table, wording);
    }

    /// <summary>Nothing could be read at all, for clients that hide every answer but 200.</summary>
    public Card ForNoData(Recognition recognition, IEnumerable<UnknownReason> reasons, DateTimeOffset asOf, string language)
    {
        var wording = knowledge.Wordings[language];
        var table = knowledge.Models[0];
        var words = reasons.Distinct().Order().Select(reason => wording[$"reason.{reason.Code()}"]);
        var detail = string.Join(
            "\n\n",
            wording.Say("detail.no-data", ("reasons", string.Join(wording["list-separator"], words))),
            wording["detail.how-to-supply"],
            CardDetail.FootOf(knowledge, wording, table, asOf));
        return Make(Shortest(wording, wording.Say("summary.no-data", ("drugs", Drugs(recognition, wording)))), Info, detail, table, wording);
    }

    /// <summary>An order by which no drug can be known, where the EHR asks to be told.</summary>
    public Card ForUnresolvedOrder(string language)
    {
        var wording = knowledge.Wordings[language];
        return Make(wording["summary.unresolved"], Info, wording["detail.unresolved"], knowledge.Models[0], wording);
    }

    private static string Summary(CardSubject subject)
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
        var suffix = assessment.Band.IsSettled ? "" : "-range";
        var head = wording.Say(assessment.Band.IsSettled ? "summary.settled" : "summary.range", values);
        var shortHead = wording.Say($"summary.short{suffix}", values);
        var tails = assessment.Settles is { } datum
            ? [wording.Say("summary.settles", ("datum", line.Datum(datum)))]
            : Leading(assessment, line, wording);
        return new[] { head, shortHead }.SelectMany(start => tails.Append("").Select(tail => start + tail)).First(text => text.Length <= MostSummaryCharacters);
    }

    // The leading factors with their values, fewer and fewer, so that the first sentence that fits says the most.
    private static string[] Leading(RiskAssessment assessment, FactorLine line, Wording wording)
    {
        var leading = assessment.Factors.Where(row => row.Points.Low > 0)
            .OrderByDescending(row => row.Points.Low).ThenBy(row => row.Factor.Tier)
            .Select(line.Short).ToArray();
        return [.. Enumerable.Range(0, leading.Length).Select(dropped => $" {string.Join(wording["list-separator"], leading[..^dropped])}.")];
    }

    private static string CannotSummary(CardSubject subject)
    {
        var line = new FactorLine(subject.Wording);
        var missing = subject.Assessment.Model.AssessableWithAnyOf.Select(id => $"{line.Name(id)} {line.Reason(subject.Assessment[id])}");
        return Shortest(subject.Wording, subject.Wording.Say(
            "summary.cannot",
            ("drugs", Drugs(subject.Recognition, subject.Wording)),
            ("missing", string.Join(subject.Wording["list-separator"], missing))));
    }

    private static string Shortest(Wording wording, string text) => text.Length <= MostSummaryCharacters ? text : wording["summary.short-cannot"];

    private static string Drugs(Recognition recognition, Wording wording) => string.Join(wording["drug-separator"], recognition.Agents);

    private static string BandWord(Wording wording, Band band) => wording[$"band.{Kebab.Case(band.ToString())}"];

    private Card Make(string summary, string indicator, string detail, ModelTable table, Wording wording) =>
        new(summary, indicator, new CardSource(
            wording.Say("source.label", ("model", table.Model.Id)),
            "https://doi.org/10.7507/1007-9424.202412073",
            new HookCoding("https://hpdcds.org/fhir/CodeSystem/topics", "HPDRISK1", wording["source.topic"])))
        {
            Uuid = Guid.NewGuid().ToString(),
            Detail = detail,
            OverrideReasons = [.. knowledge.OverrideReasons.Reasons.Select(reason =>
                new HookCoding(knowledge.OverrideReasons.System, reason.Code, reason.Display.GetValueOrDefault(wording.Language, reason.Display["en"])))],
        };
}
