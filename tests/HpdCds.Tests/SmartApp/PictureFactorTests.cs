using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.SmartApp;

namespace HpdCds.Tests.SmartApp;

/// <summary>Where a row comes from: the parts of what is derived, by whose word something is presumed, and the evidence behind it.</summary>
public sealed partial class PictureFactorTests(Pictures pictures) : IClassFixture<Pictures>
{
    [Theory]
    [InlineData("en", "rule of this project, not signed here; place: region studied in a report")]
    [InlineData("zh-CN", "本项目的规则，本院未签署，记录位置：报告所检测的区域")]
    public async Task What_is_presumed_by_no_signed_rule_is_not_said_to_be_signed_and_names_its_report(string language, string told)
    {
        var page = Parse(await pictures.OfGoldenAsync("genomics-region-studied-and-an-absent-call", language));

        var cells = page.Descendants("tr").Select(row => row.Elements("td").ToArray()).First(cells => cells.Length == 7 && cells[0].Value.Contains(told, StringComparison.Ordinal));
        Assert.Matches("^Observation/", cells[6].Value);
        Assert.Matches("^20[0-9]{2}-", cells[2].Value);
    }

    [Theory]
    [InlineData("en", "rule signed by Dr Test, 2026-01-15; place: staging observations")]
    [InlineData("zh-CN", "Dr Test于2026-01-15签署的规则，记录位置：分期记录")]
    public async Task A_signed_rule_names_who_signed_it(string language, string told)
    {
        var picture = await pictures.OfSandboxAsync("delta", language);
        var facts = picture.Reading!.Factors.With(
            KeyValuePair.Create<string, Fact<Finding>>("pvtt", new Fact<Finding>.PresumedAbsent(new("pvtt", "staging observations", "Dr Test", new DateOnly(2026, 1, 15)))));

        Assert.Contains(told, Parse(picture with { Assessment = RiskAssessment.Of(picture.Table!.Model, facts) }).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_presumed_absent_says_by_whose_word()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));

