using System.Diagnostics;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Verbs;

namespace HpdCds.EndToEnd;

/// <summary>What <c>explain --fhir</c> writes, against our profiles by a validator that nobody of this project wrote (Medplum's).</summary>
public sealed class WrittenResourceTests
{
    private static readonly string Tools = Path.Combine(GoldenCase.RepositoryRoot(), "tests", "HpdCds.EndToEnd", "medplum");
    private static readonly string Profiles = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "structuredefinitions");

    public static TheoryData<string> Assessed =>
    [
        .. GoldenCase.OfGrowth.Where(golden => golden.Expected["body"]?["extension"]?["org.hpdcds.assessment"]?["growth"]?["rules"] is not null).Select(golden => golden.Name),
        "differing-the-example-of-the-model", "none-all-known-and-below", "high-all-seven-review-features",
    ];

    [Theory]
    [MemberData(nameof(Assessed))]
    public async Task Every_resource_conforms_to_its_profile(string name)
    {
        var file = await WrittenAsync(GoldenCase.Named(name));

        Assert.Equal("", await FaultsAsync(file));
    }

    [Theory]
    [InlineData("differing-the-example-of-the-model", "probabilityDecimal", "a probability")]
    [InlineData("differing-the-example-of-the-model", "method", "no model")]
    [InlineData("growth-vector-a-is-a-warning", "unit", "another unit")]
    [InlineData("growth-vector-a-is-a-warning", "subject", "nobody's")]
    public async Task The_validator_refuses_what_the_profiles_forbid(string name, string what, string why)
    {
        var file = await WrittenAsync(GoldenCase.Named(name));
        var bundle = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        var first = bundle["entry"]![0]!["resource"]!.AsObject();
        switch (what)
        {
            case "probabilityDecimal":
                first["prediction"]![0]!["probabilityDecimal"] = 0.5;
                break;
            case "unit":
                first["valueQuantity"]!["code"] = "cm";
                break;
            default:
                first.Remove(what);
                break;
        }

        await File.WriteAllTextAsync(file, bundle.ToJsonString(), TestContext.Current.CancellationToken);
        Assert.NotEqual(("", why), (await FaultsAsync(file), why));
    }

    [Fact]
    public async Task The_examples_beside_the_profiles_conform()
    {
        var examples = Directory.GetFiles(Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "resources"));

        Assert.Equal(2, examples.Length);
        foreach (var example in examples)
            Assert.Equal((example, ""), (example, await FaultsAsync(example)));
    }

    private static async Task<string> WrittenAsync(GoldenCase golden)
    {
        var (request, file) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllTextAsync(request, golden.Request);
        await using var errors = new StringWriter();
        Assert.Equal((0, ""), (await ExplainVerb.RunAsync([request, "--service", golden.Service, "--asOf", "2026-11-24T12:00:00Z", "--fhir", file], TextWriter.Null, errors), errors.ToString()));
        return file;
    }

    private static async Task<string> FaultsAsync(string file)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["validate.mjs", Profiles, file]) { WorkingDirectory = Tools, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (told, broken) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.Equal((0, ""), (node.ExitCode, await broken));
        return (await told).Trim();
    }
}
