using System.Globalization;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>Results over time, points by domain and published rates: a picture where it helps, and a table behind each.</summary>
internal static class PictureCharts
{
    private const int Row = 26;
    private const int Cell = 30;
    private const int NameWidth = 120;

    public static XElement Of(Picture picture, PictureWords words) => Section(
        "trends",
        words["page.trends"],
        picture.Trends.IsEmpty
            ? Markup.Of("p", words["page.trends-none"])
            : new object?[]
            {
                Classed("p", "quiet", words["page.trends-told"]),
                Treatments(picture, words),
                Classed("div", "charts", picture.Trends.Select(trend => Figure(picture, trend, words))),
            },
        picture.Undrawn.IsEmpty ? null : Classed("ul", "quiet undrawn", picture.Undrawn.Select(trend => Markup.Of("li", Undrawn(trend, words)))),
        picture.Kind == PictureKind.Assessed ? Contribution(picture.Assessment!, words) : null);

    // A picture that is not there is no answer to whether there was nothing to draw.
    private static string Undrawn(Trend trend, PictureWords words)
    {
        var name = ("name", words.Find($"part.{trend.Id}") ?? words.Line.ShortName(trend.Id));
        return trend switch
        {
            { WhyNone: { } why, MissingPart: { } part } => words.Say("page.trend-none-made", name, ("reason", words.Say("reason.of-part", ("part", words[$"part.{part}"]), ("reason", words[$"reason.{why.Code()}"])))),
            { WhyNone: { } why } => words.Say("page.trend-none-usable", name, ("count", PictureWords.Number(trend.Results)), ("reason", words[$"reason.{why.Code()}"])),
            { Source: Chart.SourceState.Complete } => words.Say("page.trend-none-recorded", name),
            _ => words.Say("page.trend-none-read", name, ("state", PictureAnswer.StateOf(trend.Source, words))),
        };
    }

    private static XElement? Treatments(Picture picture, PictureWords words) => picture.Treatments.IsEmpty ? null : Classed(
        "div",
        "treatments",
        Markup.Of("h3", words["page.treatments"]),
        Classed("ul", "inline", picture.Treatments.Select((treatment, at) => Markup.Of("li", words.Say(
            "page.treatment", ("mark", TrendChart.MarkOf(at)), ("name", NameOf(treatment, picture, words)), ("date", treatment.When.Date))))),
        picture.TreatmentsLeftOut == 0 ? null : Classed("p", "quiet", words.Say("page.treatments-left-out", ("count", PictureWords.Number(picture.TreatmentsLeftOut)))));

    private static string NameOf(TreatmentMark treatment, Picture picture, PictureWords words) => treatment.Agents.IsEmpty
        ? words[$"page.treatment-{treatment.Kind}"]
        : DrugNames.Of(treatment.Agents, picture.Knowledge.Drugs, picture.Wording);

    private static XElement Figure(Picture picture, Trend trend, PictureWords words)
    {
        var last = trend.Points[^1];
        var name = words.Say($"page.trend-{trend.Id}", ("unit", last.Unit));
        return Markup.Of(
            "figure",
            Markup.Of("h3", name),
            Classed("p", "latest", words.Say("page.trend-latest", ("value", ValueOf(trend, last, words)), ("date", last.When.Date + (words.Age(last.When) is { } age ? ", " + age : "")))),
            new TrendChart(trend, picture, words).Draw(Spoken(trend, name, words)),
            Details(words["page.trend-table"], Behind(trend, name, words)),
            trend.HasOlder ? Classed("p", "quiet", words.Say("page.trend-older", ("count", PictureWords.Number(trend.Points.Length)))) : null,
            trend.MayLackOlder ? Classed("p", "quiet", words["page.trend-incomplete"]) : null);
    }

    private static string Spoken(Trend trend, string name, PictureWords words)
    {
        var (first, last) = (trend.Points[0], trend.Points[^1]);
        return words.Say(
            trend.Points.Length == 1 ? "page.trend-spoken-one" : "page.trend-spoken",
            ("name", name),
            ("count", PictureWords.Number(trend.Points.Length)),
            ("first", ValueOf(trend, first, words)),
            ("firstDate", first.When.Date),
            ("last", ValueOf(trend, last, words)),
            ("lastDate", last.When.Date));
    }

    /// <summary>The value with its sign and unit; of LDH with how many times the limit it is.</summary>
    private static string ValueOf(Trend trend, TrendPoint point, PictureWords words)
    {
        var value = FactorLine.Bound(point.Bound) + Written(point.Value, point.Limit is { } limit ? [limit] : trend.Thresholds) + words.Line.Unit(point.Unit);
        return string.Join("; ", MarksOf(point, words).Prepend(point.Limit is null ? value : words.Say("page.trend-times", ("value", value), ("times", Multiple(trend, point)))));
    }

    private static IEnumerable<string> MarksOf(TrendPoint point, PictureWords words) =>
        words.Line.ConfounderWords(point.Confounders).Concat(point.Marks.Select(mark => words[$"mark.{Kebab.Case(mark)}"]));

    // A number that is rounded onto a threshold, or over it, says something else than what was counted.
    private static string Written(decimal value, IReadOnlyCollection<decimal> thresholds, int? least = null) =>
        FactorText.Written(value, rounded => thresholds.All(threshold => rounded.CompareTo(threshold) == value.CompareTo(threshold)), least);

