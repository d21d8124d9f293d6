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
        picture.Kind == PictureKind.Assessed ? Contribution(picture.Assessment!, words) : null);

    private static XElement? Treatments(Picture picture, PictureWords words) => picture.Treatments.IsEmpty ? null : Classed(
        "div",
        "treatments",
        Markup.Of("h3", words["page.treatments"]),
        Classed("ul", "inline", picture.Treatments.Select((treatment, at) => Markup.Of("li", words.Say(
            "page.treatment", ("mark", TrendChart.MarkOf(at)), ("name", NameOf(treatment, picture, words)), ("date", treatment.When.Date))))));

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
            Classed("p", "latest", words.Say("page.trend-latest", ("value", ValueOf(last, words)), ("date", last.When.Date + (words.Age(last.When) is { } age ? ", " + age : "")))),
            new TrendChart(trend, picture, words).Draw(Spoken(trend, name, words)),
            Details(words["page.trend-table"], Behind(trend, name, words)),
            trend.MayLackOlder ? Classed("p", "quiet", words["page.trend-incomplete"]) : null);
    }

    private static string Spoken(Trend trend, string name, PictureWords words)
    {
        var (first, last) = (trend.Points[0], trend.Points[^1]);
        return words.Say(
            trend.Points.Length == 1 ? "page.trend-spoken-one" : "page.trend-spoken",
            ("name", name),
            ("count", PictureWords.Number(trend.Points.Length)),
            ("first", ValueOf(first, words)),
            ("firstDate", first.When.Date),
            ("last", ValueOf(last, words)),
            ("lastDate", last.When.Date));
    }

    /// <summary>The value with its sign and unit; of LDH with how many times the limit it is.</summary>
    private static string ValueOf(TrendPoint point, PictureWords words)
    {
        var value = FactorLine.Bound(point.Bound) + Rounded(point.Value) + words.Line.Unit(point.Unit);
        return point.Limit is null ? value : words.Say("page.trend-times", ("value", value), ("times", Rounded(point.Drawn)));
    }

    private static string Rounded(decimal value) => Math.Round(value, Math.Abs(value) >= 100 ? 0 : 2, MidpointRounding.AwayFromZero).ToString("#,##0.##", CultureInfo.InvariantCulture);

    private static XElement Behind(Trend trend, string name, PictureWords words)
    {
        var hasLimit = trend.Points.Any(point => point.Limit is not null);
        string[] headings = [words["page.col-date"], words["page.trend-value"], .. hasLimit ? [words["page.trend-limit"], words["page.trend-multiple"]] : Array.Empty<string>(), words["page.col-source"]];
        return Table(name, headings, trend.Points.Reverse().Select(point => (IReadOnlyList<object?>)
        [
            point.When.Date,
            FactorLine.Bound(point.Bound) + PictureWords.Number(Math.Round(point.Value, 4)) + words.Line.Unit(point.Unit),
            .. hasLimit ? [point.Limit is { } limit ? PictureWords.Number(limit) + words.Line.Unit(point.Unit) : "", Rounded(point.Drawn)] : Array.Empty<string>(),
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
