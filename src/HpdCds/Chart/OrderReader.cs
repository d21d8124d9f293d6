using System.Collections.Immutable;

namespace HpdCds.Chart;

/// <summary>Draft orders into our record. Drafts may be incomplete and are often not quite valid: what can be read is read.</summary>
public static class OrderReader
{
    /// <summary>Nobody orders so much at once, and each may hold all of the drafts: more are not given here.</summary>
    internal const int MostGroups = 100;

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
        if (drafts.Entries.Any(entry => entry.Resource.IsContradicted))
            return null;
        var shelf = new MedicationShelf();
        foreach (var entry in drafts.Entries)
            shelf.Add(entry);
        var orders = ImmutableArray.CreateBuilder<ChartOrder>();
        var groups = new List<(string Name, FhirElement Group)>();
        foreach (var entry in drafts.Entries.Where(IsOrder))
        {
            if (FhirReading.Read(entry.Resource.Bytes, entry.Resource.Type!) is not { } resource)
                return null;
            var reference = $"{entry.Resource.Type}/{entry.Resource.Id}";
            orders.AddRange(ReadAny(resource, reference, shelf));
            if (FhirReading.IsOf(resource, "RequestGroup"))
                groups.Add((reference, resource));
        }

        return WithGroups(orders.ToImmutable(), groups, drafts);
    }

    /// <summary>The first entry that cannot be read, counted from 0; nothing where its place is not known, because others hold no resource.</summary>
    public static int? PlaceOfUnreadable(BundleWalk drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        for (var at = 0; drafts.EntriesWithoutResource == 0 && at < drafts.Entries.Count; at++)
        {
            var entry = drafts.Entries[at];
            if (entry.Resource.IsContradicted || (IsOrder(entry) && FhirReading.Read(entry.Resource.Bytes, entry.Resource.Type!) is null))
                return at;
        }

        return null;
    }

    /// <summary>The drafts of which it is sure that they order no drug, as <c>Type/id</c>.</summary>
    public static ImmutableArray<string> OtherThanDrugs(BundleWalk drafts)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return [.. drafts.Entries.Where(entry => WithoutDrugs.Contains(entry.Resource.Type, StringComparer.Ordinal) && entry.Resource.Id is { Length: > 0 })
            .Select(entry => $"{entry.Resource.Type}/{entry.Resource.Id}")];
    }

    // A group with an action that is not among the drafts is not known whole: any of them may be meant by its name.
    private static ImmutableArray<ChartOrder> WithGroups(ImmutableArray<ChartOrder> orders, List<(string Name, FhirElement Group)> groups, BundleWalk drafts)
    {
        if (groups.Count == 0)
            return orders;
        var names = orders.Select(order => order.Reference).ToHashSet(StringComparer.Ordinal);
        var byUrl = drafts.Entries.Where(entry => entry.FullUrl is not null)
            .ToLookup(entry => entry.FullUrl!, entry => $"{entry.Resource.Type}/{entry.Resource.Id}", StringComparer.Ordinal);
        var groupsOf = groups
            .Select(item => (item.Name, Targets: Targets(item.Group.Many("action")).Select(target => NameOf(target, byUrl)).Distinct(StringComparer.Ordinal).ToArray()))
            .Select(item => (item.Name, Members: Array.TrueForAll(item.Targets, target => names.Contains(target) || !IsOrder(target)) ? item.Targets : [.. names]))
            .SelectMany(item => item.Members.Select(target => (item.Name, Target: target)))
            .ToLookup(pair => pair.Target, pair => pair.Name, StringComparer.Ordinal);
        return [.. orders.Select(order => order with { Groups = [.. groupsOf[order.Reference]] })];
    }

    private static bool IsOrder(WalkedEntry entry) => entry.Resource.Type is "MedicationRequest" or "ServiceRequest" or "RequestGroup";

    private static bool IsOrder(string target) =>
        target.Split('/')[0] is "MedicationRequest" or "ServiceRequest" or "RequestGroup" || target.StartsWith("urn:", StringComparison.Ordinal);

    private static IEnumerable<string> Targets(IEnumerable<FhirElement> actions) =>
        actions.SelectMany(action => Targets(action.Many("action")).Concat(action.Reference("resource") is { } target ? [target] : []));

    private static string NameOf(string target, ILookup<string, string> byUrl) => byUrl[target].FirstOrDefault() ?? References.LastSteps(target);

    private static IEnumerable<ChartOrder> ReadAny(FhirElement resource, string reference, MedicationShelf shelf) => resource.Text("resourceType") switch
    {
        "MedicationRequest" => [ReadMedication(resource, reference, shelf, resource)],
        "ServiceRequest" => [ReadService(resource, reference)],
        "RequestGroup" => ReadGroup(resource, reference, shelf),
        _ => [],
    };

    // The actions of a group point at its contained orders, or at entries of the Bundle, which are read anyway.
    private static IEnumerable<ChartOrder> ReadGroup(FhirElement group, string reference, MedicationShelf shelf)
    {
        var subject = group.Reference("subject");
        return group.Many("contained")
            .Select(inner => (Inner: inner, Reference: $"{reference}#{inner.Text("id")}"))
            .Select(part => part.Inner.Text("resourceType") switch
            {
                "MedicationRequest" => ReadMedication(part.Inner, part.Reference, shelf, group),
                "ServiceRequest" => ReadService(part.Inner, part.Reference),
                _ => null,
            })
            .OfType<ChartOrder>()
            .Select(order => order with { Subject = order.Subject ?? subject });
    }

    private static ChartOrder ReadMedication(FhirElement request, string reference, MedicationShelf shelf, FhirElement owner) => ReadRequest(request, "MedicationRequest", reference) with
    {
        Concepts = shelf.Concepts(request, owner),
        Elsewhere = shelf.Elsewhere(request, owner),
    };

    private static ChartOrder ReadService(FhirElement request, string reference) => ReadRequest(request, "ServiceRequest", reference) with
    {
        Concepts = request.Concept("code") is { } code ? [code] : [],
        Categories = request.Concepts("category"),
    };

    private static ChartOrder ReadRequest(FhirElement request, string type, string reference) => new(
        reference,
        type,
        request.Text("status"),
        request.IsTrue("doNotPerform"),
        request.Reference("subject"),
        Concepts: [],
        request.Identifiers(),
        request.Concepts("reasonCode"),
        [.. request.Many("reasonReference").Select(reason => reason.Text("reference")).OfType<string>()])
    {
        Intents = [.. request.ExtensionConcepts(TreatmentIntent)],
    };
}
