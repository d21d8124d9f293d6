using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>fhir-profiles/facts.json: the windows and intervals by which a chart is read, and the closed-world rules.</summary>
public sealed record FactRules(
    ImmutableSortedDictionary<string, int> WindowsInDays,
    int PairingHours,
    int FutureMinutes,
    int RecentExposureDays,
    int BaselineKitDays,
    ChildPughCutOffs ChildPugh,
    ImmutableArray<ClosedWorldRule> ClosedWorld,
    ImmutableDictionary<string, Basis> Basis)
{
    /// <summary>The windows that the readers of facts ask for; a file without one of them is refused.</summary>
    public static readonly ImmutableArray<string> Windows =
        ["cbc", "ldh", "albumin", "bilirubin", "inr", "crp", "haemoglobin", "child-pugh", "afp", "ecog"];

    /// <summary>All that may ever be presumed absent: a rule for anything else would be silently without effect.</summary>
    private static readonly ImmutableArray<string> Presumable = ["ascites", "encephalopathy"];

    /// <summary>The longest window: what the sieve keeps of every code.</summary>
    public int LongestWindowInDays => WindowsInDays.Values.Max();

    public int Window(string name) => WindowsInDays[name];

    public ClosedWorldRule? RuleFor(string fact) => ClosedWorld.FirstOrDefault(rule => rule.Fact == fact);

    internal static FactRules From(FactRulesFile file, ImmutableDictionary<string, Basis> basis, Action<string> fault)
    {
        foreach (var name in Windows.Where(name => file.WindowsInDays.GetValueOrDefault(name) <= 0))
            fault($"windowsInDays.{name} must be a number of days");
        if (file.PairingHours <= 0 || file.FutureMinutes < 0 || file.RecentExposureDays <= 0 || file.BaselineKitDays <= 0)
            fault("pairingHours, futureMinutes, recentExposureDays and baselineKitDays must be positive");
        foreach (var rule in file.ClosedWorld.Where(rule => !Presumable.Contains(rule.Fact, StringComparer.Ordinal)))
            fault($"closedWorld: {rule.Fact} is not a fact that may be presumed absent");
        var (bilirubin, albumin, inr) = (file.ChildPugh.BilirubinMgPerDl, file.ChildPugh.AlbuminGPerDl, file.ChildPugh.Inr);
        if (bilirubin is not [var b1, var b2] || b1 >= b2 || albumin is not [var a1, var a2] || a1 <= a2 || inr is not [var i1, var i2] || i1 >= i2)
        {
            fault("childPugh needs two cut-offs each: rising for bilirubin and inr, falling for albumin");
            return new(file.WindowsInDays.ToImmutableSortedDictionary(), 0, 0, 0, 0, new((0, 0), (0, 0), (0, 0)), [], basis);
        }

        return new(
            file.WindowsInDays.ToImmutableSortedDictionary(),
            file.PairingHours,
            file.FutureMinutes,
            file.RecentExposureDays,
            file.BaselineKitDays,
            new ChildPughCutOffs((b1, b2), (a1, a2), (i1, i2)),
            [.. file.ClosedWorld.Select(rule => new ClosedWorldRule(rule.Fact, rule.Place, rule.SignedBy, rule.Date))],
            basis);
    }
}

internal sealed record FactRulesFile(
    Dictionary<string, int> WindowsInDays,
    int PairingHours,
    int FutureMinutes,
    int RecentExposureDays,
    int BaselineKitDays,
    ChildPughFile ChildPugh,
    List<ClosedWorldFile> ClosedWorld,
    List<BasisFile> Basis);

internal sealed record ChildPughFile(decimal[] BilirubinMgPerDl, decimal[] AlbuminGPerDl, decimal[] Inr);

internal sealed record ClosedWorldFile(string Fact, string Place, string? SignedBy = null, DateOnly? Date = null);
