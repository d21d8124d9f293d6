using System.Globalization;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>Growth since the first dose: what the site's definition says, sums over time, the rates before and since, and the lesions.</summary>
internal static class PictureGrowth
{
    private const int ExpectedPoints = 8;
    private const int BarRow = 24;
    private const int BarLeft = 114;
    private const int BarWidth = 94;

    public static XElement? Of(Picture picture, PictureWords words)
    {
        if (picture.Growth is not { } growth)
            return null;
        var (reading, assessment) = (growth.Growth, growth.Assessment);
        return Section(
            "growth",
            words["page.growth"],
            // Where no model speaks, this is the answer, and stands above.
            picture.Kind == PictureKind.OutOfScope ? null : Classed("p", "growth-verdict", Headline(growth, words)),
            Markup.Of("p", Verdict(assessment, words), GrowthNotes.OfDefinition(growth, picture.Wording) is { } note ? " " + note : null),
            Markup.Of("p", words.Say("page.growth-progression", ("verdict", GrowthWords.Progression(assessment, picture.Wording, source => source)))),
            GrowthWords.RecordedLater(assessment.Figures, picture.Wording, source => source) is { } later ? Markup.Of("p", later) : null,
            Markup.Of("p", Dose(picture, reading, words)),
            reading.Course.FirstDose is null ? null : Markup.Of("p", Earlier(picture, reading, words)),
            reading.Course.OnTreatment.Gap == GrowthGap.NoOnTreatment ? Markup.Of("p", PictureWords.Plain(GrowthWords.Planned(reading, picture.Wording, text => text))) : null,
            reading.Scans.IsEmpty
                ? Markup.Of("p", words["page.growth-none"])
                : Classed("div", "charts", Sums(growth, words), Lesions(reading, words)),
            Rates(growth, words),
            GrowthRules.Of(picture, assessment, words),
            Markers(reading, words),
            Limits(growth, words));
    }

    /// <summary>What the card says first, or that the definition is not met.</summary>
    public static string Headline(GrowthSubject growth, PictureWords words) => GrowthCards.Headline(growth, words.Wording) ?? Verdict(growth.Assessment, words);

    public static string Verdict(GrowthAssessment assessment, PictureWords words) => PictureWords.Plain(words.Say(
        "growth.primary", ("rule", words[$"growth.rule.{assessment.Primary}"]), ("verdict", GrowthWords.Verdict(assessment.PrimaryResult.Judgement, words.Wording))));

    private static string Dose(Picture picture, GrowthReading reading, PictureWords words) => reading.Course.FirstDose is not { } day
        ? words[reading.WasTreatmentRead ? "page.growth-first-dose-unknown" : "page.growth-first-dose-unread"]
        : words.Say(
            reading.Course.FirstDoseKind switch
            {
                FirstDoseKind.Ordered => "page.growth-first-order",
                FirstDoseKind.AtTheLatest => "page.growth-first-dose-latest",
                _ => "page.growth-first-dose",
            },
            ("date", GrowthWords.Day(day)),
            ("agents", DrugNames.Of(reading.Agents, picture.Knowledge.Drugs, picture.Wording)),
            ("source", reading.FirstDoseSource ?? words["page.no-source"]));

    // Growth before the first dose was measured under it, or after it.
    private static string Earlier(Picture picture, GrowthReading reading, PictureWords words) => reading.EarlierTreatments.IsEmpty
        ? words[reading.WasTreatmentRead ? "page.growth-earlier-none" : "page.growth-earlier-unread"]
        : words.Say(
            reading.WasTreatmentRead ? "page.growth-earlier" : "page.growth-earlier-in-part",
            ("treatments", words.Items(reading.EarlierTreatments.Select(earlier => words.Say(
                earlier.Last is null ? "page.growth-earlier-undated" : "page.growth-earlier-one",
                ("agents", earlier.Agents.IsEmpty ? words["page.growth-earlier-unnamed"] : DrugNames.Of(earlier.Agents, picture.Knowledge.Drugs, picture.Wording)),
                ("date", earlier.Last?.Date ?? ""),
                ("source", earlier.Source))))));

