using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Tests.Deploy;

/// <summary>
/// Papers that are written from what they tell of: <c>HPDCDS_REWRITE_PAPERS=1</c> writes them anew, so that the change can be seen and judged.
/// </summary>
public sealed partial class WrittenPaperTests
{
    /// <summary>Whose duties a hospital fulfils by passing on the notices. Another one is for somebody to decide, not for a rewrite.</summary>
    private static readonly string[] Accepted = ["Apache-2.0", "BSD-3-Clause", "MIT", "PostgreSQL"];

    private const string FirstDefinition = "    \"site\": {";

    private static readonly string Root = GoldenCase.RepositoryRoot();

    [Fact]
    public async Task Every_package_of_the_service_is_listed_with_its_licence()
    {
        var packages = Packages().ToList();
        var text = new StringBuilder();
        text.AppendLine("# Packages in the service").AppendLine();
        text.AppendLine("Written from `src/HpdCds/packages.lock.json` and the packages' own declarations; do not edit. The same as a machine reads it: the SBOM (README.md).").AppendLine();
        text.AppendLine("| package | version | licence |").AppendLine("|---|---|---|");
        foreach (var package in packages)
            text.AppendLine($"| {package.Name} | {package.Version} | {package.Licence} |");
        text.AppendLine().AppendLine("Of the runtime: .NET and ASP.NET Core 10 (MIT). In the container image: the packages of its base, Ubuntu's, under their own licences (`/usr/share/doc`). Terminology: [NOTICE.md](../NOTICE.md).");

        Assert.All(packages, package => Assert.Contains(package.Licence, Accepted));
        await AssertWrittenAsync("third-party.md", text);
    }

