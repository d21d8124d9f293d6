using HpdCds.Hooks;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>
/// Medications to which orders only point, read from the FHIR server in one call, or each by itself where that call brings not
/// all of them; never from another server.
/// </summary>
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

    /// <summary>What does not come stays unknown.</summary>
    /// <param name="takeCall">Whether another call may be made.</param>
    public async Task ReadAsync(FhirCalls calls, FhirAccess access, ReadingBudget budget, Func<bool> takeCall, int maxEntries, CancellationToken stop)
    {
        if (_names.Length > 1 && (!takeCall() || !await SearchAsync(calls, access, budget, takeCall, maxEntries, stop)))
            return;
        var reads = _names.Where(name => !_shelf.Holds(name)).TakeWhile(_ => takeCall()).Select(name => calls.AskAsync(_server, name, access, stop)).ToList();
        foreach (var answer in await Task.WhenAll(reads))
            Take(answer, maxEntries);
    }

    // No server has to let Medications be searched for, and not every token that may read one may search. A host that is in
    // trouble is not asked for them one by one.
    private async Task<bool> SearchAsync(FhirCalls calls, FhirAccess access, ReadingBudget budget, Func<bool> takeCall, int maxEntries, CancellationToken stop)
    {
        var answer = await calls.AskAsync(_server, $"Medication?_id={string.Join(',', _names.Select(IdOf))}&_count={MostAtOnce}", access, stop, takeCall);
        if (answer.State == SourceState.Failed && !answer.IsNotTaken)
            return false;
        for (var page = 0; Take(answer, maxEntries) is { } next && page < ReadingBudget.PagesPerKey && _server.Resolve(next) is { } url && budget.TakePage(); page++)
            answer = await calls.GetAsync(url, access, stop);
        return true;
    }

    /// <returns>The link to more.</returns>
    private string? Take(FhirAnswer answer, int maxEntries)
    {
        if (answer.State != SourceState.Complete)
            return null;
        var walk = BundleWalk.Read(answer.Body, maxEntries);
        foreach (var entry in walk.Entries)
            _shelf.Add(entry);
        return walk.NextLink;
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
