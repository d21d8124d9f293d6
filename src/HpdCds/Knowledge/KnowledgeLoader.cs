using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>Reads and checks all knowledge before the first request; what is wrong is listed whole, each with its file.</summary>
public static class KnowledgeLoader
{
    /// <exception cref="KnowledgeException">Something in the files cannot be used.</exception>
    public static KnowledgeBase Load(string? overlayFolder = null, bool useUnverified = false)
    {
        var errors = new KnowledgeErrors();
        var files = KnowledgeFiles.Load(overlayFolder, useUnverified, errors);
        return Load(files, errors);
    }

    /// <exception cref="KnowledgeException">Something in the files cannot be used.</exception>
    public static KnowledgeBase Load(KnowledgeFiles files, KnowledgeErrors errors)
    {
        // Nearly all of the time goes into code that runs for the first time: two halves at once take little longer than one.
        var ofOthers = new KnowledgeErrors();
        var others = Task.Run(() => Tables.Read(files, ofOthers));
        var evidence = Read<EvidenceFile>(files, "evidence.json", errors);
        var citations = new CitationUse(evidence, fault => errors.Add(files.NameOf(CitationUse.FileName), fault));
        var rules = ReadRules(files, citations, errors);
        var models = files.Under("models/").Where(found => !GrowthTable.IsIn(found.File)).Select(found => ReadModel(found, citations, errors)).OfType<ModelTable>().ToImmutableArray();
        if (models.Count(model => model.Tumours.Contains("*", StringComparer.Ordinal)) != 1)
            errors.Add("models", "exactly one model must speak for all tumours that no other names (*)");
        var growth = GrowthTable.Load(files, citations, errors);
        var wordings = WordingCheck.Load(files, models, errors);
        var tables = others.GetAwaiter().GetResult();
        errors.Add(ofOthers);
        // What is written about a table is compared with sound tables only, so that each fault is told of its own file.
        if (errors.IsEmpty)
            tables.Papers.Check(files, models, growth, rules!, tables.Units, citations, errors);
        var version = Read<VersionFile>(files, VersionFile.Name, errors);
        if (version is { IsSemantic: false })
            errors.Add(files.NameOf(VersionFile.Name), "needs a semantic version, such as 1.0.0 or, for a site's own, 1.0.0+site.1");
        errors.ThrowIfAny();
        return new(
            files, version!.Version, evidence!.Version, tables.Codes, tables.Drugs, tables.Units, rules!, tables.Terms!, models, citations.Citations, wordings, tables.Overrides!,
            tables.Papers.Simulation!, tables.Papers.Budgets, tables.Papers.About!, tables.Papers.Hazards!)
        { Growth = growth! };
    }

    /// <summary>What needs no citation to be read.</summary>
    private sealed record Tables(TextTerms? Terms, OverrideReasonsFile? Overrides, CodeSets Codes, DrugTable Drugs, UnitTable Units, Papers Papers)
    {
        public static Tables Read(KnowledgeFiles files, KnowledgeErrors errors)
        {
            var terms = KnowledgeLoader.Read<TextTermsFile>(files, TextTerms.FileName, errors) is { } words
                ? TextTerms.From(words, what => errors.Add(files.NameOf(TextTerms.FileName), what))
                : null;
            var overrides = KnowledgeLoader.Read<OverrideReasonsFile>(files, "override-reasons.json", errors);
            foreach (var fault in overrides?.Faults() ?? [])
                errors.Add(files.NameOf("override-reasons.json"), fault);
            var (codes, drugs, units) = (CodeSetsLoader.Load(files, errors), DrugTable.Load(files, errors), UnitTable.Load(files, errors));
            foreach (var unknown in UnknownAgents(codes.Inhibitors, drugs).Concat(UnknownAgents(codes.Partners, drugs)))
                errors.Add(DrugTable.FileName, $"does not know {unknown}, which a value set names as a group");
            return new(terms, overrides, codes, drugs, units, Papers.Read(files, errors));
        }
    }

