using System.Text.Json.Nodes;
using CsCheck;
using HpdCds.Tests.Cards;

namespace HpdCds.Tests.Laws;

/// <summary>What a chart states counts by what it says and when, never by what a record is called; and no statement stands against a newer one that cannot be read.</summary>
public sealed class StatementLawTests(LawService service) : IClassFixture<LawService>
{
    private const string Base = "differing-the-example-of-the-model";
    private const string Loinc = "http://loinc.org";
    private const string Site = "http://localhost:5080/codes";

    private static readonly long Iterations = Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? 60 : -1;

    private static readonly Gen<JsonObject> Stage = Gen.Select(
        Gen.OneOf("21905-5", "21906-3", "21907-1", "21900-6", "21908-9", "PVTT"),
        Gen.OneOf("T2N0M0", "T2N1M0", "N0", "N1", "M0", "T4", "NX", "T2N+M0", "Stage IV", "no evidence of N1", "see report"),
        Gen.OneOf("2026-11-15", "2026-11-15T09:00:00Z", "2026-11", "2026-11-10", "2026"),
        Gen.OneOf("final", "corrected", "preliminary")).Select((code, text, when, status) => Observation(code, when, status, ("valueString", text)));

    private static readonly Gen<JsonObject> Cells = Gen.Select(
        Gen.OneOf("30451-9", "26507-4", "731-0", "751-8", "6690-2"),
        Gen.OneOf(0.5m, 1.5m, 3m, 9m),
        Gen.OneOf("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"),
        Gen.OneOf("final", "corrected", "preliminary")).Select((code, value, when, status) => Observation(code, when, status, ("valueQuantity", Count(value))));

    [Fact]
    [Trait("Req", "RSP-05")]
    public Task Renaming_the_records_changes_nothing() => Gen.Select(Stage.Array[2, 4], Cells.Array[3, 6], Gen.Int).SampleAsync(
        async sample =>
        {
            var (stages, cells, seed) = sample;
            var (names, others) = (Enumerable.Range(0, stages.Length + cells.Length).ToArray(), Enumerable.Range(0, stages.Length + cells.Length).ToArray());
            new Random(seed).Shuffle(others);
            var before = await FactorsAsync(stages, cells, names);
            Assert.Equal(before, await FactorsAsync(stages, cells, others));
            Assert.Equal(before, await FactorsAsync(stages, cells, [.. names.Reverse()]));
        },
        iter: Iterations,
        threads: 1,
        print: sample => string.Concat(sample.Item1.Concat(sample.Item2).Select(one => one.ToJsonString())));

    [Theory]
    [Trait("Req", "PFD-06")]
    [InlineData("21908-9", "T2N+M0", "spread")]
    [InlineData("21908-9", "T2 N positive M0", "spread")]
    [InlineData("21908-9", "T2, nodes positive, M0", "spread")]
    [InlineData("21908-9", "T-4 N-1 M-1", "spread", "pvtt")]
    [InlineData("21908-9", "T 4 N 1 M 1", "spread", "pvtt")]
    [InlineData("21908-9", "T4 N(1) M0", "spread", "pvtt")]
    [InlineData("21908-9", "\uFF34\uFF14\uFF2E\uFF11\uFF2D\uFF10", "spread", "pvtt")]
    [InlineData("21908-9", "\u2163\u671F", "spread")]
    [InlineData("21908-9", "\u2163A\u671F", "spread")]
    [InlineData("21908-9", "Stage 4", "spread")]
    [InlineData("21908-9", "4A", "spread")]
    [InlineData("21908-9", "Stage iv", "spread")]
    [InlineData("21908-9", "see report", "spread", "pvtt")]
    [InlineData("21905-5", "pending", "pvtt")]
    [InlineData("21906-3", "positive", "spread")]
    [InlineData("21907-1", "?", "spread")]
    public async Task A_newer_stage_that_is_not_read_never_leaves_an_older_no(string code, string text, params string[] open)
    {
        JsonObject[] older =
        [
            Observation("21905-5", "2026-10-01", "final", ("valueString", "T2")),
            Observation("21906-3", "2026-10-01", "final", ("valueString", "N0")),
            Observation("21907-1", "2026-10-01", "final", ("valueString", "M0")),
        ];
        var newer = Observation(code, "2026-11-15", "final", ("valueString", text));
        var before = await AssessedAsync(older, [], [0, 1, 2]);
        var after = await AssessedAsync([.. older, newer], [], [0, 1, 2, 3]);
        foreach (var factor in open)
        {
            Assert.Equal(("known", 0), (before[factor].State, before[factor].High));
            Assert.True(after[factor].High == 1, $"{text}: {after[factor]}");
        }
    }

