using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Knowledge;
using HpdCds.Trust;
using Microsoft.Extensions.Configuration;

namespace HpdCds.Tests.Cards;

/// <summary>The wordings of all languages say the same, all of it is used, and no number, unit or date is lost between them.</summary>
public sealed partial class WordingTests(CaseServers servers, ITestOutputHelper output)
{
    private const int MostSummaryUnits = 139;
    private const int MostDetailCharacters = 1200;
    private const string English = "en";
    private const string Chinese = "zh-CN";

    /// <summary>Phrases that read the same in both languages: abbreviations, and templates without a word.</summary>
    private static readonly string[] AlikeInAllLanguages =
    [
        "drug-separator", "points.settled", "points.range", "short.nlr", "short.ldh", "short.afp", "part.inr", "growth.arrow", "growth.break", "growth.marker", "growth.scans-between", "page.growth-col-tgr", "page.growth-col-tgk", "page.growth-change-plain",
        .. GrowthRule.Every.Select(rule => $"growth.rule.{rule.Id}").Where(key => key != "growth.rule.yumita-2023-hcc-strict"),
    ];

    /// <summary>What a Chinese clinician reads in Latin letters, apart from INNs, units, citations and model ids.</summary>
    private static readonly string[] LatinInChinese =
    [
        "NLR", "LDH", "AFP", "CRP", "INR", "ALBI", "ECOG", "Child-Pugh", "TACE", "G-CSF", "IL-6", "TGK", "TGR", "PD-1", "PD-L1", "CTLA-4", "Pang",
        "MDM2", "MDM4", "EGFR", "DNMT3A", "STK11", "KEAP1", "CTNNB1", "TP53", "TERT", "KRAS", "ALK", "HpdCds", "FHIR", "UTC",
        "mRECIST", "RECIST", "mm", "Champiat", "Ferrara", "Kas", "Saada-Bouzid", "Kim", "Maesaka", "Yumita", "Kato", "Matos", "Lo", "Russo",
    ];

    private static KnowledgeBase Knowledge => Profiles.AsShipped;

