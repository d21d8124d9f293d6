using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.EndToEnd.Deploy;

/// <summary>Prometheus' own tool on the alerts, their unit tests and the questions of the dashboard.</summary>
public sealed class RulesTests
{
    private static readonly string Folder = Path.Combine(GoldenCase.RepositoryRoot(), "deploy");

    [Theory]
    [InlineData("check", "rules", "alerts.yaml")]
    [InlineData("test", "rules", "alerts.test.yaml")]
    [InlineData("check", "config", "prometheus.yml")]
    public async Task Prometheus_takes_the_alerts_and_they_fire_when_they_should(params string[] arguments) =>
        Assert.Contains("SUCCESS", await Command.RunAsync("promtool", arguments, folder: Path.Combine(Folder, "prometheus")), StringComparison.Ordinal);

    [Fact]
    public async Task Prometheus_understands_every_question_of_the_dashboard()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "grafana", "hpdcds.json"), TestContext.Current.CancellationToken));
        var questions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray(), (_, target) => target.GetProperty("expr").GetString()!)
            .Select(question => question.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$ehr", ".*", StringComparison.Ordinal));
        var rules = new JsonArray([.. questions.Select((question, place) => new JsonObject { ["record"] = $"panel:{place}", ["expr"] = question })]);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new JsonObject { ["groups"] = new JsonArray(new JsonObject { ["name"] = "dashboard", ["rules"] = rules }) }.ToJsonString(), TestContext.Current.CancellationToken);

        var said = await Command.RunAsync("promtool", ["check", "rules", file]);

        Assert.Contains($"SUCCESS: {rules.Count} rules found", said, StringComparison.Ordinal);
        File.Delete(file);
    }
}
