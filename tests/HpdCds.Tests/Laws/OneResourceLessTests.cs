using System.Text.Json.Nodes;
using CsCheck;

namespace HpdCds.Tests.Laws;

/// <summary>
/// Whatever a chart loses, the answer either stays or says what changed: dropping one resource touches no factor that it was
/// not about, and a factor that it touches then rests on what is left, or is named as unknown with its reason.
/// </summary>
public sealed class OneResourceLessTests(LawService service, ITestOutputHelper output) : IClassFixture<LawService>
{
    private static readonly long Iterations = Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? 30 : -1;

    [Fact]
    [Trait("Req", "PFD-06")]
    public async Task Dropping_one_resource_never_moves_a_band_silently()
    {
        var (dropped, widened, moved) = (0, 0, 0);
        await ChartGenerator.Chart.SampleAsync(
            async chart =>
            {
                var before = await service.AskAsync(chart.Call());
                foreach (var item in chart.Items.Where(item => !IsTheCancer(item)))
                {
                    var after = await service.AskAsync(chart.Without(item.Id).Call());
                    dropped++;
                    AssertOnlyTouches(AboutOf(item), item, before, after);
                    foreach (var (was, now) in Changed(before, after))
                        AssertSaid(item, was, now, after);
                    if (before.IsAssessable && after.IsAssessable && before.Points != after.Points)
                    {
                        Assert.NotEmpty(Changed(before, after));
                        widened += after.Holds(before) ? 1 : 0;
                        moved += after.Holds(before) ? 0 : 1;
                    }
                }
            },
            iter: Iterations,
            threads: 1,
            print: chart => chart.ToString());
        output.WriteLine(FormattableString.Invariant($"{dropped} resources dropped: {widened} ranges widened, {moved} moved, each with its factor saying so"));
        Assert.True(dropped > 0 && widened > 0);
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public Task Dropping_the_cancer_never_leaves_the_answer_of_that_cancer() => ChartGenerator.Chart.SampleAsync(
        async chart =>
        {
            var cancer = chart.Items.Single(IsTheCancer);
            var after = await service.AskAsync(chart.Without(cancer.Id).Call());
            var tumour = (string?)after.Assessment["tumour"];
            if (chart.ReasonOnTheOrder)
            {
                Assert.Equal("hcc", tumour);
                return;
            }

            Assert.Contains(tumour, (string[])["not-found", "unspecified"]);
            Assert.True(tumour == "unspecified" || (after.Assessment["band"] is null && after.Body["cards"]!.AsArray().Count == 1));
        },
        iter: Iterations,
        threads: 1,
        print: chart => chart.ToString());

    // A row is the whole row: value, date, source, marks, points and reason.
    private static void AssertOnlyTouches(string[] about, ChartItem item, LawAnswer before, LawAnswer after)
    {
        foreach (var (id, row) in RowsOf(before).Where(row => !about.Contains(row.Key)))
            Assert.True(JsonNode.DeepEquals(row, RowsOf(after)[id]), $"without {item.Id}, which is not about it: {row.ToJsonString()} became {RowsOf(after)[id].ToJsonString()}");
    }

    private static void AssertSaid(ChartItem item, AnsweredFactor was, AnsweredFactor now, LawAnswer after)
    {
        var told = $"without {item.Id}: {was} became {now}";
        Assert.False(now.Source?.EndsWith("/" + item.Id, StringComparison.Ordinal) == true && now.Id != "child-pugh", told);
        if (now.State == "unknown")
            Assert.True(now.Reason is not null, told);
        else if (was.State == "unknown")
            Assert.True(now.Source is not null || now.State == "presumed-absent" || now.Id == "child-pugh", told);
        else
            AssertRestsOnSomethingElse(was, now, RowsOf(after)[now.Id], told);
    }

    // From one settled state to another: what decided is gone, and another source decides now.
    private static void AssertRestsOnSomethingElse(AnsweredFactor was, AnsweredFactor now, JsonNode row, string told)
    {
        var isAnotherSource = was.Source != now.Source || now.IsFallback != was.IsFallback;
        var losesAPart = now.Id is "child-pugh" or "nlr" || row["confounders"] is null;
        Assert.True(now.State == "known" && (isAnotherSource || losesAPart), told);
        Assert.True(now.Source is not null || now.Id == "child-pugh", told);
    }

    private static IEnumerable<(AnsweredFactor Was, AnsweredFactor Now)> Changed(LawAnswer before, LawAnswer after) =>
        before.Core.Values.Join(after.Core.Values, row => row.Id, row => row.Id, (was, now) => (was, now)).Where(pair => pair.was != pair.now);

    private static Dictionary<string, JsonNode> RowsOf(LawAnswer answer) => answer.Assessment["factors"] is JsonArray rows
        ? rows.ToDictionary(row => (string)row!["id"]!, row => row!)
        : [];

    private static bool IsTheCancer(ChartItem item) => CodeOf(item) == "C22.0";

    private static string CodeOf(ChartItem item) => (string)(item.Resource["code"] ?? item.Resource["medicationCodeableConcept"])!["coding"]![0]!["code"]!;

    /// <summary>The rows that a resource may speak about.</summary>
    private static string[] AboutOf(ChartItem item) => CodeOf(item) switch
    {
        "751-8" or "731-0" or "770-8" or "736-9" or "6690-2" or "NLR" => ["nlr"],
        "2532-0" => ["ldh"],
        "718-7" => ["anaemia"],
        "1988-5" => ["crp"],
        "1834-1" => ["afp"],
        "89247-1" => ["ecog"],
        "1975-2" or "1751-7" => ["child-pugh", "albi"],
        "6301-6" or "CHILD-PUGH" or "1114195" => ["child-pugh"],
        "PVTT" or "I81" => ["pvtt"],
        var code when code.StartsWith("R18", StringComparison.Ordinal) || code.StartsWith("K7", StringComparison.Ordinal) => ["child-pugh"],
        var code when code.StartsWith("C7", StringComparison.Ordinal) => ["spread"],
        _ => [],
    };
}
