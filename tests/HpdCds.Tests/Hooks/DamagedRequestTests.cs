using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using HpdCds.Tests.Chart;

namespace HpdCds.Tests.Hooks;

/// <summary>Whatever comes in, the answer is one of ours and never a 500.</summary>
public sealed class DamagedRequestTests
{
    private static readonly string Whole = Json.Call(
        "order-select",
        $$"""
        {"patient":{{Json.Patient()}},"problems":{{Json.Bundle(Json.Condition("c"), Json.Outcome("warning"))}},
         "chemistry":{{Json.Paged("http://localhost:5080/fhir?p=2", Json.Observation("a", value: """ "valueQuantity":{"value":1,"unit":"U/L"},"referenceRange":[{"high":{"value":250,"unit":"U/L"},"age":{"low":{"value":1,"code":"a"} } }],"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2532-0"}]},"valueString":"< 5"}],"hasMember":[{"reference":"Observation/z"}] """))}},
         "medications":{{Json.Bundle(Json.Order("old"), """{"resourceType":"Medication","id":"m","ingredient":[{"itemReference":{"display":"x"}}]}""")}} }
        """,
        "http://localhost:5080/fhir");

    private static readonly string[] Replacements =
        ["null", "7", "-1e400", "true", "\"x\"", "\"\"", "[]", "{}", "[[]]", "[null]", """{"a":{"b":[1]}}""", "\"2026-99-99T99:99:99Z\"", """{"resourceType":"Bundle"}"""];

    [Fact]
    [Trait("Req", "REQ-15")]
    [Trait("Req", "SEC-07")]
    public async Task A_member_replaced_by_anything_never_makes_a_500()
    {
        await using var service = await RunningService.StartAsync();
        var places = CountNodes(JsonNode.Parse(Whole)!);

        await Gen.Select(Gen.Int[1, places - 1], Gen.Int[0, Replacements.Length - 1]).SampleAsync(
            async pick =>
            {
                var damaged = JsonNode.Parse(Whole)!;
                Replace(damaged, pick.Item1, Replacements[pick.Item2]);
                using var response = await service.PostAsync(damaged.ToJsonString());
                Assert.InRange((int)response.StatusCode, 200, 499);
            },
            iter: 600,
            threads: 1);
    }

    [Fact]
    [Trait("Req", "REQ-15")]
    public async Task A_changed_or_missing_byte_never_makes_a_500()
    {
        await using var service = await RunningService.StartAsync();
        var bytes = Encoding.UTF8.GetBytes(Whole);

        await Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Bool).SampleAsync(
            async pick =>
            {
                var damaged = bytes.ToArray();
                damaged[pick.Item1] = pick.Item2;
                using var content = new ByteArrayContent(pick.Item3 ? damaged[..pick.Item1] : damaged);
                content.Headers.ContentType = new("application/json");
                using var response = await service.Client.PostAsync("/cds-services/hpd-risk", content, TestContext.Current.CancellationToken);
                Assert.InRange((int)response.StatusCode, 200, 499);
            },
            iter: 400,
            threads: 1);
    }

    [Fact]
    [Trait("Req", "RSP-05")]
    public async Task The_same_request_gets_the_same_answer()
    {
        await using var service = await RunningService.StartAsync();
        var answers = new HashSet<string>(StringComparer.Ordinal);

        for (var i = 0; i < 20; i++)
            answers.Add(RunningService.WithoutIds((await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}"""))).Body));

        Assert.Single(answers);
    }

    private static int CountNodes(JsonNode? node) => 1 + Children(node).Sum(child => CountNodes(child.Value));

    private static int Replace(JsonNode node, int place, string json)
    {
        foreach (var (value, set) in Children(node).ToList())
        {
            if (--place == 0)
                set(JsonNode.Parse(json));
            else if (value is not null)
                place = Replace(value, place, json);
            if (place <= 0)
                return 0;
        }

        return place;
    }

    private static IEnumerable<(JsonNode? Value, Action<JsonNode?> Set)> Children(JsonNode? node) => node switch
    {
        JsonObject members => members.Select(pair => (pair.Value, (Action<JsonNode?>)(value => members[pair.Key] = value))),
        JsonArray items => items.Select((item, place) => (item, (Action<JsonNode?>)(value => items[place] = value))),
        _ => [],
    };
}
