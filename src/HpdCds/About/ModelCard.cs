using System.Collections.Immutable;
using HpdCds.Budget;
using HpdCds.Knowledge;

namespace HpdCds.About;

/// <summary>What a model is, for whoever has to trust it or not: the tables in force, and the words of fhir-profiles/about.</summary>
public sealed record ModelCard(
    string Id,
    string Title,
    string Summary,
    string Disclaimer,
    CardVersions Versions,
    ImmutableArray<string> IntendedUse,
    ImmutableArray<string> Users,
    ImmutableArray<string> Patients,
    ImmutableArray<string> OutOfScope,
    ImmutableArray<CardInput> Inputs,
    ImmutableArray<string> Quality,
    ImmutableArray<string> Logic,
    ImmutableArray<CardBand> Bands,
    ImmutableArray<CardDomain> Domains,
    ImmutableArray<CardFactor> Factors,
    ImmutableArray<CardNumber> Intervals,
    ImmutableArray<CardRate> Rates,
    ImmutableArray<Citation> Evidence,
    ImmutableArray<AboutConflict> Conflicts,
    ImmutableArray<string> Limits,
    ImmutableArray<string> Options,
    CardBudget? AlertBudget,
    ImmutableArray<string> Responsible,
    ImmutableArray<SourceAnswer> PredictiveAttributes,
    ImmutableArray<SourceAnswer> EvidenceBasedAttributes,
    ImmutableArray<MustShowItem> MustShow);

public sealed record CardVersions(string Service, string Model, string KnowledgeVersion, string Knowledge, string EvidenceUntil, string? Overlay);

public sealed record CardInput(string Name, ImmutableArray<string> Factors, string? Unit, int? WindowDays, string From);

public sealed record CardBand(string Band, string Name, int Low, int High, string ProjectChoice);

public sealed record CardDomain(string Domain, string Name, string Combination, int Cap, string ProjectChoice);

public sealed record CardFactor(
    string Id,
    string Name,
    string Domain,
    bool Core,
    string Threshold,
    ImmutableArray<CardLevel> Levels,
    string Tier,
    ImmutableArray<string> Evidence,
    bool ReviewFeature,
    string ProjectChoice);

public sealed record CardLevel(string When, int Points, ImmutableArray<string> Evidence, string? ProjectChoice);

/// <summary>A number by which charts are read.</summary>
public sealed record CardNumber(string Name, string Value, ImmutableArray<string> Evidence, string? ProjectChoice);

public sealed record CardRate(string Regimen, string? Agent, int Events, int Of, decimal Percent, string Definition, string Evidence);

/// <param name="IsOfThisTable">Whether the table and the cohort in force are those that were simulated.</param>
public sealed record CardBudget(
    bool IsOfThisTable, int Patients, ulong Seed, decimal WarningTargetPercent, BudgetColumn AsCoded, BudgetColumn EverythingKnown,
    ImmutableArray<string> Verdict, ImmutableArray<CardMarginal> Cohort, string CohortProjectChoice, string TargetProjectChoice);

public sealed record CardMarginal(
    string Factor, string Name, decimal SharePercent, decimal RecordedPercent, ImmutableArray<string> Evidence, string? ProjectChoice, string RecordedReason);
