using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Knowledge;
using HpdCds.Tests.Cards;
using HpdCds.Trust;

namespace HpdCds.Tests.Knowledge;

/// <summary>Models, facts, citations, reasons and wording: what does not hold together does not start, and says where.</summary>
public sealed partial class RefusalTests
{
    private const string Hcc = "models/hpd-hcc.json";

    private const string Growth = "models/hpd-growth.json";

    [Theory]
    [InlineData(Hcc, "2 points belong to no band", "\"band\": \"raised\", \"low\": 2", "\"band\": \"raised\", \"low\": 3")]
    [InlineData(Hcc, "2 points belong to no band or to more than one", "\"band\": \"baseline\", \"low\": 0, \"high\": 1", "\"band\": \"baseline\", \"low\": 0, \"high\": 2")]
    [InlineData(Hcc, "6 points belong to no band", "\"band\": \"high\", \"low\": 4, \"high\": 6", "\"band\": \"high\", \"low\": 4, \"high\": 5")]
    [InlineData(Hcc, "the citation nobody-1999 is not in evidence.json", "\"xiao-2021\"", "\"nobody-1999\"")]
    [InlineData(Hcc, "rates: the citation nobody-1999", "\"evidence\": \"kim-2021-hcc\"}", "\"evidence\": \"nobody-1999\"}")]
    [InlineData(Hcc, "the weight of pvtt ne", "\"One point; the odds ratio was not seen.\"", "\" \"")]
    [InlineData(Hcc, "the weight of pvtt ne", ", \"projectChoice\": \"One point; the odds ratio was not seen.\"", "")]
    [InlineData(Hcc, "names the domain invasions", "\"id\": \"pvtt\", \"domain\": \"invasion\"", "\"id\": \"pvtt\", \"domain\": \"invasions\"")]
    [InlineData(Hcc, "'S' is not a tier", "\"threshold\": \">=7\", \"tier\": \"A\"", "\"threshold\": \">=7\", \"tier\": \"S\"")]
    [InlineData(Hcc, "'1' is not a tier", "\"threshold\": \">=7\", \"tier\": \"A\"", "\"threshold\": \">=7\", \"tier\": \"1\"")]
    [InlineData(Hcc, "'=>' is not a comparison", "{\"when\": \">=\", \"value\": 7", "{\"when\": \"=>\", \"value\": 7")]
    [InlineData(Hcc, "either a value or a limit", "{\"when\": \">\", \"limit\": \"upper\"", "{\"when\": \">\", \"limit\": \"uppermost\"")]
    [InlineData(Hcc, "either a value or a limit", "{\"when\": \">\", \"limit\": \"upper\"", "{\"when\": \">\", \"value\": 250, \"limit\": \"upper\"")]
    [InlineData(Hcc, "falling points", "\"value\": 4.125, \"points\": 2", "\"value\": 4.125, \"points\": 1")]
    [InlineData(Hcc, "JSON", "\"combination\": \"sum\"", "\"combination\": \"mean\"")]
    [InlineData(Hcc, "JSON", "\"band\": \"raised\"", "\"band\": \"middle\"")]
    [InlineData(Hcc, "JSON", "\"reviewLens\": true", "\"reviewLens\": null")]
    [InlineData(Hcc, "JSON", "\"reviewLens\": true", "\"reviewLens\": true, \"surprise\": 1")]
    [InlineData(Hcc, "factor nlrr is named and does not exist", "\"assessableWithAnyOf\": [\"nlr\"", "\"assessableWithAnyOf\": [\"nlrr\"")]
    [InlineData(Hcc, "rates: 24 of 0", "\"of\": 189", "\"of\": 0")]
    [InlineData(Hcc, "rates: 24 of 20", "\"of\": 189", "\"of\": 20")]
    [InlineData(Growth, "the rule kas-2020 is missing", "\"id\": \"kas-2020\"", "\"id\": \"kas-2021\"")]
    [InlineData(Growth, "kas-2020 stands twice", "\"id\": \"ferrara-2018\"", "\"id\": \"kas-2020\"")]
    [InlineData(Growth, "the rule kas-2020 needs exactly delta-tgr", "[\"kas-2020\"], \"thresholds\": [{ \"name\": \"delta-tgr\"", "[\"kas-2020\"], \"thresholds\": [{ \"name\": \"tgr-ratio\"")]
    [InlineData(Growth, "kas-2020: needs evidence", "\"evidence\": [\"kas-2020\"]", "\"evidence\": []")]
    [InlineData(Growth, "kas-2020: the citation nobody-1999", "\"evidence\": [\"kas-2020\"]", "\"evidence\": [\"nobody-1999\"]")]
    [InlineData(Growth, "kas-2020: '=>' is not a comparison", "\"when\": \">\", \"value\": 100", "\"when\": \"=>\", \"value\": 100")]
    [InlineData(Growth, "matos-2020: percent stands twice", "\"name\": \"percent-with-new-lesions\"", "\"name\": \"percent\"")]
    [InlineData(Growth, "primary of *: needs evidence", ", \"projectChoice\": \"The most used definition; a site may go by another.\"", "")]
    [InlineData(Growth, "the rule nobody-2024 does not exist", "\"tumour\": \"*\", \"rule\": \"champiat-2017\"", "\"tumour\": \"*\", \"rule\": \"nobody-2024\"")]
    [InlineData(Growth, "no definition decides", "\"tumour\": \"*\"", "\"tumour\": \"lung\"")]
    [InlineData(Growth, "the windows must be positive", "\"mostDaysBefore\": 180", "\"mostDaysBefore\": 13")]
    [InlineData(Growth, "earlyMonths has no basis", "\"of\": [\"earlyMonths\"]", "\"of\": []")]
    [InlineData("facts.json", "windowsInDays.cbc must be a number of days", "\"cbc\": 42, ", "")]
    [InlineData("facts.json", "windowsInDays.afp must be a number of days", "\"afp\": 90", "\"afp\": 0")]
    [InlineData("facts.json", "must be positive", "\"pairingHours\": 2", "\"pairingHours\": -2")]
    [InlineData("facts.json", "rising for bilirubin and inr, falling for albumin", "[2, 3]", "[3, 2]")]
    [InlineData("facts.json", "rising for bilirubin and inr, falling for albumin", "[3.5, 2.8]", "[2.8, 3.5]")]
    [InlineData("facts.json", "rising for bilirubin and inr, falling for albumin", "[1.7, 2.3]", "[1.7, 1.7]")]
    [InlineData("facts.json", "rising for bilirubin and inr, falling for albumin", "[1.7, 2.3]", "[1.7]")]
    [InlineData("closed-world.json", "closedWorld: ldh is not a fact that may be presumed absent", "\"fact\": \"ascites\"", "\"fact\": \"ldh\"")]
    [InlineData("facts.json", "JSON", "\"futureMinutes\": 10,", "")]
    [InlineData("evidence.json", "xiao-2021 stands twice", "\"id\": \"zhang-2021\"", "\"id\": \"xiao-2021\"")]
    [InlineData("override-reasons.json", "risk-benefit-ratio needs a display in en", "\"en\": \"Benefit outweighs the risk\", ", "")]
    [InlineData("override-reasons.json", "need-more-info stands twice", "\"code\": \"action-completed\"", "\"code\": \"need-more-info\"")]
    [InlineData("version.json", "needs a semantic version", "2.1.0", "2.1")]
    [InlineData("override-reasons.json", "needs a system", "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes", "")]
    [InlineData("wording/en.json", "lacks the phrase name.ldh", "\"name.ldh\": \"LDH\",", "")]
    [InlineData("wording/en.json", "lacks the phrase detail.foot-overlay", "\"detail.foot-overlay\"", "\"detail.feet\"")]
    [InlineData("wording/en.json", "has the phrase detail.feet, which no card uses", "\"detail.foot-overlay\"", "\"detail.feet\"")]
    [InlineData("wording/en.json", "the phrase detail.settles has other placeholders", "**Would clarify most**: {datum}.", "**Would clarify most**: {data}.")]
    public void A_broken_overlay_is_refused_by_name(string file, string fault, string from, string to)
    {
        var broken = Profiles.TextOf(file).Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Profiles.TextOf(file), broken);
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.With(Profiles.Overlay(file, broken)));
        Assert.Contains(refused.Errors, error => error.StartsWith($"overlay/{file}: ", StringComparison.Ordinal) && error.Contains(fault, StringComparison.Ordinal));
        if (file != "evidence.json")
            Assert.All(refused.Errors, error => Assert.StartsWith("overlay/", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("evidence.json")]
    [InlineData("facts.json")]
    [InlineData("closed-world.json")]
    [InlineData("terms.json")]
    [InlineData("override-reasons.json")]
    [InlineData("version.json")]
    [InlineData("wording/en.json")]
    [InlineData("models/hpd-solid.json")]
    public void A_missing_file_is_refused_by_name(string file)
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.LoadFrom(KnowledgeFiles.Shipped().Where(shipped => shipped.Name != file)));
        Assert.Contains(refused.Errors, error => error.StartsWith(file.Split('/')[0], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lacks the phrase detail.kit", "\"detail.kit\"", "\"detail.kitten\"")]
    [InlineData("has the phrase detail.kitten, which no card uses", "\"detail.kit\"", "\"detail.kitten\"")]
    [InlineData("the phrase factor.seen has other placeholders than in en", "; {value}, {date}\"", "; {value}\"")]
    public void A_second_language_with_other_keys_or_placeholders_is_refused_by_name(string fault, string from, string to)
    {
        var other = Profiles.TextOf("wording/en.json").Replace("\"language\": \"en\"", "\"language\": \"zh-CN\"", StringComparison.Ordinal);
        var broken = other.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(other, broken);
        Assert.Equal(["en", "zh-CN"], Profiles.AsShipped.Wordings.Keys.Order(StringComparer.Ordinal));
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.LoadFrom([.. KnowledgeFiles.Shipped(), Shipped("wording/zh-CN.json", broken)]));
        Assert.Contains(refused.Errors, error => error.StartsWith("wording/zh-CN.json: ", StringComparison.Ordinal) && error.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void One_language_in_two_files_is_refused_by_name()
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.LoadFrom([.. KnowledgeFiles.Shipped(), Shipped("wording/english.json", Profiles.TextOf("wording/en.json"))]));
        Assert.Contains("the language en stands in another file too", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_for_all_other_tumours_are_refused()
    {
        var second = Profiles.TextOf("models/hpd-solid.json").Replace("\"id\": \"hpd-solid\"", "\"id\": \"hpd-other\"", StringComparison.Ordinal);
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.LoadFrom([.. KnowledgeFiles.Shipped(), Shipped("models/hpd-other.json", second)]));
        Assert.Contains(refused.Errors, error => error.Contains("exactly one model must speak for all", StringComparison.Ordinal));
    }

    /// <summary>A phrase that a card asks for and no file has would be found out by a patient's card, not at the start.</summary>
    [Fact]
    public void Every_phrase_that_the_cards_ask_for_by_name_is_there()
    {
        var known = Profiles.AsShipped.Wordings["en"].Keys.ToHashSet(StringComparer.Ordinal);
        var asked = Directory.EnumerateFiles(Profiles.RepositoryFolder("src/HpdCds/Cards"), "*.cs")
            .SelectMany(path => Phrase().Matches(File.ReadAllText(path)).Select(match => match.Groups["key"].Value)).Distinct().ToArray();
        Assert.True(asked.Length > 40);
        Assert.Empty(asked.Except(known));
        Assert.Equal(
            known.Where(key => key.StartsWith("detail.tumour-", StringComparison.Ordinal) && key != "detail.tumour-reason").Select(key => key["detail.".Length..]).Order(StringComparer.Ordinal),
            known.Where(key => key.StartsWith("missing.tumour-", StringComparison.Ordinal)).Select(key => key["missing.".Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_language_without_wording_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidSettingsException>(async () =>
        {
            await using var service = await RichPatient.StartAsync(("Ehrs:0:Language", "fr"));
        });
        Assert.Contains("Language", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_threshold_changed_by_a_site_counts_and_its_file_stands_on_the_card()
    {
        var folder = Directory.CreateTempSubdirectory("hpdcds-overlay");
        try
        {
            folder.CreateSubdirectory("models");
            var changed = Profiles.TextOf(Hcc).Replace("\"value\": 400, \"points\": 1", "\"value\": 2000, \"points\": 1", StringComparison.Ordinal);
            Assert.NotEqual(Profiles.TextOf(Hcc), changed);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, Hcc), changed, TestContext.Current.CancellationToken);
            var request = RichPatient.RequestOf("differing-the-example-of-the-model").ToJsonString();
            await using var ours = await RichPatient.StartAsync();
            await using var theirs = await RichPatient.StartAsync(("Overlay", folder.FullName));

            var (before, after) = ((await ours.AnswerAsync(request)).Body, (await theirs.AnswerAsync(request)).Body);
            Assert.Equal((1, 0), (PointsOfAfp(before), PointsOfAfp(after)));
            Assert.Contains("models/hpd-hcc.json", Shown(after), StringComparison.Ordinal);
            Assert.DoesNotContain("hpd-hcc.json", Shown(before), StringComparison.Ordinal);
            Assert.NotEqual((string)RichPatient.AssessmentOf(before)["knowledge"]!, (string)RichPatient.AssessmentOf(after)["knowledge"]!);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int PointsOfAfp(JsonNode? answer) =>
        (int)RichPatient.AssessmentOf(answer)["factors"]!.AsArray().Single(row => (string)row!["id"]! == "afp")!["points"]!["low"]!;

    private static string Shown(JsonNode? answer) => ((string)Assert.Single(RichPatient.CardsOf(answer))["detail"]!).Replace("\\", "", StringComparison.Ordinal);

    private static KnowledgeFile Shipped(string name, string content) => new(name, IsOverlay: false, [.. Encoding.UTF8.GetBytes(content)]);

    [GeneratedRegex("[wW]ording(\\[|\\.Say\\(\\s*)\"(?<key>[a-z.-]+)\"|Values\\(\"(?<key>[a-z.-]+)\"|Say\\([^\"]*\"(?<key>factor\\.[a-z-]+)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Phrase();
}
