using System.Collections.Immutable;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;

namespace HpdCds.Knowledge;

/// <summary>fhir-profiles/models/hpd-growth.json: the numbers of the published definitions, each with its source.</summary>
/// <param name="Criteria">What growth is judged by.</param>
/// <param name="Rules">By rule, where its numbers come from.</param>
/// <param name="Settings">The same of windows and of what the rules share.</param>
/// <param name="Primary">By tumour group, why its definition decides.</param>
/// <param name="Overlay">The file by which a site changed them; null when they are ours.</param>
public sealed record GrowthTable(
    GrowthCriteria Criteria, ImmutableDictionary<string, Basis> Rules, ImmutableDictionary<string, Basis> Settings, ImmutableDictionary<string, Basis> Primary, string? Overlay)
{
    /// <summary>Modalities of DICOM that are no way to make an image: a dose report or a segmentation beside a CT leaves it a CT.</summary>
    public ImmutableArray<string> DerivedObjects { get; init; } = [];

    public const string Path = "models/hpd-growth.json";

    internal static bool IsIn(KnowledgeFile file) => file.Name.EndsWith(Path, StringComparison.Ordinal);

    internal static GrowthTable? Load(KnowledgeFiles files, CitationUse citations, KnowledgeErrors errors)
    {
        if (KnowledgeLoader.Read<GrowthFile>(files, Path, errors) is not { } file || files.Find(Path) is not { } found)
            return null;
        var isSound = true;
        void Fault(string what)
        {
            isSound = false;
            errors.Add(found.File.Name, what);
        }

        foreach (var twice in file.Rules.GroupBy(rule => rule.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            Fault($"{twice.Key} stands twice");
        foreach (var rule in file.Rules)
            citations.Require(rule.Basis, rule.Id, Fault);
        foreach (var primary in file.Primary)
            citations.Require(Basis.Of(primary.Evidence, primary.ProjectChoice), $"primary of {primary.Tumour}", Fault);
        var settings = citations.Cover(found.Root.GetProperty("settings"), file.Basis, Fault);
        try
        {
            var criteria = file.ToCriteria(Fault);
            return isSound
                ? new(
                    criteria,
                    file.Rules.ToImmutableDictionary(rule => rule.Id, rule => rule.Basis, StringComparer.Ordinal),
                    settings,
                    file.Primary.ToImmutableDictionary(primary => primary.Tumour, primary => Basis.Of(primary.Evidence, primary.ProjectChoice), StringComparer.Ordinal),
                    found.File.IsOverlay ? found.File.Name : null)
                {
                    DerivedObjects = [.. file.Settings.DerivedObjects],
                }
                : null;
        }
        catch (ArgumentException wrong)
        {
            Fault(wrong.Message);
            return null;
        }
    }
}

internal sealed record GrowthFile(
    string Id, string Version, GrowthSettingsFile Settings, List<BasisFile> Basis, List<GrowthPrimaryFile> Primary, List<GrowthRuleFile> Rules)
{
    internal GrowthCriteria ToCriteria(Action<string> fault) => new(
        Id,
        Version,
        new ScanWindows(Settings.LeastDaysBefore, Settings.MostDaysBefore, Settings.MostDaysOnTreatment)
        {
            LeastDaysOnTreatment = Settings.LeastDaysOnTreatment,
            MostDaysToDose = Settings.MostDaysToDose,
            MostDaysBetweenOrders = Settings.MostDaysBetweenOrders,
            MostDaysAroundEvaluation = Settings.MostDaysAroundEvaluation,
            MostDaysOfBaseline = Settings.MostDaysOfBaseline,
        },
        (new Threshold(Comparison.AtLeast, Settings.ProgressionPercent), new Threshold(Comparison.AtLeast, Settings.ProgressionMillimetres)),
        Settings.MeasurementErrorMillimetres,
        Settings.EarlyMonths,
        Rules.GroupBy(rule => rule.Id, StringComparer.Ordinal).ToImmutableDictionary(group => group.Key, group => group.First().ToThresholds(fault), StringComparer.Ordinal),
        Primary.GroupBy(primary => primary.Tumour, StringComparer.Ordinal).ToImmutableDictionary(group => group.Key, group => group.First().Rule, StringComparer.Ordinal));
}

internal sealed record GrowthSettingsFile(
    int LeastDaysBefore,
    int MostDaysBefore,
    int LeastDaysOnTreatment,
    int MostDaysOnTreatment,
    int MostDaysToDose,
    int MostDaysBetweenOrders,
    int MostDaysAroundEvaluation,
    int MostDaysOfBaseline,
    List<string> DerivedObjects,
    decimal ProgressionPercent,
    decimal ProgressionMillimetres,
    decimal MeasurementErrorMillimetres,
    decimal EarlyMonths);

internal sealed record GrowthPrimaryFile(string Tumour, string Rule, List<string>? Evidence = null, string? ProjectChoice = null);

internal sealed record GrowthRuleFile(string Id, List<GrowthThresholdFile> Thresholds, List<string>? Evidence = null, string? ProjectChoice = null)
{
    internal Basis Basis => Knowledge.Basis.Of(Evidence, ProjectChoice);

    internal ImmutableDictionary<string, Threshold> ToThresholds(Action<string> fault)
    {
        foreach (var twice in Thresholds.GroupBy(threshold => threshold.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            fault($"{Id}: {twice.Key} stands twice");
        return Thresholds.GroupBy(threshold => threshold.Name, StringComparer.Ordinal).ToImmutableDictionary(
            group => group.Key,
            group => new Threshold(FactorFile.ComparisonOf(group.First().When, what => fault($"{Id}: {what}")), group.First().Value),
            StringComparer.Ordinal);
    }
}

internal sealed record GrowthThresholdFile(string Name, string When, decimal Value);
