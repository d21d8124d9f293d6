using System.Collections.Immutable;
using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>Draft orders into our record. Drafts may be incomplete and are often not quite valid: what can be read is read.</summary>
internal static class OrderReader
{
    // mCODE named it anew with its fourth edition.
    private static readonly string[] TreatmentIntent =
    [
        "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-treatment-intent",
        "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent",
    ];

    private static readonly string[] WithoutDrugs = ["NutritionOrder", "DeviceRequest", "VisionPrescription", "SupplyRequest", "CommunicationRequest"];

    /// <returns><c>null</c> when an order cannot be read at all, so that it is not passed over in silence.</returns>
    public static ImmutableArray<ChartOrder>? Read(BundleWalk drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        var shelf = new MedicationShelf();
        foreach (var entry in drafts.Entries)
            shelf.Add(entry);
        var orders = ImmutableArray.CreateBuilder<ChartOrder>();
        var groups = new List<(string Name, RequestGroup Group)>();
        foreach (var entry in drafts.Entries.Where(entry => entry.Resource.Type is "MedicationRequest" or "ServiceRequest" or "RequestGroup"))
        {
            if (FhirReading.Parse<DomainResource>(entry.Resource.Bytes) is not { } resource)
                return null;
            var reference = $"{entry.Resource.Type}/{entry.Resource.Id}";
            orders.AddRange(ReadAny(resource, reference, shelf));
            if (resource is RequestGroup group)
                groups.Add((reference, group));
        }

        return WithGroups(orders.ToImmutable(), groups, drafts);
    }

    /// <summary>The drafts of which it is sure that they order no drug, as <c>Type/id</c>.</summary>
    public static ImmutableArray<string> OtherThanDrugs(BundleWalk drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return [.. drafts.Entries.Where(entry => WithoutDrugs.Contains(entry.Resource.Type, StringComparer.Ordinal) && entry.Resource.Id is { Length: > 0 })
            .Select(entry => $"{entry.Resource.Type}/{entry.Resource.Id}")];
    }

    // A group with an action that is not among the drafts is not known whole: any of them may be meant by its name.
    private static ImmutableArray<ChartOrder> WithGroups(ImmutableArray<ChartOrder> orders, List<(string Name, RequestGroup Group)> groups, BundleWalk drafts)
    {
        if (groups.Count == 0)
            return orders;
        var names = orders.Select(order => order.Reference).ToHashSet(StringComparer.Ordinal);
        var byUrl = drafts.Entries.Where(entry => entry.FullUrl is not null)
            .ToLookup(entry => entry.FullUrl!, entry => $"{entry.Resource.Type}/{entry.Resource.Id}", StringComparer.Ordinal);
        var groupsOf = groups
            .Select(item => (item.Name, Targets: Targets(FhirReading.Each(() => item.Group.Action)).Select(target => NameOf(target, byUrl)).Distinct(StringComparer.Ordinal).ToArray()))
            .Select(item => (item.Name, Members: Array.TrueForAll(item.Targets, target => names.Contains(target) || !IsOrder(target)) ? item.Targets : [.. names]))
            .SelectMany(item => item.Members.Select(target => (item.Name, Target: target)))
            .ToLookup(pair => pair.Target, pair => pair.Name, StringComparer.Ordinal);
        return [.. orders.Select(order => order with { Groups = [.. groupsOf[order.Reference]] })];
    }

    private static bool IsOrder(string target) =>
        target.Split('/')[0] is "MedicationRequest" or "ServiceRequest" or "RequestGroup" || target.StartsWith("urn:", StringComparison.Ordinal);

    private static IEnumerable<string> Targets(IEnumerable<RequestGroup.ActionComponent> actions) =>
        actions.SelectMany(action => Targets(FhirReading.Each(() => action.Action))
            .Concat(FhirReading.Reference(() => action.Resource) is { } target ? [target] : []));

    private static string NameOf(string target, ILookup<string, string> byUrl)
    {
        if (byUrl[target].FirstOrDefault() is { } named)
            return named;
        var steps = References.Relative(target, []).Split('/');
        return steps.Length > 2 ? string.Join('/', steps[^2..]) : string.Join('/', steps);
    }

    private static IEnumerable<ChartOrder> ReadAny(DomainResource resource, string reference, MedicationShelf shelf) => resource switch
    {
        MedicationRequest request => [ReadMedication(request, reference, shelf, request)],
        ServiceRequest request => [ReadService(request, reference)],
        RequestGroup group => ReadGroup(group, reference, shelf),
        _ => [],
    };

    // The actions of a group point at its contained orders, or at entries of the Bundle, which are read anyway.
    private static IEnumerable<ChartOrder> ReadGroup(RequestGroup group, string reference, MedicationShelf shelf)
    {
        var subject = FhirReading.Reference(() => group.Subject);
        return FhirReading.Each(() => group.Contained)
            .Select(inner => (Inner: inner, Reference: $"{reference}#{FhirReading.Try(() => inner.Id)}"))
            .Select(part => part.Inner switch
            {
                MedicationRequest request => ReadMedication(request, part.Reference, shelf, group),
                ServiceRequest request => ReadService(request, part.Reference),
                _ => null,
            })
            .OfType<ChartOrder>()
            .Select(order => order with { Subject = order.Subject ?? subject });
    }

    private static ChartOrder ReadMedication(MedicationRequest request, string reference, MedicationShelf shelf, DomainResource owner) => new(
        reference,
        "MedicationRequest",
        FhirReading.Try(() => FhirReading.Text(request.StatusElement)),
        FhirReading.Try(() => request.DoNotPerformElement?.JsonValue is true),
        FhirReading.Reference(() => request.Subject),
        shelf.Concepts(() => request.Medication, owner),
        FhirReading.Identifiers(() => request.Identifier),
        FhirReading.Concepts(() => request.ReasonCode),
        [.. FhirReading.Each(() => request.ReasonReference).Select(reason => FhirReading.Reference(() => reason)).OfType<string>()])
    {
        Elsewhere = shelf.Elsewhere(() => request.Medication, owner),
        Intents = IntentsOf(request),
    };

    private static ChartOrder ReadService(ServiceRequest request, string reference) => new(
        reference,
        "ServiceRequest",
        FhirReading.Try(() => FhirReading.Text(request.StatusElement)),
        FhirReading.Try(() => request.DoNotPerformElement?.JsonValue is true),
        FhirReading.Reference(() => request.Subject),
        FhirReading.Concept(FhirReading.Try(() => request.Code)) is { } code ? [code] : [],
        FhirReading.Identifiers(() => request.Identifier),
        FhirReading.Concepts(() => request.ReasonCode),
        [.. FhirReading.Each(() => request.ReasonReference).Select(reason => FhirReading.Reference(() => reason)).OfType<string>()])
    {
        Categories = FhirReading.Concepts(() => request.Category),
        Intents = IntentsOf(request),
    };

    private static ImmutableArray<ChartConcept> IntentsOf(DomainResource order) =>
        [.. FhirReading.Each(() => order.Extension)
            .Where(extension => TreatmentIntent.Contains(FhirReading.Try(() => extension.Url), StringComparer.Ordinal))
            .Select(extension => FhirReading.Concept(FhirReading.Try(() => extension.Value) as CodeableConcept))
            .OfType<ChartConcept>()];
}
