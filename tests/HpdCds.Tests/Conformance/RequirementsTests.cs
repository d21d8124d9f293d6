using System.Reflection;

namespace HpdCds.Tests.Conformance;

/// <summary>Which requirements of the conformance list have a test that names them.</summary>
public sealed class RequirementsTests
{
    /// <summary>What comes with a later part, or is only allowed: one that loses its test by accident is not among them.</summary>
    private static readonly string[] Awaited =
    [
        // Allowed, and not done: delete actions, an icon, the templates of CDS Hooks 3.0.
        "ACT-03", "CARD-05", "PFT-09", "PFT-10", "PFT-11",
        // Allowed, and not done: a sign-in by POST. Shown in a browser: how the page fits into narrow frames.
        "SM-12", "SM-44",
    ];

    private static readonly string[] CountedSections = [.. Enumerable.Range(1, 13).Select(section => FormattableString.Invariant($"1.{section}")), "1.14", "1.15", "6", "7"];

    [Fact]
    public void Every_named_requirement_exists_and_those_without_a_test_are_printed()
    {
        var known = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "requirements.txt"))
            .Select(line => line.Split('\t')).Select(cells => (Section: cells[0], Id: cells[1], Title: cells[2])).ToList();
        var named = NamedRequirements();

        var uncovered = known.Where(item => CountedSections.Contains(item.Section) && !named.Contains(item.Id)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{uncovered.Count} requirements of sections 1.1 to 1.15, 6 and 7 have no test:");
        foreach (var (section, id, title) in uncovered)
            TestContext.Current.TestOutputHelper?.WriteLine($"  {section} {id} {title}");

        Assert.Empty(named.Except(known.Select(item => item.Id)));
        Assert.Equal(Awaited.Order(StringComparer.Ordinal), uncovered.Select(item => item.Id).Order(StringComparer.Ordinal));
        Assert.NotEmpty(named);
    }

    private static HashSet<string> NamedRequirements() =>
        [.. typeof(RequirementsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Cast<MemberInfo>().Prepend(type))
            .SelectMany(member => member.GetCustomAttributes<TraitAttribute>())
            .Where(trait => trait.Name == "Req")
            .Select(trait => trait.Value)];
}
