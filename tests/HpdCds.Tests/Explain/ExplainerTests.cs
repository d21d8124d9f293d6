using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Explain;

/// <summary>Why the service said what it said, resource by resource, over requests of the golden cases.</summary>
public sealed class ExplainerTests : ExplainingTests
{
    [Theory]
    [InlineData("the-latest-value-wins", "superseded", null)]
    [InlineData("too-old-afp", "unusable", "too-old")]
    [InlineData("unknown-unit-afp-without-unit", "unusable", "unknown-unit")]
    [InlineData("implausible-ldh", "unusable", "implausible")]
    [InlineData("code-unit-conflict-lymphocytes", "unusable", "code-unit-conflict")]
    [InlineData("another-patients-result-is-ignored", "another-patient", null)]
    [InlineData("future-dated-is-no-evidence", "not-evidence", "future")]
    [InlineData("status-cancelled-is-no-evidence", "not-evidence", "cancelled")]
    [InlineData("status-entered-in-error-is-no-evidence", "not-evidence", "entered-in-error")]
    public async Task A_resource_that_does_not_count_says_why(string golden, string fate, string? why)
    {
        var explanation = await ExplainAsync(golden);

        Assert.Contains(explanation["resources"]!.AsArray(), resource => (string?)resource!["fate"] == fate && (string?)resource["why"] == why);
    }

    [Fact]
    public async Task Every_core_fact_of_a_full_chart_rests_on_a_resource()
    {
        var used = (await ExplainAsync("none-all-known-and-below"))["resources"]!.AsArray()
            .Where(resource => (string?)resource!["fate"] == "used")
            .Select(resource => (string?)resource!["fact"])
            .ToHashSet();

        Assert.Superset(new HashSet<string?> { "nlr", "ldh", "afp", "albumin", "bilirubin", "inr", "tumour" }, used);
    }

    [Theory]
    [InlineData("confounded-by-tace-28-days-ago", "tace")]
    [InlineData("confounded-nlr-by-a-corticosteroid", "corticosteroid")]
    [InlineData("staging-n0-m0-is-no-spread", "spread")]
    [InlineData("ecog-answer-code-in-interpretation-alone", "ecog")]
    [InlineData("prior-therapy-by-an-atc-class", "prior-therapy")]
    public async Task What_explains_a_value_or_stages_a_tumour_is_said_to_count(string golden, string fact)
    {
        var explanation = await ExplainAsync(golden);

        Assert.Contains(explanation["resources"]!.AsArray(), resource => (string?)resource!["fate"] == "used" && (string?)resource["fact"] == fact);
    }

    [Fact]
    public async Task What_came_under_a_key_that_nobody_asked_for_is_told()
    {
        var explanation = await ExplainAsync("an-unrequested-key-is-ignored");

        Assert.Contains(explanation["resources"]!.AsArray(), resource => (string?)resource!["fate"] == "not-asked" && (string?)resource["key"] == "Markers" && ((string?)resource["reference"])!.StartsWith("Observation/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_order_says_whether_it_was_recognised_and_by_what()
    {
        var order = (await ExplainAsync("drug-by-name-only"))["orders"]![0]!;

        Assert.Equal("name", (string?)order["by"]);
        Assert.Equal("nivolumab", (string?)order["agents"]![0]);
    }

    [Fact]
    public async Task A_dropped_key_is_explained_as_not_supplied()
    {
        var explanation = await ExplainAsync("none-all-known-and-below", "chemistry");

        var chemistry = explanation["sources"]!.AsArray().Single(source => (string?)source!["key"] == "chemistry")!;
        Assert.Equal("not-supplied", (string?)chemistry["state"]);
        var ldh = explanation["answer"]!["extension"]!["org.hpdcds.assessment"]!["factors"]!.AsArray().Single(row => (string?)row!["id"] == "ldh")!;
        Assert.Equal("not-supplied", (string?)ldh["reason"]);
    }

    [Fact]
    public async Task The_answer_is_the_one_that_the_hook_gives()
    {
        var golden = GoldenCase.Named("differing-the-example-of-the-model");
        await Service.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(Service.Urls.First()) };
        using var content = new StringContent(golden.Request, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/cds-services/hpd-risk", content, TestContext.Current.CancellationToken);
        var answered = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var explained = (await ExplainAsync(golden.Name))["answer"];

        Assert.Equal(RunningService.WithoutIds(answered), RunningService.WithoutIds(explained));
    }

    [Fact]
    public Task A_request_that_a_hook_call_would_refuse_is_refused_here() =>
        Assert.ThrowsAsync<RefusedException>(() => Explainer.ExplainAsync("{}"u8.ToArray(), [], CaseServers.AsOf, TestContext.Current.CancellationToken));

    private async Task<JsonObject> ExplainAsync(string golden, params string[] drop) => (await Explainer.ExplainAsync(
        Encoding.UTF8.GetBytes(GoldenCase.Named(golden).Request),
        drop,
        CaseServers.AsOf,
        TestContext.Current.CancellationToken)).Json;
}