    [Fact]
    public void Every_language_that_the_cards_are_tested_in_is_shipped_and_no_other() =>
        Assert.Equal(GoldenCards.Languages, Knowledge.Wordings.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_phrase_is_used()
    {
        var code = string.Join('\n', Directory.EnumerateFiles(Profiles.RepositoryFolder("src/HpdCds"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        var composed = WordingCheck.Needed(Knowledge.Models)
            .Concat(Knowledge.Models.SelectMany(table => table.Model.Factors).Select(factor => $"short.{factor.Id}"))
            .Concat(Knowledge.Models.SelectMany(table => table.Rates).Select(rate => $"rate.{rate.Evidence}-{rate.Events}"))
            .Concat(NotApplicable().Matches(code).Select(match => $"why.{match.Groups["why"].Value}"));
        var unused = Knowledge.Wordings[English].Keys.Except(composed).Where(key => !code.Contains($"\"{key}\"", StringComparison.Ordinal));
        Assert.Empty(unused);
    }

    [Fact]
    public void Every_published_rate_is_explained_in_every_language() =>
        Assert.All(Knowledge.Models.SelectMany(table => table.Rates), rate => Assert.All(
            Knowledge.Wordings.Values, wording => Assert.NotNull(wording.Find($"rate.{rate.Evidence}-{rate.Events}"))));

    [Fact]
    public void No_phrase_is_left_untranslated()
    {
        var (english, chinese) = (Knowledge.Wordings[English], Knowledge.Wordings[Chinese]);
        Assert.Equal(AlikeInAllLanguages.Order(), english.Keys.Where(key => english[key] == chinese[key]).Order());
        Assert.Empty(chinese.Keys.SelectMany(key => EnglishWordsIn(Placeholder().Replace(chinese[key], " ")).Select(word => $"{key}: {word}")));
    }

    [Fact]
    public void Override_reasons_are_worded_in_every_language() =>
        Assert.All(Knowledge.OverrideReasons.Reasons, reason => Assert.Equal(GoldenCards.Languages, reason.Display.Keys.Order(StringComparer.Ordinal)));

    [Fact]
    [Trait("Req", "CARD-01")]
    public async Task Every_card_keeps_within_its_limits_in_every_language()
    {
        foreach (var language in GoldenCards.Languages)
        {
            var cards = await servers.AllCardsAsync(language);
            output.WriteLine($"{language}: {cards.Count} cards, longest summary {cards.Values.Max(card => GoldenCards.SummaryOf(card).Length)}, longest detail {cards.Values.Max(card => ((string)card["detail"]!).Length)}");
            Assert.All(cards, card =>
            {
                Assert.InRange(GoldenCards.SummaryOf(card.Value).Length, 1, MostSummaryUnits);
                Assert.InRange(((string)card.Value["detail"]!).Length, 1, MostDetailCharacters);
                Assert.DoesNotMatch(Placeholder(), GoldenCards.SummaryOf(card.Value) + card.Value["detail"]);
            });
        }
    }

    [Fact]
    public async Task The_same_cases_have_cards_of_the_same_kind_in_every_language()
    {
        var (english, chinese) = (await servers.AllCardsAsync(English), await servers.AllCardsAsync(Chinese));
        Assert.NotEmpty(english);
        Assert.Equal(
            english.Select(card => (card.Key, (string)card.Value["indicator"]!)),
            chinese.Select(card => (card.Key, (string)card.Value["indicator"]!)));
    }

    /// <summary>
    /// Line by line. A language that needs more letters may drop whole lines of the least weight to keep to the limit; the
    /// lines that stand must be twins, and where as many stand, the cards hold the same numbers, units and dates altogether.
    /// </summary>
    [Fact]
    public async Task Numbers_units_and_dates_are_the_same_in_every_language()
    {
        var (english, chinese) = (await servers.AllCardsAsync(English), await servers.AllCardsAsync(Chinese));
        var whole = 0;
        foreach (var (name, card) in english)
        {
            var (lines, twins) = (GoldenCards.LinesOf(card), GoldenCards.LinesOf(chinese[name]));
            if (lines.Count(IsNoRate) == twins.Count(IsNoRate))
                whole++;
            var (fewer, more) = lines.Length <= twins.Length ? (lines, twins) : (twins, lines);
            Assert.Equal([], WithoutTwin(fewer, more).Select(line => $"{name}: {line}"));
            Assert.Subset(
                Quantities(GoldenCards.SummaryOf(chinese[name])).ToHashSet(),
                Quantities(GoldenCards.SummaryOf(card)).ToHashSet());
        }

        output.WriteLine($"{whole} of {english.Count} cards have all their lines in both languages");
        // The shorter language keeps the lines that are dropped first, and those of study rates first of all.
        Assert.True(whole * 3 > english.Count);
    }

    [Fact]
    public async Task The_kit_the_options_and_the_caution_stand_on_every_assessed_card_however_dense_it_is()
    {
        foreach (var language in GoldenCards.Languages)
        {
            var wording = Knowledge.Wordings[language];
            var assessed = (await servers.AllCardsAsync(language)).Select(card => (card.Key, Lines: GoldenCards.LinesOf(card.Value)))
                .Where(card => Array.Exists(card.Lines, line => line.StartsWith(wording["detail.domains"].Split('{')[0], StringComparison.Ordinal)))
                .ToArray();
            output.WriteLine($"{language}: {assessed.Length} assessed cards");
            Assert.NotEmpty(assessed);
            string[] always = [wording["detail.kit"].Split('{')[0], wording["detail.options"], wording["detail.associated"]];
            Assert.Equal([], assessed.SelectMany(card => always.Where(opening => !Array.Exists(card.Lines, line => line.StartsWith(opening, StringComparison.Ordinal)))
                .Select(opening => $"{card.Key}: {opening}")));
        }
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    public async Task Influences_that_were_not_read_are_told_of_what_counts_and_marked_on_all(string language)
    {
        var answer = await servers.AnswerOfAsync(GoldenCase.Named("raised-nlr-alone"), language);
        var marked = answer["extension"]!["org.hpdcds.assessment"]!["factors"]!.AsArray()
            .Where(factor => factor!["marks"]?.AsArray().Any(mark => (string)mark! == "confounders-unread") == true)
            .Select(factor => (string)factor!["id"]!);
        Assert.Equal(["nlr", "ldh", "crp"], marked);
        Assert.Equal(2, ((string)answer["cards"]![0]!["detail"]!).Split(Knowledge.Wordings[language]["mark.confounders-unread"]).Length);
    }

    private static bool IsNoRate(string line) =>
        !line.StartsWith("Study rate", StringComparison.Ordinal) && !line.StartsWith("研究人群", StringComparison.Ordinal);

    [Fact]
    public async Task No_english_word_stands_on_a_chinese_card()
    {
        var cards = await servers.AllCardsAsync(Chinese);
        Assert.Equal([], cards.SelectMany(card => TextsOf(card.Value).SelectMany(EnglishWordsIn).Select(word => $"{card.Key}: {word}")));
    }

    [Fact]
    public async Task Drugs_are_named_in_chinese_with_their_INN_and_stay_INNs_on_the_wire()
    {
        var answer = await servers.AnswerOfAsync(GoldenCase.Named("raised-nlr-alone"), Chinese);
        Assert.Contains("纳武利尤单抗（nivolumab）", (string)answer["cards"]![0]!["summary"]!, StringComparison.Ordinal);
        Assert.Equal("nivolumab", (string)answer["extension"]!["org.hpdcds.assessment"]!["agents"]![0]!);
    }

    [Fact]
    public async Task A_drug_without_a_chinese_name_keeps_its_INN()
    {
        Assert.Null(Knowledge.Drugs.Find("prolgolimab")!.Labels);
        var answer = await servers.AnswerOfAsync(
            GoldenCase.Named("raised-nlr-alone"), Chinese, request => RxNormNivolumab().Replace(request, "\"text\": \"prolgolimab 100 mg\""));
        Assert.StartsWith("拟用prolgolimab：", (string)answer["cards"]![0]!["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_drug_marketed_in_china_has_its_chinese_name() =>
        Assert.All(Knowledge.Drugs.All.Where(drug => drug.Markets.Contains("CN")), drug => Assert.Matches(Han(), drug.Labels![Chinese]));

    [Fact]
    public void An_EHR_whose_language_has_no_wording_keeps_the_service_from_starting()
    {
        var settings = new Dictionary<string, string?>
        {
            ["HpdCds:Ehrs:0:Name"] = "a",
            ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = "https://a.example/fhir",
            ["HpdCds:Ehrs:0:Language"] = Chinese,
            ["HpdCds:Ehrs:1:Name"] = "b",
            ["HpdCds:Ehrs:1:FhirBaseUrls:0"] = "https://b.example/fhir",
            ["HpdCds:Ehrs:1:Language"] = "de",
        };
        var error = Assert.Throws<InvalidSettingsException>(() => HpdCdsService.Build(["--environment=Development"], builder => builder.Configuration.AddInMemoryCollection(settings)));
        Assert.Contains("HpdCds:Ehrs:1:Language must be en or zh-CN", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Ehrs:0", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> WithoutTwin(string[] fewer, string[] more)
    {
        var rest = new Queue<string>(more);
        foreach (var line in fewer)
        {
            var wanted = Quantities(line).ToArray();
            while (rest.Count > 0 && !Quantities(rest.Peek()).SequenceEqual(wanted))
                rest.Dequeue();
            if (!rest.TryDequeue(out _))
                yield return line;
        }
    }

    private static IEnumerable<string> Quantities(string text) =>
        Quantity().Matches(text).Select(match => match.Value.Replace(" ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> TextsOf(JsonObject card) =>
    [
        GoldenCards.SummaryOf(card),
        (string)card["detail"]!,
        (string)card["source"]!["label"]!,
        (string)card["source"]!["topic"]!["display"]!,
        .. card["overrideReasons"]!.AsArray().Select(reason => (string)reason!["display"]!),
    ];

    private static IEnumerable<string> EnglishWordsIn(string text)
    {
        foreach (var citation in Knowledge.Evidence.Values)
            text = text.Replace(citation.Text.Split(';')[0], " ", StringComparison.Ordinal);
        var known = LatinInChinese
            .Concat(Knowledge.Drugs.All.Select(drug => drug.Inn))
            .Concat(Knowledge.Models.Select(table => table.Model.Id))
            .SelectMany(WordsIn);
        return WordsIn(text).Except(known);
    }

    private static IEnumerable<string> WordsIn(string text) =>
        Word().Matches(Quantity().Replace(text, " ")).Select(match => match.Value).Where(word => word.Length > 1);

    /// <summary>A date, or a number with its unit where it has one.</summary>
    [GeneratedRegex(@"\d{4}-\d{2}(?:-\d{2})?|\d+(?:,\d{3})*(?:\.\d+)*(?:\s?%|\s(?:10\\?[*^]\d+|[A-Za-zµ\\\[\]]{1,6})?/[A-Za-z]{1,3}\b)?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quantity();

    [GeneratedRegex(@"[A-Za-z]+(?:-[A-Za-z]+)*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\{[a-zA-Z]+\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"NotApplicable\(""(?<why>[a-z-]+)""\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NotApplicable();

    [GeneratedRegex(@"""coding"": \[\{""system"": ""[^""]*rxnorm"", ""code"": ""1597876"", ""display"": ""nivolumab""\}\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RxNormNivolumab();

    [GeneratedRegex(@"^\p{IsCJKUnifiedIdeographs}+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Han();
}