    private static XElement Sums(GrowthSubject growth, PictureWords words)
    {
        var (reading, course) = (growth.Growth, growth.Growth.Course);
        var last = reading.Scans[^1];
        var spoken = words.Say(
            "page.growth-spoken",
            ("count", PictureWords.Number(reading.Scans.Length)),
            ("first", Size(reading.Scans[0], words)), ("firstDate", GrowthWords.Day(reading.Scans[0].Date)),
            ("last", Size(last, words)), ("lastDate", GrowthWords.Day(last.Date)),
            ("dose", GrowthNotes.FirstDose(reading, words.Wording)));
        var lines = Lines(reading);
        return Markup.Of(
            "figure",
            Markup.Of("h3", words["page.growth-sums"]),
            Classed("p", "latest", words.Say("page.trend-latest", ("value", Size(last, words)), ("date", GrowthWords.Day(last.Date) + ", " + words.Age(last.Date)))),
            lines.Count == 0
                ? null
                : new GrowthChart(lines, reading.Doses, course.FirstDose) { Expected = Expected(growth.Assessment.Figures), IsOneCourse = true }.Draw(spoken, StartOf(reading, words)),
            Details(words["page.trend-table"], Table(
                words["page.growth-sums"],
                [words["page.col-date"], words["page.growth-col-sum"], words["page.growth-col-role"], words["page.growth-col-lesions"], words["page.growth-col-modality"], words["page.col-source"]],
                reading.Scans.Reverse().Select(scan => (IReadOnlyList<object?>)
                    [GrowthWords.Day(scan.Date), Sum(scan, reading, words), words[$"page.growth-role-{GrowthExtension.RoleOf(scan, course) ?? "shown"}"], Set(scan, reading, words), scan.Modality ?? "", scan.Source]))),
            Classed("p", "quiet", words.Say("page.growth-sums-told", ("start", StartOf(reading, words))), Expected(growth.Assessment.Figures).Count == 0 ? null : " " + words["page.growth-sums-dashed"]));
    }

    // What the day is by which growth is judged: an order is no dose, and the first recorded dose not always the first.
    private static string StartOf(GrowthReading reading, PictureWords words) => words[reading.Course.FirstDoseKind switch
    {
        FirstDoseKind.Ordered => "page.growth-mark-order",
        FirstDoseKind.AtTheLatest => "page.growth-mark-dose-latest",
        _ => "page.growth-mark-dose",
    }];

    // A line leads only from one sum to another that it can be compared with.
    private static List<(string? Name, IReadOnlyList<(DateOnly Day, Measure<TumourSum> Size)> Points)> Lines(GrowthReading reading)
    {
        var runs = new List<List<Scan>>();
        foreach (var scan in reading.Scans.Where(scan => scan.HasSum))
        {
            if (runs.Count > 0 && GrowthWords.AreJoined(runs[^1][^1], scan))
                runs[^1].Add(scan);
            else
                runs.Add([scan]);
        }

        return [.. runs.Select(run => ((string?)null, (IReadOnlyList<(DateOnly, Measure<TumourSum>)>)[.. run.Select(scan => (scan.Date, scan.Sum))]))];
    }

    /// <summary>What stands in a sum, by the numbers that lesions have on this page.</summary>
    private static string Set(Scan scan, GrowthReading reading, PictureWords words) => words.List(scan.Lesions.Split("; ").GroupBy(key => key, StringComparer.Ordinal).Select(same =>
    {
        var at = reading.Lesions.ToList().FindIndex(lesion => lesion.Key == same.Key);
        var name = at >= 0 ? LesionName(reading, at, words) : words[same.Key == TumourScans.SumGroup ? "page.growth-lesion-stated" : "page.growth-lesion-unplaced"];
        return same.Count() > 1 ? $"{name} ×{PictureWords.Number(same.Count())}" : name;
    }));

    private static string LesionName(GrowthReading reading, int at, PictureWords words) =>
        words.Say("page.growth-lesion", ("number", PictureWords.Number(at + 1)), ("site", reading.Lesions[at].Site ?? words["page.growth-lesion-unplaced"]));

    private static string Sum(Scan scan, GrowthReading reading, PictureWords words) =>
        Size(scan, words) + (reading.Preliminary.Contains(scan.Date) ? $" ({words["mark.preliminary"]})" : "");

    /// <summary>From the baseline on at the rate before it: the diameter of a volume that grows so.</summary>
    private static IReadOnlyList<(DateOnly Day, decimal Size)> Expected(GrowthFigures figures)
    {
        if (figures is not { Reference.GrowthRate: { } rate, OnTreatment: { } since } || rate <= -100)
            return [];
        return [.. Enumerable.Range(0, ExpectedPoints + 1).Select(step =>
        {
            var days = since.Days * step / ExpectedPoints;
            return (since.From.Date.AddDays(days), since.From.Sum.Value * (decimal)Math.Min(1e6, Math.Pow(1 + (rate / 100), (double)GrowthInterval.MonthsIn(days) / 3)));
        })];
    }

