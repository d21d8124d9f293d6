using System.Collections.Immutable;
using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>The Medication resources that came along in Bundles, by every name under which they may be referred to.</summary>
internal sealed class MedicationShelf
{
    private readonly Dictionary<string, Medication> _byReference = new(StringComparer.Ordinal);

    public void Add(WalkedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Resource.Type != "Medication" || FhirReading.Parse<Medication>(entry.Resource.Bytes) is not { } medication)
            return;
        if (entry.Resource.Id is { Length: > 0 } id)
            _byReference["Medication/" + id] = medication;
        if (entry.FullUrl is { Length: > 0 } url)
            _byReference[url] = medication;
    }

    /// <summary>The drug of an order: as coded, or the Medication behind the reference with its ingredients, or only its display text.</summary>
    internal ImmutableArray<ChartConcept> Concepts(Func<DataType?> read, DomainResource owner) => FhirReading.Try(read) switch
    {
        CodeableConcept concept => FhirReading.Concept(concept) is { } coded ? [coded] : [],
        ResourceReference reference => [.. Behind(reference, owner) is { } found ? Describe(found, owner) : [], .. DisplayOf(reference)],
        _ => [],
    };

    /// <summary>The reference of an order to a Medication that says nothing here: it did not come along, or it came empty.</summary>
    /// <returns>Empty where the reference has only words beside it.</returns>
    internal string? Elsewhere(Func<DataType?> read, DomainResource owner) =>
        FhirReading.Try(read) is ResourceReference reference && !(Behind(reference, owner) is { } found && Describe(found, owner).Any(concept => concept.SaysAnything))
            ? FhirReading.Reference(() => reference) ?? ""
            : null;

    /// <summary>The drug under a name of the server from which the shelf was filled.</summary>
    public ImmutableArray<ChartConcept> ConceptsOf(string reference) =>
        _byReference.TryGetValue(reference, out var medication) ? [.. Describe(medication, medication)] : [];

    public bool Holds(string reference) => _byReference.ContainsKey(reference);

    private Medication? Behind(ResourceReference reference, DomainResource owner)
    {
        if (FhirReading.Reference(() => reference) is not { } target)
            return null;
        return target.StartsWith('#') ? Contained(target[1..], owner) : OnShelf(target);
    }

    // A Bundle of drafts names its Medication relatively, prefetch absolutely: the last two steps of the path are the same.
    private Medication? OnShelf(string target)
    {
        var plain = References.Relative(target, []);
        if (_byReference.TryGetValue(plain, out var exact))
            return exact;
        var steps = plain.Split('/');
        return steps.Length > 2 && steps[^2] == "Medication" ? _byReference.GetValueOrDefault("Medication/" + steps[^1]) : null;
    }

    private static Medication? Contained(string id, DomainResource owner) =>
        FhirReading.Each(() => owner.Contained).OfType<Medication>().FirstOrDefault(inner => FhirReading.Try(() => inner.Id) == id);

    /// <summary>A mixture names its ingredients as concepts or as Medications of their own; the latter are not taken apart further.</summary>
    private IEnumerable<ChartConcept> Describe(Medication medication, DomainResource owner)
    {
        var ingredients = FhirReading.Each(() => medication.Ingredient).SelectMany(part => FhirReading.Try(() => part.Item) switch
        {
            CodeableConcept concept => [FhirReading.Concept(concept)],
            ResourceReference reference => IngredientBehind(reference, medication, owner),
            _ => [],
        });
        return ingredients.Prepend(CodeOf(medication)).OfType<ChartConcept>();
    }

    // What a contained Medication contains is written in the resource around it; one that stands alone may contain its own.
    private IEnumerable<ChartConcept?> IngredientBehind(ResourceReference reference, Medication mixture, DomainResource owner)
    {
        if ((Behind(reference, mixture) ?? Behind(reference, owner)) is not { } ingredient)
            return DisplayOf(reference);
        var parts = FhirReading.Each(() => ingredient.Ingredient).Select(part => FhirReading.Concept(FhirReading.Try(() => part.Item) as CodeableConcept));
        return [CodeOf(ingredient), .. parts, .. DisplayOf(reference)];
    }

    private static ChartConcept? CodeOf(Medication medication) => FhirReading.Concept(FhirReading.Try(() => medication.Code));

    private static IEnumerable<ChartConcept> DisplayOf(ResourceReference reference) =>
        FhirReading.Display(() => reference) is { } text ? [new ChartConcept([], text)] : [];
}
