using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>fhir-profiles/facts.json and closed-world.json: the windows and intervals by which a chart is read, and what may be presumed.</summary>
/// <param name="AmplifiedFromCopies">The fewest copies of a gene that are an amplification.</param>
/// <param name="HistoryDays">How far back results are shown over time; what counts has its own window.</param>
/// <param name="LeastKarnofskyOfEcog">For each ECOG grade from 0 the least Karnofsky score that still is it.</param>
public sealed record FactRules(
    ImmutableSortedDictionary<string, int> WindowsInDays,
    int PairingHours,
    int FutureMinutes,
    int RecentExposureDays,
    int BaselineKitDays,
    int AmplifiedFromCopies,
    int HistoryDays,
    ImmutableArray<int> LeastKarnofskyOfEcog,
    ChildPughCutOffs ChildPugh,
    ImmutableArray<ClosedWorldRule> ClosedWorld,
    ImmutableDictionary<string, Basis> Basis)
{
    /// <summary>The windows that the readers of facts ask for; a file without one of them is refused.</summary>
    public static readonly ImmutableArray<string> Windows =
    [
        "cbc", "ldh", "albumin", "bilirubin", "inr", "crp", "haemoglobin", "child-pugh", "il-6", "afp", "ecog", "staging",
        "corticosteroid", "g-csf", "tace",
    ];

    /// <summary>The longest window: what the sieve keeps of every code.</summary>
    public int LongestWindowInDays => WindowsInDays.Values.Max();

    public int Window(string name) => WindowsInDays[name];

    public ClosedWorldRule? RuleFor(string fact) => ClosedWorld.FirstOrDefault(rule => rule.Fact == fact);

    internal static FactRules From(
        FactRulesFile file, ImmutableArray<ClosedWorldRule> closedWorld, ImmutableDictionary<string, Basis> basis, Action<string> fault)
    {
        foreach (var name in Windows.Where(name => file.WindowsInDays.GetValueOrDefault(name) <= 0))
            fault($"windowsInDays.{name} must be a number of days");
        if (file.PairingHours <= 0 || file.FutureMinutes < 0 || file.RecentExposureDays <= 0 || file.BaselineKitDays <= 0 || file.AmplifiedFromCopies <= 2)
            fault("pairingHours, futureMinutes, recentExposureDays and baselineKitDays must be positive, amplifiedFromCopies above 2");
        if (file.HistoryDays < file.WindowsInDays.Values.DefaultIfEmpty().Max())
            fault("historyDays must not be shorter than a window");
        if (file.LeastKarnofskyOfEcog is not { Length: 5 } karnofsky || karnofsky.Zip(karnofsky.Skip(1)).Any(pair => pair.First <= pair.Second))
            fault("leastKarnofskyOfEcog needs five falling scores");
        return new(
            file.WindowsInDays.ToImmutableSortedDictionary(),
            file.PairingHours,
            file.FutureMinutes,
            file.RecentExposureDays,
            file.BaselineKitDays,
            file.AmplifiedFromCopies,
            file.HistoryDays,
            [.. file.LeastKarnofskyOfEcog],
            CutOffsOf(file.ChildPugh, fault),
            closedWorld,
            basis);
    }

    private static ChildPughCutOffs CutOffsOf(ChildPughFile file, Action<string> fault)
    {
        var (bilirubin, albumin, inr) = (file.BilirubinMgPerDl, file.AlbuminGPerDl, file.Inr);
        if (bilirubin is [var b1, var b2] && b1 < b2 && albumin is [var a1, var a2] && a1 > a2 && inr is [var i1, var i2] && i1 < i2)
            return new((b1, b2), (a1, a2), (i1, i2));
        fault("childPugh needs two cut-offs each: rising for bilirubin and inr, falling for albumin");
        return new((0, 0), (0, 0), (0, 0));
    }
}

internal sealed record FactRulesFile(
    Dictionary<string, int> WindowsInDays,
    int PairingHours,
    int FutureMinutes,
    int RecentExposureDays,
    int BaselineKitDays,
    int AmplifiedFromCopies,
    int HistoryDays,
    int[] LeastKarnofskyOfEcog,
    ChildPughFile ChildPugh,
    List<BasisFile> Basis);

internal sealed record ChildPughFile(decimal[] BilirubinMgPerDl, decimal[] AlbuminGPerDl, decimal[] Inr);
