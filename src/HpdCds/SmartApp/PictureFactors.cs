using System.Xml.Linq;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>Every row of the model's table by domain, those that are scored first, with its evidence on demand.</summary>
internal static class PictureFactors
{
    private const string English = "en";

    public static XElement Of(Picture picture, PictureWords words)
    {
        var (table, assessment) = (picture.Table!, picture.Assessment!);
        return Section(
            "factors",
            words["page.factors"],
            table.HasReviewLens ? Review(assessment, words) : null,
            table.Model.Domains.OrderByDescending(domain => domain.Cap > 0).Select(domain => Domain(picture, domain, words)),
            Classed("p", "quiet", words["page.evidence-language"]));
    }

    /// <summary>What was read where no model speaks: the facts alone.</summary>
    public static XElement Read(Picture picture, PictureWords words)
    {
        var found = picture.Read.Where(row => row.Finding is not null || row.State == FactState.PresumedAbsent).ToArray();
        var rest = picture.Read.Except(found).ToArray();
        return Section(
            "read",
            words["page.read"],
            found.Length == 0 ? null : Table(
                caption: null,
                [words["page.col-factor"], words["page.col-state"], words["page.col-value"], words["page.col-date"], words["page.col-source"]],
                found.Select(row => (IReadOnlyList<object?>)[words.Line.Name(row.Factor.Id), State(row, words), Value(row, words), Date(row, words), Source(row, words)]),
                "read-title",
                [.. found.Select(row => Parts(picture, row, words) is { } parts ? (false, (object?)parts) : (true, null))]),
            rest.Length == 0 ? null : Markup.Of("p", words.Say("page.without-finding", ("names", words.Items(Named(rest, words))))));
    }

    private static XElement Review(RiskAssessment assessment, PictureWords words)
    {
        var review = assessment.Review;
        return Classed(
            "div",
            "review",
            Markup.Of("p", Markup.Of("strong", words.Say("page.review", ("present", PictureWords.Number(review.Present)), ("unknown", PictureWords.Number(review.Unknown)))), " ", words["page.review-told"]),
            Classed("ul", "inline features", assessment.Factors.Where(row => row.Factor.ReviewFeature).Select(row => Feature(row, words))));
    }

    private static XElement Feature(FactorAssessment row, PictureWords words)
    {
        var (shape, answer) = RiskAssessment.HasFeature(row) switch
        {
            true => ("present", "page.feature-present"),
            false => ("absent", "page.feature-absent"),
            null => ("unknown", "page.feature-unknown"),
        };
        return Markup.Of("li", Shape(shape), words.Say("page.feature", ("name", row.Factor.Id == "sex" ? words["sex.female"] : words.Line.ShortName(row.Factor.Id)), ("answer", words[answer])));
    }

    private static XElement Domain(Picture picture, Domain domain, PictureWords words)
    {
        var rows = picture.Assessment!.Factors.Where(row => row.Factor.Domain == domain.Id).ToArray();
        var isScored = domain.Cap > 0;
        // What is only shown, and of which nothing was found, is named in one line and told in full on demand.
        var told = isScored ? rows : Array.FindAll(rows, row => row.Finding is not null);
        var rest = rows.Except(told).ToArray();
        var title = !isScored ? words.Say("page.domain-unscored", ("name", words.Domain(domain.Id)))
            : picture.Kind == PictureKind.Assessed
                ? words.Say("page.domain", ("name", words.Domain(domain.Id)), ("points", words.Span(picture.Assessment.DomainPoints(domain))), ("cap", PictureWords.Number(domain.Cap)))
                : words.Domain(domain.Id);
        return Classed(
            "section",
            "domain",
            Has("aria-labelledby", $"domain-{domain.Id}"),
            Markup.Of("h3", Has("id", $"domain-{domain.Id}"), title, isScored && rows.Length > 1 ? Classed("span", "quiet", " (" + Rule(domain, words) + ")") : null),
            told.Length == 0 ? null : Rows(picture, caption: null, told, words, $"domain-{domain.Id}"),
            rest.Length == 0 ? null : WithoutFinding(picture, domain, rest, words));
    }

    // On paper nothing can be opened: there the line stands alone.
    private static object[] WithoutFinding(Picture picture, Domain domain, FactorAssessment[] rows, PictureWords words)
    {
        var line = words.Say("page.without-finding", ("names", words.Items(Named(rows, words))));
        return [Classed("p", "print-only", line), Details(line, Rows(picture, words.Domain(domain.Id), rows, words))];
    }

    private static string Rule(Domain domain, PictureWords words) =>
        domain.Combination == Combination.Sum ? words.Say("page.domain-sum", ("cap", PictureWords.Number(domain.Cap))) : words["page.domain-highest"];

