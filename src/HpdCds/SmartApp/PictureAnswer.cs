using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Hooks;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>The answer, or why there is none: the band on its scale, what would settle it, the baseline kit, and what limits it.</summary>
internal static class PictureAnswer
{
    public static XElement Of(Picture picture, PictureWords words, WhatIf? whatIf, PictureFrame frame) => Markup.Of(
        "section",
        Has("id", "answer"),
        Has("aria-labelledby", "answer-title"),
        Markup.Of("h1", Has("id", "answer-title"), words[picture is { Kind: PictureKind.OutOfScope, Growth: not null } ? "page.title-growth" : "page.title"]),
        Order(picture, words),
        GrowthSinceCard(picture, words),
        Changed(picture, words),
        picture.Kind switch
        {
            PictureKind.Assessed => Band(picture.Assessment!, words, whatIf),
            PictureKind.NotAssessable => NotAssessable(picture.Assessment!, words, whatIf),
            _ => Silent(picture, words),
        },
        Partial(picture, words, frame),
        picture.Reading is null ? null : Limits(picture, words),
        picture.Kind is PictureKind.OutOfScope or PictureKind.AnotherPatient ? null : Kit(picture, words),
        picture.Kind == PictureKind.Assessed ? Options(words) : null);

    private static XElement Order(Picture picture, PictureWords words) => Classed(
        "p",
        "order",
        Markup.Of("strong", words.Say("page.order", ("drugs", PicturePage.Drugs(picture, words)))),
        picture.Reading is { } reading && !picture.Request.Recognition.Agents.IsEmpty ? Markup.Of("span", Regimen(picture, reading.Regimen, words)) : null,
        Markup.Of("span", words.Say("page.evaluated", ("asOf", words.Instant(picture.Request.AsOf)))));

    // A partner that was only ordered then, and one that is gone since, look the same from here.
    private static string Regimen(Picture picture, Regimen? regimen, PictureWords words) => picture.RegimenOfChart is { } now
        ? words.Say("page.regimen-of-card", ("regimen", words.Regimen(regimen)), ("now", words.Regimen(now)))
        : words.Say("page.regimen", ("regimen", words.Regimen(regimen)));

    private static XElement[] Band(RiskAssessment assessment, PictureWords words, WhatIf? whatIf) =>
    [
        Classed("p", $"band {Kebab.Case(assessment.Band.High)}", words.BandText(assessment)),
        Classed("p", "points", words.Say("page.points", ("points", words.Span(assessment.Points)), ("most", PictureWords.Number(assessment.Model.MostPoints)))),
        PictureScale.Of(assessment, whatIf?.Assessment, words),
        Markup.Of("p", assessment.Settles is null
            ? words["page.settles-none"]
            : Markup.Of("strong", words.Say("page.settles", ("datum", words.Line.Datum(assessment)))), Outcomes(assessment, words)),
    ];

    // What each answer to it would make of the band, while the rest stays as it is.
    private static string? Outcomes(RiskAssessment assessment, PictureWords words)
    {
        if (assessment.Settles is not { } datum
            || WhatIf.Questions(assessment).FirstOrDefault(question => question.Row.Datum == datum) is not { } question)
            return null;
        var outcomes = question.Choices.Select(choice => (Choice: choice, Band: WhatIf.BandWith(assessment, question.Row.Factor.Id, choice)))
            .Select(outcome => outcome.Band.IsSettled
                ? words.Say("page.outcome", ("choice", words.Choice(question.Row, outcome.Choice)), ("band", words.BandOf(outcome.Band.Low)))
                : words.Say("page.outcome-range", ("choice", words.Choice(question.Row, outcome.Choice)), ("low", words.BandOf(outcome.Band.Low)), ("high", words.BandOf(outcome.Band.High))));
        return " " + words.Say("page.settles-outcomes", ("outcomes", words.Items(outcomes.Select(outcome => $"{words.Line.ShortName(question.Row.Factor.Id)} {outcome}"))));
    }

