using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

public sealed class LikenessTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1.0,"b":2}""")]
    [InlineData("""{"a":"*"}""", """{"a":{"b":[]}}""")]
    [InlineData("""{"a":{"$absent":true}}""", """{"b":1}""")]
    [InlineData("""{"a":{"$contains":["NLR 5.2"],"$not":["safe to give"]}}""", """{"a":"NLR 5.2 and more"}""")]
    [InlineData("""{"a":{"$near":[-2.5862,0.001]}}""", """{"a":-2.58618}""")]
    [InlineData("""{"a":{"$oneOf":["x","y"]}}""", """{"a":"y"}""")]
    [InlineData("""[{"id":"ldh","state":"known"}]""", """[{"id":"nlr"},{"id":"ldh","state":"known","value":1}]""")]
    public void Equal_where_it_is_demanded_is_alike(string expected, string actual) =>
        Assert.Empty(Likeness.Differences(JsonNode.Parse(expected), JsonNode.Parse(actual)));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", "$.a")]
    [InlineData("""{"a":"*"}""", """{"b":1}""", "$.a")]
    [InlineData("""{"a":{"$absent":true}}""", """{"a":null}""", "$.a")]
    [InlineData("""{"a":{"$contains":["NLR 5.2"]}}""", """{"a":"NLR 3"}""", "$.a")]
    [InlineData("""{"a":{"$not":["Safe to give"]}}""", """{"a":"safe to give"}""", "$.a")]
    [InlineData("""{"a":{"$near":[1,0.1]}}""", """{"a":1.2}""", "$.a")]
    [InlineData("""{"a":{"$oneOf":["x"]}}""", """{"a":"y"}""", "$.a")]
    [InlineData("""{"a":{"$typo":1}}""", """{"a":"y"}""", "$.a")]
    [InlineData("""[{"id":"ldh","state":"known"}]""", """[{"id":"nlr"}]""", "$[ldh]")]
    [InlineData("""{"cards":[]}""", """{"cards":[{}]}""", "$.cards")]
    [InlineData("""{"cards":[{"indicator":"info"}]}""", """{"cards":[{"indicator":"warning"}]}""", "$.cards[0].indicator")]
    public void A_difference_is_named_by_its_place(string expected, string actual, string place) =>
        Assert.StartsWith(place + ":", Assert.Single(Likeness.Differences(JsonNode.Parse(expected), JsonNode.Parse(actual))), StringComparison.Ordinal);

    [Fact]
    public void Rewriting_keeps_matchers_that_hold_and_takes_the_rest_from_the_answer()
    {
        var expected = JsonNode.Parse("""{"a":"*","b":1,"c":{"$absent":true},"d":{"$contains":["x"]},"f":[{"id":"ldh","v":1}]}""");
        var actual = JsonNode.Parse("""{"a":7,"b":2,"d":"y","e":3,"f":[{"id":"nlr"},{"id":"ldh","v":2,"w":0}]}""");
        Assert.Equal(
            """{"a":"*","b":2,"c":{"$absent":true},"d":"y","f":[{"id":"ldh","v":2}]}""",
            Likeness.Rewritten(expected, actual)!.ToJsonString());
        Assert.Empty(Likeness.Differences(Likeness.Rewritten(expected, actual), actual));
    }
}
