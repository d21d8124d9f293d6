using System.Text.Json.Nodes;
using HpdCds.Knowledge;
using HpdCds.Sandbox.Fhir;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Sandbox;
using HpdCds.Verbs;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Survey;

/// <summary>What somebody learns who connects a hospital.</summary>
public sealed class CheckFhirVerbTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    private string Token => ehr.Services.GetRequiredService<AccessTokens>().Issue("bravo", TimeSpan.FromMinutes(5));

    [Fact]
    public async Task Every_question_of_the_service_is_asked_and_its_answer_counted()
    {
        var (code, output, _) = await RunAsync(ehr.Fhir, "--patient", "bravo", "--token", Token, "--json");
        var inputs = JsonNode.Parse(output)!["inputs"]!.AsArray();

        Assert.Equal(0, code);
        Assert.Equal(10, inputs.Count);
        Assert.Equal(14, inputs.Sum(input => ((string)input!["name"]!).Split('+').Length));
        Assert.All(inputs, input => Assert.Equal("complete", (string?)input!["state"]));
        var chemistry = inputs.Single(input => (string?)input!["name"] == "chemistry")!;
        Assert.Contains("ldh", chemistry["groups"]!.AsArray().Select(group => (string?)group));
        Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", (string?)chemistry["newest"]);
        Assert.Equal("4.0.1", (string?)JsonNode.Parse(output)!["about"]!["fhir"]);
        Assert.DoesNotContain("bravo", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_is_for_people()
    {
        var (code, output, _) = await RunAsync(ehr.Fhir, "--patient", "bravo", "--token", Token);

        Assert.Equal(0, code);
        Assert.Contains("FHIR 4.0.1", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^problems\+encounterDx +complete +\d+ +\d+ +\d+ +0 +20", output);
    }

    [Fact]
    public async Task Without_a_token_the_server_refuses_and_the_verb_says_so()
    {
        var (code, output, _) = await RunAsync(ehr.Fhir, "--patient", "bravo");

        Assert.Equal(1, code);
        Assert.Contains("not-authorised", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_and_units_that_nobody_knows_are_listed_and_drafted_but_not_switched_on()
    {
        await using var server = await FakeEhr.StartAsync(call => call.Type == "Observation" ? EhrAnswer.Ok(Json.Bundle(
            """{"resourceType":"Observation","id":"a","status":"final","subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"2026-11-01","code":{"coding":[{"system":"urn:local","code":"7001","display":"PVTT (Vp grade)"}]},"valueString":"Vp3"}""",
            """{"resourceType":"Observation","id":"b","status":"final","subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"2026-11-01","code":{"coding":[{"system":"http://loinc.org","code":"2532-0"}]},"valueQuantity":{"value":3,"unit":"furlong"}}""")) : null);
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var (code, output, errors) = await RunAsync(server.Base, "--patient", "pat-1", "--token", "t", "--json", "--drafts", folder);
            var survey = JsonNode.Parse(output)!;

            Assert.Equal(0, code);
            var local = survey["codes"]!.AsArray().Single(found => (string?)found!["code"] == "7001")!;
            Assert.Equal(("pvtt", 1), ((string?)local["candidate"], (int)local["count"]!));
            Assert.Contains("furlong", survey["inputs"]!.AsArray().Single(input => (string?)input!["name"] == "chemistry")!["unknownUnits"]!.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain("Vp3", output, StringComparison.Ordinal);
            Assert.Equal(3, errors.Split("Draft to fill in: ").Length - 1);
            var knowledge = KnowledgeLoader.Load(Path.Combine(folder, "overlay"));
            Assert.Null(knowledge.Codes.Observations.Find("urn:local", "7001"));
            Assert.Contains("\"signedBy\": \"\"", await File.ReadAllTextAsync(Path.Combine(folder, "closed-world.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    [Trait("Req", "FS-16")]
    public async Task A_server_is_asked_as_the_service_asks_it_and_the_question_is_printed_as_it_was_sent()
    {
        await using var server = await FakeEhr.StartAsync(call => (call.Query + call.Body).Contains("_sort", StringComparison.Ordinal) ? new EhrAnswer(400, "") : null);

        var (code, output, _) = await RunAsync(server.Base, "--patient", "pat-1", "--token", "t", "--json");
        var inputs = JsonNode.Parse(output)!["inputs"]!.AsArray();

        Assert.Equal(0, code);
        Assert.All(inputs, input => Assert.Equal("complete", (string?)input!["state"]));
        var chemistry = (string)inputs.Single(input => (string?)input!["name"] == "chemistry")!["query"]!;
        Assert.DoesNotContain("_sort", chemistry, StringComparison.Ordinal);
        Assert.Contains("patient={{context.patientId}}", chemistry, StringComparison.Ordinal);
        Assert.Contains("2532-0", chemistry, StringComparison.Ordinal);
        Assert.Equal("Condition?patient={{context.patientId}}&_count=200", (string?)inputs.Single(input => (string?)input!["name"] == "problems+encounterDx")!["query"]);
    }

    [Fact]
    [Trait("Req", "SEC-13")]
    public async Task What_is_another_patients_is_counted_apart_and_listed_nowhere()
    {
        await using var server = await FakeEhr.StartAsync(call => call.Type == "Observation" ? EhrAnswer.Ok(Json.Bundle(
            Json.Observation("mine"), Json.Observation("other", subject: "Patient/pat-2"), Json.Observation("foreign", "9-9", subject: "Patient/pat-2", system: "urn:local"))) : null);

        var (_, output, _) = await RunAsync(server.Base, "--patient", "pat-1", "--token", "t", "--json");
        var (_, text, _) = await RunAsync(server.Base, "--patient", "pat-1", "--token", "t");
        var survey = JsonNode.Parse(output)!;
        var chemistry = survey["inputs"]!.AsArray().Single(input => (string?)input!["name"] == "chemistry")!;

        Assert.Equal((1, 1, 2), ((int)chemistry["resources"]!, (int)chemistry["recognised"]!, (int)chemistry["otherPatient"]!));
        Assert.Empty(survey["codes"]!.AsArray());
        Assert.True((int)survey["otherPatient"]! > 2);
        Assert.Contains("may not heed patient=", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("7", null)]
    [InlineData("""{"resourceType":4}""", null)]
    [InlineData("""{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[]}""", "4.0.1")]
    [InlineData("""{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":["x",null,{"resource":[null,{"type":5}]}],"software":"x"}""", "4.0.1")]
    [InlineData("""{"resourceType":"CapabilityStatement","fhirVersion":4,"rest":{"resource":{"type":"Patient","searchParam":{}}},"software":{"name":["x"]}}""", null)]
    public async Task A_capability_statement_of_any_shape_is_survived(string metadata, string? version)
    {
        await using var server = await FakeEhr.StartAsync(call => call.Path.EndsWith("/metadata", StringComparison.Ordinal) ? EhrAnswer.Ok(metadata) : null);

        var (code, output, _) = await RunAsync(server.Base, "--patient", "pat-1", "--token", "t", "--json");

        Assert.Equal(0, code);
        Assert.Equal(version, (string?)JsonNode.Parse(output)!["about"]!["fhir"]);
    }

    [Theory]
    [InlineData]
    [InlineData("http://localhost:1/fhir")]
    [InlineData("http://ehr.example.org/fhir", "--patient", "a")]
    [InlineData("http://localhost:1/fhir", "--patient", "a", "--wrong", "b")]
    public async Task What_is_not_understood_ends_with_2_and_the_usage(params string[] args)
    {
        var (code, _, errors) = await RunAsync(args);

        Assert.Equal(2, code);
        Assert.StartsWith("Usage: check-fhir", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CheckFhirVerb.RunAsync(args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
