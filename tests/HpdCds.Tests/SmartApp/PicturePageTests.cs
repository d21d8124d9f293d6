using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;
using HpdCds.SmartApp;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.SmartApp;

/// <summary>What a clinician reads on the page: exact values with unit, date and source, and an honest page where there is no answer.</summary>
public sealed partial class PicturePageTests(Pictures pictures) : IClassFixture<Pictures>
{
    public static TheoryData<string, string> Golden
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in (string[])["high-all-seven-review-features", "differing-the-example-of-the-model", "solid-several-factors", "tumour-not-found", "continuation-recent", "child-is-out-of-scope"])
            {
                data.Add(name, "en");
                data.Add(name, "zh-CN");
            }

            return data;
        }
    }

    [Fact]
    public async Task Every_value_stands_with_its_unit_date_age_threshold_points_tier_and_source()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));
        Assert.Equal("several reported risk factors", Text(page, "p", "band"));
        Assert.Equal("3 of 6 points. Not a probability.", Text(page, "p", "points"));
        Assert.Equal(
            "NLR|Known|5.2|2026-02-23 6 days ago|> 4.125 (2 points) ≥ 3 (1 point)|2 points|A|Observation/bravo-neut",
            Row(page, "NLR"));
        Assert.Equal("LDH|Known|210 U/L limit 250 U/L|2026-02-23 6 days ago|> limit 250 U/L (1 point)|0 points|B|Observation/bravo-ldh", Row(page, "LDH"));
        Assert.Equal("AFP|Known|1,240 ng/mL|2026-02-23 6 days ago|≥ 400 ng/mL (1 point)|1 point|A-|Observation/bravo-afp", Row(page, "AFP"));
        Assert.Equal("portal vein tumour thrombus|Known|no|2026-02-09 20 days ago|present (1 point)|0 points|A|Condition/bravo-no-pvtt", Row(page, "portal vein tumour thrombus"));
    }

    [Fact]
    public async Task What_would_settle_it_is_told_with_what_each_answer_would_mean()
    {
        var page = Parse(await pictures.OfSandboxAsync("delta"));
        Assert.Equal("several to many reported risk factors", Text(page, "p", "band"));
        Assert.Contains("Would clarify most: PVTT. Then: PVTT present: many · PVTT not present: several.", page.Value, StringComparison.Ordinal);
        Assert.StartsWith("portal vein tumour thrombus|Unknown not coded: check the imaging report|no value||present (1 point)|0-1 points|A|", Row(page, "portal vein tumour thrombus"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_four_states_differ_in_word_and_in_shape()
    {
        var page = Parse(await pictures.OfSandboxAsync("delta", with: request => request));
        var presumed = Parse(await pictures.OfGoldenAsync("genomics-region-studied-presumes-absence"));
        var shapes = page.Descendants().Concat(presumed.Descendants()).Where(element => (string?)element.Attribute("class") == "state")
            .GroupBy(state => state.Value, state => string.Concat(state.Elements().First().Elements()), StringComparer.Ordinal)
            .ToDictionary(state => state.Key, state => Assert.Single(state.Distinct()), StringComparer.Ordinal);
        Assert.Equal(["Known", "Not applicable", "Presumed absent", "Unknown"], shapes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(4, shapes.Values.Distinct().Count());
    }

    [Fact]
    public async Task A_confounder_stands_beside_its_value()
    {
        var page = Parse(await pictures.OfGoldenAsync("confounded-nlr-by-a-corticosteroid"));
        Assert.Contains("confounded by corticosteroid", Row(page, "NLR"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seven_features_of_the_review_are_told_one_by_one()
    {
        var page = Parse(await pictures.OfGoldenAsync("high-all-seven-review-features"));
        Assert.Equal(
            ["NLR: present", "LDH: present", "PVTT: present", "AFP: present", "Child-Pugh: present", "female: present", "age: present"],
            page.Descendants("ul").Single(list => ((string?)list.Attribute("class"))!.Contains("features", StringComparison.Ordinal)).Elements("li").Select(item => item.Value));
    }

    [Fact]
    public async Task Trends_hold_the_year_before_and_each_point_stands_in_a_table()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        Assert.Equal(["nlr", "ldh", "afp", "albumin", "bilirubin", "albi"], picture.Trends.Select(trend => trend.Id));
        Assert.All(picture.Trends, trend => Assert.Equal(["2025-09-22", "2025-10-22", "2025-11-21", "2026-02-23"], trend.Points.Select(point => point.When.Date)));
        Assert.Equal(5.2m, picture.Trends[0].Points[^1].Value);
        var page = Parse(picture);
        var figures = page.Descendants("figure").Where(figure => figure.Descendants(Svg + "svg").Any(svg => (string?)svg.Attribute("class") == "trend")).ToArray();
        Assert.Equal(6, figures.Length);
        Assert.All(figures, figure => Assert.Equal(4, figure.Descendants("tbody").Single().Elements("tr").Count()));
        Assert.All(figures, figure => Assert.Matches(@"results, from .+ on 2025-09-22 to .+ on 2026-02-23", (string)figure.Descendants(Svg + "svg").Single().Attribute("aria-label")!));
    }

    [Fact]
    public async Task A_longer_history_changes_no_answer()
    {
        foreach (var golden in GoldenCase.All.Where(golden => golden.Settings.Count == 0 && golden.Fhir is null && (int)golden.Expected["status"]! == 200))
        {
            var (longer, hook) = (await pictures.ReadAsync(golden.Request, Pictures.GoldenAsOf, pictures.Knowledge.Rules.HistoryDays), await pictures.ReadAsync(golden.Request, Pictures.GoldenAsOf, historyDays: null));
            Assert.Equal(Found(hook)?.ToJsonString(), Found(longer)?.ToJsonString());
        }

        JsonObject? Found(PictureRequest request) => pictures.Maker.Make(request) is { Assessment: { } assessment } picture
            ? AssessmentExtension.Of(request.Recognition, picture.Reading!, picture.Table!, assessment, pictures.Knowledge)
            : null;
    }

    [Theory]
    [InlineData("continuation-recent", PictureKind.OutOfScope, "A checkpoint inhibitor was given before")]
    [InlineData("child-is-out-of-scope", PictureKind.OutOfScope, "The patient is under 18")]
    [InlineData("tumour-not-found", PictureKind.TumourUnknown, "No primary cancer that is coded in a way known here")]
    [InlineData("tumour-two-cancers-are-ambiguous", PictureKind.TumourUnknown, "More than one cancer is recorded")]
    [InlineData("cannot-assess-no-blood-count-no-liver-tests", PictureKind.NotAssessable, "Too little is known for points and a band")]
    [InlineData("precondition-failed-without-data-or-token", PictureKind.NoData, "No source gave data")]
    [InlineData("precondition-failed-for-another-patient", PictureKind.AnotherPatient, "The record that came is of a different patient")]
    public async Task Where_there_is_no_answer_the_page_says_why_and_gives_no_points(string golden, PictureKind kind, string told)
    {
        var picture = await pictures.OfGoldenAsync(golden, with: request => request with { Banner = new("Name of the patient", "1964", "1") });
        Assert.Equal(kind, picture.Kind);
        var page = Parse(picture);
        Assert.Contains(told, page.Value, StringComparison.Ordinal);
        Assert.Contains("says nothing about the patient's risk", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Descendants(), element => (string?)element.Attribute("class") is "points" or "count settled" or "count open");
        Assert.Equal(kind != PictureKind.AnotherPatient, page.Value.Contains("Name of the patient", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_read_in_part_is_said_so()
    {
        var page = Parse(await pictures.OfSandboxAsync("delta", with: request => Pictures.Cut(request, ChartKey.Problems, ChartKey.Chemistry)));
        Assert.Contains("Not everything could be read", page.Value, StringComparison.Ordinal);
        Assert.Contains("problem list: read in part", page.Value, StringComparison.Ordinal);
        Assert.Contains("Older or newer results may be missing", page.Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task No_page_directs_gives_a_probability_or_leaves_a_phrase_unfilled(string golden, string language)
    {
        var page = Parse(await pictures.OfGoldenAsync(golden, language));
        var text = string.Join(' ', page.DescendantNodes().OfType<XText>().Select(node => node.Value));
        Assert.DoesNotMatch(Unfilled(), text);
        Assert.DoesNotMatch(Directing(), text);
        Assert.Equal(language, (string)page.Attribute("lang")!);
        if (language == "en")
            return;
        var known = Known().Concat(pictures.Knowledge.Drugs.All.Select(drug => drug.Inn));
        Assert.Empty(page.DescendantNodes().OfType<XText>().Where(node => !IsAsRecorded(node))
            .SelectMany(node => EnglishWord().Matches(node.Value)).Select(match => match.Value).Except(known, StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Req", "SM-21")]
    public async Task The_banner_stands_where_it_is_needed_and_only_there()
    {
        var with = Parse(await pictures.OfSandboxAsync("bravo", with: request => request with { Banner = new("Synthetic Bravo", "1964-10-26", "MRN 7") }));
        Assert.Equal("Patient: Synthetic Bravoborn 1964-10-26record number MRN 7", Text(with, "p", "banner"));
        Assert.DoesNotContain(Parse(await pictures.OfSandboxAsync("bravo")).Descendants(), element => (string?)element.Attribute("class") == "banner");
    }

    [Fact]
    public async Task The_page_has_no_inline_style_script_or_handler()
    {
        var page = Parse(await pictures.OfSandboxAsync("delta"));
        Assert.DoesNotContain(page.DescendantsAndSelf().Attributes(), attribute => attribute.Name == "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Empty(page.Descendants("style"));
        Assert.All(page.Descendants("script"), script => Assert.True(script.Value.Length == 0 && script.Attribute("src") is not null));
        Assert.All(page.Descendants("a").Where(link => ((string)link.Attribute("href")!).StartsWith("http", StringComparison.Ordinal)), link => Assert.StartsWith("https://doi.org/", (string)link.Attribute("href")!, StringComparison.Ordinal));
    }

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Names of resources, studies and our own hash are what they are in every language.
    private static bool IsAsRecorded(XText node) =>
        node.Ancestors().Any(parent => (string?)parent.Attribute("lang") == "en" || parent.Name.LocalName is "a")
        || node.Parent is { Name.LocalName: "td" } cell && !cell.ElementsAfterSelf().Any()
        || node.Value.Contains("sha256:", StringComparison.Ordinal);

    private static IEnumerable<string> Known() =>
    [
        "NLR", "LDH", "AFP", "CRP", "INR", "ALBI", "ECOG", "Child", "Pugh", "TACE", "CSF", "IL", "PD", "Pang", "MDM", "EGFR", "DNMT", "STK", "KEAP", "CTNNB", "TP", "TERT", "KRAS", "ALK", "CTLA", "VEGF", "TGK", "TGR",
        "English", "UTC", "hpd", "hcc", "solid", "sha", "ng", "mL", "umol", "mg", "g", "L", "U",
    ];

    internal static XElement Parse(Picture picture) => ParsePage(Pictures.PageOf(picture));

    internal static XElement ParsePage(string page)
    {
        const string doctype = "<!doctype html>\n";
        Assert.StartsWith(doctype, page, StringComparison.Ordinal);
        return XElement.Parse(page[doctype.Length..], LoadOptions.PreserveWhitespace);
    }

    private static string Text(XElement page, string name, string classed) =>
        page.Descendants(name).First(element => ((string?)element.Attribute("class"))?.Split(' ').Contains(classed, StringComparer.Ordinal) == true).Value;

    /// <summary>A row of the factors, cell by cell.</summary>
    private static string Row(XElement page, string name)
    {
        var row = page.Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Nodes().OfType<XText>().FirstOrDefault()?.Value == name && row.Elements("td").Count() == 7);
        return string.Join('|', row.Elements().Select((cell, at) => at == 0 ? name : string.Join(' ', cell.DescendantNodes().OfType<XText>().Select(text => text.Value).Where(text => text.Length > 0))));
    }

    [GeneratedRegex(@"\{[a-zA-Z]+\}|\*\*", RegexOptions.None, 1000)]
    private static partial Regex Unfilled();

    [GeneratedRegex(@"\b(?:should|must|recommend|low risk|safe to give|probability of|% risk)\b|建议|必须|应当", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Directing();

    [GeneratedRegex("(?<![A-Za-z/])[A-Za-z]{4,}(?![A-Za-z])", RegexOptions.None, 1000)]
    private static partial Regex EnglishWord();
}
