using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Of which lesion a size is, as far as its record says, and which sizes of one day may be of the same one (clinical model, section 5).</summary>
internal sealed class LesionIdentity(PatientChart chart, CancerFocus focus, KnowledgeBase knowledge)
{
    public const string Unnamed = "unnamed";
    private const string Named = "focus:";

    // Each with each other takes its time: of more on one day nothing is told apart, so that no body can make it long.
    private const int MostCompared = 100;

    private readonly Dictionary<string, ChartLesion> _lesions = chart.Imaging.Lesions.GroupBy(lesion => lesion.Reference, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    // Each size is set against every other of its day.
    private readonly Dictionary<ChartObservation, string[]> _names = new(ReferenceEqualityComparer.Instance);

    public ChartLesion? LesionOf(ChartObservation observation) => _lesions.GetValueOrDefault(Whole(observation));

    /// <summary>The resource in which a result stands: itself, or the panel of which it is a part.</summary>
    public static string Whole(ChartObservation observation) => observation.Reference.Split('#')[0];

    /// <summary>The body site of a result, as a comparable text.</summary>
    public string? OrganOf(ChartObservation observation) => KeyOf(LesionOf(observation)?.BodySite);

    /// <summary>By the lesion that is named, else by where it is.</summary>
    public string KeyOf(ChartObservation observation)
    {
        var names = NamesOf(observation);
        return names.Length > 0 ? Named + string.Join(",", names) : SiteKeyOf(LesionOf(observation)?.BodySite) ?? Unnamed;
    }

    public static bool IsNamed(string lesion) => lesion.StartsWith(Named, StringComparison.Ordinal);

    /// <summary>Those of the sizes of one day that may be of a lesion of which another is.</summary>
    public ChartObservation[] Doubled(ChartObservation[] sizes)
    {
        // Many sizes of one kind without a name are the common case, and nothing to compare.
        var isMixed = Array.Exists(sizes, IsInPanel) && !Array.TrueForAll(sizes, IsInPanel);
        if (!isMixed && !Array.Exists(sizes, size => NamesOf(size).Length > 0))
            return [];
        return sizes.Length > MostCompared ? sizes : Array.FindAll(sizes, size => Array.Exists(sizes, other => !ReferenceEquals(other, size) && MayBeOne(size, other)));
    }

    /// <summary>How many lesions these are at least: so many of them as are certainly different from each other.</summary>
    public int LeastCount(ChartObservation[] sizes)
    {
        if (sizes.Length > MostCompared)
            return 1;
        List<ChartObservation> different = [];
        foreach (var size in sizes.OrderBy(size => sizes.Count(other => !ReferenceEquals(other, size) && MayBeOne(size, other))))
        {
            if (!different.Exists(other => MayBeOne(size, other)))
                different.Add(size);
        }

        return different.Count;
    }

    // One lesion may be written down twice: alone and in a panel, or under two names that have a part in common.
    private bool MayBeOne(ChartObservation one, ChartObservation other) =>
        (IsInPanel(one) != IsInPanel(other) || NamesOf(one).Intersect(NamesOf(other), StringComparer.Ordinal).Any()) && !AreTwo(one, other);

    // A size, a site without a common code and a name that only one of them has tell nothing apart.
    private bool AreTwo(ChartObservation one, ChartObservation other) =>
        (GroupOf(one) is { } group && GroupOf(other) is { } otherGroup && group != otherGroup) || AreDifferent(NamesOf(one), NamesOf(other));

    // A reference and an identifier may be of one thing.
    private static bool AreDifferent(string[] names, string[] others) =>
        !names.Intersect(others, StringComparer.Ordinal).Any()
        && ((Array.Exists(names, IsIdentifier) && Array.Exists(others, IsIdentifier)) || (Array.Exists(names, IsReference) && Array.Exists(others, IsReference)));

    private static bool IsIdentifier(string name) => name.Contains('|', StringComparison.Ordinal);

    private static bool IsReference(string name) => !IsIdentifier(name);

    private static bool IsInPanel(ChartObservation observation) => observation.Reference.Contains('#', StringComparison.Ordinal);

    private string[] NamesOf(ChartObservation observation)
    {
        if (!_names.TryGetValue(observation, out var names))
            _names[observation] = names = [.. focus.LesionsOf(observation).Concat(LesionOf(observation)?.Identifiers ?? []).Order(StringComparer.Ordinal)];
        return names;
    }

    private string? GroupOf(ChartObservation observation) =>
        LesionOf(observation)?.BodySite is { } site ? knowledge.Codes.Organs.FindAll(site).Select(entry => entry.Group).FirstOrDefault() : null;

    // A code that sites share makes them one only where none of their other codes tells them apart, on whatever days they were measured.
    private string? SiteKeyOf(ChartConcept? site) => KeyOf(site) is not { } key ? null
        : CodesOfSeveralSites.Contains(key) ? string.Join(",", site!.Codings.Select(NameOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        : key;

    private HashSet<string> CodesOfSeveralSites => field ??= chart.Imaging.Lesions.Select(lesion => lesion.BodySite).OfType<ChartConcept>()
        .Where(site => site.Codings.Any())
        .GroupBy(site => KeyOf(site)!, StringComparer.Ordinal)
        .Where(AreSeveral)
        .Select(sites => sites.Key)
        .ToHashSet(StringComparer.Ordinal);

    // Of one site every system says more or less, and never something else.
    private static bool AreSeveral(IEnumerable<ChartConcept> sites) => sites
        .SelectMany(site => site.Codings.GroupBy(coding => coding.System ?? "", coding => coding.Code, StringComparer.Ordinal))
        .GroupBy(codes => codes.Key, codes => codes.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal)
        .Any(system => system.OrderBy(codes => codes.Count).ToArray() is var sets && sets.Zip(sets.Skip(1)).Any(pair => !pair.First.IsSubsetOf(pair.Second)));

    // Of several codes of one site that which is known here, whichever codes of the hospital's own stand beside it.
    private string? KeyOf(ChartConcept? site) =>
        site?.Codings.OrderBy(coding => knowledge.Codes.Organs.Find(coding.System, coding.Code) is null ? 1 : 0)
            .ThenBy(NameOf, StringComparer.Ordinal).Select(NameOf).FirstOrDefault()
        ?? site?.Texts.FirstOrDefault()?.Trim().ToUpperInvariant();

    private static string NameOf(ChartCoding coding) => $"{coding.System}|{coding.Code}";
}
