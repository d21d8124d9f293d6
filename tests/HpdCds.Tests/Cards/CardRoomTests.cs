using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;
using HpdCds.Tests.Knowledge;
using HpdCds.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Cards;

/// <summary>The densest cards that can be thought of: every factor with all that can be said of it, and every reservation.</summary>
public sealed class CardRoomTests
{
    private const int MostDetailCharacters = 1200;
    private const int MostValues = 5;

    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClinicalTime When = ClinicalTime.At(AsOf.AddDays(-3));
    private static readonly KnowledgeBase Knowledge = Profiles.AsShipped;

    public static TheoryData<string, string, int> Dense => [.. from language in Knowledge.Wordings.Keys
                                                               from table in Knowledge.Models
                                                               from seed in Enumerable.Range(0, 400)
                                                               where seed % 100 == 0
                                                               select new TheoryDataRow<string, string, int>(language, table.Model.Id, seed)];

    [Theory]
    [MemberData(nameof(Dense))]
    [Trait("Req", "CARD-01")]
    public void The_densest_card_fits_and_still_names_what_is_missing_the_kit_and_what_it_is_not(string language, string model, int firstSeed)
    {
        var (table, wording) = (Knowledge.Models.Single(table => table.Model.Id == model), Knowledge.Wordings[language]);
        var writer = new CardWriter(Knowledge);
        var ehr = Ehr() with { Language = language };
        foreach (var seed in Enumerable.Range(firstSeed, 100))
        {
            var random = new Random(seed);
            var reading = Reading(table, random);
            var assessment = RiskAssessment.Of(table.Model, reading.Factors);
            if (writer.ForAssessment(Recognition, reading, table, assessment, ehr, "p1") is not { Detail: { } detail })
                continue;
            Assert.InRange(detail.Length, 1, MostDetailCharacters);
            Assert.Contains(Opening(wording, "detail.kit"), detail, StringComparison.Ordinal);
            Assert.Contains("hpd-", detail.Split("\n\n")[^1], StringComparison.Ordinal);
            Assert.Equal(assessment.IsAssessable, detail.Contains(wording["detail.associated"], StringComparison.Ordinal));
            Assert.Equal(!assessment.IsAssessable, detail.Contains(Opening(wording, "detail.how-to-supply"), StringComparison.Ordinal));
            Assert.True(
                !detail.Contains(wording["detail.indirect"], StringComparison.Ordinal) || !assessment.IsAssessable || detail.Contains(wording["detail.options"], StringComparison.Ordinal),
                $"The options go before less (seed {seed}): {detail}");
            // A line that holds some back says so, as one item more.
            Assert.All(detail.Split("\n\n").Where(line => IsOfValues(line, wording)), line => Assert.InRange(line.Split(wording["item-separator"]).Length, 1, MostValues + 1));
            var missing = assessment.Factors.Where(row => row.Factor.IsCore && row.State == FactState.Unknown && (row.Finding is null || row.IsFullyOpen));
            Assert.All(missing, row => Assert.True(
                detail.Contains(wording[$"name.{row.Factor.Id}"], StringComparison.Ordinal) || detail.Contains(wording.Find($"short.{row.Factor.Id}") ?? wording[$"name.{row.Factor.Id}"], StringComparison.Ordinal),
                $"{row.Factor.Id} is missing and not named (seed {seed}): {detail}"));
            if (!assessment.IsAssessable)
                Assert.DoesNotContain(wording["factor.points-one"], detail, StringComparison.Ordinal);
        }
    }

    private static bool IsOfValues(string line, Wording wording) =>
        new[] { "detail.counts", "detail.partly", "detail.does-not-count", "detail.read" }.Any(phrase => line.StartsWith(Opening(wording, phrase), StringComparison.Ordinal));

    private static string Opening(Wording wording, string phrase) => wording[phrase].Split('{')[0];

    private static PatientReading Reading(ModelTable table, Random random) => new(
        new PatientFacts(AsOf, table.Model.Factors.ToImmutableDictionary(factor => factor.Id, factor => Fact(factor, random), StringComparer.Ordinal)
            .SetItem("nlr", Fact(table.Model.Factors.Single(factor => factor.Id == "nlr"), random))
            .TryAdd("afp", new Fact<Finding>.Unknown(UnknownReason.Truncated))),
        random.Next(2) == 0 ? Exposure.None : Exposure.Unknown,
        random.Next(3) switch { 0 => Regimen.Other, 1 => Regimen.Pd1Vegf, _ => Regimen.Pd1 },
        table.Model.Id == "hpd-hcc" ? "hcc" : "cholangiocarcinoma",
        TumourReason: null,
        IsChild: false,
        IsHaematological: false)
    {
        ReasonForGeneralModel = "liver-not-hcc",
    };

    private static Fact<Finding> Fact(Factor factor, Random random)
    {
        if (!factor.IsCore)
            return random.Next(2) == 0 ? new Fact<Finding>.NotApplicable("not-tested") : Known(factor, random);
        return random.Next(3) == 0
            ? new Fact<Finding>.Unknown(
                (UnknownReason)random.Next(Enum.GetValues<UnknownReason>().Length), Datum: null, new SeenValue("1234.56", "mmol/L", When, "Observation/1"))
            : Known(factor, random);
    }

    private static Fact<Finding>.Known Known(Factor factor, Random random)
    {
        var hasLimit = factor.Levels.Length > 0 && factor.Id is "ldh" or "anaemia";
        var value = hasLimit ? 2.5m : factor.Id switch { "nlr" => 5.25m, "afp" => 12_345.6m, "child-pugh" => 8, "albumin" => 31.5m, "ecog" => 2, _ => 1 };
        Shown shown = factor.Id switch
        {
            "nlr" => new Shown.Number(value, Bound: null, "1", Limit: null),
            "ldh" or "anaemia" => new Shown.Number(612.5m, Bound: null, "U/L", 245),
            "afp" => new Shown.Number(value, Comparison.GreaterThan, "ng/mL", Limit: null),
            "albumin" => new Shown.Number(value, Bound: null, "g/L", Limit: null),
            "child-pugh" => new Shown.Span(8, 8, "{score}", "B"),
            "ecog" => new Shown.Number(2, Bound: null, "{score}", Limit: null),
            _ => new Shown.Flag(Value: true),
        };
        var marks = Enum.GetValues<Mark>().Where(mark => mark != Mark.PresumedPart && random.Next(3) == 0).ToImmutableArray();
        var finding = new Finding(Interval.Exactly(value), UnknownReason.Ambiguous, shown)
        {
            Confounders = random.Next(2) == 0 ? [.. Enum.GetValues<Confounder>()] : [],
            IsConfounded = factor.Id is "nlr" or "ldh",
        };
        return new(finding with { IsConfounded = finding.IsConfounded && finding.Confounders.Length > 0 }, new Provenance(When, "Observation/1", marks));
    }

    private static Recognition Recognition => new(
        RecognitionOutcome.Inhibitor, ["nivolumab", "ipilimumab", "relatlimab"], [], FromNameOnly: true, UnknownInhibitorNames: 0);

    private static TrustedEhr Ehr()
    {
        using var app = HpdCdsService.Build(["--environment=Development"], builder => builder.Logging.ClearProviders());
        return Assert.Single(app.Services.GetRequiredService<CurrentTrust>().Table.Ehrs);
    }
}

file static class Dictionaries
{
    public static ImmutableDictionary<string, Fact<Finding>> TryAdd(this ImmutableDictionary<string, Fact<Finding>> facts, string id, Fact<Finding> fact) =>
        facts.ContainsKey(id) ? facts : facts.Add(id, fact);
}
