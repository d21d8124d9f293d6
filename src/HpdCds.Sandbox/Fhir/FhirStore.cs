using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace HpdCds.Sandbox.Fhir;

/// <summary>A resource as kept: never changed after it was stored, so what was read out of it once stays true.</summary>
public sealed class StoredResource
{
    private static readonly FhirJsonSerializer Serializer = new();

    private readonly ConcurrentDictionary<SearchParameter, ImmutableArray<SearchValue>> _values = new();

    public StoredResource(Resource resource)
    {
        Resource = resource;
        Json = Serializer.SerializeToString(resource);
        PatientId = resource is Patient ? resource.Id : OwnerOf(resource);
    }

    public Resource Resource { get; }

    public string Type => Resource.TypeName;

    public string Id => Resource.Id!;

    public string Json { get; }

    /// <summary>Whose chart this belongs to; null for what belongs to nobody (a Practitioner, a Medication).</summary>
    public string? PatientId { get; }

    public ImmutableArray<SearchValue> ValuesOf(SearchParameter parameter) =>
        _values.GetOrAdd(parameter, static (key, resource) => key.ValuesIn(resource), Resource);

    private string? OwnerOf(Resource resource) =>
        SearchParameters.Find(resource.TypeName, "patient") is { } parameter
            ? ValuesOf(parameter).OfType<SearchValue.Reference>().Select(reference => reference.Target.Id).FirstOrDefault()
            : null;
}

/// <summary>Everything that the small EHR knows, in memory, in the order in which it was stored.</summary>
public sealed class FhirStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Type, string Id), StoredResource> _byId = [];
    private readonly Dictionary<string, List<StoredResource>> _byType = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Types
    {
        get
        {
            lock (_gate)
                return [.. _byType.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public StoredResource Add(Resource resource)
    {
        var stored = new StoredResource(resource);
        lock (_gate)
        {
            _byId.Add((stored.Type, stored.Id), stored);
            if (!_byType.TryGetValue(stored.Type, out var list))
                _byType[stored.Type] = list = [];
            list.Add(stored);
        }
        return stored;
    }

    public StoredResource? Find(string type, string id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault((type, id));
    }

    public IReadOnlyList<StoredResource> All(string type)
    {
        lock (_gate)
            return _byType.TryGetValue(type, out var list) ? [.. list] : [];
    }
}
