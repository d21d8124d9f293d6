using System.Collections.Immutable;

namespace HpdCds.Knowledge;

/// <summary>fhir-profiles/safety/hazards.json: what may go wrong for a patient, what stands against it, and which test shows that it does.</summary>
public sealed record HazardLog(string Owner, string Method, ImmutableArray<Hazard> Hazards)
{
    internal void Check(Action<string> fault)
    {
        foreach (var twice in Hazards.GroupBy(hazard => hazard.Id, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
            fault($"{twice.Key} stands twice");
        foreach (var hazard in Hazards.Where(hazard => hazard.Tests.IsEmpty))
            fault($"{hazard.Id} names no test of its control");
    }
}

/// <param name="Tests">Full names of test methods.</param>
/// <param name="Cases">Golden cases, by the names of their folders.</param>
public sealed record Hazard(
    string Id,
    string Name,
    string Cause,
    string Harm,
    Risk Before,
    string Control,
    ImmutableArray<string> Tests,
    Risk After,
    string Residual,
    ImmutableArray<string>? Cases = null);

/// <summary>In words: severity minor, considerable, major; likelihood very low, low, medium, high.</summary>
public sealed record Risk(Severity Severity, Likelihood Likelihood);

public enum Severity
{
    Minor,
    Considerable,
    Major,
}

public enum Likelihood
{
    VeryLow,
    Low,
    Medium,
    High,
}
