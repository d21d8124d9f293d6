using System.Text.Json.Nodes;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Sandbox;

public sealed class PrefetchTemplateTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    private static readonly JsonObject Context = new() { ["userId"] = "Practitioner/synthetic-clinician", ["patientId"] = "bravo", ["draftOrders"] = new JsonObject() };

    [Theory]
    [InlineData("Patient/{{context.patientId}}", "Patient/bravo")]
    [InlineData("{{context.userId}}", "Practitioner/synthetic-clinician")]
    [InlineData("Condition?patient={{context.patientId}}&category=x", "Condition?patient=bravo&category=x")]
    [InlineData("Observation?encounter={{context.encounterId}}", null)]
    [InlineData("Observation?patient={{context.draftOrders}}", null)]
    [InlineData("Observation?date=ge{{today() - 90 days}}", null)]
    public void A_template_is_filled_from_the_context_or_left_out(string template, string? expected) =>
        Assert.Equal(expected, PrefetchTemplates.Expand(template, Context));

    [Fact]
    public async Task A_prefetched_search_is_what_the_FHIR_server_answers()
    {
        const string Query = "Observation?patient=bravo&code=http://loinc.org|751-8,http://loinc.org|731-0&_sort=-date&_count=1";
        var prefetch = Fill(new() { ["labs"] = Query.Replace("bravo", "{{context.patientId}}", StringComparison.Ordinal) });
        using var response = await ehr.GetAsync("bravo", Query);
        var served = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(JsonNode.DeepEquals(served, prefetch["labs"]), $"{served}\n{prefetch["labs"]}");
    }

    [Fact]
    public void What_was_not_found_is_an_empty_bundle_or_null_and_what_cannot_be_asked_is_left_out()
    {
        var prefetch = Fill(new()
        {
            ["patient"] = "Patient/{{context.patientId}}",
            ["statements"] = "MedicationStatement?patient={{context.patientId}}",
            ["nobody"] = "Practitioner/nobody",
            ["encounter"] = "Encounter/{{context.encounterId}}",
            ["notText"] = 5,
            ["badDate"] = "Observation?patient={{context.patientId}}&date=yesterday",
            ["badType"] = "Prescription?patient={{context.patientId}}",
        });
        Assert.Equal(["patient", "statements", "nobody"], prefetch.Select(pair => pair.Key));
        Assert.Equal("bravo", prefetch["patient"]!["id"]!.GetValue<string>());
        Assert.Equal(0, prefetch["statements"]!["total"]!.GetValue<int>());
        Assert.Null(prefetch["nobody"]);
    }

    private JsonObject Fill(JsonObject templates) =>
        PrefetchTemplates.Fill(templates, Context, ehr.Services.GetRequiredService<FhirStore>(), ehr.Fhir);
}
