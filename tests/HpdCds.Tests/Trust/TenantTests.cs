using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Trust;

/// <summary>One issuer may speak for many hospitals; none of them gets at another.</summary>
public sealed class TenantTests
{
    [Theory]
    [Trait("Req", "JWT-14")]
    [Trait("Req", "ERR-05")]
    [Trait("Req", "SEC-14")]
    [InlineData("a", "a", 200)]
    [InlineData("b", "b", 200)]
    [InlineData("a", "b", 403)]
    [InlineData("b", "a", 403)]
    [InlineData("c", "a", 403)]
    [InlineData(null, "a", 403)]
    [InlineData("A", "a", 403)]
    public async Task A_tenant_reaches_its_own_server_only(string? tenant, string server, int expected)
    {
        await using var a = await FakeEhr.StartAsync();
        await using var b = await FakeEhr.StartAsync();
        await using var ehr = await StartAsync(a.Base, b.Base);
        var body = Json.Call(server: server == "a" ? a.Base : b.Base);

        var status = await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["tenant"] = tenant), body: body);

        Assert.Equal(expected, status);
        Assert.Equal(expected == 200 && server == "a" ? 10 : 0, a.Calls.Count);
        Assert.Equal(expected == 200 && server == "b" ? 10 : 0, b.Calls.Count);
    }

    [Theory]
    [Trait("Req", "JWT-14")]
    [InlineData(null, 200)]
    [InlineData("somebody", 403)]
    public async Task An_issuer_that_is_one_hospital_needs_no_tenant_and_has_none(string? tenant, int expected)
    {
        await using var ehr = await GuardedService.StartAsync();

        Assert.Equal(expected, await ehr.StatusAsync(ehr.Issuer.Token(claims =>
        {
            if (tenant is not null)
                claims["tenant"] = tenant;
        })));
    }

    [Theory]
    [Trait("Req", "JWT-14")]
    [Trait("Req", "SEC-14")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[\"a\"]")]
    [InlineData("{}")]
    [InlineData("7")]
    public async Task A_tenant_that_is_no_text_is_neither_none_nor_anybody(string tenant)
    {
        await using var one = await GuardedService.StartAsync();
        await using var many = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Tenants:0"] = "a" });

        foreach (var ehr in new[] { one, many })
            Assert.Equal(403, await ehr.StatusAsync(ehr.Issuer.Token(claims => claims["tenant"] = System.Text.Json.Nodes.JsonNode.Parse(tenant))));
    }

    [Fact]
    [Trait("Req", "SEC-14")]
    [Trait("Req", "SEC-13")]
    public async Task The_same_patient_id_in_two_hospitals_stays_two_patients()
    {
        await using var a = await FakeEhr.StartAsync(call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c"))) : null);
        await using var b = await FakeEhr.StartAsync();
        await using var ehr = await StartAsync(a.Base, b.Base);

        async Task<string> AnswerAsync(string tenant, string server)
        {
            using var response = await ehr.PostAsync(ehr.Issuer.Token(claims => claims["tenant"] = tenant), body: Json.Call(server: server));
            return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("\"tumour\":\"hcc\"", await AnswerAsync("a", a.Base), StringComparison.Ordinal);
        Assert.DoesNotContain("\"tumour\":\"hcc\"", await AnswerAsync("b", b.Base), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "ERR-05")]
    [Trait("Req", "SEC-16")]
    public async Task Everybody_who_is_known_and_not_let_in_is_answered_alike()
    {
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Tenants:0"] = "a" });
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (tenant, server) in new[] { ("b", "http://localhost:5080/fhir"), ("a", "https://other.example/fhir") })
        {
            using var response = await ehr.PostAsync(ehr.Issuer.Token(claims => claims["tenant"] = tenant), body: Json.Call(server: server));
            Assert.Equal(403, (int)response.StatusCode);
            bodies.Add(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Single(bodies);
    }

    [Theory]
    [Trait("Req", "FHR-06")]
    [InlineData("hpd", false)]
    [InlineData("another-client", true)]
    [InlineData(null, false)]
    public async Task A_token_for_another_client_is_noted_and_used(string? clientId, bool isNoted)
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:ClientId"] = clientId });

        Assert.Equal(200, (await service.AnswerAsync(Json.Call(server: ehr.Base))).Status);
        Assert.Equal(isNoted, service.Log.All.Contains("is for another client than ours", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Req", "FHR-06")]
    public async Task A_site_may_have_a_token_for_another_client_refused()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(
            ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:ClientId"] = "another-client", ["HpdCds:Ehrs:0:RefuseForeignTokens"] = "true" });

        Assert.Equal(403, (await service.AnswerAsync(Json.Call(server: ehr.Base))).Status);
        Assert.Empty(ehr.Calls);
    }

    private static Task<GuardedService> StartAsync(string a, string b)
    {
        var issuer = new TestIssuer();
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, issuer.Jwks);
        return GuardedService.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["HpdCds:Ehrs:0:Keys:File"] = file,
                ["HpdCds:Ehrs:0:Tenants:0"] = "a",
                ["HpdCds:Ehrs:1:Name"] = "b",
                ["HpdCds:Ehrs:1:Issuer"] = TestIssuer.Name,
                ["HpdCds:Ehrs:1:Keys:File"] = file,
                ["HpdCds:Ehrs:1:Tenants:0"] = "b",
                ["HpdCds:Ehrs:1:FhirBaseUrls:0"] = b,
            },
            fhirBase: a,
            issuer: issuer);
    }
}
