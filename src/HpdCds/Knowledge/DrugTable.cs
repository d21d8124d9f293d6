using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

public enum DrugRole
{
    Inhibitor,
    Partner,
}

/// <param name="Targets">A bispecific antibody has one for each arm and counts for both.</param>
/// <param name="Names">Brands and synonyms in any language; the INN and the labels are names without being listed.</param>
/// <param name="IsClass">Stands for an ATC class of which only the class is known; it has no name to find in text.</param>
/// <param name="Labels">The generic name as a reader of a language knows it, by language; where there is none, the INN serves.</param>
public sealed record Drug(
    string Inn,
    DrugRole Role,
    ImmutableArray<DrugTarget> Targets,
    ImmutableArray<string> Names,
    ImmutableArray<string> Markets,
    bool IsClass = false,
    ImmutableSortedDictionary<string, string>? Labels = null)
{
    /// <summary>Every name by which text may mean the drug.</summary>
    public IEnumerable<string> AllNames => Names.Prepend(Inn).Concat(Labels?.Values ?? []);
}

/// <summary>The drugs that the service knows by name, and the names in free text that are drugs it does not know.</summary>
public sealed class DrugTable
{
    public const string FileName = "drugs.json";

    private readonly FrozenDictionary<string, Drug> _byInn;
    private readonly ImmutableArray<(string Name, Drug Drug)> _names;
    private readonly FrozenSet<string> _knownWords;
    private readonly ImmutableArray<string> _inhibitorEndings;
    private readonly ImmutableArray<string> _testWords;
    private readonly FrozenSet<string> _testCategories;

    private DrugTable(DrugFile file)
    {
        _byInn = file.Drugs.ToFrozenDictionary(drug => drug.Inn, StringComparer.OrdinalIgnoreCase);
        _names = [.. file.Drugs.Where(drug => !drug.IsClass).SelectMany(drug => drug.AllNames.Select(name => (name, drug)))];
        _knownWords = _names.Select(pair => pair.Name).Concat(file.OtherAntibodies).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        (_inhibitorEndings, _testWords) = (file.InhibitorEndings, file.TestWords);
        _testCategories = file.TestCategories.ToFrozenSet(StringComparer.Ordinal);
    }

    public IEnumerable<Drug> All => _byInn.Values;

    public static DrugTable Load(KnowledgeFiles files, KnowledgeErrors errors)
    {
        var nothing = new DrugTable(new DrugFile("", [], [], [], [], []));
        if (files.Find(FileName) is not { } found)
        {
            errors.Add(FileName, "is missing");
            return nothing;
        }

        try
        {
            var file = found.Root.Deserialize<DrugFile>(KnowledgeShapes.Strict)!;
            return IsSound(file, found.File.Name, errors) ? new DrugTable(file) : nothing;
        }
        catch (JsonException failure)
        {
            errors.Add(found.File.Name, failure.Message);
            return nothing;
        }
    }

    public Drug? Find(string inn) => _byInn.GetValueOrDefault(inn);

    /// <summary>The drugs of a code's group: <c>nivolumab</c>, or <c>nivolumab+relatlimab</c>.</summary>
    public IEnumerable<Drug> OfGroup(string group) => Find(group) is { } alone ? [alone] : group.Split('+').Select(Find).OfType<Drug>();

    /// <summary>Every drug whose INN, brand or Chinese name stands in the text, in the order of the table.</summary>
    public IReadOnlyList<Drug> MatchText(string text) => InName.TryGetValue(text, out var known) ? known : Matching(text);

    // What a text that is nothing but a name matches: most are.
    private FrozenDictionary<string, Drug[]> InName => field ??=
        _names.Select(pair => pair.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(name => name, Matching, StringComparer.OrdinalIgnoreCase);

    private Drug[] Matching(string text) => [.. _names.Where(pair => DrugText.Contains(text, pair.Name)).Select(pair => pair.Drug).Distinct()];

    /// <summary>A word formed like a checkpoint inhibitor's name that no entry knows: worth counting, never acted upon.</summary>
    public bool LooksLikeUnknownInhibitor(string text) =>
        DrugText.Words(text).Any(word =>
            _inhibitorEndings.Any(ending => word.Length > ending.Length && word.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            && !_knownWords.Contains(word));

    /// <summary>Whether this category of a service means a test.</summary>
    public bool IsTestCategory(string? system, string code) => _testCategories.Contains(system + "|" + code);

    /// <summary>Whether the text speaks of a test, which may be named after the drug that it is made for.</summary>
    public bool SpeaksOfATest(string text) => _testWords.Any(word => DrugText.Contains(text, word));

    private static bool IsSound(DrugFile file, string name, KnowledgeErrors errors)
    {
        var twice = file.Drugs.GroupBy(drug => drug.Inn, StringComparer.OrdinalIgnoreCase).Where(group => group.Skip(1).Any()).ToArray();
        foreach (var group in twice)
            errors.Add(name, $"{group.Key} is listed twice");
        var empty = file.Drugs.Where(drug => string.IsNullOrWhiteSpace(drug.Inn) || drug.Targets.IsDefaultOrEmpty
            || drug.Names.IsDefault || drug.Markets.IsDefault || drug.AllNames.Any(string.IsNullOrWhiteSpace)).ToArray();
        foreach (var drug in empty)
            errors.Add(name, $"{drug.Inn} lacks its INN, targets, markets or a name");
        return twice.Length == 0 && empty.Length == 0;
    }
}

internal sealed record DrugFile(
    string Description,
    ImmutableArray<string> InhibitorEndings,
    ImmutableArray<string> OtherAntibodies,
    ImmutableArray<string> TestCategories,
    ImmutableArray<string> TestWords,
    ImmutableArray<Drug> Drugs);

/// <summary>Targets are written as oncologists write them: PD-1, CTLA-4.</summary>
internal sealed class DrugTargetConverter : JsonConverter<DrugTarget>
{
    private static readonly FrozenDictionary<string, DrugTarget> ByName = new Dictionary<string, DrugTarget>(StringComparer.Ordinal)
    {
        ["PD-1"] = DrugTarget.Pd1,
        ["PD-L1"] = DrugTarget.PdL1,
        ["CTLA-4"] = DrugTarget.Ctla4,
        ["LAG-3"] = DrugTarget.Lag3,
        ["VEGF"] = DrugTarget.Vegf,
        ["TKI"] = DrugTarget.Tki,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public override DrugTarget Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ByName.TryGetValue(reader.GetString()!, out var target)
            ? target
            : throw new JsonException("The JSON names a drug target that does not exist");

    public override void Write(Utf8JsonWriter writer, DrugTarget value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ByName.First(pair => pair.Value == value).Key);
}
