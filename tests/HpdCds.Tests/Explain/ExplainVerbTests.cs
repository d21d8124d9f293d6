using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Verbs;

namespace HpdCds.Tests.Explain;

/// <summary>The verb of the service's own program, as somebody at a console would use it.</summary>
public sealed class ExplainVerbTests
{
    [Fact]
    public async Task A_request_in_a_file_is_explained_and_ends_with_0()
    {
        var (code, output, _) = await RunAsync(GoldenCase.Named("too-old-afp").Request, "--asOf", "2026-11-24T12:00:00Z");

        Assert.Equal(0, code);
        Assert.Contains("\"fate\": \"unusable\"", output, StringComparison.Ordinal);
        Assert.Contains("\"why\": \"too-old\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dropped_key_shows_in_the_answer()
    {
        var (code, output, _) = await RunAsync(GoldenCase.Named("none-all-known-and-below").Request, "--drop", "chemistry", "--asOf", "2026-11-24T12:00:00Z");

        Assert.Equal(0, code);
        Assert.Contains("not-supplied", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_none_ends_with_2_and_names_the_field()
    {
        var (code, _, errors) = await RunAsync("{}");

        Assert.Equal(2, code);
        Assert.Contains("hook", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("differing-the-example-of-the-model", "hpd-risk", 1)]
    [InlineData("growth-vector-a-is-a-warning", "hpd-growth", 15)]
    [InlineData("growth-without-a-baseline", "hpd-growth", 12)]
    public async Task The_answer_is_written_as_strict_fhir_resources_of_our_profiles_without_a_probability(string name, string service, int resources)
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, (await RunAsync(GoldenCase.Named(name).Request, "--service", service, "--asOf", "2026-11-24T12:00:00Z", "--fhir", file)).Code);
            var written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

            var bundle = StrictBundle(written);
            Assert.Equal(resources, bundle.Entry.Count);
            Assert.All(bundle.Entry, entry => Assert.StartsWith("https://hpdcds.org/fhir/StructureDefinition/", entry.Resource!.Meta!.Profile.Single(), StringComparison.Ordinal));
            Assert.All(bundle.Entry.Select(entry => entry.Resource).OfType<Hl7.Fhir.Model.RiskAssessment>(), risk => Assert.Null(risk.Prediction.Single().Probability));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Hl7.Fhir.Model.Bundle StrictBundle(string text)
    {
        var reader = new System.Text.Json.Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.True(Hl7.Fhir.Serialization.FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out var issues), string.Join("; ", issues.Select(issue => issue.Message)));
        return Assert.IsType<Hl7.Fhir.Model.Bundle>(resource);
    }

    [Fact]
    public async Task Where_nothing_was_assessed_no_resource_is_written()
    {
        var (code, _, errors) = await RunAsync(GoldenCase.Named("continuation-recent").Request, "--asOf", "2026-11-24T12:00:00Z", "--fhir", Path.Combine(Path.GetTempPath(), "never-written.json"));

        Assert.Equal((2, true), (code, errors.Contains("no resource to write", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_chart_is_saved_and_assessed_again_to_the_byte()
    {
        var saved = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, (await RunAsync(GoldenCase.Named("differing-the-example-of-the-model").Request, "--asOf", "2026-11-24T12:00:00Z", "--save-chart", saved)).Code);
            var chart = await File.ReadAllTextAsync(saved, TestContext.Current.CancellationToken);

            Assert.Equal((0, ""), await ReplayAsync(chart));
            Assert.Equal(3, (await ReplayAsync(chart.Replace("sha256:", "sha256:0", StringComparison.Ordinal))).Code);
            var (code, errors) = await ReplayAsync(chart.Replace("\"assessable\": true", "\"assessable\": false", StringComparison.Ordinal));
            Assert.Equal(3, code);
            Assert.Contains("not the one that was saved", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(saved);
        }
    }

    [Fact]
    public async Task A_request_that_the_hook_would_refuse_because_nothing_could_be_read_is_explained_and_ends_with_2()
    {
        var request = GoldenCase.Named("precondition-failed-without-data-or-token").Request;
        var (code, output, errors) = await RunAsync(request, "--asOf", "2026-11-24T12:00:00Z", "--save-chart", "never-written");

        Assert.Equal(2, code);
        Assert.StartsWith("412: ", errors, StringComparison.Ordinal);
        var explained = JsonNode.Parse(output)!;
        Assert.Equal(412, (int)explained["status"]!);
        Assert.Equal("OperationOutcome", (string?)explained["answer"]!["resourceType"]);
        Assert.All(explained["sources"]!.AsArray(), source => Assert.Equal("not-supplied", (string?)source!["state"]));
        Assert.False(File.Exists("never-written"));
    }

    [Theory]
    [InlineData("chart")]
    [InlineData("orders")]
    [InlineData("selections")]
    [InlineData("assessment")]
    [InlineData("chart.observations")]
    [InlineData("chart.sources")]
    [InlineData("orders.0.concepts")]
    public async Task A_saved_chart_that_lacks_a_member_or_holds_a_null_ends_with_2(string member)
    {
        var saved = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, (await RunAsync(GoldenCase.Named("differing-the-example-of-the-model").Request, "--asOf", "2026-11-24T12:00:00Z", "--save-chart", saved)).Code);
            foreach (var isNull in (bool[])[true, false])
            {
                var chart = JsonNode.Parse(await File.ReadAllTextAsync(saved, TestContext.Current.CancellationToken))!;
                var (steps, last) = (member.Split('.')[..^1], member.Split('.')[^1]);
                var owner = steps.Aggregate(chart, (node, step) => step == "0" ? node[0]! : node[step]!).AsObject();
                Assert.True(owner.Remove(last));
                if (isNull)
                    owner[last] = null;
                var (code, errors) = await ReplayAsync(chart.ToJsonString());
                Assert.Equal(2, code);
                Assert.StartsWith("This is no chart", errors, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(saved);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not JSON")]
    [InlineData("null")]
    public async Task A_file_that_is_no_saved_chart_ends_with_2(string chart) => Assert.Equal(2, (await ReplayAsync(chart)).Code);

    [Fact]
    public async Task An_answer_that_needed_no_chart_leaves_none_to_save()
    {
        var (code, _, errors) = await RunAsync(GoldenCase.Named("order-cancelled-is-ignored").Request, "--save-chart", "never-written");

        Assert.Equal(2, code);
        Assert.Contains("no chart to save", errors, StringComparison.Ordinal);
        Assert.False(File.Exists("never-written"));
    }

    [Fact]
    public async Task Settings_that_are_not_usable_are_told_and_end_with_2()
    {
        var errors = new StringWriter();

        Assert.Equal(2, await Verb.ToldAsync(() => throw new HpdCds.Trust.InvalidSettingsException(["Ehrs: there is none"]), errors));
        Assert.Contains("Ehrs: there is none", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_the_usage_is_told()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());

        Assert.Equal(2, await ExplainVerb.RunAsync([], output, errors));
        Assert.StartsWith("Usage: explain", errors.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Errors)> ReplayAsync(string chart)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, chart, TestContext.Current.CancellationToken);
            var (output, errors) = (new StringWriter(), new StringWriter());
            return (await ExplainVerb.RunAsync(["--chart", file], output, errors), errors.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string request, params string[] options)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, request, TestContext.Current.CancellationToken);
            var (output, errors) = (new StringWriter(), new StringWriter());
            var code = await ExplainVerb.RunAsync([file, .. options], output, errors);
            return (code, output.ToString(), errors.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