    private static string Multiple(Trend trend, TrendPoint point) => Written(point.Drawn, trend.Thresholds, least: 2);

    private static XElement Behind(Trend trend, string name, PictureWords words)
    {
        var hasLimit = trend.Points.Any(point => point.Limit is not null);
        string[] headings = [words["page.col-date"], words["page.trend-value"], .. hasLimit ? [words["page.trend-limit"], words["page.trend-multiple"]] : Array.Empty<string>(), words["page.col-source"]];
        return Table(name, headings, trend.Points.Reverse().Select(point => (IReadOnlyList<object?>)
        [
            point.When.Date,
            new object?[]
            {
                FactorLine.Bound(point.Bound) + Written(point.Value, point.Limit is { } own ? [own] : trend.Thresholds, least: 4) + words.Line.Unit(point.Unit),
                point.Recorded is { } recorded ? Classed("div", "why", words.Say("page.trend-recorded", ("value", recorded))) : null,
                MarksOf(point, words).Select(mark => Classed("div", "mark", mark)),
            },
            .. hasLimit ? [point.Limit is { } limit ? PictureWords.Number(limit) + words.Line.Unit(point.Unit) : "", Multiple(trend, point)] : Array.Empty<string>(),
            point.Source,
        ]));
    }

    private static XElement Contribution(RiskAssessment assessment, PictureWords words)
    {
        var domains = assessment.Model.Domains.Where(domain => domain.Cap > 0).Select(domain => (Domain: domain, Points: assessment.DomainPoints(domain))).ToArray();
        string Told((Domain Domain, PointsRange Points) item) => words.Say(
            "page.contribution-spoken", ("name", words.Domain(item.Domain.Id)), ("points", words.Span(item.Points)), ("cap", PictureWords.Number(item.Domain.Cap)));
        return Classed(
            "figure",
            "contribution",
            Markup.Of("h3", words["page.contribution"]),
            Drawn(
                "svg",
                Has("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 300 {domains.Length * Row}")),
                Has("role", "img"),
                Has("aria-label", words.Items(domains.Select(Told))),
                domains.SelectMany((item, at) => Bar(item.Domain, item.Points, at * Row, words))),
            Classed("figcaption", "quiet", words["page.contribution-key"]),
            Details(words["page.trend-table"], Table(
                words["page.contribution"],
                [words["page.contribution"], words["page.col-points"]],
                domains.Select(item => (IReadOnlyList<object?>)[words.Domain(item.Domain.Id), Told(item)]))));
    }

    private static IEnumerable<XElement> Bar(Domain domain, PointsRange points, int top, PictureWords words)
    {
        yield return Drawn("text", Has("x", 0), Has("y", top + 16), words.Domain(domain.Id));
        for (var point = 0; point < domain.Cap; point++)
        {
            var (isSettled, isOpen) = (point < points.Low, point < points.High);
            yield return Drawn(
                "rect", Has("class", isSettled ? "cell in" : "cell"), Has("x", NameWidth + (point * (Cell + 3))), Has("y", top + 3), Has("width", Cell), Has("height", Row - 8),
                !isSettled && isOpen ? Has("fill", "url(#open)") : null);
        }

        yield return Drawn("text", Has("class", "strong"), Has("x", NameWidth + (2 * (Cell + 3)) + 8), Has("y", top + 16), words.Span(points) + " / " + PictureWords.Number(domain.Cap));
    }

    public static XElement? Rates(Picture picture, PictureWords words)
    {
        if (picture.Table!.Rates.IsEmpty)
            return null;
        var regimen = picture.Reading!.Regimen?.Code();
        var rates = picture.Table.Rates.OrderBy(rate => rate.Regimen == regimen ? 0 : 1)
            .ThenBy(rate => rate.Agent is null ? 1 : picture.Request.Recognition.Agents.Contains(rate.Agent, StringComparer.Ordinal) ? 0 : 2);
        var hasOwn = regimen is null || picture.Table.Rates.Any(rate => rate.Regimen == regimen);
        return Section(
            "rates",
            words["page.rates"],
            Markup.Of("p", words["page.rates-told"], hasOwn ? null : " " + words["detail.rate-none"]),
            Table(
                words["page.rates"],
                [words["page.rates-regimen"], words["page.rates-rate"], words["page.rates-definition"], words["page.rates-source"]],
                rates.Select(rate => (IReadOnlyList<object?>)
                [
                    new object?[]
                    {
                        rate.Agent is { } agent ? DrugNames.Of(agent, picture.Knowledge.Drugs, picture.Wording) : words[$"regimen.{rate.Regimen}"],
                        rate.Regimen == regimen ? Classed("span", "this", words["page.rates-this"]) : null,
                    },
                    words.Say("page.rate", ("events", PictureWords.Number(rate.Events)), ("of", PictureWords.Number(rate.Of)), ("percent", (100m * rate.Events / rate.Of).ToString("0.0", CultureInfo.InvariantCulture))),
                    FactorLine.Readable(words.Find($"rate.{rate.Evidence}-{rate.Events}") ?? rate.Definition),
                    Cited(picture.Knowledge.Evidence[rate.Evidence]),
                ])));
    }

    internal static object Cited(Citation citation) => citation.Doi is { } doi
        ? PictureFactors.Outside($"https://doi.org/{doi}", citation.Text.Split(';')[0])
        : citation.Text.Split(';')[0];
}
