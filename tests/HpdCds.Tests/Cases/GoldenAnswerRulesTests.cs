using HpdCds.Sandbox.Checks;

namespace HpdCds.Tests.Cases;

/// <summary>The actual answer to every golden case against the rules that the sandbox holds against each answer that passes it.</summary>
public sealed class GoldenAnswerRulesTests(CaseServers servers)
{
    public static TheoryData<string> Names => [.. GoldenCase.Every.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Req", "TR-02")]
    [Trait("Req", "CARD-01")]
    [Trait("Req", "CARD-02")]
    [Trait("Req", "CARD-03")]
    [Trait("Req", "CARD-06")]
    [Trait("Req", "CARD-10")]
    [Trait("Req", "LNK-03")]
    [Trait("Req", "OVR-01")]
    public async Task The_answer_keeps_the_schema_and_the_published_rules(string name)
    {
        var golden = GoldenCase.Named(name);
        var (status, text) = await servers.AskAsync(golden);
        Assert.Equal((int?)golden.Expected["status"], status);
        if (status is >= 200 and < 300)
            Assert.Equal([], AnswerCheck.Of(text, golden.Service).Select(violation => violation.ToString()));
    }
}
