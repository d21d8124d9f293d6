using System.Collections.Frozen;
using HpdCds.Chart;

namespace HpdCds.Knowledge;

/// <summary>One code of a value set, and the group of our own to which it belongs (<c>ldh</c>, <c>hcc</c>, an INN).</summary>
/// <param name="IsPrefix">The code stands for itself and everything below it (an ATC class, an ICD-10 stem).</param>
public sealed record CodeEntry(string System, string Code, string Display, string Group, bool IsPrefix);

/// <summary>
/// The codes that mean something to us in one place of a resource. A coding is looked up by system and code;
/// a coding without a system never matches (FS-02), and ICD-10 codes match in every national edition.
/// </summary>
public sealed class CodeSet
{
    private readonly FrozenDictionary<(string System, string Code), CodeEntry> _exact;
    private readonly FrozenDictionary<string, CodeEntry[]> _prefixes;
    private readonly FrozenDictionary<string, CodeEntry[]> _byGroup;

    public CodeSet(IEnumerable<CodeEntry> entries)
    {
        var all = entries.ToArray();
        _exact = all.ToFrozenDictionary(entry => (CodeSystems.Canonical(entry.System), entry.Code));
        _prefixes = all.Where(entry => entry.IsPrefix)
            .GroupBy(entry => CodeSystems.Canonical(entry.System), StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(entry => entry.Code.Length).ToArray(), StringComparer.Ordinal);
        _byGroup = all.GroupBy(entry => entry.Group, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    public static CodeSet None { get; } = new([]);

    public IEnumerable<string> Groups => _byGroup.Keys;

    /// <summary>The code systems that occur in it, under their canonical names.</summary>
    public IEnumerable<string> Systems => _exact.Keys.Select(key => key.System).Distinct(StringComparer.Ordinal);

    public IReadOnlyList<CodeEntry> CodesOf(string group) => _byGroup.TryGetValue(group, out var entries) ? entries : [];

    public CodeEntry? Find(string? system, string code)
    {
        if (system is null)
            return null;
        var canonical = CodeSystems.Canonical(system);
        if (_exact.TryGetValue((canonical, code), out var exact))
            return exact;
        // Without a delegate: this is asked of every coding in every set.
        foreach (var entry in _prefixes.GetValueOrDefault(canonical, []))
        {
            if (code.StartsWith(entry.Code, StringComparison.Ordinal))
                return entry;
        }

        return null;
    }

    /// <summary>What a concept says; nothing when its codings say different things, in whatever order they came.</summary>
    public CodeEntry? Find(ChartConcept? concept) =>
        concept is not null && FindAll(concept) is [var first, .. var others] && Array.TrueForAll(others, entry => entry.Group == first.Group) ? first : null;

    public CodeEntry[] FindAll(ChartConcept concept)
    {
        ArgumentNullException.ThrowIfNull(concept);
        // Few codings are of any one set: mostly nothing is made.
        CodeEntry[] found = [];
        foreach (var coding in concept.Codings)
        {
            if (Find(coding.System, coding.Code) is { } entry)
                found = [.. found, entry];
        }

        return found;
    }
}

/// <summary>Code systems that are written in more than one way.</summary>
public static class CodeSystems
{
    public const string Loinc = "http://loinc.org";
    public const string Snomed = "http://snomed.info/sct";
    public const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    public const string Atc = "http://www.whocc.no/atc";
    public const string Icd10 = "http://hl7.org/fhir/sid/icd-10";
    public const string Icd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";
    public const string Icd10Gm = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";
    public const string Hgnc = "http://www.genenames.org/geneId";
    public const string Ajcc = "http://cancerstaging.org";
    public const string Hcpcs = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";

    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Icd10Cm] = Icd10,
        [Icd10Gm] = Icd10,
        ["http://fhir.de/CodeSystem/dimdi/icd-10-gm"] = Icd10,
        ["http://www.genenames.org"] = Hgnc,
        ["urn:oid:2.16.840.1.113883.6.90"] = Icd10,
        ["http://fhir.de/CodeSystem/bfarm/atc"] = Atc,
        ["http://fhir.de/CodeSystem/dimdi/atc"] = Atc,
        ["http://www.nlm.nih.gov/research/umls/hcpcs"] = Hcpcs,
        ["https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"] = Hcpcs,
        ["urn:oid:2.16.840.1.113883.6.285"] = Hcpcs,
        ["urn:oid:2.16.840.1.113883.6.88"] = RxNorm,
        ["urn:oid:2.16.840.1.113883.6.1"] = Loinc,
        ["urn:oid:2.16.840.1.113883.6.96"] = Snomed,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The national edition of a classification, under one name.</summary>
    public static string Edition(string system) => system switch
    {
        "urn:oid:2.16.840.1.113883.6.90" => Icd10Cm,
        "http://fhir.de/CodeSystem/dimdi/icd-10-gm" => Icd10Gm,
        _ => system,
    };

    public static string Canonical(string system) => Aliases.GetValueOrDefault(system, system);
}
