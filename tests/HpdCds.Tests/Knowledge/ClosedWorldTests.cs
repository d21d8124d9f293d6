using System.Collections.Immutable;
using System.Text;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

/// <summary>What may be presumed absent, and who has to answer for it.</summary>
public sealed class ClosedWorldTests
{
    [Fact]
    public void Only_ascites_and_encephalopathy_are_presumed_as_shipped() =>
        Assert.Equal(["ascites", "encephalopathy"], Profiles.AsShipped.Rules.ClosedWorld.Select(rule => rule.Fact));

    [Fact]
    public void A_site_adds_signed_rules_and_keeps_the_shipped_ones()
    {
        var rules = WithSite("""{"fact":"pvtt","place":"staging observations","signedBy":"Head of the board","date":"2026-11-01"}""").Rules.ClosedWorld;

        Assert.Equal(["ascites", "encephalopathy", "pvtt"], rules.Select(rule => rule.Fact));
        Assert.Equal(("Head of the board", new DateOnly(2026, 11, 1)), (rules[2].SignedBy, rules[2].SignedOn));
    }

    [Fact]
    public void What_speaks_against_a_shipped_rule_speaks_against_a_sites_rule_too()
    {
        var rules = WithSite("""{"fact":"ascites","place":"problem list and encounter diagnoses","signedBy":"Head of the board","date":"2026-11-01"}""").Rules;

        Assert.Equal(["cirrhosis-decompensated", "hepatic-failure", "hepatorenal-syndrome", "spontaneous-bacterial-peritonitis"], rules.RuleFor("ascites")!.Unless);
    }

    [Theory]
    [InlineData("""{"fact":"pvtt","place":"staging observations","signedBy":"Somebody","date":"2026-11-01","unless":["cirrhosis-decompensated"]}""", "unless is read only for ascites and encephalopathy")]
    [InlineData("""{"fact":"ascites","place":"problem list and encounter diagnoses","signedBy":"Somebody","date":"2026-11-01","unless":["gout"]}""", "gout is no finding")]
    [InlineData("""{"fact":"pvtt","place":"staging observations"}""", "needs signedBy and date")]
    [InlineData("""{"fact":"pvtt","place":"staging observations","signedBy":" ","date":"2026-11-01"}""", "needs signedBy and date")]
    [InlineData("""{"fact":"pvtt","place":"staging observations","signedBy":"Somebody"}""", "needs signedBy and date")]
    [InlineData("""{"fact":"ascites","place":"problem list and encounter diagnoses"}""", "needs signedBy and date")]
    [InlineData("""{"fact":"ldh","place":"staging observations","signedBy":"Somebody","date":"2026-11-01"}""", "ldh is not a fact that may be presumed absent")]
    [InlineData("""{"fact":"pvtt","place":"my memory","signedBy":"Somebody","date":"2026-11-01"}""", "is no place that is read")]
    public void A_rule_that_nobody_can_answer_for_stops_the_start(string rule, string fault)
    {
        var refused = Assert.Throws<KnowledgeException>(() => WithSite(rule));

        Assert.Contains(refused.Errors, error => error.StartsWith("overlay/closed-world.json: ", StringComparison.Ordinal) && error.Contains(fault, StringComparison.Ordinal));
    }

    private static KnowledgeBase WithSite(string rule) => Profiles.LoadFrom(KnowledgeFiles.Shipped().Append(new KnowledgeFile(
        KnowledgeFiles.OverlayPrefix + "closed-world.json",
        IsOverlay: true,
        [.. Encoding.UTF8.GetBytes($$"""{"description":"of a site","rules":[{{rule}}]}""")])));
}