    [Theory]
    [InlineData("no evidence of N1 or M1")]
    [InlineData("N1 excluded")]
    [InlineData("N1 ruled out")]
    [InlineData("not N1")]
    [InlineData("previously N1")]
    [InlineData("\u65E0N1")]
    [InlineData("\u65E2\u5F80N1")]
    public async Task A_category_that_is_denied_or_past_is_open(string text)
    {
        var spread = (await AssessedAsync([Observation("21906-3", "2026-11-15", "final", ("valueString", text))], [], [0]))["spread"];
        Assert.Equal(("unknown", "ambiguous", 0, 1), (spread.State, spread.Reason, spread.Low, spread.High));
    }

    [Theory]
    [InlineData("no enlarged nodes N0 M0")]
    [InlineData("\u65E0\u6DCB\u5DF4\u7ED3\u8F6C\u79FB N0M0")]
    [InlineData("pT2 pN0 (0/12) cM0")]
    [InlineData("N0 - no regional lymph node metastasis, M0")]
    public async Task A_no_that_is_said_twice_stays_one(string text)
    {
        var spread = (await AssessedAsync([Observation("21908-9", "2026-11-15", "final", ("valueString", text))], [], [0]))["spread"];
        Assert.Equal(("known", 0), (spread.State, spread.High));
    }

    private async Task<AnsweredFactor[]> FactorsAsync(JsonObject[] stages, JsonObject[] cells, int[] names) =>
        [.. (await AnswerAsync(stages, cells, names)).Core.Values.Select(row => row with { Source = null })];

    private async Task<IReadOnlyDictionary<string, AnsweredFactor>> AssessedAsync(JsonObject[] stages, JsonObject[] cells, int[] names) => (await AnswerAsync(stages, cells, names)).Core;

    private async Task<LawAnswer> AnswerAsync(JsonObject[] stages, JsonObject[] cells, int[] names)
    {
        var request = RichPatient.RequestOf(Base);
        if (cells.Length > 0)
            request["prefetch"]!["cbc"] = RandomChart.Bundle([]);
        Add(request, "staging", stages, names);
        Add(request, "cbc", cells, names[stages.Length..]);
        var answer = await service.AskAsync(request.ToJsonString());
        Assert.Equal(200, answer.Status);
        return answer;
    }

    private static void Add(JsonObject request, string key, JsonObject[] resources, int[] names)
    {
        if (resources.Length == 0)
            return;
        request["prefetch"]![key] = RandomChart.Bundle(resources.Zip(names, (resource, name) =>
        {
            var named = resource.DeepClone().AsObject();
            named["id"] = $"record-{name}";
            return named;
        }));
    }

    private static JsonObject Count(decimal value) => new() { ["value"] = value, ["unit"] = "10*9/L", ["system"] = "http://unitsofmeasure.org", ["code"] = "10*9/L" };

    private static JsonObject Observation(string code, string when, string status, (string Name, JsonNode Value) value) => new()
    {
        ["resourceType"] = "Observation",
        ["status"] = status,
        ["code"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = code == "PVTT" ? Site : Loinc, ["code"] = code }) },
        ["subject"] = new JsonObject { ["reference"] = "Patient/pat-1" },
        ["effectiveDateTime"] = when,
        [value.Name] = value.Value.DeepClone(),
    };
}