    private static XElement[] NotAssessable(RiskAssessment assessment, PictureWords words, WhatIf? whatIf) =>
    [
        Classed("p", "band", words["page.not-assessable"]),
        Markup.Of("p", words.Say("page.not-assessable-told", ("missing", words.Items(words.Line.ByReason(assessment.Model.AssessableWithAnyOf.Select(id => assessment[id])))))),
        .. whatIf?.Assessment.IsAssessable == true ? [PictureScale.Of(assessment, whatIf.Assessment, words)] : Array.Empty<XElement>(),
    ];

    private static XElement?[] Silent(Picture picture, PictureWords words) => picture.Kind switch
    {
        PictureKind.TumourUnknown =>
        [
            Classed("p", "band", words["page.tumour-unknown"]),
            Markup.Of("p", words.Say($"detail.tumour-{picture.Reading!.Tumour}", ("reason", picture.Reading is { Tumour: "not-found", TumourReason: { } why and not UnknownReason.NotRecorded }
                ? words.Say("detail.tumour-reason", ("reason", words[$"reason.{why.Code()}"])) : ""))),
            Markup.Of("p", words["page.says-nothing"], " ", words["page.scope-read"]),
        ],
        PictureKind.OutOfScope when picture.Growth is { } growth =>
        [
            Classed("p", growth.IsWarning ? "band high" : "band", PictureGrowth.Headline(growth, words)),
            Markup.Of("p", words["page.scope-growth"]),
        ],
        PictureKind.OutOfScope =>
        [
            Classed("p", "band", words["page.out-of-scope"]),
            Markup.Of("p", words[picture.OutOfScope switch
            {
                "child" => "page.scope-child",
                "perioperative" => "page.scope-perioperative",
                "haematological" => "page.scope-haematological",
                _ => "page.scope-continuation",
            }], picture.OutOfScope is "child" or "perioperative" or "haematological" ? null : " " + words[picture switch
            {
                { Request.ShowsGrowth: false } => "page.scope-growth-off",
                { WhyNoGrowth: "haematological" } => "page.scope-haematological",
                _ => "page.scope-growth-silent",
            }]),
            Markup.Of("p", words["page.says-nothing"], " ", words["page.scope-read"]),
        ],
        PictureKind.AnotherPatient => [Classed("p", "band", words["page.another-patient"]), Markup.Of("p", words["detail.another-patient"])],
        _ =>
        [
            Classed("p", "band", words["page.no-data"]),
            Markup.Of("p", words.Say("detail.no-data", ("reasons", words.List(Unread(picture).Select(source => source.State).Distinct().Order().Select(state => StateOf(state, words)))))),
        ],
    };

    private static XElement? Partial(Picture picture, PictureWords words, PictureFrame frame)
    {
        var unread = Unread(picture).ToArray();
        return unread.Length == 0 || picture.Kind == PictureKind.AnotherPatient ? null : Classed(
            "div",
            "notice",
            Markup.Of("h2", words["page.partial"]),
            Markup.Of("p", words["page.partial-told"]),
            Classed("ul", "inline", unread.Select(source => Markup.Of("li", words.Say("page.source-item", ("source", NameOf(source.Key, words)), ("state", StateOf(source.State, words)))))),
            // What was cut or refused would be so again.
            Array.Exists(unread, source => source.State == SourceState.Failed) ? Markup.Of("p", Markup.Of("a", Has("class", "again"), Has("href", frame.Self + frame.Query), words["page.read-again"])) : null);
    }

    private static IEnumerable<ChartSource> Unread(Picture picture) =>
        picture.Request.Chart.Sources.Values.Where(source => source.State != SourceState.Complete).OrderBy(source => source.Key);

