using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpdCds.Telemetry;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Deploy;

/// <summary>The dashboard and the alerts ask for what the service tells, under the names that it tells it by.</summary>
public sealed partial class MetricNameTests
{
    private static readonly string Folder = Path.Combine(GoldenCase.RepositoryRoot(), "deploy");

    /// <summary>Of Prometheus, its blackbox exporter, kube-state-metrics, and the runtime: the last as they came out of a published service.</summary>
    private static readonly string[] OfOthers =
    [
        "up", "probe_success", "kube_pod_status_ready", "target_info", "dotnet_process_memory_working_set_bytes", "dotnet_process_cpu_time_seconds_total", "dotnet_gc_pause_time_seconds_total",
        "http_server_active_requests",
    ];

    [Fact]
    public void Alerts_and_dashboard_ask_only_for_numbers_that_exist()
    {
        string[] known = [.. Instruments().SelectMany(NamesOf), .. OfOthers];

        foreach (var file in (string[])["prometheus/alerts.yaml", "prometheus/alerts.test.yaml", "grafana/hpdcds.json"])
        {
            var asked = AskedFor(Read(file));
            Assert.NotEmpty(asked);
            Assert.All(asked, name => Assert.Contains(name, known));
        }
    }

    /// <summary>A label that is not there takes nothing away, or everything.</summary>
    [Fact]
    public void Alerts_and_dashboard_ask_only_for_labels_that_the_numbers_have()
    {
        var labels = Labels();

        foreach (var file in (string[])["prometheus/alerts.yaml", "prometheus/alerts.test.yaml", "grafana/hpdcds.json"])
        {
            var asked = AQuestion().Matches(Read(file).Replace("\\\"", "\"", StringComparison.Ordinal)).Where(question => labels.ContainsKey(question.Groups["name"].Value)).ToList();
            Assert.NotEmpty(asked);
            Assert.All(asked, question => Assert.All(
                ALabel().Matches(question.Groups["by"].Value + "," + AValue().Replace(question.Groups["selector"].Value, "")).Select(match => match.Value),
                label => Assert.True(labels[question.Groups["name"].Value].Contains(label, StringComparer.Ordinal), $"{file}: {question.Value} has no {label}")));
        }
    }

    [Fact]
    public void Everything_that_the_service_counts_is_on_the_dashboard()
    {
        var shown = AskedFor(Read("grafana/hpdcds.json")).ToHashSet(StringComparer.Ordinal);

        Assert.All(Instruments(), instrument => Assert.True(NamesOf(instrument).Any(shown.Contains), instrument.Name));
    }

    [Fact]
    public void A_dashboard_panel_has_its_place_its_question_and_its_meaning()
    {
        using var dashboard = JsonDocument.Parse(Read("grafana/hpdcds.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels.Where(panel => panel.GetProperty("type").GetString() != "row"), panel =>
        {
            Assert.NotEqual("", panel.GetProperty("description").GetString());
            Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.NotEqual("", target.GetProperty("expr").GetString()));
            Assert.InRange(panel.GetProperty("gridPos").GetProperty("x").GetInt32() + panel.GetProperty("gridPos").GetProperty("w").GetInt32(), 1, 24);
        });
    }

    [Fact]
    public void Every_alert_has_its_own_place_in_the_operations_guide_and_a_test()
    {
        var alerts = AnAlert().Matches(Read("prometheus/alerts.yaml")).Select(match => match.Groups["name"].Value).ToList();
        var headings = AHeading().Matches(Read("operations.md")).Select(match => match.Groups["name"].Value).ToList();
        var tested = Read("prometheus/alerts.test.yaml");

        Assert.Equal(alerts.Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"runbook: deploy/operations.md#{alert.ToLowerInvariant()}\n", Read("prometheus/alerts.yaml"), StringComparison.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"runbook: deploy/operations.md#{alert.ToLowerInvariant()}\n", tested, StringComparison.Ordinal));
    }

    private static List<Instrument> Instruments()
    {
        RuntimeHelpers.RunClassConstructor(Signals().TypeHandle);
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "HpdCds")
                found.Add(instrument);
        };
        listener.Start();
        Assert.NotEmpty(found);
        return found;
    }

    /// <summary>The labels of every number under the name that Prometheus knows it by: those that it is counted with anywhere in the service, and those of the scrape.</summary>
    private static Dictionary<string, string[]> Labels()
    {
        var source = Path.Combine(GoldenCase.RepositoryRoot(), "src", "HpdCds");
        var counted = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
            .Where(text => text.Contains("Signals", StringComparison.Ordinal)).SelectMany(text => ACount().Matches(text)).ToLookup(
                match => match.Groups["field"].Value, match => ATag().Matches(match.Groups["tags"].Value).Select(tag => tag.Groups["tag"].Value), StringComparer.Ordinal);
        var labels = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["target_info"] = ["job", "instance", "hpdcds_knowledge", "hpdcds_knowledge_version"] };
        foreach (var field in Signals().GetFields().Where(field => field.FieldType.IsSubclassOf(typeof(Instrument))))
        {
            Assert.True(counted.Contains(field.Name), field.Name);
            foreach (var name in NamesOf((Instrument)field.GetValue(null)!))
                labels[name] = [.. counted[field.Name].SelectMany(tags => tags).Distinct(StringComparer.Ordinal), "job", "instance", .. name.EndsWith("_bucket", StringComparison.Ordinal) ? ["le"] : Array.Empty<string>()];
        }

        return labels;
    }

    private static Type Signals() => typeof(TelemetryExport).Assembly.GetType("HpdCds.Telemetry.Signals", throwOnError: true)!;

    /// <summary>As the Prometheus exporter writes them.</summary>
    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
        return instrument.GetType().GetGenericTypeDefinition() switch
        {
            var type when type == typeof(Histogram<>) => [$"{name}_bucket", $"{name}_count", $"{name}_sum"],
            var type when type == typeof(Counter<>) => [$"{name}_total"],
            _ => [name],
        };
    }

    private static string[] AskedFor(string text) => [.. ASelector().Matches(text).Select(match => match.Groups["name"].Value)];

    private static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    // Every question names its job, so that every name stands before a brace.
    [GeneratedRegex(@"\b(?<name>[a-z_]+)\{(?=[a-z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ASelector();

    // What it is summed by, and what it must be.
    [GeneratedRegex(@"(?:by \((?<by>[a-z_, ]+)\) \((?:[a-z_]+\()*)?\b(?<name>[a-z_]+)\{(?<selector>[^}]*)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AQuestion();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AValue();

    [GeneratedRegex("[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ALabel();

    [GeneratedRegex(@"\b(?:Signals\.)?(?<field>[A-Z]\w+)\.(?:Add|Record)\((?<tags>[^;]*)\);", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ACount();

    [GeneratedRegex(@"(?:Tag\(|\{ )""(?<tag>\w+)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ATag();

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnAlert();

    [GeneratedRegex(@"^### (?<name>HpdCds\w+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AHeading();
}
