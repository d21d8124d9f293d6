using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Cases;

/// <summary>The golden cases by token are worth what their FHIR server is worth.</summary>
public sealed class FhirStandInTests(CaseServers servers)
{
    private static readonly GoldenCase Served = GoldenCase.Named("everything-by-token");

    [Theory]
    [InlineData("Observation?patient=pat-1&code=http%3A%2F%2Floinc.org%7C751-8,http%3A%2F%2Floinc.org%7C731-0", 2)]
    [InlineData("Observation?patient=Patient/pat-1&code=1834-1", 1)]
    [InlineData("Observation?patient=pat-2", 0)]
    [InlineData("Condition?patient=pat-1&category=problem-list-item&_count=50", 1)]
    [InlineData("Condition?patient=pat-1&category=encounter-diagnosis", 0)]
    [InlineData("MedicationRequest?patient=pat-1&status=active", 0)]
    public async Task It_searches_by_patient_category_and_code(string query, int found)
    {
        var bundle = await GetAsync(Served, query);
        Assert.Equal("searchset", (string?)bundle["type"]);
        Assert.Equal(found, bundle["entry"]!.AsArray().Count);
    }

    [Fact]
    public async Task It_searches_by_form_as_well()
    {
        using var client = Client(FhirStandIn.Token);
        using var form = new FormUrlEncodedContent([new("patient", "pat-1"), new("code", "http://loinc.org|1834-1")]);
        using var response = await client.PostAsync(Address(Served, "Observation/_search"), form, TestContext.Current.CancellationToken);
        var bundle = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Single(bundle["entry"]!.AsArray());
        Assert.Contains(servers.Fhir.CallsOf(Served), call => call.Contains("_search", StringComparison.Ordinal) && call.Contains("1834-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_reads_the_patient() =>
        Assert.Equal("Patient", (string?)(await GetAsync(Served, "Patient/pat-1"))["resourceType"]);

    [Theory]
    [InlineData("everything-by-token", "wrong", "Patient/pat-1", HttpStatusCode.Unauthorized)]
    [InlineData("everything-by-token", FhirStandIn.Token, "Patient/nobody", HttpStatusCode.NotFound)]
    [InlineData("precondition-failed-server-forbidden", FhirStandIn.Token, "Observation?patient=pat-1", HttpStatusCode.Forbidden)]
    [InlineData("precondition-failed-server-failing", FhirStandIn.Token, "Condition?patient=pat-1", HttpStatusCode.InternalServerError)]
    public async Task It_refuses_as_its_case_says(string name, string token, string query, HttpStatusCode status)
    {
        using var client = Client(token);
        using var response = await client.GetAsync(Address(GoldenCase.Named(name), query), TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
        Assert.Contains("OperationOutcome", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<JsonNode> GetAsync(GoldenCase golden, string query)
    {
        using var client = Client(FhirStandIn.Token);
        return JsonNode.Parse(await client.GetStringAsync(Address(golden, query), TestContext.Current.CancellationToken))!;
    }

    private Uri Address(GoldenCase golden, string query) => new($"{servers.Fhir.BaseOf(golden)}/{query}");

    private static HttpClient Client(string token)
    {
        var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