    internal static string StateOf(SourceState state, PictureWords words) => words[state switch
    {
        SourceState.Truncated => "page.source-truncated",
        SourceState.NotSupplied => "page.source-not-supplied",
        SourceState.NotAuthorised => "page.source-not-authorised",
        _ => "page.source-failed",
    }];

    private static string NameOf(ChartKey key, PictureWords words) => words[$"page.key-{Kebab.Case(key)}"];

    // Of a card about growth the verdict alone is kept.
    private static XElement? GrowthSinceCard(Picture picture, PictureWords words)
    {
        if (picture.GrowthOfCard is not { } card)
            return null;
        var asOf = ("asOf", words.Instant(card.At));
        if (picture.Growth?.Assessment is { } now && now.Primary == card.Rule && Kebab.Case(now.PrimaryResult.Judgement.Verdict) == card.Result)
            return Classed("p", "quiet", words.Say("page.growth-unchanged", asOf));
        return Classed(
            "div", "notice changed", Has("role", "status"), Markup.Of("h2", words["page.growth-changed"]),
            Markup.Of("p", words.Say(
                "page.growth-changed-told", asOf, ("then", words.Say("page.growth-then", ("rule", words.Find($"growth.rule.{card.Rule}") ?? card.Rule), ("result", words[$"page.growth-result-{Kept(card.Result)}"]))),
                ("now", picture.Growth is { } growth ? PictureGrowth.Verdict(growth.Assessment, words) : words["page.growth-result-none"]))));
    }

    private static string Kept(string result) => result is "met" or "not-met" ? result : "open";

    private static XElement? Changed(Picture picture, PictureWords words)
    {
        if (picture.SinceCard is not { } since)
            return picture is { Request.IsCardLost: true, Kind: not PictureKind.AnotherPatient } ? Classed("p", "notice card-lost", words["page.card-lost"]) : null;
        var asOf = ("asOf", words.Instant(since.At));
        var hidden = since.HidesValues ? " " + words["page.changed-hidden"] : null;
        if (since.IsAsItWas)
            return Classed("p", "quiet", words.Say(since.HasRows ? "page.unchanged" : "page.unchanged-scope", asOf));
        var changes = Changes(picture, since, words).Select(change => Markup.Of("li", change)).ToArray();
        if (since.HasChanged)
        {
            return Classed(
                "div", "notice changed", Has("role", "status"), Markup.Of("h2", words["page.changed"]), Bands(picture, since, words), Markup.Of("ul", changes), Unread(since, words),
                Classed("p", "quiet", words.Say("page.changed-told", asOf), hidden));
        }

        // Nothing is said to be as it was that was not looked at.
        return Classed(
            "div", since.NotCompared.IsEmpty ? "quiet" : "notice", Has("role", "status"), Markup.Of("p", words.Say("page.unchanged-as-far", asOf), hidden),
            changes.Length == 0 ? null : Markup.Of("ul", changes), since.NotCompared.IsEmpty ? null : Bands(picture, since, words), Unread(since, words));
    }

    private static XElement Bands(Picture picture, CardComparison since, PictureWords words) => Markup.Of("p", words.Say(
        "page.changed-band", ("then", Then(since, words)), ("now", picture.Assessment is { IsAssessable: true } now ? BandAndPoints(now, words) : words["page.no-band"])));

    private static XElement[]? Unread(CardComparison since, PictureWords words) => since.NotCompared.IsEmpty ? null :
    [
        Markup.Of("h2", words["page.not-compared"]),
        Markup.Of("ul", since.NotCompared.GroupBy(one => (one.IsThen, one.Reason)).Select(same => Markup.Of("li", words.Say(
            same.Key.IsThen ? "page.not-compared-then" : "page.not-compared-now",
            ("names", words.List(same.Select(one => words.Find($"page.not-compared-{one.What}") ?? words.Line.ShortName(one.What)))),
            ("reason", words.Find($"reason.{same.Key.Reason}") ?? words[$"mark.{same.Key.Reason}"]))))),
    ];