    private static XElement? Rates(GrowthSubject growth, PictureWords words)
    {
        var figures = growth.Assessment.Figures;
        if (figures.Reference is null && figures.OnTreatment is null)
            return null;
        string Reason(GrowthGap gap) => words.Say("growth.not-evaluable", ("reason", words[$"growth.gap.{gap.Code()}"]));
        IReadOnlyList<object?> Row(string name, GrowthInterval? interval, GrowthGap? gap) => interval is null
            ? [words[name], gap is { } why ? Reason(why) : "", "", "", ""]
            : [words[name], Dates(interval, words), Change(interval, words), Rate(interval, words), Kinetics(interval, words)];
        IReadOnlyList<object?> compared =
        [
            words["page.growth-compared"],
            "",
            "",
            figures.RateRise is { } rise
                ? words.Say("page.growth-tgr-compared", ("ratio", figures.RateRatio is { } ratio ? Number(ratio) : Reason(figures.WhyNoRatio!.Value)), ("rise", GrowthWords.Signed(rise)))
                : Reason(figures.WhyNoRise!.Value),
            figures.KineticsRatio is { } times ? words.Say("page.growth-tgk-compared", ("ratio", Number((double)times))) : Reason(figures.WhyNoRatio!.Value),
        ];
        return Classed(
            "div",
            "growth-rates",
            Markup.Of("h3", words["page.growth-rates"]),
            Bars(figures, words),
            Table(
                words["page.growth-rates"],
                [words["page.growth-col-interval"], words["page.growth-col-days"], words["page.growth-col-change"], words["page.growth-col-tgr"], words["page.growth-col-tgk"]],
                [Row("page.growth-before", figures.Reference, figures.WhyNoReference), Row("page.growth-since", figures.OnTreatment, figures.WhyNoOnTreatment), compared]),
            Expected(figures) is [.., var end]
                ? Markup.Of("p", words.Say("page.growth-expected", ("value", Number((double)end.Size)), ("date", GrowthWords.Day(end.Day)), ("measured", Size(figures.OnTreatment!.To.Sum, withUnit: false))))
                : null,
            Classed("p", "quiet", words["page.growth-rates-told"]));
    }

