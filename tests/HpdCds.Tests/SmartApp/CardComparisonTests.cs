using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.SmartApp;
using HpdCds.Store;

namespace HpdCds.Tests.SmartApp;

/// <summary>What changed since the card, named from a memory that holds no values.</summary>
public sealed class CardComparisonTests(Pictures pictures) : IClassFixture<Pictures>
{
    private const string Afp = "\"value\":1240";

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task The_same_chart_is_as_it_was()
    {
        var card = await pictures.OfSandboxAsync("bravo");
        var picture = await pictures.OfSandboxAsync("bravo", with: request => request with { Card = pictures.DecisionOf(card), AsOf = request.AsOf.AddHours(2) });
        Assert.True(picture.SinceCard!.IsAsItWas);
        Assert.False(picture.SinceCard.HidesValues);
        Assert.Contains("No value, state or points that the card rests on have changed since 2026-03-01 06:30", PicturePageTests.Parse(picture).Value, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task A_laboratory_value_that_came_since_is_named_with_what_it_changed()
    {
        var picture = await pictures.ChangedAsync("en", request => request);
        Assert.Equal(
            [("nlr", false, new PointsRange(1, 1)), ("afp", true, new PointsRange(1, 1))],
            picture.SinceCard!.Factors.Select(change => (change.Factor, change.IsValueOnly, change.Points!.Value)));
        var text = PicturePageTests.Parse(picture).Value;
        Assert.Contains("Data changed since the card", text, StringComparison.Ordinal);
        Assert.Contains("NLR: then Known, 1 point; now Known, 2 points", text, StringComparison.Ordinal);
        Assert.Contains("AFP: another value or mark than then, same points; now 1,240 ng/mL, 2026-02-23", text, StringComparison.Ordinal);
        Assert.Contains("Then several reported risk factors (2 points), now several reported risk factors (3 points).", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task Where_no_model_speaks_no_value_is_said_to_be_as_it_was()
    {
        var decision = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));
        var picture = await pictures.OfGoldenAsync("tumour-not-found");
        var found = HpdCds.Cards.AssessmentExtension.WithoutTumour(picture.Request.Recognition, picture.Reading!, pictures.Knowledge);
        var card = decision with
        {
            Model = null,
            Factors = "{}",
            BandLow = null,
            BandHigh = null,
            PointsLow = null,
            PointsHigh = null,
            Reason = found.Reason,
            Tumour = found.Tumour,
            Exposure = found.ExposureCode,
        };

        var text = PicturePageTests.Parse(await pictures.OfGoldenAsync("tumour-not-found", with: request => request with { Card = card })).Value;

        Assert.Contains("Values were not compared.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("No value, state or points", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_memory_holds_no_value_and_tells_no_two_patients_alike()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var (one, other) = (pictures.DecisionOf(picture), pictures.DecisionOf(picture));
        Assert.DoesNotContain("5.2", one.Factors, StringComparison.Ordinal);
        Assert.DoesNotContain("1240", one.Factors, StringComparison.Ordinal);
        Assert.Equal(one.Inputs, other.Inputs);
        Assert.NotEqual(ReadOf(one), ReadOf(other));

        static string ReadOf(Decision decision) => (string)FactorsOf(decision)["nlr"]!["read"]!;
    }

    [Fact]
    public async Task Of_what_is_not_known_the_memory_has_its_state_and_reason_alone()
    {
        var picture = await pictures.OfSandboxAsync("bravo");
        var factors = FactorsOf(pictures.DecisionOf(picture));
        var rows = picture.Assessment!.Factors;
        Assert.Contains(rows, row => row.Fact is Fact<Finding>.Known);
        Assert.Contains(rows, row => row.Fact is Fact<Finding>.Unknown);
        Assert.All(rows, row => Assert.Equal(row.Fact is Fact<Finding>.Known, factors[row.Factor.Id]!["read"] is not null));
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task A_card_of_an_earlier_release_that_hashed_what_was_not_known_is_compared_as_it_was()
    {
        var before = await pictures.OfSandboxAsync("bravo");
        var decision = pictures.DecisionOf(before);
        var factors = FactorsOf(decision);
        var added = 0;
        foreach (var row in before.Assessment!.Factors.Where(row => row.Fact is not Fact<Finding>.Known))
        {
            factors[row.Factor.Id]!["read"] = pictures.Pseudonyms.Input(decision.Id, row);
            added++;
        }

        Assert.True(added > 5);
        Assert.True((await SinceAsync(decision, factors)).IsAsItWas);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Req", "SM-45")]
    public async Task What_was_known_on_one_side_only_is_another_value_also_where_state_and_points_are_the_same(bool wasKnown)
    {
        var before = await pictures.OfSandboxAsync("bravo");
        var decision = pictures.DecisionOf(before);
        var factors = FactorsOf(decision);
        var row = before.Assessment!.Factors.First(row => row.Fact is Fact<Finding>.Known != wasKnown);
        if (wasKnown)
            factors[row.Factor.Id]!["read"] = pictures.Pseudonyms.Input(decision.Id, row with { Fact = before.Assessment.Factors.First(other => other.Fact is Fact<Finding>.Known).Fact });
        else
            factors[row.Factor.Id]!.AsObject().Remove("read");

        var change = Assert.Single((await SinceAsync(decision, factors)).Factors);

        Assert.Equal((row.Factor.Id, true), (change.Factor, change.IsValueOnly));
    }

    [Fact]
    public async Task With_another_key_values_are_not_compared_and_that_is_said()
    {
        var before = await pictures.OfRequestAsync(Pictures.RequestOf("bravo").Replace(Afp, "\"value\":1190", StringComparison.Ordinal), Pictures.SandboxAsOf);
        await using var restarted = new Pictures();
        var picture = await pictures.OfSandboxAsync("bravo", with: request => request with { Card = restarted.DecisionOf(before) });
        Assert.True(picture.SinceCard!.HidesValues);
        Assert.Empty(picture.SinceCard.Factors);
        Assert.False(picture.SinceCard.IsAsItWas);
        var text = PicturePageTests.Parse(picture).Value;
        Assert.DoesNotContain("points that the card rests on have changed", text, StringComparison.Ordinal);
        Assert.Contains("What could be compared with the card of 2026-03-01 06:30 (+00:00) is as it was. Values could not be compared with those of the card; only states and points were.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_cancers_in_the_chart_the_page_shows_the_one_that_the_order_behind_the_card_was_for()
    {
        var decision = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));
        PictureRequest WithoutDrafts(PictureRequest request) => request with { Orders = [], Recognition = request.Recognition with { Orders = [] } };

        var unknown = await pictures.OfGoldenAsync("tumour-two-cancers-are-ambiguous", with: WithoutDrafts);
        var known = await pictures.OfGoldenAsync("tumour-two-cancers-are-ambiguous", with: request => WithoutDrafts(request) with { Card = decision });
        var gone = await pictures.OfGoldenAsync("tumour-two-cancers-are-ambiguous", with: request => WithoutDrafts(request) with { Card = decision with { Tumour = "melanoma" } });

        Assert.Equal(PictureKind.TumourUnknown, unknown.Kind);
        Assert.Equal((PictureKind.Assessed, decision.Tumour), (known.Kind, known.Reading!.Tumour));
        Assert.Contains("The chart lists more than one cancer", PicturePageTests.Parse(known).Value, StringComparison.Ordinal);
        Assert.Equal(PictureKind.TumourUnknown, gone.Kind);
    }

    [Fact]
    public async Task What_the_card_could_not_judge_because_of_its_order_the_page_does_not_judge_either()
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo")) with { Reason = "perioperative", BandLow = null, BandHigh = null, Model = null };

        var picture = await pictures.OfSandboxAsync("bravo", with: request => request with { Orders = [], Card = card });

        Assert.Equal((PictureKind.OutOfScope, "perioperative"), (picture.Kind, picture.OutOfScope));
    }

    [Fact]
    public async Task What_the_models_can_say_is_compared_too()
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));
        var picture = await pictures.OfSandboxAsync("bravo", with: request => request with { Card = card, Chart = request.Chart with { Conditions = [] } });
        Assert.Equal(PictureKind.TumourUnknown, picture.Kind);
        Assert.True(picture.SinceCard!.HasOtherScope);
        Assert.Equal("hcc", picture.SinceCard.Tumour);
        var rules = await pictures.OfSandboxAsync("bravo", with: request => request with { Card = card with { Knowledge = "sha256:other" } });
        Assert.True(rules.SinceCard!.HasOtherRules);
        Assert.False(rules.SinceCard.HasChanged || rules.SinceCard.IsAsItWas);
        var text = PicturePageTests.Parse(rules).Value;
        Assert.Contains("The rules were updated since the card", text, StringComparison.Ordinal);
        Assert.Contains("What could be compared", text, StringComparison.Ordinal);
        Assert.Contains("The rules were updated since the card", PicturePageTests.Parse(rules with { SinceCard = rules.SinceCard with { Factors = [new("nlr", "unknown", "too-old", new(0, 2), false)] } }).Value, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SM-45")]
    [InlineData(SourceState.Failed, "source did not answer")]
    [InlineData(SourceState.NotAuthorised, "reading not authorised")]
    [InlineData(SourceState.NotSupplied, "not supplied to this service")]
    public async Task What_cannot_be_read_now_is_not_said_to_have_changed(SourceState state, string reason)
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));

        var withoutCounts = await pictures.OfSandboxAsync("bravo", with: request => Without(request with { Card = card }, state, ChartKey.Cbc, ChartKey.Chemistry));
        var withoutProblems = await pictures.OfSandboxAsync("bravo", with: request => WithoutConditions(request with { Card = card }, state));

        Assert.False(withoutCounts.SinceCard!.HasChanged);
        Assert.Contains(withoutCounts.SinceCard.NotCompared, one => one is { What: "nlr", IsThen: false });
        var text = PicturePageTests.Parse(withoutCounts).Value;
        Assert.DoesNotContain("Data changed since the card", text, StringComparison.Ordinal);
        Assert.DoesNotContain("rests on have changed", text, StringComparison.Ordinal);
        Assert.Contains("Could not be compared", text, StringComparison.Ordinal);
        Assert.Matches($"NLR[^.;]*: {reason}", text);
        Assert.Equal(PictureKind.TumourUnknown, withoutProblems.Kind);
        Assert.False(withoutProblems.SinceCard!.HasChanged);
        Assert.Contains($"the cancer, and with it the factors: {reason}", PicturePageTests.Parse(withoutProblems).Value, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task What_the_card_could_not_read_is_not_said_to_have_changed()
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo", with: request => Without(request, SourceState.Failed, ChartKey.Cbc, ChartKey.Chemistry)));

        var picture = await pictures.OfSandboxAsync("bravo", with: request => request with { Card = card });

        Assert.False(picture.SinceCard!.HasChanged);
        Assert.Matches("NLR[^.;]*: when the card was made, source did not answer", PicturePageTests.Parse(picture).Value);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task A_value_of_which_only_the_influences_were_not_read_is_the_value_that_it_was()
    {
        var card = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));

        var picture = await pictures.OfSandboxAsync("bravo", with: request => Without(request with { Card = card }, SourceState.Failed, ChartKey.Procedures));

        Assert.False(picture.SinceCard!.HasChanged);
        Assert.Contains(picture.SinceCard.NotCompared, one => one is { What: "nlr", Reason: "confounders-unread", IsThen: false });
        Assert.Matches("NLR[^.;]*: influences not read", PicturePageTests.Parse(picture).Value);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task A_change_beside_what_could_not_be_read_is_still_named()
    {
        var before = pictures.DecisionOf(await pictures.OfRequestAsync(Pictures.RequestOf("bravo").Replace("\"value\":5.2", "\"value\":3.6", StringComparison.Ordinal), Pictures.SandboxAsOf));

        var picture = await pictures.OfSandboxAsync("bravo", with: request => Without(request with { Card = before }, SourceState.Failed, ChartKey.Genomics));

        Assert.Equal(["nlr"], picture.SinceCard!.Factors.Select(change => change.Factor));
        var text = PicturePageTests.Parse(picture).Value;
        Assert.Contains("Data changed since the card", text, StringComparison.Ordinal);
        Assert.Contains("Could not be compared", text, StringComparison.Ordinal);
        Assert.DoesNotContain("EGFR: then", text, StringComparison.Ordinal);
    }

    private static JsonObject FactorsOf(Decision decision) => JsonNode.Parse(decision.Factors)!.AsObject();

    private async Task<CardComparison> SinceAsync(Decision decision, JsonObject factors) =>
        (await pictures.OfSandboxAsync("bravo", with: request => request with { Card = decision with { Factors = factors.ToJsonString() } })).SinceCard!;

    private static PictureRequest WithoutConditions(PictureRequest request, SourceState state) =>
        Without(request, state, ChartKey.Problems, ChartKey.EncounterDx) is var read ? read with { Chart = read.Chart with { Conditions = [] } } : read;

    // The sandbox's results all stand in the answer for the blood count: what belongs to a source that failed goes with it.
    private static PictureRequest Without(PictureRequest request, SourceState state, params ChartKey[] keys) => request with
    {
        Chart = request.Chart with
        {
            Sources = request.Chart.Sources.SetItems(keys.Select(key => KeyValuePair.Create(key, request.Chart.Sources[key] with { State = state }))),
            Observations = keys.Contains(ChartKey.Cbc) ? [.. request.Chart.Observations.Where(one => !one.Reference.Contains("neut", StringComparison.Ordinal) && !one.Reference.Contains("lymph", StringComparison.Ordinal) && !one.Reference.Contains("ldh", StringComparison.Ordinal))] : request.Chart.Observations,
        },
    };
}
