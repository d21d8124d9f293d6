using System.Globalization;
using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;
using HpdCds.Trust;

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

    /// <summary>A drain, calls under way, and a margin: whoever kills it sooner cuts calls off.</summary>
    [Fact]
    public void Whoever_is_told_to_end_has_the_time_to_drain_and_to_answer()
    {
        const int Longest = 30 + 15;
        var compose = ACompose().Match(File.ReadAllText(Path.Combine(Folder, "compose.yaml")));
        var unit = AUnit().Match(File.ReadAllText(Path.Combine(Folder, "hpdcds.service")));

        Assert.Equal(Seconds(compose, "drain") + Longest, Seconds(compose, "grace"));
        Assert.Equal(Seconds(unit, "drain") + Longest, Seconds(unit, "grace"));
        Assert.True(new SiteSettings().DrainTime <= TimeSpan.FromSeconds(Seconds(unit, "drain")));

        static int Seconds(Match match, string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("HpdCds__DrainTime: \"00:00:(?<drain>[0-9]{2})\".+stop_grace_period: (?<grace>[0-9]+)s", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ACompose();

    [GeneratedRegex("DrainTime of up to (?<drain>[0-9]+) s.+TimeoutStopSec=(?<grace>[0-9]+)", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AUnit();

    [GeneratedRegex("[A-Z][A-Za-z]+Tests", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ATest();
}
