using System.Collections.Immutable;
using Hl7.Fhir.Model;

namespace HpdCds.Chart;

/// <summary>MedicationRequest, MedicationAdministration and MedicationStatement into one record.</summary>
public static class MedicationReaders
{
    public static ChartMedication? Read(
        ReadOnlyMemory<byte> bytes, string type, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) => type switch
        {
            "MedicationRequest" => ReadRequest(bytes, reference, source, zone, shelf),
            "MedicationAdministration" => ReadAdministration(bytes, reference, source, zone, shelf),
            "MedicationStatement" => ReadStatement(bytes, reference, source, zone, shelf),
            _ => null,
        };

    private static ChartMedication? ReadRequest(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.Parse<MedicationRequest>(bytes) is not { } request
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Request,
                FhirReading.Try(() => FhirReading.Text(request.StatusElement)),
                FhirReading.Try(() => request.DoNotPerformElement?.JsonValue is true),
                shelf.Concepts(() => request.Medication, request),
                FhirReading.Identifiers(() => request.Identifier),
                Time(FhirReading.Try(() => FhirReading.Text(request.AuthoredOnElement)), zone));

    private static ChartMedication? ReadAdministration(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.Parse<MedicationAdministration>(bytes) is not { } administration
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Administration,
                FhirReading.Try(() => FhirReading.Text(administration.StatusElement)),
                DoNotPerform: false,
                shelf.Concepts(() => administration.Medication, administration),
                FhirReading.Identifiers(() => administration.Identifier),
                Time(Start(() => administration.Effective), zone));

    private static ChartMedication? ReadStatement(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.Parse<MedicationStatement>(bytes) is not { } statement
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Statement,
                FhirReading.Try(() => FhirReading.Text(statement.StatusElement)),
                DoNotPerform: false,
                shelf.Concepts(() => statement.Medication, statement),
                FhirReading.Identifiers(() => statement.Identifier),
                Time(Start(() => statement.Effective) ?? FhirReading.Try(() => FhirReading.Text(statement.DateAssertedElement)), zone));

    // The latest end counts for a course of treatment; a course that is still running has only its start.
    private static string? Start(Func<DataType?> effective) => FhirReading.Try(effective) switch
    {
        FhirDateTime moment => FhirReading.Text(moment),
        Period period => FhirReading.Try(() => FhirReading.Text(period.EndElement)) ?? FhirReading.Try(() => FhirReading.Text(period.StartElement)),
        _ => null,
    };

    private static ChartTime? Time(string? text, TimeZoneInfo zone) =>
        ChartTimes.Parse(text, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
}

/// <summary>The Medication resources that came along in Bundles, by every name under which they may be referred to.</summary>
public sealed class MedicationShelf
{
    private readonly Dictionary<string, ImmutableArray<ChartConcept>> _byReference = new(StringComparer.Ordinal);

    public void Add(WalkedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Resource.Type != "Medication" || FhirReading.Parse<Medication>(entry.Resource.Bytes) is not { } medication)
            return;
        var concepts = Describe(medication);
        if (entry.Resource.Id is { Length: > 0 } id)
            _byReference["Medication/" + id] = concepts;
        if (entry.FullUrl is { Length: > 0 } url)
            _byReference[url] = concepts;
    }

    /// <summary>The drug of an order: as coded, or the Medication behind the reference with its ingredients, or only its display text.</summary>
    internal ImmutableArray<ChartConcept> Concepts(Func<DataType?> read, DomainResource owner) => FhirReading.Try(read) switch
    {
        CodeableConcept concept => FhirReading.Concept(concept) is { } coded ? [coded] : [],
        ResourceReference reference => Behind(reference, owner),
        _ => [],
    };

    private ImmutableArray<ChartConcept> Behind(ResourceReference reference, DomainResource owner)
    {
        var display = FhirReading.Display(() => reference) is { } text ? ImmutableArray.Create(new ChartConcept([], text)) : [];
        if (FhirReading.Reference(() => reference) is not { } target)
            return display;
        var found = target.StartsWith('#') ? Contained(target[1..], owner) : OnShelf(target);
        return found.IsDefault ? display : [.. found, .. display];
    }

    // A Bundle of drafts names its Medication relatively, prefetch absolutely: the last two steps of the path are the same.
    private ImmutableArray<ChartConcept> OnShelf(string target)
    {
        var plain = References.Relative(target, []);
        if (_byReference.TryGetValue(plain, out var exact))
            return exact;
        var steps = plain.Split('/');
        return steps.Length > 2 && steps[^2] == "Medication" ? _byReference.GetValueOrDefault("Medication/" + steps[^1]) : default;
    }

    private static ImmutableArray<ChartConcept> Contained(string id, DomainResource owner)
    {
        var medication = FhirReading.Each(() => owner.Contained).OfType<Medication>()
            .FirstOrDefault(inner => FhirReading.Try(() => inner.Id) == id);
        return medication is null ? default : Describe(medication);
    }

    private static ImmutableArray<ChartConcept> Describe(Medication medication)
    {
        var code = FhirReading.Concept(FhirReading.Try(() => medication.Code));
        var ingredients = FhirReading.Each(() => medication.Ingredient)
            .Select(part => FhirReading.Try(() => part.Item) switch
            {
                CodeableConcept concept => FhirReading.Concept(concept),
                ResourceReference reference => FhirReading.Display(() => reference) is { } text ? new ChartConcept([], text) : null,
                _ => null,
            });
        return [.. ingredients.Prepend(code).OfType<ChartConcept>()];
    }
}
