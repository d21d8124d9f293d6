using System.Text.Json.Nodes;
using HpdCds.Sandbox.Checks;

namespace HpdCds.Tests.Sandbox;

public sealed class AnswerCheckTests
{
    private const string Good = """
        {"summary":"Advice","indicator":"info","source":{"label":"Source","url":"https://example.org/","topic":{"code":"T","system":"https://example.org/t"}},
         "selectionBehavior":"at-most-one","suggestions":[{"label":"Add","isRecommended":true,"actions":[{"type":"create","description":"Adds","resource":{"resourceType":"Task"}}]}],
         "overrideReasons":[{"code":"a","system":"s","display":"Later"}],"links":[{"label":"More","url":"https://example.org/","type":"smart","appContext":"x"}]}
        """;

    [Fact]
    public void An_answer_that_keeps_the_rules_has_no_fault() => Assert.Empty(AnswerCheck.Of($$"""{"cards":[{{Good}}]}"""));

    [Theory]
    [InlineData("CARD-01", "summary", "null")]
    [InlineData("CARD-01", "summary", "\"two\\nlines\"")]
    [InlineData("CARD-02", "indicator", "\"hard-stop\"")]
    [InlineData("CARD-03", "source", """{"url":"https://example.org/"}""")]
    [InlineData("CARD-06", "source", """{"label":"x","topic":{"code":"T"}}""")]
    [InlineData("resp-6", "selectionBehavior", null)]
    [InlineData("CARD-10", "selectionBehavior", "\"all\"")]
    [InlineData("CARD-10", "suggestions", null)]
    [InlineData("resp-1", "suggestions", """[{"label":"a","isRecommended":true},{"label":"b","isRecommended":true}]""")]
    [InlineData("resp-2", "suggestions", """[{"label":"a","actions":[{"type":"delete","description":"d","resource":{"resourceType":"Task"}}]}]""")]
    [InlineData("resp-5", "suggestions", """[{"label":"a","actions":[{"type":"create","resource":{"resourceType":"Task"}}]}]""")]
    [InlineData("resp-7", "suggestions", """[{"label":"a","actionSelectionBehavior":"some"}]""")]
    [InlineData("resp-4", "overrideReasons", """[{"code":"a","system":"s"}]""")]
    [InlineData("LNK-03", "links", """[{"label":"a","url":"https://example.org/","type":"absolute","appContext":"x"}]""")]
    [InlineData("TR-02", "links", "[]")]
    [InlineData("TR-02", "detail", "\"\"")]
    [InlineData("TR-02", "extension", "{}")]
    public void A_broken_rule_is_named(string rule, string member, string? value)
    {
        var card = JsonNode.Parse(Good)!.AsObject();
        card.Remove(member);
        if (value is not null)
            card[member] = JsonNode.Parse(value);
        Assert.Contains(rule, AnswerCheck.Of(new JsonObject { ["cards"] = new JsonArray(card) }.ToJsonString()).Select(violation => violation.Rule));
    }

    [Theory]
    [InlineData(139, false)]
    [InlineData(140, true)]
    public void A_summary_has_fewer_than_140_characters(int length, bool isBroken)
    {
        var card = JsonNode.Parse(Good)!.AsObject();
        card["summary"] = new string('x', length);
        Assert.Equal(isBroken, AnswerCheck.Of(new JsonObject { ["cards"] = new JsonArray(card) }.ToJsonString()).Any());
    }

    [Theory]
    [InlineData("""{"recognition":"ici"}""", false)]
    [InlineData("""{"recognition":"maybe"}""", true)]
    [InlineData("""{"recognition":"ici","surprise":1}""", true)]
    [InlineData("""{"recognition":"ici","factors":[{"id":"nlr","domain":"inflammation","core":true,"state":"unknown","threshold":"x","points":{"low":0,"high":2},"tier":"A","evidence":["e"]}]}""", true)]
    [InlineData("""{"recognition":"ici","factors":[{"id":"nlr","domain":"inflammation","core":true,"state":"unknown","reason":"not-recorded","threshold":"x","points":{"low":0,"high":2},"tier":"A","evidence":["e"]}]}""", false)]
    public void The_assessment_is_held_against_its_schema(string assessment, bool isBroken)
    {
        var violations = AnswerCheck.Of("{\"cards\":[],\"extension\":{\"org.hpdcds.assessment\":" + assessment + "}}");
        Assert.Equal(isBroken, violations.Any(violation => violation.Rule == AssessmentSchema.Rule));
    }

    [Theory]
    [InlineData("r-1", """{"fhirAuthorization":{"scope":"user/*.rs"}}""")]
    [InlineData("r-2", """{"fhirServer":"http://x","fhirAuthorization":{"scope":"patient/*.rs"}}""")]
    [InlineData("ord-1", """{"context":{"userId":"jane"}}""")]
    [InlineData("ord-1", """{"context":{"selections":["draft-1"]}}""")]
    public void A_broken_rule_of_a_request_is_named(string rule, string request) =>
        Assert.Equal([rule], RequestCheck.OfHook(JsonNode.Parse(request)!.AsObject()).Select(violation => violation.Rule));

    [Theory]
    [InlineData("fb-1", """{"outcome":"ignored"}""")]
    [InlineData("fb-2", """{"outcome":"accepted"}""")]
    [InlineData("fb-3", """{"outcome":"overridden","overrideReason":{}}""")]
    public void A_broken_rule_of_feedback_is_named(string rule, string entry) =>
        Assert.Equal([rule], RequestCheck.OfFeedback(JsonNode.Parse($$"""{"feedback":[{{entry}}]}""")!.AsObject()).Select(violation => violation.Rule));
}