    private static string BandAndPoints(RiskAssessment now, PictureWords words) => $"{words.BandText(now)} ({words.Line.Points(now.Points)})";

    private static string Then(CardComparison since, PictureWords words) => since is not { Band: var (low, high), Points: { } points } ? words["page.no-band"]
        : $"{words.BandText(low, high)} ({words.Line.Points(points)})";

    private static IEnumerable<string> Changes(Picture picture, CardComparison since, PictureWords words)
    {
        if (since.HasOtherRules)
            yield return words["page.changed-rules"];
        if (since.Tumour is not null)
            yield return words["page.changed-tumour"];
        if (since.HasOtherScope)
            yield return words["page.changed-scope"];
        foreach (var change in since.Factors)
        {
            var name = ("name", words.Line.Name(change.Factor));
            yield return change.IsValueOnly
                ? words.Say("page.changed-value", name, ("now", words.ValueAndDate(picture.Assessment![change.Factor])))
                : words.Say("page.changed-row", name, ("then", Then(change, words)), ("now", Now(picture.Assessment![change.Factor], words)));
        }
    }

    private static string Then(FactorChange change, PictureWords words)
    {
        if (change.State is not { } state)
            return words["page.not-listed"];
        var reason = change.Reason is { } why ? " (" + (words.Find($"reason.{why}") ?? why) + ")" : "";
        return (words.Find($"page.state-{state}") ?? state) + reason + (change.Points is { } points ? ", " + words.Line.Points(points) : "");
    }

    private static string Now(FactorAssessment row, PictureWords words) =>
        words.State(row.State) + (row.Reason is { } why ? " (" + words[$"reason.{why.Code()}"] + ")" : "") + ", " + words.Line.Points(row.Points);

    private static XElement? Limits(Picture picture, PictureWords words)
    {
        var told = CardDetail.Reservations(picture.Request.Recognition, RegimenKnown(picture), picture.Wording).ToList();
        if (picture.Reading!.IsTumourOfCard)
            told.Add(words["page.cancer-of-card"]);
        if (picture.Table is { } table && words.Find($"model-reason.{table.ReasonFor(picture.Reading!.Tumour, picture.Reading.ReasonForGeneralModel)}") is { } reason)
            told.Add(words.Say("detail.model-reason", ("reason", reason)));
        if (picture.Assessment is { } assessment && assessment.Model.Factors.Where(factor => factor.IsCore).All(factor => factor.Tier >= Tier.D))
            told.Add(words["detail.indirect"]);
        if (picture is { Table: { } rmh, Assessment: { } of } && rmh.RoyalMarsdenOf(of) is { } score)
            told.Add(words.Say("detail.royal-marsden", ("score", words.Span(score))));
        return told.Count == 0 ? null : Classed("ul", "limits", told.Select(line => Markup.Of("li", line)));
    }

    // Where no order is known, nothing can be said of its regimen.
    private static Facts.PatientReading RegimenKnown(Picture picture) =>
        picture.Request.Recognition.Agents.IsEmpty ? picture.Reading! with { Regimen = null } : picture.Reading!;

    private static XElement Kit(Picture picture, PictureWords words)
    {
        var line = picture.Reading is { } reading
            ? BaselineKit.Line(picture.Wording, picture.Knowledge, reading.Factors, picture.Table?.Model, picture.Request.ShowsGrowth)
            : BaselineKit.LineWithoutData(picture.Wording, picture.Knowledge, picture.Request.AsOf);
        return Classed("div", "kit", Markup.Of("p", PictureWords.Plain(line)));
    }

    private static XElement Options(PictureWords words) => Classed(
        "div",
        "options",
        Markup.Of("h2", words["page.options"]),
        Classed("ul", "inline", ((string[])["page.option-monitoring", "page.option-imaging", "page.option-regimen", "page.option-board"]).Select(option => Markup.Of("li", words[option]))));
}