    private static FactRules? ReadRules(KnowledgeFiles files, CitationUse citations, KnowledgeErrors errors)
    {
        const string name = "facts.json";
        if (Read<FactRulesFile>(files, name, errors) is not { } file || files.Find(name) is not { } found)
            return null;
        void Fault(string what) => errors.Add(found.File.Name, what);
        return FactRules.From(file, ClosedWorldOf(files, errors), citations.Cover(found.Root, file.Basis, Fault), Fault);
    }

    private static ImmutableArray<ClosedWorldRule> ClosedWorldOf(KnowledgeFiles files, KnowledgeErrors errors)
    {
        if (Read<ClosedWorldFile>(files.FindShipped(ClosedWorld.FileName), ClosedWorld.FileName, errors) is not { } shipped)
            return [];
        var inForce = files.Find(ClosedWorld.FileName);
        var site = inForce is { File.IsOverlay: true } ? Read<ClosedWorldFile>(inForce, inForce.Value.File.Name, errors) : null;
        return ClosedWorld.From(shipped, site, what => errors.Add(inForce?.File.Name ?? ClosedWorld.FileName, what));
    }

    private static IEnumerable<string> UnknownAgents(CodeSet codes, DrugTable drugs) =>
        codes.Groups.SelectMany(group => group.Split('+')).Distinct(StringComparer.Ordinal).Where(inn => drugs.Find(inn) is null);

    private static ModelTable? ReadModel((KnowledgeFile File, JsonElement Root) found, CitationUse citations, KnowledgeErrors errors)
    {
        var name = found.File.Name;
        return Read<ModelFile>(found, name, errors) is { } model
            ? ModelTable.From(model, citations, found.File.IsOverlay ? name : null, what => errors.Add(name, what))
            : null;
    }

    internal static T? Read<T>(KnowledgeFiles files, string name, KnowledgeErrors errors)
        where T : class => Read<T>(files.Find(name), name, errors);

    internal static T? Read<T>((KnowledgeFile File, JsonElement Root)? found, string name, KnowledgeErrors errors)
        where T : class
    {
        if (found is not { } file)
        {
            errors.Add(name, "is missing");
            return null;
        }

        try
        {
            return file.Root.Deserialize<T>(KnowledgeShapes.Strict);
        }
        catch (JsonException failure)
        {
            errors.Add(file.File.Name, $"does not have the shape of its kind ({failure.Message})");
            return null;
        }
    }
}

/// <summary>fhir-profiles/version.json: CHANGELOG.md says what its parts mean.</summary>
internal sealed partial record VersionFile(string Version)
{
    public const string Name = "version.json";

    public bool IsSemantic => Semantic().IsMatch(Version);

    [GeneratedRegex(@"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Semantic();
}

internal sealed record WordingFile(string Language, Dictionary<string, string> Phrases);

/// <summary>fhir-profiles/override-reasons.json: stable codes, so that an EHR can map them once.</summary>
public sealed record OverrideReasonsFile(int RepeatAfterDays, string System, ImmutableArray<OverrideReason> Reasons)
{
    internal IEnumerable<string> Faults()
    {
        if (RepeatAfterDays < 1)
            yield return "repeatAfterDays must be at least 1";
        if (string.IsNullOrWhiteSpace(System))
            yield return "needs a system";
        foreach (var reason in Reasons.Where(reason => string.IsNullOrWhiteSpace(reason.Display.GetValueOrDefault(WordingCheck.Reference))))
            yield return $"{reason.Code} needs a display in {WordingCheck.Reference}";
        foreach (var twice in Reasons.GroupBy(reason => reason.Code, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"{twice.Key} stands twice";
    }
}

/// <param name="Display">By language.</param>
public sealed record OverrideReason(string Code, ImmutableDictionary<string, string> Display);