    [Fact]
    public async Task Every_setting_is_described()
    {
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Root, "src", "HpdCds", "appsettings.schema.json"), TestContext.Current.CancellationToken))!;
        var text = new StringBuilder();
        text.AppendLine("# Settings").AppendLine();
        text.AppendLine("Written from `appsettings.schema.json`, which a test holds against the code that reads them; do not edit. All stand in the section `HpdCds`; as an environment variable `HpdCds:Store:Connection` is `HpdCds__Store__Connection`.");
        text.AppendLine("A span is written `hh:mm:ss`; with days `d.hh:mm:ss`. What is wrong is listed at start, all of it, and the service does not start.");
        Describe(text, schema, schema["definitions"]!["site"]!, "HpdCds", "The site");

        await AssertWrittenAsync("settings.md", text);
    }

    [Fact]
    public async Task The_chart_takes_the_settings_that_the_service_takes_but_for_secrets_and_its_own()
    {
        var schema = await File.ReadAllTextAsync(Path.Combine(Root, "src", "HpdCds", "appsettings.schema.json"), TestContext.Current.CancellationToken);
        var values = await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "helm", "hpdcds", "values.schema.json"), TestContext.Current.CancellationToken);
        var taken = AWithheld().Replace(schema[schema.IndexOf(FirstDefinition, StringComparison.Ordinal)..], "${name}false${end}");
        var expected = values[..values.IndexOf(FirstDefinition, StringComparison.Ordinal)] + taken;

        var definitions = JsonNode.Parse(expected)!["definitions"]!;
        var secrets = JsonNode.Parse(schema)!["definitions"]!.AsObject()
            .SelectMany(part => part.Value!["properties"]?.AsObject() ?? [], (part, member) => (Part: part.Key, member.Key, Description: (string?)member.Value!["description"]))
            .Where(member => member.Description?.Contains("secret", StringComparison.OrdinalIgnoreCase) == true).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.Equal(JsonValueKind.False, definitions[secret.Part]!["properties"]![secret.Key]!.GetValueKind()));
        await AssertWrittenAsync("helm/hpdcds/values.schema.json", new StringBuilder(expected));
    }

    [Fact]
    public void The_changelog_begins_with_the_versions_that_are_built()
    {
        var text = File.ReadAllText(Path.Combine(Root, "CHANGELOG.md"));

        Assert.Equal(typeof(SiteSettings).Assembly.GetName().Version!.ToString(3), NewestUnder("Service"));
        Assert.Equal(Profiles.AsShipped.Version, NewestUnder("Knowledge"));
        Assert.Contains($"appVersion: \"{NewestUnder("Service")}\"", File.ReadAllText(Path.Combine(Root, "deploy", "helm", "hpdcds", "Chart.yaml")), StringComparison.Ordinal);
        Assert.Contains($"image: hpdcds:{NewestUnder("Service")}\n", File.ReadAllText(Path.Combine(Root, "deploy", "compose.yaml")), StringComparison.Ordinal);

        string NewestUnder(string part) => AVersion().Match(text, text.IndexOf($"\n## {part}\n", StringComparison.Ordinal)).Groups["version"].Value;
    }

    private static void Describe(StringBuilder text, JsonNode schema, JsonNode part, string place, string title)
    {
        text.AppendLine().AppendLine($"## {title}: `{place}`").AppendLine().AppendLine("| setting | what | default |").AppendLine("|---|---|---|");
        var members = part["properties"]!.AsObject().Select(pair => (Name: pair.Key, Member: pair.Value!)).ToList();
        foreach (var (name, member) in members)
            text.AppendLine($"| `{name}` | {member["description"]}{ValuesOf(member)} | {DefaultOf(member)} |");
        var needed = part["required"]?.AsArray().Select(name => $"`{name}`").ToList();
        if (needed is not null)
            text.AppendLine().AppendLine($"Needed: {string.Join(", ", needed)}.");
        foreach (var (name, member) in members)
        {
            var (reference, below) = member switch
            {
                _ when member["items"]?["$ref"] is { } item => ((string?)item, $"{place}:{name}:n"),
                _ when member["additionalProperties"] is JsonObject named && named["$ref"] is { } item => ((string?)item, $"{place}:{name}:NAME"),
                _ => ((string?)member["$ref"], $"{place}:{name}"),
            };
            if (reference is null || schema["definitions"]![reference["#/definitions/".Length..]]! is not { } inner || inner["properties"] is null)
                continue;
            Describe(text, schema, inner, below, name);
        }
    }

    private static string ValuesOf(JsonNode member)
    {
        var values = member["enum"] ?? member["items"]?["enum"] ?? (member["additionalProperties"] as JsonObject)?["enum"];
        return values is null ? "" : $" One of {string.Join(", ", values.AsArray().Select(value => $"`{value}`"))}.";
    }

    private static string DefaultOf(JsonNode member) => member["default"] is { } value ? $"`{value.ToJsonString().Trim('"')}`" : "";

    private static IEnumerable<(string Name, string Version, string Licence)> Packages()
    {
        var locked = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "src", "HpdCds", "packages.lock.json")))!["dependencies"]!.AsObject()
            .SelectMany(framework => framework.Value!.AsObject())
            .Where(package => (string?)package.Value!["type"] != "Project" && !IsForBuildingOnly(package.Key))
            .Select(package => (package.Key, Version: (string)package.Value!["resolved"]!));
        return locked.Distinct().OrderBy(package => package.Key, StringComparer.OrdinalIgnoreCase).Select(package => (package.Key, package.Version, LicenceOf(package.Key, package.Version)));
    }

    private static bool IsForBuildingOnly(string package) => package is "Meziantou.Analyzer" or "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    // Packages lie where the restore of this very build put them.
    private static string LicenceOf(string package, string version)
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var id = package.ToLowerInvariant();
        var declaration = XDocument.Load(Path.Combine(folder, id, version, $"{id}.nuspec")).Root!;
        var licence = declaration.Descendants().FirstOrDefault(element => element.Name.LocalName == "license");
        return licence?.Attribute("type")?.Value == "expression" ? licence.Value : $"not declared ({licence?.Value})";
    }

    private static async Task AssertWrittenAsync(string file, StringBuilder text)
    {
        var path = Path.Combine(Root, "deploy", file);
        var expected = text.Replace(Environment.NewLine, "\n").ToString();
        if (Environment.GetEnvironmentVariable("HPDCDS_REWRITE_PAPERS") == "1")
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);

        Assert.Equal(expected, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("""^(?<name> +"(?:AuditKey|MetricsPort|MetricsAddress|Connection|SpillDirectory|KeyCertificatePassword)": )\{.*\}(?<end>,?)$""", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AWithheld();

    [GeneratedRegex(@"^### \[(?<version>\d+\.\d+\.\d+)\]", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AVersion();
}
