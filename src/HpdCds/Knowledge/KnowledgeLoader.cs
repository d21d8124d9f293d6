using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>Reads and checks all knowledge before the first request; what is wrong is listed whole, each with its file.</summary>
public static class KnowledgeLoader
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

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
        var evidence = Read<EvidenceFile>(files.Find("evidence.json"), "evidence.json", errors);
        var citations = (evidence?.Citations ?? []).Select(citation => citation.ToCitation())
            .ToImmutableDictionary(citation => citation.Id, StringComparer.Ordinal);
        var rules = Read<FactRulesFile>(files.Find("facts.json"), "facts.json", errors) is { } file
            ? FactRules.From(file, ClosedWorldOf(files, errors), what => errors.Add("facts.json", what))
            : null;
        var terms = Read<TextTermsFile>(files.Find(TextTerms.FileName), TextTerms.FileName, errors) is { } words
            ? TextTerms.From(words, what => errors.Add(TextTerms.FileName, what))
            : null;
        var models = files.Under("models/").Select(found => ReadModel(found, citations, errors)).OfType<ModelTable>().ToImmutableArray();
        if (models.Count(model => model.Tumours.Contains("*", StringComparer.Ordinal)) != 1)
            errors.Add("models", "exactly one model must speak for all tumours that no other names (*)");
        var overrides = Read<OverrideReasonsFile>(files.Find("override-reasons.json"), "override-reasons.json", errors);
        var wordings = files.Under("wording/").Select(found => Read<WordingFile>(found, found.File.Name, errors)).OfType<WordingFile>()
            .ToImmutableDictionary(found => found.Language, found => new Wording(found.Language, found.Phrases), StringComparer.Ordinal);
        WordingCheck.Check(wordings, models, errors);
        var (codes, drugs, units) = (CodeSetsLoader.Load(files, errors), DrugTable.Load(files, errors), UnitTable.Load(files, errors));
        foreach (var unknown in UnknownAgents(codes.Inhibitors, drugs).Concat(UnknownAgents(codes.Partners, drugs)))
            errors.Add(DrugTable.FileName, $"does not know {unknown}, which a value set names as a group");
        errors.ThrowIfAny();
        return new(files, evidence!.Version, codes, drugs, units, rules!, terms!, models, citations, wordings, overrides!);
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

    private static ModelTable? ReadModel((KnowledgeFile File, JsonElement Root) found, ImmutableDictionary<string, Citation> evidence, KnowledgeErrors errors)
    {
        var name = found.File.Name;
        return Read<ModelFile>(found, name, errors) is { } model
            ? ModelTable.From(model, evidence, found.File.IsOverlay ? name : null, what => errors.Add(name, what))
            : null;
    }

    private static T? Read<T>((KnowledgeFile File, JsonElement Root)? found, string name, KnowledgeErrors errors)
        where T : class
    {
        if (found is not { } file)
        {
            errors.Add(name, "is missing");
            return null;
        }

        try
        {
            return file.Root.Deserialize<T>(Strict);
        }
        catch (JsonException failure)
        {
            errors.Add(file.File.Name, $"does not have the shape of its kind ({failure.Message})");
            return null;
        }
    }
}

internal sealed record WordingFile(string Language, Dictionary<string, string> Phrases);

/// <summary>fhir-profiles/override-reasons.json: stable codes, so that an EHR can map them once.</summary>
public sealed record OverrideReasonsFile(string System, ImmutableArray<OverrideReason> Reasons);

/// <param name="Display">By language.</param>
public sealed record OverrideReason(string Code, ImmutableDictionary<string, string> Display);
