using System.IO.Compression;
using System.Text;
using HpdCds.Chart;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Trust;

/// <summary>How much of a FHIR server's answers is held, however it answers.</summary>
[Collection(nameof(Alone))]
public sealed class AnswerSizeTests
{
    private static readonly string Padding = new(' ', 6_000);

    [Theory]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "SEC-08")]
    [InlineData(20_000, 3)]
    [InlineData(null, 99)]
    public async Task What_all_answers_to_one_call_hold_together_is_bounded_and_the_rest_is_truncated(int? bytes, int most)
    {
        await using var ehr = await FakeEhr.StartAsync(call => EhrAnswer.Ok((call.Type == "Patient" ? Json.Patient() : Json.Bundle()) + Padding));
        await using var service = await StartAsync(ehr, bytes);

        for (var time = 0; time < 2; time++)
        {
            var chart = await service.ChartAsync(Json.Call(server: ehr.Base));
            var states = chart.Sources.Values.Select(source => source.State).ToList();
            Assert.All(states, state => Assert.True(state is SourceState.Complete or SourceState.Truncated));
            Assert.Equal(bytes is null, states.TrueForAll(state => state == SourceState.Complete));
            Assert.InRange(states.Count(state => state == SourceState.Complete), 1, most * 3);
        }
    }

    [Theory]
    [Trait("Req", "SEC-08")]
    [InlineData(20_000, SourceState.Truncated)]
    [InlineData(40_000, SourceState.Complete)]
    public async Task Pages_count_into_it(int bytes, SourceState expected)
    {
        FakeEhr? ehr = null;
        await using var server = ehr = await FakeEhr.StartAsync(call => call.Type != "Condition" ? null : EhrAnswer.Ok(
            (call.Query.Contains("page=4", StringComparison.Ordinal) ? Json.Bundle(Json.Condition("last")) : Json.Paged($"{ehr!.Base}/Condition?page={Page(call) + 1}", Json.Condition($"c{Page(call)}"))) + Padding));
        await using var service = await StartAsync(server, bytes);
        var others = string.Join(',', Enum.GetValues<ChartKey>().Except([ChartKey.Problems]).Select(key => $"\"{ChartKeys.NameOf(key)}\":null"));

        var chart = await service.ChartAsync(Json.Call(server: server.Base, prefetch: $$"""{ {{others}} }"""));

        Assert.Equal(expected, chart.Sources[ChartKey.Problems].State);
        Assert.NotEmpty(chart.Conditions);
    }

    /// <summary>Whether it is what it says or not: nothing is unpacked, so nothing can grow.</summary>
    [Theory]
    [Trait("Req", "SEC-07")]
    [InlineData("gzip", true)]
    [InlineData("GZIP", true)]
    [InlineData("gzip", false)]
    [InlineData("br", false)]
    [InlineData("unheard-of", false)]
    public async Task An_answer_that_is_packed_is_not_read(string encoding, bool isPacked)
    {
        var bundle = Encoding.UTF8.GetBytes(Json.Bundle(Json.Condition("c")));
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Condition"
            ? new EhrAnswer(200, "") { ContentEncoding = encoding, Bytes = isPacked ? Packed(bundle) : bundle }
            : null);
        await using var service = await StartAsync(ehr);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Failed, chart.Sources[ChartKey.Problems].State);
        Assert.Empty(chart.Conditions);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task A_packed_bomb_stays_packed()
    {
        var bomb = Packed(new byte[1_000_000], times: 400);
        await using var ehr = await FakeEhr.StartAsync(_ => new EhrAnswer(200, "") { ContentEncoding = "gzip", Bytes = bomb });
        await using var service = await StartAsync(ehr);
        var counts = new AbuseCount(service.Services);

        counts.Note((await service.AnswerAsync(Json.Call(server: ehr.Base))).Status);

        counts.PrintAndCheck($"Packed bombs of {bomb.Length / 1024} KB as every answer to a call");
        Assert.Equal(1, counts.Of(412));
    }

    private static int Page(EhrCall call) => call.Query.LastIndexOf("page=", StringComparison.Ordinal) is >= 0 and var at ? call.Query[at + 5] - '0' : 0;

    private static byte[] Packed(byte[] bytes, int times = 1)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            for (var time = 0; time < times; time++)
                gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static Task<RunningService> StartAsync(FakeEhr ehr, int? bytes = null) => RunningService.StartAsync(
        ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:MaxAnswerBytes"] = bytes?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "67108864" });
}
