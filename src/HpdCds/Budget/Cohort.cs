using System.Collections.Immutable;
using HpdCds.Knowledge;

namespace HpdCds.Budget;

/// <summary>fhir-profiles/simulation.json: the synthetic first doses by which the share of alerts is estimated.</summary>
public sealed record Simulation(
    int Patients,
    ulong Seed,
    double Correlation,
    string ProjectChoice,
    decimal WarningTargetPercent,
    string TargetProjectChoice,
    ImmutableArray<Cohort> Cohorts)
{
    internal void Check(IEnumerable<ModelTable> models, CitationUse citations, Action<string> fault)
    {
        if (Patients <= 0 || Correlation is < 0 or >= 1 || WarningTargetPercent is <= 0 or > 100)
            fault("needs patients above 0, a correlation from 0 to below 1, and a target in percent");
        if (string.IsNullOrWhiteSpace(ProjectChoice) || string.IsNullOrWhiteSpace(TargetProjectChoice))
            fault("projectChoice and targetProjectChoice must say why");
        var tables = models.ToDictionary(table => table.Model.Id, StringComparer.Ordinal);
        foreach (var cohort in Cohorts)
        {
            if (tables.TryGetValue(cohort.Model, out var table))
                cohort.Check(table, citations, fault);
            else
                fault($"{cohort.Model} is not a model");
        }
    }
}

/// <param name="Model">The model that speaks for these patients.</param>
/// <param name="Expected">What somebody else's arithmetic gives for the same cohort.</param>
public sealed record Cohort(string Model, ImmutableArray<Marginal> Factors, Expectation? Expected = null)
{
    internal void Check(ModelTable table, CitationUse citations, Action<string> fault)
    {
        foreach (var missing in table.Model.Factors.Where(factor => factor.IsCore && Factors.All(row => row.Factor != factor.Id)))
            fault($"{Model}: the core factor {missing.Id} is not simulated");
        foreach (var row in Factors)
        {
            var where = $"{Model}, {row.Factor}";
            citations.Require(Basis.Of(row.Evidence, row.ProjectChoice), where, fault);
            if (table.Model.Factors.All(factor => factor.Id != row.Factor))
                fault($"{where}: the model has no such factor");
            if (string.IsNullOrWhiteSpace(row.RecordedReason))
                fault($"{where}: recordedReason must say why so many are recorded");
            if (row.Values.Sum(value => value.Share) is <= 0 or > 1 || row.Recorded is < 0 or > 1 || row.Values.Any(value => value.Share <= 0))
                fault($"{where}: shares lie between 0 and 1");
        }
    }
}

/// <summary>How one factor is spread over the cohort.</summary>
/// <param name="Values">Typical values with their share, from the one that the disease drives most downwards.</param>
/// <param name="Otherwise">The value of all others.</param>
/// <param name="Recorded">The share of patients in whose chart the value stands.</param>
/// <param name="RecordedWhenAbsent">Whether <paramref name="Otherwise"/> is ever recorded.</param>
public sealed record Marginal(
    string Factor,
    ImmutableArray<ShareOf> Values,
    decimal Otherwise,
    double Recorded,
    string RecordedReason,
    bool RecordedWhenAbsent = true,
    ImmutableArray<string>? Evidence = null,
    string? ProjectChoice = null)
{
    public decimal ValueOf(int index) => index < Values.Length ? Values[index].Value : Otherwise;
}

public sealed record ShareOf(decimal Value, double Share);

public sealed record Expectation(string Source, SituationShares AsCoded, SituationShares EverythingKnown);

/// <summary>Of a hundred first doses.</summary>
public sealed record SituationShares(decimal None, decimal Info, decimal Warning, decimal Cannot);
