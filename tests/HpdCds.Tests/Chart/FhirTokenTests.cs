using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Chart;

/// <summary>Which tokens of a request are used to ask the FHIR server, and that none is told.</summary>
public sealed class FhirTokenTests
{
    [Theory]
    [Trait("Req", "FHR-02")]
    [Trait("Req", "FHR-05")]
    [InlineData("\"access_token\":\"canary-token\"", "\"x\":1")]
    [InlineData("\"access_token\":\"canary-token\"", "\"access_token\":7")]
    [InlineData("\"access_token\":\"canary-token\"", "\"access_token\":\"a\\r\\nX-Evil: 1\"")]
    [InlineData("\"token_type\":\"Bearer\"", "\"token_type\":\"mac\"")]
    [InlineData("\"expires_in\":300", "\"expires_in\":1")]
    [InlineData("\"expires_in\":300", "\"expires_in\":0")]
    [InlineData("\"expires_in\":300", "\"expires_in\":\"soon\"")]
    public async Task A_token_that_cannot_be_used_is_no_token(string part, string instead)
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, _) = await service.AnswerAsync(Json.Call(server: ehr.Base).Replace(part, instead, StringComparison.Ordinal));

        Assert.Equal(412, status);
        Assert.Empty(ehr.Calls);
    }

    [Theory]
    [Trait("Req", "FHR-02")]
    [Trait("Req", "FHR-07")]
    [InlineData("\"token_type\":\"Bearer\"", "\"token_type\":\"bEARER\"")]
    [InlineData("\"scope\":\"patient/*.read\"", "\"scope\":\"Condition.Read (R4) user/Observation.Read launch\"")]
    [InlineData("\"expires_in\":300", "\"expires_in\":\"300\"")]
    public async Task Odd_but_harmless_authorization_members_are_accepted(string part, string instead)
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, _) = await service.AnswerAsync(Json.Call(server: ehr.Base).Replace(part, instead, StringComparison.Ordinal));

        Assert.Equal(200, status);
        Assert.Equal(10, ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "FHR-03")]
    [Trait("Req", "ERR-03")]
    public async Task A_token_for_another_patient_is_refused()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, _) = await service.AnswerAsync(Json.Call(server: ehr.Base).Replace("\"subject\":\"hpd\"", "\"patient\":\"pat-2\"", StringComparison.Ordinal));

        Assert.Equal(400, status);
        Assert.Empty(ehr.Calls);
    }

    [Fact]
    [Trait("Req", "FHR-04")]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    public async Task Neither_the_token_nor_the_patient_reaches_a_log_or_an_error()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch { "Condition" => new EhrAnswer(500, "boom"), "Observation" => EhrAnswer.Ok("<html>"), _ => new EhrAnswer(403, "") });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var (status, body) = await service.AnswerAsync(Json.Call(server: ehr.Base));
        var request = service.Request(Json.Call(server: ehr.Base));

        Assert.Equal(412, status);
        foreach (var text in new[] { service.Log.All, body!.ToJsonString(), request.ToString(), request.Access!.ToString() })
        {
            Assert.DoesNotContain("canary-token", text, StringComparison.Ordinal);
            Assert.DoesNotContain("pat-1", text, StringComparison.Ordinal);
        }
    }
}
