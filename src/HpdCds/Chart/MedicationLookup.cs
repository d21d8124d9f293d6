using HpdCds.Hooks;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>Medications to which orders only point, read from the FHIR server in one call, and never from another server.</summary>
internal sealed class MedicationLookup
{
    private const int MostAtOnce = 50;

    private readonly FhirBase _server;
    private readonly string[] _names;
    private readonly MedicationShelf _shelf = new();

    public MedicationLookup(IEnumerable<string?> references, FhirBase server)
    {
        _server = server;
        _names = [.. references.OfType<string>().Select(NameOf).Where(IsMedication).Distinct(StringComparer.Ordinal).Take(MostAtOnce)];
    }

    public bool IsEmpty => _names.Length == 0;

    /// <summary>What does not come stays unknown: nothing is asked for again.</summary>
    public async Task ReadAsync(FhirCalls calls, FhirAccess access, int maxEntries, CancellationToken stop)
    {
        var query = _names is [var only] ? only : $"Medication?_id={string.Join(',', _names.Select(IdOf))}&_count={MostAtOnce}";
        var answer = await calls.AskAsync(_server, query, access, stop);
        if (answer.State != SourceState.Complete)
            return;
        foreach (var entry in BundleWalk.Read(answer.Body, maxEntries).Entries)
            _shelf.Add(entry);
    }

    public ChartOrder Complete(ChartOrder order) =>
        order.Elsewhere is { } reference && _shelf.ConceptsOf(NameOf(reference)) is { IsEmpty: false } found
            ? order with { Concepts = [.. found, .. order.Concepts], Elsewhere = null }
            : order;

    public ChartMedication Complete(ChartMedication medication) =>
        medication.Elsewhere is { } reference && _shelf.ConceptsOf(NameOf(reference)) is { IsEmpty: false } found
            ? medication with { Concepts = [.. found, .. medication.Concepts], Elsewhere = null }
            : medication;

    private string NameOf(string reference) => References.Relative(reference, [_server]);

    private static string IdOf(string name) => name["Medication/".Length..];

    // The id goes into an address: letters, digits and the few signs of a FHIR id, and never a step upwards.
    private static bool IsMedication(string name) =>
        name.Split('/') is ["Medication", { Length: > 0 } id]
        && id.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.' or '_')
        && id.Trim('.').Length > 0;
}
