using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Facts;

/// <summary>
/// Records that say something twice cannot be read at all. The golden cases cannot hold one, as they are read as JSON
/// objects; each test makes one of a record of a case.
/// </summary>
public sealed class UnreadableRecordTests(CaseServers servers)
{
    private const string Afp = """
        "valueQuantity": {"value": "12,5 H"
        """;

    [Fact]
    [Trait("Req", "SEC-24")]
    public async Task A_newest_result_that_cannot_be_read_leaves_its_mark_on_the_older_one()
    {
        var afp = Factor(await AskAsync("fallback-past-an-unreadable-value", Afp, Twice(Afp)), "afp");
        Assert.Equal(12, (decimal)afp["value"]!);
        Assert.Equal("fallback-from-newer", (string)Assert.Single(afp["marks"]!.AsArray())!);
    }

    [Fact]
    [Trait("Req", "SEC-24")]
    public async Task The_only_result_that_cannot_be_read_is_unknown_for_that_reason()
    {
        var afp = Factor(await AskAsync("unreadable-afp", Afp, Twice(Afp)), "afp");
        Assert.Equal("unreadable", (string)afp["reason"]!);
        Assert.Equal("2026-11-20", (string)afp["date"]!);
    }

    [Fact]
    public async Task An_unreadable_result_without_a_date_may_be_the_newest()
    {
        var afp = Factor(
            await AskAsync("fallback-past-an-unreadable-value", "\"effectiveDateTime\": \"2026-11-22T08:00:00Z\", " + Afp, Twice(Afp)),
            "afp");
        Assert.Equal("fallback-from-newer", (string)Assert.Single(afp["marks"]!.AsArray())!);
    }

    [Fact]
    public async Task What_was_entered_in_error_is_nothing_even_if_it_cannot_be_read()
    {
        const string status = """
            "id": "markers-new", "status": "final"
            """;
        var answer = await servers.AskAsync(GoldenCase.Named("fallback-past-an-unreadable-value"), change: text => text
            .Replace(Afp, Twice(Afp), StringComparison.Ordinal)
            .Replace(status, status.Replace("final", "entered-in-error", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Null(Factor(Assessment(answer.Text), "afp")["marks"]);
    }

    [Theory]
    [InlineData("completed", "unknown")]
    [InlineData("entered-in-error", "none")]
    public async Task An_unreadable_administration_leaves_open_whether_this_is_a_first_dose(string status, string exposure)
    {
        const string given = "\"id\": \"administrations-14\", \"status\": ";
        var answer = await AskAsync("continuation-recent", given + "\"completed\"", $"{given}\"{status}\", \"effectiveDateTime\": \"2026-11-01\"");
        Assert.Equal(exposure, (string)answer["exposure"]!);
    }

    [Theory]
    [InlineData("completed", true)]
    [InlineData("entered-in-error", false)]
    public async Task An_unreadable_procedure_leaves_open_what_may_explain_a_marker(string status, bool isOpen)
    {
        const string done = "\"status\": \"completed\"";
        var answer = await AskAsync("confounded-by-tace-28-days-ago", done, $"{done.Replace("completed", status, StringComparison.Ordinal)}, \"performedDateTime\": \"2026-11-01\"");
        var nlr = Factor(answer, "nlr");
        Assert.Null(nlr["confounders"]);
        Assert.Equal(isOpen, nlr["marks"]?.AsArray().Any(mark => (string)mark! == "confounders-unread") == true);
    }

    private static string Twice(string value) => value.Replace("\"valueQuantity\": {", "\"valueQuantity\": {}, \"valueQuantity\": {", StringComparison.Ordinal);

    private static JsonNode Factor(JsonNode assessment, string id) => assessment["factors"]!.AsArray().First(factor => (string)factor!["id"]! == id)!;

    private static JsonNode Assessment(string answer) => JsonNode.Parse(answer)!["extension"]!["org.hpdcds.assessment"]!;

    private async Task<JsonNode> AskAsync(string name, string before, string after)
    {
        var (status, text) = await servers.AskAsync(GoldenCase.Named(name), change: request =>
        {
            Assert.Contains(before, request, StringComparison.Ordinal);
            return request.Replace(before, after, StringComparison.Ordinal);
        });
        Assert.Equal(200, status);
        return Assessment(text);
    }
}
