using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Tests.Knowledge;

namespace HpdCds.Tests.Cards;

/// <summary>What an answer is when one asks again, with many drugs, and when data cannot be had.</summary>
public sealed partial class SameAnswerTests
{
    [Theory]
    [InlineData("high-all-seven-review-features")]
    [InlineData("differing-the-example-of-the-model")]
    [InlineData("tumour-not-found")]
    [Trait("Req", "RSP-05")]
    [Trait("Req", "CARD-07")]
    [Trait("Req", "OVR-02")]
    public async Task A_hundred_answers_to_one_request_differ_in_nothing_but_new_uuids(string golden)
    {
        await using var service = await RichPatient.StartAsync(
            ("Overlay", RichPatient.Overlay), ("Ehrs:0:OrderCodes:imaging:System", "urn:site"), ("Ehrs:0:OrderCodes:imaging:Code", "IMG"));
        var request = RichPatient.RequestOf(golden).ToJsonString();
        var texts = new List<string>();
        for (var time = 0; time < 100; time++)
        {
            using var response = await service.PostAsync(request);
            texts.Add(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Single(texts.Select(text => Uuid().Replace(text, "uuid")).Distinct());
        var uuids = texts.SelectMany(text => Uuid().Matches(text).Select(match => match.Value)).ToArray();
        Assert.True(uuids.Length >= 100);
        Assert.Equal(uuids.Length, uuids.Distinct().Count());
    }

    [Theory]
    [InlineData("high-all-seven-review-features", "not a probability")]
    [InlineData("raised-nlr-alone", "not a probability")]
    [InlineData("differing-the-example-of-the-model", "not a probability")]
    [InlineData("cannot-assess-no-blood-count-no-liver-tests", "could not be assessed")]
    [InlineData("tumour-not-found", "could not be assessed")]
    [InlineData("tumour-two-cancers-are-ambiguous", "could not be assessed")]
    [Trait("Req", "CARD-01")]
    [Trait("Req", "CARD-12")]
    public async Task However_many_inhibitors_are_ordered_there_is_one_card_with_a_short_summary(string golden, string said)
    {
        await using var service = await RichPatient.StartAsync(("Overlay", RichPatient.Overlay));
        string[] names = [.. InhibitorNames()];
        Assert.True(names.Length > 15);
        var lengths = new SortedSet<int>();
        var request = RichPatient.RequestOf(golden);
        RichPatient.DraftsOf(request)[0]!["resource"]!["doNotPerform"] = true;
        for (var count = 0; count < names.Length; count++)
        {
            var reason = RichPatient.DraftsOf(request)[0]!["resource"]!["reasonCode"]?.DeepClone();
            RichPatient.DraftsOf(request).Add(RichPatient.Draft(FormattableString.Invariant($"more-{count}"), names[count]));
            if (reason is not null)
                RichPatient.DraftsOf(request)[^1]!["resource"]!["reasonCode"] = reason;
            var (_, answer) = await service.AnswerAsync(request.ToJsonString());
            Assert.Equal(count + 1, RichPatient.AssessmentOf(answer)["agents"]!.AsArray().Count);
            var summary = (string)Assert.Single(RichPatient.CardsOf(answer))["summary"]!;
            Assert.InRange(summary.Length, 1, 139);
            Assert.InRange(new StringInfo(summary).LengthInTextElements, 1, 139);
            Assert.Contains(said, summary, StringComparison.Ordinal);
            lengths.Add(summary.Length);
        }

        Assert.True(lengths.Count > 1, "the drugs never made a difference");
    }

    [Theory]
    [InlineData("exception", "source-failed")]
    [InlineData("forbidden", "not-authorised")]
    [Trait("Req", "RSP-04")]
    public async Task A_source_that_failed_is_never_answered_by_silence(string code, string reason)
    {
        await using var service = await RichPatient.StartAsync(("Overlay", RichPatient.Overlay));
        foreach (var key in new[] { "problems", "encounterDx", "cbc", "chemistry", "liver", "markers", "staging", "medications", "performance", "patient" })
        {
            var request = RichPatient.RequestOf("none-all-known-and-below");
            request["prefetch"]![key] = RichPatient.Failed(code);
            var (status, answer) = await service.AnswerAsync(request.ToJsonString());
            Assert.Equal(200, status);
            var assessment = RichPatient.AssessmentOf(answer);
            if (RichPatient.CardsOf(answer).Any())
                continue;
            Assert.Equal(("baseline", "baseline"), ((string)assessment["band"]!["low"]!, (string)assessment["band"]!["high"]!));
        }

        var worst = RichPatient.RequestOf("none-all-known-and-below");
        foreach (var key in new[] { "cbc", "liver", "markers" })
            worst["prefetch"]![key] = RichPatient.Failed(code);
        var (_, shown) = await service.AnswerAsync(worst.ToJsonString());
        Assert.Single(RichPatient.CardsOf(shown));
        Assert.Equal(reason, (string)RichPatient.AssessmentOf(shown)["factors"]![0]!["reason"]!);
        foreach (var key in worst["prefetch"]!.AsObject().Select(pair => pair.Key).Where(key => key != "patient").ToArray())
            worst["prefetch"]![key] = RichPatient.Failed(code);
        Assert.Equal(412, (await service.AnswerAsync(worst.ToJsonString())).Status);
    }

    [Fact]
    [Trait("Req", "RSP-02")]
    public async Task An_order_that_is_no_inhibitor_is_answered_by_an_empty_list_of_cards()
    {
        await using var service = await RichPatient.StartAsync();
        var (status, answer) = await service.AnswerAsync(RichPatient.RequestOf("not-a-checkpoint-inhibitor").ToJsonString());
        Assert.Equal(200, status);
        Assert.Equal("[]", answer!["cards"]!.ToJsonString());
    }

    [Fact]
    [Trait("Req", "CARD-15")]
    public async Task Also_the_line_on_an_unresolved_order_says_when_it_was_written_and_what_it_is_not()
    {
        await using var service = await RichPatient.StartAsync(("Ehrs:0:UnresolvedInfoLine", "true"));
        var request = RichPatient.RequestOf("not-a-checkpoint-inhibitor");
        RichPatient.DraftsOf(request)[0]!["resource"]!.AsObject().Remove("medicationCodeableConcept");
        var (_, answer) = await service.AnswerAsync(request.ToJsonString());
        var detail = (string)Assert.Single(RichPatient.CardsOf(answer))["detail"]!;
        Assert.Contains("evaluated 2026-11-24 12:00 UTC", detail, StringComparison.Ordinal);
        Assert.Contains("not clinically validated", detail, StringComparison.Ordinal);
    }

    private static IEnumerable<string> InhibitorNames() => JsonNode.Parse(Profiles.TextOf("drugs.json"))!["drugs"]!.AsArray()
        .Where(drug => (string)drug!["role"]! == "inhibitor" && ((string)drug["inn"]!).EndsWith("mab", StringComparison.Ordinal))
        .Select(drug => (string)drug!["inn"]!);

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Uuid();
}
