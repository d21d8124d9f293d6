using System.Collections.Immutable;
using System.Text.Json;

namespace HpdCds.Knowledge;

/// <summary>Where a number comes from: citations in which it stands, and what of it is this project's own choice and why.</summary>
public sealed record Basis(ImmutableArray<string> Evidence, string? ProjectChoice)
{
    public static Basis Of(IEnumerable<string>? evidence, string? projectChoice) => new([.. evidence ?? []], projectChoice);
}

/// <summary>A citation of fhir-profiles/evidence.json.</summary>
public sealed record Citation(string Id, string Text, string? Doi, string? Pmid, string Population, string Finding, string Confidence);

/// <summary>
/// No number without a source: each must name citations that exist, or say why it is our own choice. And no source without
/// a number: a citation that nothing uses is a leftover, and is refused too.
/// </summary>
internal sealed class CitationUse
{
    public const string FileName = "evidence.json";

    private readonly Dictionary<string, Citation> _citations = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Action<string> _fault;

    public CitationUse(EvidenceFile? file, Action<string> fault)
    {
        _fault = fault;
        foreach (var citation in file?.Citations ?? [])
        {
            if (!_citations.TryAdd(citation.Id, citation.ToCitation()))
                fault($"{citation.Id} stands twice");
            if (citation.Text.Any(string.IsNullOrWhiteSpace))
                fault($"{citation.Id} needs its citation, population, finding and confidence");
        }
    }

    public ImmutableDictionary<string, Citation> Citations => _citations.ToImmutableDictionary(StringComparer.Ordinal);

    public void Cite(IEnumerable<string> evidence, string where, Action<string> fault)
    {
        foreach (var id in evidence)
        {
            _used.Add(id);
            if (!_citations.ContainsKey(id))
                fault($"{where}: the citation {id} is not in {FileName}");
        }
    }

    public void Require(Basis basis, string where, Action<string> fault)
    {
        Cite(basis.Evidence, where, fault);
        if (basis.Evidence.IsEmpty && string.IsNullOrWhiteSpace(basis.ProjectChoice))
            fault($"{where}: needs evidence, or projectChoice with the reason");
        else if (basis.ProjectChoice is { } choice && string.IsNullOrWhiteSpace(choice))
            fault($"{where}: projectChoice is empty");
    }

    /// <summary>Every number of a file under exactly one of the statements that say where numbers come from.</summary>
    public ImmutableDictionary<string, Basis> Cover(JsonElement root, IEnumerable<BasisFile> statements, Action<string> fault)
    {
        var numbers = NumbersOf(root, "").ToHashSet(StringComparer.Ordinal);
        var covered = new Dictionary<string, Basis>(StringComparer.Ordinal);
        foreach (var statement in statements)
        {
            var basis = Basis.Of(statement.Evidence, statement.ProjectChoice);
            Require(basis, string.Join(", ", statement.Of), fault);
            foreach (var name in statement.Of.Where(name => !numbers.Contains(name) || !covered.TryAdd(name, basis)))
                fault($"basis: {name} is no number of this file, or stands twice");
        }

        foreach (var name in numbers.Except(covered.Keys, StringComparer.Ordinal))
            fault($"{name} has no basis: needs evidence, or projectChoice with the reason");
        return covered.ToImmutableDictionary(StringComparer.Ordinal);
    }

    public void RefuseUnused()
    {
        foreach (var id in _citations.Keys.Where(id => !_used.Contains(id)))
            _fault($"{id} is used by nothing");
    }

    // A list of numbers is one statement, such as the two cut-offs of a part of a score.
    private static IEnumerable<string> NumbersOf(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Number => [path],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => NumbersOf(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => NumbersOf(item, path)).Distinct(StringComparer.Ordinal),
        _ => [],
    };
}

internal sealed record BasisFile(List<string> Of, List<string>? Evidence = null, string? ProjectChoice = null);

internal sealed record EvidenceFile(string Version, List<CitationFile> Citations);

internal sealed record CitationFile(string Id, string Citation, string Population, string Finding, string Confidence, string? Doi = null, string? Pmid = null)
{
    internal IEnumerable<string> Text => [Id, Citation, Population, Finding, Confidence];

    internal Citation ToCitation() => new(Id, Citation, Doi, Pmid, Population, Finding, Confidence);
}
