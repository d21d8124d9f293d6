using System.Collections.Immutable;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Chart;

/// <summary>What a value holds for us: the few entries worth parsing, and counts of what was left out.</summary>
/// <param name="Times">The time of every matching Observation in the order received, for judging "newest first".</param>
/// <param name="Medications">Medication resources that came along.</param>
/// <param name="PanelOf">Observation reference to the reference of the panel that has it as a member.</param>
public sealed record Sieved(
    Received Received,
    ImmutableArray<WalkedEntry> Kept,
    ImmutableArray<ClinicalTime?> Times,
    ImmutableArray<WalkedEntry> Medications,
    ImmutableArray<KeyValuePair<string, string>> PanelOf,
    string? NextLink,
    int OtherPatient,
    int Unreadable,
    bool PatientMismatch) : PatientData
{
    /// <summary>Every match of the type that was asked for, whether kept or not.</summary>
    public IReadOnlyList<WalkedEntry> Found { get; init; } = [];

    /// <summary>Entries of every kind, with what was included, what is said about the search, and what could not be read.</summary>
    public int Entries { get; init; }

    /// <summary>Entries that do not say whose they are, where that is not known from the question.</summary>
    public int Unplaced { get; init; }

    public int? Total { get; init; }

    /// <summary>The server says that the record may hold more than it gives.</summary>
    public bool MayBeLessThanAll { get; init; }
}