        var row = page.Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Value == "Child-Pugh");
        Assert.Contains("ascites/encephalopathy presumed absent", row.Value, StringComparison.Ordinal);
        Assert.Contains(
            "encephalopathy: Presumed absent (rule of this project, not signed here; place: problem list and encounter diagnoses)", row.ElementsAfterSelf().First().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_derived_tells_each_of_its_parts_with_value_unit_date_and_source()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));

        Assert.Equal(
            ["neutrophils: 5.2 ×10³/uL, 2026-02-23 Observation/bravo-neut", "lymphocytes: 1 ×10³/uL, 2026-02-23 Observation/bravo-lymph"], Parts(page, "NLR"));
        var parts = Parts(page, "Child-Pugh");
        Assert.Equal(5, parts.Length);
        Assert.Matches("^bilirubin: [0-9.]+ umol/L, 2026-02-23 Observation/bravo-bili$", parts[0]);
        Assert.Matches("^albumin: [0-9.]+ g/L, 2026-02-23 Observation/bravo-alb$", parts[1]);
        Assert.Matches("^INR: [0-9.]+, 2026-02-23 Observation/bravo-inr$", parts[2]);
        Assert.Equal("ascites: Presumed absent (rule of this project, not signed here; place: problem list and encounter diagnoses)", parts[3]);
        Assert.Equal(parts[..2], Parts(page, pictures.Knowledge.Wordings["en"]["name.albi"]));
    }

    [Fact]
    public async Task What_conflicts_is_told_of_the_row_that_it_is_about()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));

        Assert.Contains("High NLR is independent in one cohort", Below("NLR"), StringComparison.Ordinal);
        Assert.All(["portal vein tumour thrombus", "LDH", "AFP", "Child-Pugh"], name => Assert.DoesNotContain("Where it conflicts", Below(name), StringComparison.Ordinal));

        string Below(string name) => page.Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Value == name).ElementsAfterSelf().First().Value;
    }

    [Fact]
    public async Task Where_the_chart_makes_another_regimen_than_the_card_both_are_told()
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("delta"));
        Assert.Equal("pd1-tki", card.Regimen);

        var page = Parse(await pictures.OfSandboxAsync("delta", with: request => request with { Card = card, Orders = [], Chart = request.Chart with { Medications = [] } }));

        Assert.Contains("Regimen on the card: PD-1 or PD-L1 inhibitor with a kinase inhibitor; in the chart now: ", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_that_are_no_pair_are_shown_with_their_dates()
    {
        var request = Pictures.With(Pictures.RequestOf("bravo"), "bravo-lymph", lymphocytes => lymphocytes["effectiveDateTime"] = "2026-02-20T08:00:00Z");

        var parts = Parts(Parse(await pictures.OfRequestAsync(request, Pictures.SandboxAsOf)), "NLR");

        Assert.Equal(["neutrophils: 5.2 ×10³/uL, 2026-02-23 Observation/bravo-neut", "lymphocytes: 1 ×10³/uL, 2026-02-20 Observation/bravo-lymph"], parts);
    }

    [Fact]
    public async Task A_part_that_is_missing_is_told_with_the_reason()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo", with: request => request with
        {
            Chart = request.Chart with { Observations = [.. request.Chart.Observations.Where(one => !one.Reference.Contains("inr", StringComparison.Ordinal))] },
        }));

        Assert.Contains("INR: not recorded", Parts(page, "Child-Pugh"));
    }

    [Fact]
    public async Task The_evidence_of_a_row_is_told_in_words()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var page = Parse(picture);

        var rows = page.Descendants("tr").Where(row => (string?)row.Attribute("class") is "more" or "more screen-only").ToArray();
        foreach (var (factor, row) in picture.Assessment!.Factors.Select(factor => (factor, rows.First(row => row.Descendants("summary").Single().Value.EndsWith(" " + NameOf(factor), StringComparison.Ordinal)))))
        {
            foreach (var study in factor.Factor.Evidence.Select(id => picture.Knowledge.Evidence[id]))
            {
                foreach (var told in (string[])[study.Text, study.Population, study.Finding, study.Confidence])
                    Assert.Contains(told, row.Value, StringComparison.Ordinal);
            }
        }

        string NameOf(FactorAssessment row) => picture.Wording[$"name.{row.Factor.Id}"];
        Assert.Contains(rows, row => row.Value.Contains("Where it conflicts: ", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.Value.Contains("Why this weight: ", StringComparison.Ordinal));
        var card = page.Descendants("footer").Single().Descendants("a").Single();
        Assert.Equal(("/about/models/hpd-hcc", "_blank", "noopener noreferrer"), ((string?)card.Attribute("href"), (string?)card.Attribute("target"), (string?)card.Attribute("rel")));
        Assert.Contains("opens a new window", card.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_order_its_regimen_and_the_baseline_kit_are_told_in_words()
    {
        var page = Parse(await pictures.OfSandboxAsync("bravo"));

        Assert.Equal(
            "Order in question: nivolumab|Regimen: PD-1 or PD-L1 inhibitor alone|Evaluated 2026-03-01 09:30 (+00:00)",
            string.Join('|', Classed(page, "p", "order").Elements().Select(element => element.Value)).Replace("Regimen: anti-PD-1 or anti-PD-L1 alone", "Regimen: PD-1 or PD-L1 inhibitor alone", StringComparison.Ordinal));
        var kit = Classed(page, "div", "kit").Value;
        Assert.StartsWith("Before the first dose", kit, StringComparison.Ordinal);
        foreach (var item in (string[])["scan", "LDH", "AFP", "imaging"])
            Assert.Contains(item, kit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("continuation-recent")]
    [InlineData("child-is-out-of-scope")]
    [InlineData("tumour-two-cancers-are-ambiguous")]
    public async Task Where_no_model_speaks_what_was_read_is_shown_without_points(string golden)
    {
        var picture = await pictures.OfGoldenAsync(golden);
        var page = Parse(picture);

        var read = page.Descendants("section").Single(section => (string?)section.Attribute("id") == "read");
        var headings = read.Descendants("th").Where(heading => (string?)heading.Attribute("scope") == "col").Select(heading => heading.Value);
        Assert.Equal(["Factor", "State", "Value", "Date", "Source"], headings);
        foreach (var row in picture.Read.Where(row => row.Finding is not null))
            Assert.Contains(read.Descendants("tbody").Single().Elements("tr"), one => one.Elements("th").FirstOrDefault()?.Value == picture.Wording[$"name.{row.Factor.Id}"]);
        Assert.Contains("What was read is shown below without points.", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_of_a_regimen_that_is_not_known()
    {
        const string said = "may not hold for this regimen";
        static PictureRequest WithoutOrder(PictureRequest request) => request with { Orders = [], Recognition = new(HpdCds.Facts.RecognitionOutcome.None, [], [], FromNameOnly: false, UnknownInhibitorNames: 0) };

        var without = await pictures.OfSandboxAsync("bravo", with: WithoutOrder);
        var other = await pictures.OfGoldenAsync("regimen-ipilimumab-alone-is-other");

        Assert.DoesNotContain(said, Parse(without).Value, StringComparison.Ordinal);
        Assert.Contains(said, Parse(other).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_date_of_an_age_is_said_to_be_that_of_the_birth()
    {
        var row = Parse(await pictures.OfSandboxAsync("bravo")).Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Value == "age");

        Assert.StartsWith("born 19", row.Elements("td").ElementAt(2).Value, StringComparison.Ordinal);
        Assert.Empty(row.Descendants("time"));
    }

    [Theory]
    [InlineData("2026-11-27T22:30:00Z")]
    [InlineData("2026-11-28T06:30:00+08:00")]
    [InlineData("2026-11-27T12:00:00-10:30")]
    [InlineData("2026-11-28T06:30:00")]
    public void A_time_has_the_date_of_the_hospital_whatever_offset_it_was_written_with(string written) =>
        Assert.Equal("2026-11-28", ChartTimes.Parse(written, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"))!.Value.Date);

    [Theory]
    [InlineData("UTC", 9.5)]
    [InlineData("Asia/Shanghai", 0)]
    [InlineData("America/Anchorage", 13)]
    public async Task Another_offset_of_the_same_instant_changes_no_word(string zone, double hours)
    {
        var request = Pictures.RequestOf("bravo");
        var rewritten = Instant().Replace(request, match => DateTimeOffset.Parse(match.Value, CultureInfo.InvariantCulture)
            .ToOffset(TimeSpan.FromHours(hours)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        Assert.NotEqual(request, rewritten);

        var (one, other) = (await pictures.OfRequestInZoneAsync(request, zone), await pictures.OfRequestInZoneAsync(rewritten, zone));

        Assert.Equal(Pictures.PageOf(one), Pictures.PageOf(other));
        Assert.Equal(Found(one), Found(other));

        string Found(Picture picture) => AssessmentExtension.Of(picture.Request.Recognition, picture.Reading!, picture.Table!, picture.Assessment!, pictures.Knowledge).ToJson().ToJsonString();
    }

    private static XElement Parse(Picture picture) => PicturePageTests.Parse(picture);

    private static XElement Classed(XElement page, string name, string classed) => page.Descendants(name).First(element => (string?)element.Attribute("class") == classed);

    private static string[] Parts(XElement page, string name)
    {
        var row = page.Descendants("tr").First(row => row.Elements("th").FirstOrDefault()?.Value == name && row.Elements("td").Count() == 7);
        return [.. row.ElementsAfterSelf().First().Descendants("ul").Single(list => (string?)list.Attribute("class") == "parts").Elements("li").Select(part => part.Value)];
    }

    [GeneratedRegex(@"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", RegexOptions.None, 1000)]
    private static partial Regex Instant();
}