    private static IEnumerable<string> Named(FactorAssessment[] rows, PictureWords words) =>
        words.Line.ByReason(rows.Where(row => row.State == FactState.Unknown))
            .Concat(rows.Where(row => row.State != FactState.Unknown).GroupBy(row => words.State(row.State), row => words.Line.ShortName(row.Factor.Id), StringComparer.Ordinal)
                .Select(same => words.Say("missing.factors", ("names", words.List(same)), ("reason", same.Key))));

    private static XElement Rows(Picture picture, string? caption, FactorAssessment[] rows, PictureWords words, string? labelledBy = null) => Table(
        caption,
        [words["page.col-factor"], words["page.col-state"], words["page.col-value"], words["page.col-date"], words["page.col-threshold"], words["page.col-points"], words["page.col-tier"], words["page.col-source"]],
        rows.Select(row => (IReadOnlyList<object?>)
        [
            words.Line.Name(row.Factor.Id),
            State(row, words),
            Value(row, words),
            Date(row, words),
            words.Levels(row).Select(level => Markup.Of("div", level)),
            Points(picture, row, words),
            Cards.FactorText.TierOf(row.Factor.Tier),
            Breakable(Source(row, words)),
        ]),
        labelledBy,
        [.. rows.Select(row => More(picture, row, words))]);

    // On paper evidence stays away; what a value was made of does not.
    private static (bool IsOnScreenOnly, object? Content) More(Picture picture, FactorAssessment row, PictureWords words)
    {
        var parts = Parts(picture, row, words);
        return (parts is null, new object?[] { parts, Evidence(picture, row, words) });
    }

    private static XElement? Parts(Picture picture, FactorAssessment row, PictureWords words) => picture.Reading!.Parts.Value.GetValueOrDefault(row.Factor.Id) is { IsDefaultOrEmpty: false } parts
        ? Classed("ul", "parts", parts.Select(part => Markup.Of("li", words.Part(part), part.Fact is Fact<Finding>.Known { Provenance.Source: var source } ? new object[] { " ", Classed("span", "source", source) } : null)))
        : null;

    private static object?[] State(FactorAssessment row, PictureWords words) =>
    [
        Classed("span", "state", Shape(Kebab.Case(row.State)), words.State(row.State)),
        Why(row, words) is { Length: > 0 } why ? Classed("div", "why", why) : null,
    ];

    private static string Why(FactorAssessment row, PictureWords words) => row.State switch
    {
        FactState.Unknown => words.WhyUnknown(row),
        FactState.NotApplicable => words.Line.WhyNot(row),
        FactState.PresumedAbsent => row.Fact.Match((_, _) => "", words.Rule, _ => "", _ => ""),
        _ => "",
    };

    private static object?[] Value(FactorAssessment row, PictureWords words)
    {
        var marks = words.Line.MarkWords(row).ToList();
        if (row.State == FactState.Known && Cards.FactorLine.IsOpenedByConfounders(row))
            marks.Insert(0, words.Line.Reason(row));
        var seen = row.Fact is Fact<Finding>.Unknown { Seen: { Text.Length: > 0 } found } ? words.Say("page.seen", ("value", SeenText(found, words))) : null;
        return
        [
            row.Finding is null ? words["page.none"] : Markup.Of("strong", words.Line.Value(row)),
            row.Finding?.Shown is Shown.Number { Limit: { } limit, Unit: var unit } ? Classed("div", "why", words.Say("page.limit", ("limit", PictureWords.Number(limit) + words.Line.Unit(unit)))) : null,
            marks.Select(mark => Classed("div", "mark", mark)),
            seen is null ? null : Classed("div", "why", seen),
        ];
    }

    // A card tells the value and its date in one breath, behind a separator.
    private static string SeenText(SeenValue seen, PictureWords words) => words.Line.Seen(seen).TrimStart(';', '；', ' ', ',', '，');

    private static object?[] Date(FactorAssessment row, PictureWords words)
    {
        var when = row.Fact switch
        {
            Fact<Finding>.Known known => known.Provenance.When,
            Fact<Finding>.PresumedAbsent presumed => presumed.Place?.When,
            _ => null,
        };
        if (when is not { } at)
            return [row.Finding is null ? "" : words["factor.no-date"]];
        var date = Markup.Of("time", Has("datetime", at.Date), at.Date);
        // The date of an age is that of the birth, and no result is as old as that.
        return row.Factor.Id == "age" ? Born(words.Say("page.born", ("date", at.Date)), at.Date) : [date, words.Age(at) is { } age ? Classed("div", "why", age) : null];
    }

