using System.Collections.Immutable;
using HpdCds.Budget;

namespace HpdCds.Knowledge;

/// <summary>Everything that the service knows about medicine, read from fhir-profiles and a site's overlay, and checked.</summary>
/// <param name="Files">The files that were read.</param>
/// <param name="Version">What people call this state of it; <see cref="Hash"/> says whether it is that.</param>
/// <param name="EvidenceUntil">The month to which the literature was read.</param>
/// <param name="Budgets">By model: how often it speaks, as simulated when the table was last settled.</param>
public sealed record KnowledgeBase(
    KnowledgeFiles Files,
    string Version,
    string EvidenceUntil,
    CodeSets Codes,
    DrugTable Drugs,
    UnitTable Units,
    FactRules Rules,
    TextTerms Terms,
    ImmutableArray<ModelTable> Models,
    ImmutableDictionary<string, Citation> Evidence,
    ImmutableDictionary<string, Wording> Wordings,
    OverrideReasonsFile OverrideReasons,
    Simulation Simulation,
    ImmutableDictionary<string, AlertBudget> Budgets,
    AboutTexts About,
    HazardLog Hazards)
{
    /// <summary>The definitions by which growth is judged after the first dose.</summary>
    public required GrowthTable Growth { get; init; }

    /// <summary>Of every byte that was read; every answer reports it.</summary>
    public string Hash => Files.Hash;

    /// <summary>The model that speaks for a tumour group: the one that names it, else the one for all others.</summary>
    public ModelTable ModelFor(string tumour) =>
        Models.FirstOrDefault(model => model.Tumours.Contains(tumour, StringComparer.Ordinal))
        ?? Models.First(model => model.Tumours.Contains("*", StringComparer.Ordinal));
}
