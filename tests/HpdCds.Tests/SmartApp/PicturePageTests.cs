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
            ? AssessmentExtension.Of(request.Recognition, picture.Reading!, picture.Table!, assessment, pictures.Knowledge).ToJson()
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
        var printed = Parse(await pictures.OfSandboxAsync("bravo", with: request => request with { NeedsBanner = false, Banner = new("Synthetic Bravo", "1964-10-26", "MRN 7") }));
        Assert.Single(printed.Descendants("p"), element => (string?)element.Attribute("class") == "banner print-only" && element.Value.Contains("1964-10-26", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Req", "SM-21")]
    [InlineData("en", "Patient: name not recordedbirth date not recordedno record number", "The patient record could not be read: name, birth date and record number are not shown", "deceased 2026-02-01")]
    [InlineData("zh-CN", "患者: 姓名未记录出生日期未记录无病历号", "患者信息未能读取：不显示姓名、出生日期和病历号", "已故（2026-02-01）")]
    public async Task What_is_not_known_of_the_patient_is_said_and_told_from_what_could_not_be_read(string language, string empty, string unread, string died)
    {
        async Task<string> BannerAsync(PatientBanner banner) => Text(Parse(await pictures.OfSandboxAsync("bravo", language, request => request with { Banner = banner })), "p", "banner");

        Assert.Equal(empty, await BannerAsync(new(null, null, null)));
        Assert.EndsWith(unread, await BannerAsync(PatientBanner.Unread), StringComparison.Ordinal);
        Assert.Contains(died, await BannerAsync(new("A", "1964", "7") { Died = "2026-02-01" }), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SM-21")]
    [InlineData("""[{"type":{"coding":[{"code":"SS"}]},"system":"http://hl7.org/fhir/sid/us-ssn","value":"123-45-6789"}]""", null)]
    [InlineData("""[{"value":"777"}]""", null)]
    [InlineData("""[{"use":"old","type":{"coding":[{"code":"MR"}]},"value":"OLD","period":{"end":"2015"}},{"use":"official","type":{"coding":[{"code":"MR"}]},"value":"NEW"}]""", "NEW")]
    [InlineData("""[{"type":{"coding":[{"code":"MR"}]},"value":"ENDED","period":{"end":"2026-02-28"}},{"use":"usual","type":{"coding":[{"code":"MR"}]},"value":"USUAL"},{"use":"official","type":{"coding":[{"code":"MR"}]},"value":"OFFICIAL"}]""", "OFFICIAL")]
    [InlineData("""[{"use":"temp","type":{"coding":[{"code":"MR"}]},"value":"TEMP"}]""", null)]
    [InlineData("""[{"type":{"coding":[{"system":"http://example.org/kinds","code":"MR"}]},"value":"MARITAL"}]""", null)]
    [InlineData("""[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"value":"V2"}]""", "V2")]
    [InlineData("""[{"type":{"coding":[{"code":"MR"}]},"value":"TODAY","period":{"end":"2026-03"}}]""", "TODAY")]
    public void Only_a_medical_record_number_in_use_stands_for_the_patient(string identifiers, string? number) => Assert.Equal(
        number,
        PatientBanner.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","id":"p","identifier":{{identifiers}}}"""), "p", [], new DateOnly(2026, 3, 1), TimeZoneInfo.Utc)!.RecordNumber);

    [Theory]
    [Trait("Req", "SM-21")]
    [InlineData("""[{"type":{"coding":[{"code":"MR"}]},"system":"urn:other","value":"OTHER"},{"system":"urn:second","value":"SECOND"},{"system":"urn:ours","value":"OURS"}]""", "OURS")]
    [InlineData("""[{"type":{"coding":[{"code":"MR"}]},"system":"urn:other","value":"OTHER"},{"system":"urn:second","value":"SECOND"}]""", "SECOND")]
    [InlineData("""[{"type":{"coding":[{"code":"MR"}]},"system":"urn:other","value":"OTHER"},{"type":{"coding":[{"code":"MR"}]},"value":"WITHOUT"}]""", null)]
    [InlineData("""[{"system":"urn:ours","use":"old","value":"OLD"}]""", null)]
    public void A_hospital_says_which_numbers_are_its_record_numbers(string identifiers, string? number) => Assert.Equal(
        number,
        PatientBanner.Read(
            System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","id":"p","identifier":{{identifiers}}}"""), "p", ["urn:ours", "urn:second"], new DateOnly(2026, 3, 1), TimeZoneInfo.Utc)!.RecordNumber);

    [Theory]
    [InlineData("2026-02-01T22:00:00Z", "2026-02-02")]
    [InlineData("2026-02-01", "2026-02-01")]
    [InlineData("2026-02", "2026-02")]
    [InlineData("soon", "soon")]
    public void A_death_is_told_in_the_day_of_the_hospital(string written, string told) => Assert.Equal(
        told,
        PatientBanner.Read(
            System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","id":"p","deceasedDateTime":"{{written}}"}"""), "p", [], new DateOnly(2026, 3, 1), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"))!.Died);

    [Theory]
    [InlineData("""{"family":"王","given":["小明"]}""", "王小明")]
    [InlineData("""{"family":"Wang","given":["Xiaoming"]}""", "Xiaoming Wang")]
    [InlineData("""{"text":"王 小明","family":"王"}""", "王 小明")]
    public void A_name_is_written_as_its_language_writes_names(string name, string written) => Assert.Equal(
        written, PatientBanner.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","id":"p","name":[{{name}}]}"""), "p", [], new DateOnly(2026, 3, 1), TimeZoneInfo.Utc)!.Name);

    [Theory]
    [InlineData("en", "more than 2 organs (1 point)", "present (1 point)", "not present (0 points)")]
    [InlineData("zh-CN", "超过2个器官（1分）", "存在（1分）", "不存在（0分）")]
    public async Task A_threshold_in_words_is_told_in_words_where_it_is_shown_and_where_it_is_tried(string language, string threshold, string yes, string no)
    {
        var page = Parse(await pictures.OfSandboxAsync("november", language));
        Assert.Contains(page.Descendants("td"), cell => cell.Value == threshold);
        var choices = page.Descendants("input").Where(input => (string?)input.Attribute("name") == "set-sites").Select(input => input.Parent!.Value).Skip(1);
        Assert.Equal([yes, no], choices);
    }

    [Fact]
    public void Every_threshold_of_every_model_is_the_number_of_its_own_level_or_has_a_phrase()
    {
        foreach (var table in pictures.Knowledge.Models)
        {
            var needed = WordingCheck.Needed([table]).Where(key => key.StartsWith("page.threshold-", StringComparison.Ordinal)).ToArray();
            var inWords = table.Model.Factors.Where(factor => !factor.Levels.Any(level => Number().Match(factor.Threshold) is { Success: true } match
                && decimal.Parse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture) == level.Threshold.Value));
            Assert.Equal(inWords.Select(factor => factor.Threshold).Distinct(StringComparer.Ordinal).Count(), needed.Distinct(StringComparer.Ordinal).Count());
            Assert.All(needed, phrase => Assert.All(pictures.Knowledge.Wordings.Values, wording => Assert.NotNull(wording.Find(phrase))));
        }
    }

    [Fact]
    public async Task The_evidence_of_a_row_spans_the_table_below_it()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));
        var rows = page.Descendants("details").Where(details => (string?)details.Attribute("class") == "evidence").Select(details => details.Parent!).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, cell => Assert.Equal(("td", "8", "more"), (cell.Name.LocalName, (string?)cell.Attribute("colspan"), ((string)cell.Parent!.Attribute("class")!).Split(' ')[0])));
        Assert.Equal("Evidence (6) NLR", rows[0].Descendants("summary").First().Value);
    }

    [Fact]
    public async Task On_paper_rows_without_a_finding_are_named_too()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));
        Assert.Single(page.Descendants("p"), line => (string?)line.Attribute("class") == "print-only" && line.Value.StartsWith("Without a finding: ", StringComparison.Ordinal) && line.Value.Contains("IL-6", StringComparison.Ordinal));
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
        node.Ancestors().Any(parent => (string?)parent.Attribute("lang") == "en" || parent.Name.LocalName is "a" || (string?)parent.Attribute("class") == "source")
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
        return string.Join('|', row.Elements().Select((cell, at) => at == 0 ? name : string.Join(' ', cell.DescendantNodes().OfType<XText>().Select(text => text.Value).Where(text => text.Length > 0)).Replace("/ ", "/", StringComparison.Ordinal)));
    }

    [GeneratedRegex("^[<>]=?(?<number>-?[0-9.]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\{[a-zA-Z]+\}|\*\*", RegexOptions.None, 1000)]
    private static partial Regex Unfilled();

    [GeneratedRegex(@"\b(?:should|must|recommend|low risk|safe to give|probability of|% risk)\b|建议|必须|应当", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Directing();

    [GeneratedRegex("(?<![A-Za-z/])[A-Za-z]{4,}(?![A-Za-z])", RegexOptions.None, 1000)]
    private static partial Regex EnglishWord();
}
