using System.Globalization;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Fhir;

/// <summary>A query of one resource type as understood: what was not understood is not in <see cref="Used"/>.</summary>
public sealed record FhirSearch(
    string Type,
    IReadOnlyList<SearchCriterion> Criteria,
    IReadOnlyList<string> Ids,
    IReadOnlyList<(SearchParameter Parameter, bool Descending)> Sort,
    int Count,
    int Offset,
    IReadOnlyList<KeyValuePair<string, string>> Used)
{
    public const int DefaultCount = 100;
    public const int MaximumCount = 500;

    /// <exception cref="FhirProblemException">A value cannot be read; or, when strict, a parameter is not known.</exception>
    public static FhirSearch Parse(string type, IEnumerable<KeyValuePair<string, string>> query, bool strict) =>
        new FhirSearchParser(type, strict).Parse(query);

    /// <param name="onlyPatient">The one patient whose chart may be seen, or null for everybody.</param>
    public SearchPage Run(FhirStore store, string? onlyPatient)
    {
        var matches = store.All(Type).Where(resource =>
            (onlyPatient is null || resource.PatientId is null || resource.PatientId == onlyPatient)
            && (Ids.Count == 0 || Ids.Contains(resource.Id, StringComparer.Ordinal))
            && Criteria.All(criterion => criterion.Matches(resource))).ToList();
        var page = Sorted(matches).Skip(Offset).Take(Count).ToList();
        return new(this, page, matches.Count);
    }

    private IEnumerable<StoredResource> Sorted(IEnumerable<StoredResource> matches)
    {
        IOrderedEnumerable<StoredResource>? ordered = null;
        foreach (var (parameter, descending) in Sort)
        {
            ordered = (ordered, descending) switch
            {
                (null, false) => matches.OrderBy(resource => Key(resource, parameter, last: "\uffff"), StringComparer.Ordinal),
                (null, true) => matches.OrderByDescending(resource => Key(resource, parameter, last: ""), StringComparer.Ordinal),
                (_, false) => ordered.ThenBy(resource => Key(resource, parameter, last: "\uffff"), StringComparer.Ordinal),
                (_, true) => ordered.ThenByDescending(resource => Key(resource, parameter, last: ""), StringComparer.Ordinal),
            };
        }
        return ordered ?? matches;
    }

    private static string Key(StoredResource resource, SearchParameter parameter, string last) =>
        resource.ValuesOf(parameter).Select(value => value.SortKey).FirstOrDefault() ?? last;
}

/// <summary>One page of what a search found.</summary>
public sealed record SearchPage(FhirSearch Search, IReadOnlyList<StoredResource> Resources, int Total)
{
    public string SelfUrl(string fhirBase) => Url(fhirBase, Search.Used);

    public string? NextUrl(string fhirBase)
    {
        var next = Search.Offset + Search.Count;
        if (Search.Count == 0 || next >= Total)
            return null;
        var kept = Search.Used.Where(pair => pair.Key != FhirSearchParser.OffsetParameter);
        return Url(fhirBase, kept.Append(new(FhirSearchParser.OffsetParameter, next.ToString(CultureInfo.InvariantCulture))));
    }

    private string Url(string fhirBase, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var query = string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return query.Length == 0 ? $"{fhirBase}/{Search.Type}" : $"{fhirBase}/{Search.Type}?{query}";
    }
}

internal sealed class FhirSearchParser(string type, bool strict)
{
    public const string OffsetParameter = "_offset";

    private readonly List<SearchCriterion> _criteria = [];
    private readonly List<string> _ids = [];
    private readonly List<(SearchParameter, bool)> _sort = [];
    private readonly List<KeyValuePair<string, string>> _used = [];
    private int _count = FhirSearch.DefaultCount;
    private int _offset;

    public FhirSearch Parse(IEnumerable<KeyValuePair<string, string>> query)
    {
        foreach (var pair in query.Where(pair => pair.Value.Length > 0 && pair.Key != "_format"))
        {
            if (Take(pair.Key, pair.Value))
                _used.Add(pair);
            else if (strict)
                throw new FhirProblemException(400, OperationOutcome.IssueType.NotSupported, "A search parameter is not supported for this type.");
        }
        return new(type, _criteria, _ids, _sort, _count, _offset, _used);
    }

    private bool Take(string name, string value)
    {
        switch (name)
        {
            case "_count":
                _count = Math.Min(Number(name, value), FhirSearch.MaximumCount);
                return true;
            case OffsetParameter:
                _offset = Number(name, value);
                return true;
            case "_id":
                _ids.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries));
                return true;
            case "_sort":
                return TakeSort(value);
            default:
                return TakeCriterion(name, value);
        }
    }

    private bool TakeCriterion(string name, string value)
    {
        var parts = name.Split(':', 2);
        if (SearchParameters.Find(type, parts[0]) is not { } parameter)
            return false;
        _criteria.Add(SearchCriterion.Parse(parameter, parts.Length > 1 ? parts[1] : null, value));
        return true;
    }

    private bool TakeSort(string value)
    {
        var keys = value.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(key => (Parameter: SearchParameters.Find(type, key.TrimStart('-')), Descending: key.StartsWith('-')))
            .ToList();
        if (keys.Exists(key => key.Parameter is null))
            return false;
        _sort.AddRange(keys.Select(key => (key.Parameter!, key.Descending)));
        return true;
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw FhirProblemException.Invalid($"The value of '{name}' is not a whole number.");
}
