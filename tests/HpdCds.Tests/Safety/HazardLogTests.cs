using System.Reflection;
using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Knowledge;

namespace HpdCds.Tests.Safety;

public sealed partial class HazardLogTests
{
    private const string ClinicalTests = "HpdCds.Clinical.Tests";

    [Fact]
    public void Every_control_is_held_by_tests_that_exist()
    {
        var existing = Here().Concat(InSource(ClinicalTests)).ToHashSet(StringComparer.Ordinal);
        var named = Profiles.AsShipped.Hazards.Hazards.SelectMany(hazard => hazard.Tests.Select(test => (hazard.Id, test))).ToArray();

        Assert.Empty(named.Where(pair => !existing.Contains(pair.test)).Select(pair => $"{pair.Id}: {pair.test}"));
        Assert.Contains(named, pair => pair.test.StartsWith(ClinicalTests, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_golden_case_that_is_named_exists()
    {
        var existing = GoldenCase.Every.Select(golden => golden.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Profiles.AsShipped.Hazards.Hazards
            .SelectMany(hazard => (hazard.Cases ?? []).Where(name => !existing.Contains(name)).Select(name => $"{hazard.Id}: {name}")));
    }

    [Fact]
    public void Every_hazard_is_told_whole_and_has_an_owner()
    {
        var log = Profiles.AsShipped.Hazards;

        Assert.Equal("site safety officer", log.Owner);
        Assert.InRange(log.Hazards.Length, 25, 99);
        Assert.All(log.Hazards, hazard => Assert.All(
            new[] { hazard.Name, hazard.Cause, hazard.Harm, hazard.Control, hazard.Residual }, text => Assert.False(string.IsNullOrWhiteSpace(text), hazard.Id)));
    }

    [Fact]
    public void A_control_never_makes_a_hazard_worse() => Assert.All(Profiles.AsShipped.Hazards.Hazards, hazard =>
        Assert.True(hazard.After.Likelihood <= hazard.Before.Likelihood && hazard.After.Severity <= hazard.Before.Severity, hazard.Id));

    private static IEnumerable<string> Here() => typeof(HazardLogTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any()).Select(method => $"{type.FullName}.{method.Name}"));

    // The tests of the clinical core are another program: their sources say which there are.
    private static IEnumerable<string> InSource(string project) =>
        Directory.EnumerateFiles(Profiles.RepositoryFolder(Path.Combine("tests", project)), "*.cs").Select(File.ReadAllText).SelectMany(source =>
        {
            var classes = TestClass().Matches(source);
            return TestMethod().Matches(source).Select(method =>
                $"{project}.{classes.Last(name => name.Index < method.Index).Groups["name"].Value}.{method.Groups["name"].Value}");
        });

    [GeneratedRegex(@"^public (static |sealed |partial )*class (?<name>\w+)", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestClass();

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\n(\s*\[[^\n]*\n)*\s*public [\w<>]*( [\w<>]+)? (?<name>\w+)\(", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestMethod();
}
