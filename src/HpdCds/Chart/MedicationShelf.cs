using System.Collections.Immutable;

namespace HpdCds.Chart;

/// <summary>The Medication resources that came along in Bundles, by every name under which they may be referred to.</summary>
public sealed class MedicationShelf
{
    // No mixture has so many; one that says so is not known.
    private const int MostIngredients = 100;

    private readonly Dictionary<string, FhirElement> _byReference = new(StringComparer.Ordinal);

    public void Add(WalkedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Resource.Type != "Medication" || FhirReading.Read(entry.Resource.Bytes, "Medication") is not { } medication)
            return;
        if (entry.Resource.Id is { Length: > 0 } id)
            _byReference["Medication/" + id] = medication;
        if (entry.FullUrl is { Length: > 0 } url)
            _byReference[url] = medication;
    }

    /// <summary>The drug of an order: as coded, or the Medication behind the reference with its ingredients, or only its display text.</summary>
    /// <param name="order">What has a <c>medication[x]</c>.</param>
    /// <param name="owner">The resource in which it stands, and which may contain the Medication.</param>
    internal ImmutableArray<ChartConcept> Concepts(FhirElement order, FhirElement owner) => order.Choice("medication"u8) switch
    {
        { IsList: true } => [],
        { Type: "CodeableConcept" } coded => [coded.Json.AsConcept()],
        { Type: "Reference" } reference => [.. Behind(reference.Json, owner) is { } found ? Describe(found, owner) : [], .. DisplayOf(reference.Json)],
        _ => [],
    };

    /// <summary>The reference of an order to a Medication that says nothing here: it did not come along, or it came empty.</summary>
    /// <returns>Empty where the reference has only words beside it.</returns>
    internal string? Elsewhere(FhirElement order, FhirElement owner) =>
        order.Choice("medication"u8) is { Type: "Reference", IsList: false } reference && !(Behind(reference.Json, owner) is { } found && Describe(found, owner).Any(concept => concept.SaysAnything))
            ? reference.Json.Text("reference") ?? ""
            : null;

    /// <summary>The drug under a name of the server from which the shelf was filled.</summary>
    public ImmutableArray<ChartConcept> ConceptsOf(string reference) =>
        _byReference.TryGetValue(reference, out var medication) && IsKnown(medication) ? [.. Describe(medication, medication)] : [];

    public bool Holds(string reference) => _byReference.ContainsKey(reference);

    private FhirElement? Behind(FhirElement reference, FhirElement owner)
    {
        if (reference.Text("reference") is not { } target)
            return null;
        var found = target.StartsWith('#') ? Contained(target[1..], owner) : OnShelf(target);
        return found is { } medication && IsKnown(medication) ? medication : null;
    }

    private static bool IsKnown(FhirElement medication) => medication.Many("ingredient").Length <= MostIngredients;

    // A Bundle of drafts names its Medication relatively, prefetch absolutely: the last two steps of the path are the same.
    private FhirElement? OnShelf(string target)
    {
        var plain = References.Relative(target, []);
        if (_byReference.TryGetValue(plain, out var exact))
            return exact;
        var steps = plain.Split('/');
        return steps.Length > 2 && steps[^2] == "Medication" && _byReference.TryGetValue("Medication/" + steps[^1], out var near) ? near : null;
    }

    private static FhirElement? Contained(string id, FhirElement owner)
    {
        foreach (var inner in owner.Many("contained"))
        {
            if (FhirReading.IsOf(inner, "Medication") && inner.Text("id") == id)
                return inner;
        }

        return null;
    }

    /// <summary>A mixture names its ingredients as concepts or as Medications of their own; the latter are not taken apart further.</summary>
    private IEnumerable<ChartConcept> Describe(FhirElement medication, FhirElement owner)
    {
        var ingredients = medication.Many("ingredient").SelectMany(part => part.Choice("item"u8) switch
        {
            { IsList: true } => [],
            { Type: "CodeableConcept" } coded => [coded.Json.AsConcept()],
            { Type: "Reference" } reference => IngredientBehind(reference.Json, medication, owner),
            _ => [],
        });
        return ingredients.Prepend(medication.Concept("code")).OfType<ChartConcept>();
    }

    // What a contained Medication contains is written in the resource around it; one that stands alone may contain its own.
    private IEnumerable<ChartConcept?> IngredientBehind(FhirElement reference, FhirElement mixture, FhirElement owner)
    {
        if ((Behind(reference, mixture) ?? Behind(reference, owner)) is not { } ingredient)
            return DisplayOf(reference);
        var parts = ingredient.Many("ingredient").Select(part => part.Choice("item"u8) is { Type: "CodeableConcept", IsList: false } coded ? coded.Json.AsConcept() : null);
        return [ingredient.Concept("code"), .. parts, .. DisplayOf(reference)];
    }

    private static IEnumerable<ChartConcept> DisplayOf(FhirElement reference) =>
        reference.Text("display") is { } text ? [new ChartConcept([], text)] : [];
}