    // A column that is too narrow breaks the words, not the date.
    private static object?[] Born(string told, string date) => [told[..told.IndexOf(date, StringComparison.Ordinal)], Classed("span", "whole", date), told[(told.IndexOf(date, StringComparison.Ordinal) + date.Length)..]];

    private static object?[] Points(Picture picture, FactorAssessment row, PictureWords words) => row.Factor.Levels.All(level => level.Points == 0) || picture.Kind != PictureKind.Assessed
        ? [Classed("span", "quiet", row.Factor.Levels.All(level => level.Points == 0) ? "0" : words["page.not-counted"])]
        : [Classed("span", row.Points.High > 0 ? row.Points.IsSettled ? "count settled" : "count open" : "count", words.Line.Points(row.Points))];

    private static string Source(FactorAssessment row, PictureWords words) => row.Fact.Match(
        (_, provenance) => provenance.Source.Length > 0 ? provenance.Source : provenance.When is null ? "" : words["page.no-source"],
        rule => row.Fact is Fact<Finding>.PresumedAbsent { Place.Source: { Length: > 0 } source } ? source : words.Place(rule),
        unknown => unknown.Seen?.Source ?? "",
        _ => "");

    // A narrow column breaks a reference where it has a joint.
    private static object?[] Breakable(string source) => source.Split('/') is [var type, var id] ? [type + "/", Markup.Of("wbr"), id] : [source];

    private static XElement Evidence(Picture picture, FactorAssessment row, PictureWords words)
    {
        var knowledge = picture.Knowledge;
        var conflicts = knowledge.About.Models[picture.Table!.Model.Id].Conflicts.Where(conflict => conflict.Factors.Contains(row.Factor.Id, StringComparer.Ordinal)).ToArray();
        var weight = picture.Table.Reasons.Weights.GetValueOrDefault(row.Factor.Id);
        return Classed(
            "details",
            "evidence",
            Markup.Of("summary", words.Say("page.evidence", ("count", PictureWords.Number(row.Factor.Evidence.Length))), Classed("span", "unseen", " " + words.Line.Name(row.Factor.Id))),
            Classed("div", "studies", row.Factor.Evidence.Select(id => Study(knowledge.Evidence[id], words))),
            weight is null ? null : Markup.Of("p", Markup.Of("strong", words["page.evidence-weight"] + ": "), Quoted(weight)),
            conflicts.Length == 0 ? null : Markup.Of("p", Markup.Of("strong", words["page.evidence-conflict"] + ": "), conflicts.Select(conflict => new object[] { Quoted(conflict.Text), " " })));
    }

    private static XElement Study(Citation citation, PictureWords words) => Classed(
        "div",
        "study",
        Markup.Of("p", Has("lang", English), Markup.Of("strong", citation.Text), citation.Doi is { } doi ? new object[] { " ", Outside($"https://doi.org/{doi}", $"doi {doi}") } : null),
        Markup.Of(
            "dl",
            Told(words["page.evidence-population"], citation.Population),
            Told(words["page.evidence-finding"], citation.Finding),
            Told(words["page.evidence-confidence"], citation.Confidence)));

    private static object[] Told(string name, string text) => [Markup.Of("dt", name), Markup.Of("dd", Has("lang", English), text)];

    private static XElement Quoted(string text) => Markup.Of("span", Has("lang", English), text);

    internal static XElement Outside(string address, string text) =>
        Markup.Of("a", Has("href", address), Has("target", "_blank"), Has("rel", "noopener noreferrer"), text);

    /// <summary>A shape for each state, so that none is told by its colour alone.</summary>
    internal static XElement Shape(string state) => Drawn(
        "svg",
        Has("class", "shape"),
        Has("viewBox", "0 0 14 14"),
        Has("aria-hidden", "true"),
        Has("focusable", "false"),
        state switch
        {
            "known" or "present" => Drawn("circle", Has("class", "full"), Has("cx", 7), Has("cy", 7), Has("r", 5)),
            "presumed-absent" => new object[] { Drawn("circle", Has("cx", 7), Has("cy", 7), Has("r", 5), Has("stroke-dasharray", "2 2")), Drawn("line", Has("x1", 4), Has("y1", 7), Has("x2", 10), Has("y2", 7)) },
            "absent" => Drawn("circle", Has("cx", 7), Has("cy", 7), Has("r", 5)),
            "not-applicable" => Drawn("path", Has("d", "M2 2H12V12H2ZM2 12L12 2")),
            _ => Drawn("path", Has("d", "M7 1L13 7L7 13L1 7ZM7 4V8M7 9.5V10.5")),
        });
}
