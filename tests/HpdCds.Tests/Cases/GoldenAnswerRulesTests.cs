using System.Text;
using HpdCds.Sandbox.Checks;

namespace HpdCds.Tests.Cases;

/// <summary>The actual answer to every golden case against the rules that the sandbox holds against each answer that passes it.</summary>
public sealed class GoldenAnswerRulesTests(CaseServers servers)
{
    public static TheoryData<string> Names => [.. GoldenCase.All.Select(golden => golden.Name)];

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
        var request = golden.Request
            .Replace("{{fhirServer}}", servers.Fhir.BaseOf(golden), StringComparison.Ordinal)
            .Replace("{{token}}", FhirStandIn.Token, StringComparison.Ordinal);
        using var client = servers.ClientOf(golden);
        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(
            new Uri((string?)golden.Settings["path"] ?? "/cds-services/hpd-risk", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((int?)golden.Expected["status"], (int)response.StatusCode);
        if (response.IsSuccessStatusCode)
            Assert.Equal([], AnswerCheck.Of(text).Select(violation => violation.ToString()));
    }
}
