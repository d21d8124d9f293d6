using System.Collections.Immutable;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Chart;

/// <summary>What a value holds for us: the few entries worth parsing, and counts of what was left out.</summary>
/// <param name="Medications">Medication resources that came along.</param>
/// <param name="PanelOf">Observation reference to the reference of the panel that has it as a member.</param>
public sealed record Sieved(
    Received Received,
    ImmutableArray<WalkedEntry> Kept,
    ImmutableArray<WalkedEntry> Medications,
    ImmutableArray<KeyValuePair<string, string>> PanelOf,
    string? NextLink,
    int OtherPatient,
    int Unreadable,
    bool PatientMismatch) : PatientData
{
    /// <summary>How many matches of the type that was asked for came, whether kept or not.</summary>
    public int Found { get; init; }

    /// <summary>What was sifted.</summary>
    public required BundleWalk Walk { get; init; }

    /// <summary>The times of the matching Observations in the order received, for judging "newest first".</summary>
    internal TimeOrder Times { get; init; }

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
        var subjects = new Subjects();
        var isOfResults = row.ResourceType == BundleEntries.Observation;
        // A server that gives us another patient's has not heard for whom we asked.
        var isForOne = isOwnSearch && !NamesAnother(walk.All, row, ref subjects);
        var ours = new List<WalkedEntry>(walk.Entries.Count);
        var (typed, found, oursInAll, unplaced, times, samples) = (0, 0, 0, 0, default(TimeOrder), default(Samples));
        for (var at = 0; at < walk.All.Count; at++)
        {
            ref readonly var mark = ref walk.All[at];
            if (mark.Type != row.ResourceType)
                continue;
            typed++;
            unplaced += mark.Subject is null ? 1 : 0;
            found += mark.IsMatch ? 1 : 0;
            if (!IsOurs(mark, isForOne, ref subjects))
                continue;
            oursInAll++;
            if (isOfResults)
                times = times.Then(samples.TimeOf(mark, walk.All, zone));
            if (mark.Kept is { } entry)
                ours.Add(entry);
        }

        var outcomes = Of("OperationOutcome", walk);
        var kept = isOfResults ? KeepObservations(ours) : [.. ours];
        Explain(walk, row, ours, kept);
        return new Sieved(
            Classify(walk, outcomes, oursInAll),
            kept,
            Of("Medication", walk),
            PanelsIn(ours),
            walk.NextLink,
            typed - oursInAll,
            walk.EntriesWithoutResource + walk.All.WithoutType,
            row.Key == ChartKey.Patient && walk.Entries.Any(IsAnotherPatient))
        {
            Walk = walk,
            Found = found,
            Times = times,
            Entries = walk.All.Count + walk.EntriesWithoutResource,
            // A result that comes by prefetch and names nobody is no evidence, so nothing is missed with it.
            Unplaced = isForOne || (!isOwnSearch && isOfResults) ? 0 : unplaced,
            Total = walk.Total,
            MayBeLessThanAll = outcomes.Any(outcome => outcome.Resource.Issues.Any(issue => issue.Details.Contains(NotTheEntireRecord, StringComparer.Ordinal))),
        };
    }

    private bool IsAnotherPatient(WalkedEntry entry) => entry.Resource.Type == "Patient" && entry.Resource.Id is { Length: > 0 } id && id != patient.PatientId;

    // Nearly always none.
    private static ImmutableArray<WalkedEntry> Of(string type, BundleWalk walk)
    {
        List<WalkedEntry>? found = null;
        for (var at = 0; at < walk.Entries.Count; at++)
        {
            if (walk.Entries[at].Resource.Type == type)
                (found ??= []).Add(walk.Entries[at]);
        }

        return found is null ? [] : [.. found];
    }

    private bool NamesAnother(BundleEntries all, PrefetchRow row, ref Subjects subjects)
    {
        for (var at = 0; at < all.Count; at++)
        {
            if (all[at].Type == row.ResourceType && all[at].Subject is { } subject && !subjects.AreOurs(subject, patient))
                return true;
        }

        return false;
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
            var fate = entry.Resource.IsContradicted ? Fate.Unreadable
                : entry.Resource.Type != row.ResourceType ? Fate.OtherType
                : !ours.Contains(entry) ? Fate.AnotherPatient
                : GroupsOf(entry.Resource).Length == 0 ? Fate.OtherCode
                : Fate.Superseded;
            trace.Note(ReferenceOf(entry), fate, row.Key);
        }
    }

    private ImmutableArray<KeyValuePair<string, string>> PanelsIn(List<WalkedEntry> ours)
    {
        List<KeyValuePair<string, string>>? panelOf = null;
        foreach (var entry in ours)
        {
            foreach (var member in entry.Resource.Members)
                (panelOf ??= []).Add(KeyValuePair.Create(References.Relative(member, patient.Bases), ReferenceOf(entry)));
        }

        return panelOf is null ? [] : [.. panelOf];
    }

    private bool IsOurs(in EntryMark mark, bool isForOne, ref Subjects subjects)
    {
        if (mark.Type == "Patient")
            return mark.Kept!.Resource.Id == patient.PatientId;
        return mark.Subject is { } subject ? subjects.AreOurs(subject, patient) : isForOne;
    }

    /// <summary>In a chart nearly every entry names the same subject, in the same string.</summary>
    private struct Subjects
    {
        private string? _last;
        private bool _isOurs;

        public bool AreOurs(string subject, PatientIdentity patient)
        {
            if (!ReferenceEquals(subject, _last))
                (_last, _isOurs) = (subject, patient.IsNamedBy(subject));
            return _isOurs;
        }
    }

    /// <summary>The results of one sample come together.</summary>
    private struct Samples
    {
        private int _last;
        private ClinicalTime? _time;

        public ClinicalTime? TimeOf(in EntryMark mark, BundleEntries all, TimeZoneInfo zone)
        {
            if (mark.Kept is { } kept)
                return kept.Resource.EffectiveTime(zone);
            if (mark.Time != _last)
                (_last, _time) = (mark.Time, all.TimeOf(mark, zone));
            return _time;
        }
    }

    private static Received Classify(BundleWalk walk, ImmutableArray<WalkedEntry> outcomes, int matches)
    {
        var (hasErrors, isDenied, isWithheld, isIncomplete) = (false, false, false, false);
        foreach (var issues in outcomes.Select(outcome => outcome.Resource.Issues))
        {
            hasErrors |= issues.Count == 0;
            foreach (var (severity, code, _) in issues)
            {
                var isError = severity is not ("warning" or "information");
                hasErrors |= isError;
                isDenied |= isError && code is "login" or "security" or "forbidden" or "suppressed";
                // A warning too can say that what came is not all there is.
                isWithheld |= code == "suppressed";
                isIncomplete |= code == "incomplete";
            }
        }

        return walk.Shape switch
        {
            ValueShape.Null => Received.Null,
            ValueShape.NotFhir => Received.NotFhir,
            _ when hasErrors && matches > 0 => Received.Partial,
            _ when hasErrors => isDenied ? Received.Denied : Received.ErrorOutcome,
            _ when isWithheld && matches == 0 => Received.Denied,
            _ when isWithheld || isIncomplete => Received.Partial,
            ValueShape.Outcome => Received.Empty,
            _ when walk.IsCutShort => Received.Partial,
            _ when walk.NextLink is not null => Received.Paged,
            _ when matches > 0 => Received.Matches,
            _ => walk.All.Count + walk.EntriesWithoutResource > outcomes.Length ? Received.Foreign : Received.Empty,
        };
    }

    private ImmutableArray<WalkedEntry> KeepObservations(List<WalkedEntry> ours)
    {
        if (ours.Count == 0)
            return [];
        var kept = ImmutableArray.CreateBuilder<WalkedEntry>();
        var kinds = new Dictionary<IReadOnlyList<(string? System, string Code)>, (string[] Groups, bool AreWindowed)>(ReferenceEqualityComparer.Instance);
        OldOnes? old = null;
        Predicate<string> isWindowed = table.IsWindowed;
        foreach (var entry in ours)
        {
            // Codings that are alike are one list; see WalkMemory.
            if (!kinds.TryGetValue(entry.Resource.Codes, out var kind))
            {
                var groups = GroupsOf(entry.Resource);
                kinds[entry.Resource.Codes] = kind = (groups, Array.TrueForAll(groups, isWindowed));
            }

            if (kind.Groups.Length == 0)
                continue;
            if (kind.AreWindowed && entry.Resource.AnyTime(zone) is { } when && when.Latest < windowStart)
                (old ??= new()).Add(entry, when.Latest, kind.Groups);
            else
                kept.Add(entry);
        }

        if (old is not null)
            kept.AddRange(old.Newest());
        return kept.DrainToImmutable();
    }

    /// <summary>The newest of each group; of two that are as old the one that is named first.</summary>
    private sealed class OldOnes
    {
        private readonly OrderedDictionary<string, List<(WalkedEntry Entry, DateTimeOffset Latest)>> _byGroup = new(StringComparer.Ordinal);

        public void Add(WalkedEntry entry, DateTimeOffset latest, string[] groups)
        {
            if (entry.Resource.Status is "entered-in-error" or "cancelled" or "registered")
                return;
            foreach (var group in groups)
            {
                if (!_byGroup.TryGetValue(group, out var newest))
                    _byGroup[group] = newest = [];
                if (newest.Count == KeptOldOnesPerGroup && !IsBefore(entry, latest, newest[^1]))
                    continue;
                var place = newest.Count;
                while (place > 0 && IsBefore(entry, latest, newest[place - 1]))
                    place--;
                newest.Insert(place, (entry, latest));
                if (newest.Count > KeptOldOnesPerGroup)
                    newest.RemoveAt(KeptOldOnesPerGroup);
            }
        }

        public IEnumerable<WalkedEntry> Newest() => _byGroup.Values.SelectMany(newest => newest).Select(item => item.Entry).Distinct();

        private static bool IsBefore(WalkedEntry entry, DateTimeOffset latest, (WalkedEntry Entry, DateTimeOffset Latest) other) =>
            latest != other.Latest ? latest > other.Latest : string.CompareOrdinal(ReferenceOf(entry), ReferenceOf(other.Entry)) < 0;
    }

    private string[] GroupsOf(in ResourceGlance resource)
    {
        string[] groups = [];
        for (var at = 0; at < resource.Codes.Count; at++)
        {
            var (system, code) = resource.Codes[at];
            if (codes.Observations.Find(system, code)?.Group is { } group && table.IsForFacts(group) && !groups.Contains(group, StringComparer.Ordinal))
                groups = [.. groups, group];
        }

        return groups;
    }
}
