using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Deploy;

/// <summary>The papers for those who install and judge this service say what the code does.</summary>
public sealed partial class DeployTests
{
    private static readonly string Folder = Path.Combine(GoldenCase.RepositoryRoot(), "deploy");

    public static TheoryData<string> Sheets => [.. InstallSheets.Clients.Select(client => client.File)];

    [Theory]
    [Trait("Req", "DISC-11")]
    [Trait("Req", "DISC-13")]
    [MemberData(nameof(Sheets))]
    public async Task An_install_sheet_is_what_discovery_publishes(string file)
    {
        var path = Path.Combine(Folder, "install", file + ".md");
        var expected = InstallSheets.Write(Array.Find(InstallSheets.Clients, client => client.File == file)!);
        if (Environment.GetEnvironmentVariable("HPDCDS_REWRITE_CASES") == "1")
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);

        Assert.Equal(expected, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_threat_has_a_row_and_every_test_that_a_row_names_exists()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "security.md"));
        var classes = typeof(DeployTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet(StringComparer.Ordinal);

        Assert.All(Enumerable.Range(1, 26), number => Assert.Contains($"| SEC-{number:00} |", text, StringComparison.Ordinal));
        Assert.All(ATest().Matches(text).Select(match => match.Value), name => Assert.Contains(name, classes));
    }

    [GeneratedRegex("[A-Z][A-Za-z]+Tests", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ATest();
}