    private static XElement? Bars(GrowthFigures figures, PictureWords words)
    {
        if (figures is not { Reference: { GrowthRate: { } before } reference, OnTreatment: { GrowthRate: { } since } onTreatment })
            return null;
        var (low, high) = (Math.Min(0, Math.Min(before, since)), Math.Max(0, Math.Max(before, since)));
        var span = Math.Max(high - low, 1);
        decimal X(double rate) => Math.Round(BarLeft + (BarWidth * (decimal)((rate - low) / span)), 1);
        IEnumerable<XElement> Bar(string name, double rate, string told, int at, string look) =>
        [
            Drawn("text", Has("x", 0), Has("y", (at * BarRow) + 16), words[name]),
            Drawn("rect", Has("class", look), Has("x", Math.Min(X(0), X(rate))), Has("y", (at * BarRow) + 4), Has("width", Math.Max(1, Math.Abs(X(rate) - X(0)))), Has("height", BarRow - 9)),
            Drawn("text", Has("class", "strong"), Has("x", BarLeft + BarWidth + 8), Has("y", (at * BarRow) + 16), told),
        ];
        return Classed(
            "figure",
            "contribution",
            Drawn(
                "svg",
                Has("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 320 {2 * BarRow}")),
                Has("role", "img"),
                Has("aria-label", words.Say("page.growth-rates-spoken", ("before", Rate(reference, words)), ("since", Rate(onTreatment, words)))),
                Bar("page.growth-before", before, Rate(reference, words), 0, "cell"),
                Bar("page.growth-since", since, Rate(onTreatment, words), 1, "cell in"),
                Drawn("line", Has("class", "axis"), Has("x1", X(0)), Has("x2", X(0)), Has("y1", 0), Has("y2", 2 * BarRow))));
    }

    private static XElement? Lesions(GrowthReading reading, PictureWords words)
    {
        if (reading.Lesions.IsEmpty)
            return null;
        var named = reading.Lesions.Select((lesion, at) =>
            (Lesion: lesion, Number: PictureWords.Number(at + 1), Name: LesionName(reading, at, words))).ToArray();
        var drawn = named.Where(one => one.Lesion.IsOneLesion)
            .Select(one => (one.Number, one.Name, Points: (IReadOnlyList<(DateOnly Day, Measure<TumourSum> Size)>)[.. one.Lesion.Sizes.Where(size => size.Size is not null).Select(size => (size.Date, size.Size!))]))
            .Where(one => one.Points.Count > 0).ToArray();
        var spoken = words.Items(drawn.Select(one => words.Say(
            "page.growth-lesion-spoken",
            ("name", one.Name),
            ("first", Size(one.Points[0].Size, withUnit: false)), ("firstDate", GrowthWords.Day(one.Points[0].Day)),
            ("last", Size(one.Points[^1].Size, withUnit: false)), ("lastDate", GrowthWords.Day(one.Points[^1].Day)))));
        return Markup.Of(
            "figure",
            Markup.Of("h3", words["page.growth-lesions"]),
            Classed("p", "latest", words.Items(named.Select(one => one.Lesion.IsOneLesion ? one.Name : words.Say("page.growth-lesion-several", ("name", one.Name))))),
            drawn.Length == 0 ? Markup.Of("p", "") : new GrowthChart([.. drawn.Select(one => ((string?)one.Number, one.Points))], reading.Doses, reading.Course.FirstDose).Draw(spoken, StartOf(reading, words)),
            Details(words["page.trend-table"], Table(
                words["page.growth-lesions"],
                [words["page.growth-col-lesion"], words["page.col-date"], words["page.growth-col-size"], words["page.col-source"]],
                named.SelectMany(one => one.Lesion.Sizes.Select(size => (IReadOnlyList<object?>)
                    [one.Name, GrowthWords.Day(size.Date), size.Size is { } read ? Size(read) : words["page.growth-unreadable"], size.Source])))),
            Classed("p", "quiet", words["page.growth-lesions-told"]));
    }

    private static XElement Markers(GrowthReading reading, PictureWords words) => Markup.Of(
        "div",
        Markup.Of("h3", words["page.growth-markers"]),
        Table(
            words["page.growth-markers"],
            [words["page.growth-col-marker"], words["page.growth-col-when"], words["page.col-value"], words["page.col-date"], words["page.col-source"]],
            reading.Markers.SelectMany(marker => new[] { (MarkerDayOf(reading.Course.FirstDoseKind), marker.AtFirstDose), ("page.growth-now", marker.Now) }
                .Select(row => Marker(words[$"name.{marker.Marker}"], words[row.Item1], row.Item2, words)))));

    private static string MarkerDayOf(FirstDoseKind kind) => kind switch
    {
        FirstDoseKind.Ordered => "page.growth-at-order",
        FirstDoseKind.AtTheLatest => "page.growth-at-dose-latest",
        _ => "page.growth-at-dose",
    };

    private static IReadOnlyList<object?> Marker(string name, string when, Fact<Finding> fact, PictureWords words) => fact switch
    {
        Fact<Finding>.Known { Value: { Shown: Shown.Number number } finding, Provenance: var provenance } =>
        [
            name,
            when,
            new object?[]
            {
                FactorLine.Bound(number.Bound) + PictureWords.Number(Math.Round(number.Value, 2)) + words.Line.Unit(number.Unit),
                GrowthNotes.Marks(finding, provenance, words.Wording).Select(mark => Classed("div", "mark", mark)),
            },
            provenance.When?.Date,
            provenance.Source,
        ],
        Fact<Finding>.Unknown unknown => [name, when, $"{words["page.state-unknown"]} ({words[$"reason.{unknown.Reason.Code()}"]})", "", ""],
        _ => [name, when, words["page.state-unknown"], "", ""],
    };

    private static XElement Limits(GrowthSubject growth, PictureWords words) => Markup.Of(
        "div",
        Markup.Of("h3", words["page.growth-limits"]),
        Classed("ul", "limits", GrowthWords.Limits(growth, words.Wording).Select(line => Markup.Of("li", line))));

    private static string Dates(GrowthInterval interval, PictureWords words) =>
        $"{GrowthWords.Day(interval.From.Date)} – {GrowthWords.Day(interval.To.Date)} ({words.Say("page.growth-days", ("days", PictureWords.Number(interval.Days)))})";

    private static string Change(GrowthInterval interval, PictureWords words) => interval.ChangePercent is { } percent
        ? words.Say("page.growth-change", ("mm", GrowthWords.Signed((double)interval.Change)), ("percent", GrowthWords.Signed((double)percent)))
        : words.Say("page.growth-change-plain", ("mm", GrowthWords.Signed((double)interval.Change)));

    private static string Rate(GrowthInterval interval, PictureWords words) => interval.GrowthRate is { } rate
        ? words.Say("page.growth-tgr", ("value", Number(rate))) : words.Say("growth.not-evaluable", ("reason", words["growth.gap.starts-at-zero"]));

    private static string Kinetics(GrowthInterval interval, PictureWords words) => interval.Kinetics is { } kinetics
        ? words.Say("page.growth-tgk", ("value", Number((double)kinetics))) : words.Say("growth.not-evaluable", ("reason", words["growth.gap.starts-at-zero"]));

    private static string Size(Scan scan, PictureWords words) => scan.HasSum ? Size(scan.Sum)
        : words[scan.WhyUnsure == GrowthGap.CancerUnclear ? "page.growth-cancer-unclear" : "page.growth-unreadable"];

    private static string Size(Measure<TumourSum> size, bool withUnit = true) => FactorLine.Bound(size.Bound) + PictureWords.Number(Math.Round(size.Value, 1)) + (withUnit ? " " + TumourSum.Unit : "");

    private static string Number(double value) => value.ToString("#,##0.##", CultureInfo.InvariantCulture);
}