/// <summary>
/// Decides from a glance at each entry which ones can matter. Parsing is dear, looking is cheap: of results older than
/// every window only the newest of each group stay, so that "too old" can be shown.
/// </summary>
public sealed class BundleSieve(
    CodeSets codes, PrefetchTable table, PatientIdentity patient, TimeZoneInfo zone, DateTimeOffset windowStart, ReadingTrace? trace = null)
{
    private const int KeptOldOnesPerGroup = 3;

    // Epic: "It may not contain the entire record available in the system." It says so as a warning of code processing.
    private const string NotTheEntireRecord = "4119";

    /// <param name="isOwnSearch">The value answers our own <c>patient=</c> search: there a missing subject counts as ours.</param>
    public Sieved Sift(BundleWalk walk, PrefetchRow row, bool isOwnSearch)
    {
        ArgumentNullException.ThrowIfNull(walk);
        ArgumentNullException.ThrowIfNull(row);
        var outcomes = walk.Entries.Where(entry => entry.Resource.Type == "OperationOutcome").ToList();
        var typed = walk.Entries.Where(entry => entry.Resource.Type == row.ResourceType).ToList();
        // A server that gives us another patient's has not heard for whom we asked.
        var isForOne = isOwnSearch && !typed.Exists(entry => entry.Resource.Subject is { } subject && !patient.IsNamedBy(subject));
        var ours = typed.Where(entry => IsOurs(entry.Resource, isForOne)).ToList();
        var kept = row.ResourceType == "Observation" ? KeepObservations(ours) : [.. ours];
        Explain(walk, row, ours, kept);
        return new Sieved(
            Classify(walk, outcomes, ours.Count),
            kept,
            row.ResourceType == "Observation" ? [.. ours.Select(entry => ChartTimes.Parse(entry.Resource.Effective, zone))] : [],
            [.. walk.Entries.Where(entry => entry.Resource.Type == "Medication")],
            [.. ours.SelectMany(entry => entry.Resource.Members.Select(member => KeyValuePair.Create(References.Relative(member, patient.Bases), ReferenceOf(entry))))],
            walk.NextLink,
            typed.Count - ours.Count,
            walk.EntriesWithoutResource + walk.Entries.Count(entry => string.IsNullOrEmpty(entry.Resource.Type)),
            row.Key == ChartKey.Patient && typed.Exists(entry => entry.Resource.Id is { Length: > 0 } id && id != patient.PatientId))
        {
            Found = [.. typed.Where(entry => entry.SearchMode is not ("include" or "outcome"))],
            Entries = walk.Entries.Count + walk.EntriesWithoutResource,
            // A result that comes by prefetch and names nobody is no evidence, so nothing is missed with it.
            Unplaced = isForOne || (!isOwnSearch && row.ResourceType == "Observation") ? 0 : typed.Count(entry => entry.Resource.Subject is null),
            Total = walk.Total,
            MayBeLessThanAll = outcomes.Exists(entry => entry.Resource.Issues.Any(issue => issue.Details.Contains(NotTheEntireRecord, StringComparer.Ordinal))),
        };
    }

    /// <summary>The name under which a resource is known here: <c>Type/id</c>, or what its Bundle calls it.</summary>
    public static string ReferenceOf(WalkedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Resource.Id is { Length: > 0 } id ? $"{entry.Resource.Type}/{id}" : entry.FullUrl ?? $"{entry.Resource.Type}/";
    }

    private void Explain(BundleWalk walk, PrefetchRow row, List<WalkedEntry> ours, ImmutableArray<WalkedEntry> kept)
    {
        if (trace is null)
            return;
        foreach (var entry in walk.Entries.Where(entry => entry.Resource.Type is not ("OperationOutcome" or "Medication") && !kept.Contains(entry)))
        {
            var fate = entry.Resource.Type != row.ResourceType ? Fate.OtherType
                : !ours.Contains(entry) ? Fate.AnotherPatient
                : GroupsOf(entry.Resource).Length == 0 ? Fate.OtherCode
                : Fate.Superseded;
            trace.Note(ReferenceOf(entry), fate, row.Key);
        }
    }

    private bool IsOurs(ResourceGlance resource, bool isOwnSearch)
    {
        if (resource.Type == "Patient")
            return resource.Id == patient.PatientId;
        return resource.Subject is { } subject ? patient.IsNamedBy(subject) : isOwnSearch;
    }

    private static Received Classify(BundleWalk walk, List<WalkedEntry> outcomes, int matches)
    {
        var errors = outcomes.SelectMany(entry => entry.Resource.Issues.DefaultIfEmpty())
            .Where(issue => issue.Severity is not ("warning" or "information")).ToList();
        var isDenied = errors.Exists(issue => issue.Code is "login" or "security" or "forbidden" or "suppressed");
        // A warning too can say that what came is not all there is.
        var told = outcomes.SelectMany(entry => entry.Resource.Issues).Select(issue => issue.Code).ToList();
        var (isWithheld, isIncomplete) = (told.Contains("suppressed"), told.Contains("incomplete"));
        return walk.Shape switch
        {
            ValueShape.Null => Received.Null,
            ValueShape.NotFhir => Received.NotFhir,
            _ when errors.Count > 0 && matches > 0 => Received.Partial,
            _ when errors.Count > 0 => isDenied ? Received.Denied : Received.ErrorOutcome,
            _ when isWithheld && matches == 0 => Received.Denied,
            _ when isWithheld || isIncomplete => Received.Partial,
            ValueShape.Outcome => Received.Empty,
            _ when walk.IsCutShort => Received.Partial,
            _ when walk.NextLink is not null => Received.Paged,
            _ when matches > 0 => Received.Matches,
            _ => walk.Entries.Count + walk.EntriesWithoutResource > outcomes.Count ? Received.Foreign : Received.Empty,
        };
    }

    private ImmutableArray<WalkedEntry> KeepObservations(List<WalkedEntry> ours)
    {
        var kept = ImmutableArray.CreateBuilder<WalkedEntry>();
        var old = new List<(WalkedEntry Entry, DateTimeOffset Latest, string[] Groups)>();
        foreach (var entry in ours)
        {
            var groups = GroupsOf(entry.Resource);
            if (groups.Length == 0)
                continue;
            var time = ChartTimes.Parse(entry.Resource.Effective ?? entry.Resource.Issued, zone);
            if (time is { } when && when.Latest < windowStart && Array.TrueForAll(groups, table.IsWindowed))
                old.Add((entry, when.Latest, groups));
            else
                kept.Add(entry);
        }

        kept.AddRange(NewestOfEachGroup(old));
        return kept.ToImmutable();
    }

    private static IEnumerable<WalkedEntry> NewestOfEachGroup(List<(WalkedEntry Entry, DateTimeOffset Latest, string[] Groups)> old) =>
        old.Where(item => item.Entry.Resource.Status is not ("entered-in-error" or "cancelled" or "registered"))
            .SelectMany(item => item.Groups.Select(group => (item.Entry, item.Latest, Group: group)))
            .GroupBy(item => item.Group, StringComparer.Ordinal)
            .SelectMany(group => group.OrderByDescending(item => item.Latest).ThenBy(item => ReferenceOf(item.Entry), StringComparer.Ordinal).Take(KeptOldOnesPerGroup))
            .Select(item => item.Entry)
            .Distinct();

    private string[] GroupsOf(ResourceGlance resource) =>
        [.. resource.Codes.Select(code => codes.Observations.Find(code.System, code.Code)?.Group).OfType<string>().Distinct(StringComparer.Ordinal)];
}
