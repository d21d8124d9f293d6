using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

/// <summary>
/// Every folder of <c>Cases</c> against the real service over HTTP. With the environment variable
/// <c>HPDCDS_REWRITE_CASES=1</c> the expected files are rewritten from the answers: read the difference before you believe it.
/// </summary>
public sealed class GoldenCaseTests(CaseServers servers)
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("HPDCDS_REWRITE_CASES") == "1";

    public static TheoryData<string> Names => [.. GoldenCase.Every.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "PFD-09")]
    [Trait("Req", "FHR-09")]
    [Trait("Req", "FHR-10")]
    public async Task The_answer_is_the_one_that_the_clinical_model_demands(string name)
    {
        var golden = GoldenCase.Named(name);
        var (status, text) = await servers.AskAsync(golden);
        var actual = new JsonObject { ["status"] = status, ["body"] = text.Length == 0 ? null : JsonNode.Parse(text) };
        if (Rewrite)
            Replace(golden, actual);
        var faults = Differences(GoldenCase.Named(name).Expected, actual)
            .Concat(golden.NotAsked.Where(asked => servers.Fhir.CallsOf(golden).Any(call => call.Contains(asked, StringComparison.Ordinal)))
                .Select(asked => $"the FHIR server was asked for {asked}"))
            .Concat(text.Contains(FhirStandIn.Token, StringComparison.Ordinal) ? ["the answer holds the token"] : [])
            .ToArray();
        Assert.True(faults.Length == 0, string.Join(Environment.NewLine, [.. golden.Cites, .. faults]));
    }

    private static IEnumerable<string> Differences(JsonObject expected, JsonObject actual) =>
        Likeness.Differences(expected["status"], actual["status"], "status")
            .Concat(Likeness.Differences(expected["body"], actual["body"], "body"));

    private static void Replace(GoldenCase golden, JsonObject actual)
    {
        foreach (var member in new[] { "status", "body" })
            golden.Expected[member] = Likeness.Rewritten(golden.Expected[member], actual[member]);
        golden.Write(golden.Expected);
    }
}
