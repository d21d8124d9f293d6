using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>How far the reading of one key has come.</summary>
internal sealed class KeyReading(PrefetchRow row)
{
    private const int FewestTimesInOrder = 5;

    private readonly List<BundleWalk> _walks = [];
    private HashSet<ulong>? _found;
    private TimeOrder _times;
    private KeyReading? _holder;
    private int? _total;
    private bool _mayBeFullPage;
    private bool _mayBeLessThanAll;

    public PrefetchRow Row { get; } = row;

    public bool IsSupplied { get; init; }

    public NextStep Next { get; set; }

    public SourceState State { get; set; }

    public string? NextLink { get; private set; }

    /// <summary>The server was asked again without our hints, so the order in which things came says nothing.</summary>
    public bool WasAskedPlainly { get; set; }

    /// <summary>The question that was asked last, without the patient.</summary>
    public string Asked { get => field ?? Row.Template; set; }

    /// <summary>The matches that the present search has brought, whatever became of them.</summary>
    public IEnumerable<WalkedEntry> Entries => _walks.SelectMany(walk => walk.Entries).Where(entry => entry.Resource.Type == Row.ResourceType && entry.IsMatch);

    /// <summary>The server found fault with the search itself.</summary>
    public bool WasNotUnderstood { get; set; }

    public bool PatientMismatch { get; private set; }

    public int OtherPatient { get; private set; }

    public int Unreadable { get; private set; }

    public ImmutableArray<WalkedEntry> Kept { get; private set; } = [];

    public ImmutableArray<WalkedEntry> Medications { get; private set; } = [];

    public ImmutableArray<KeyValuePair<string, string>> PanelOf { get; private set; } = [];

    /// <summary>Something came that nobody could read or place.</summary>
    public bool HasHole { get; set; }

    /// <summary>How many different entries the present search has brought.</summary>
    public int Came { get; private set; }

    public Received Take(Sieved sieved)
    {
        ArgumentNullException.ThrowIfNull(sieved);
        // One page is what nearly every key has.
        Kept = Kept.AddRange(sieved.Kept);
        Medications = Medications.AddRange(sieved.Medications);
        PanelOf = PanelOf.AddRange(sieved.PanelOf);
        _times = _times.Then(sieved.Times);
        NextLink = sieved.NextLink;
        _walks.Add(sieved.Walk);
        Count(sieved);
        OtherPatient += sieved.OtherPatient;
        Unreadable += sieved.Unreadable;
        HasHole |= sieved.Unreadable + sieved.Unplaced > 0;
        PatientMismatch |= sieved.PatientMismatch;
        return sieved.Received;
    }

    /// <summary>Another search is asked: what came before is no part of its answer.</summary>
    public void AskAnew()
    {
        _found = null;
        _walks.Clear();
        (Came, _total, _mayBeFullPage, _mayBeLessThanAll, HasHole) = (0, null, false, false, false);
    }

    /// <summary>The other key was asked for together with this one and holds what came.</summary>
    public void EndAs(KeyReading other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Next, State, WasAskedPlainly, WasNotUnderstood) = (other.Next, other.State, other.WasAskedPlainly, other.WasNotUnderstood);
        (HasHole, Asked) = (other.HasHole, other.Asked);
        _times = _times.Then(other._times);
        _holder = other;
    }

    public ChartSource ToSource()
    {
        var holder = _holder ?? this;
        if (State != SourceState.Complete || Row.Key == ChartKey.Patient)
            return new(Row.Key, State, NewestFirstDownTo(), IsSupplied);
        if (holder.IsCut || HasHole)
            return new(Row.Key, SourceState.Truncated, NewestFirstDownTo(), IsSupplied);
        // Nothing of what this user may see was cut off, so the latest of it is the latest; what is not there may be withheld.
        return holder._mayBeLessThanAll
            ? new(Row.Key, SourceState.Truncated, DateTimeOffset.UnixEpoch, IsSupplied)
            : new(Row.Key, SourceState.Complete, NewestFirstDownTo(), IsSupplied);
    }

    // What comes twice came once. Of several totals the largest may be true, and one below what came says nothing.
    private bool IsCut => _total > Came || (!(_total == Came) && _mayBeFullPage);

    private void Count(Sieved sieved)
    {
        if (sieved.Found > 0)
            CountFound(sieved);
        Came += sieved.Unreadable;
        _total = BundleWalk.LargerOf(_total, sieved.Total);
        _mayBeLessThanAll |= sieved.MayBeLessThanAll;
        // Some servers cut at the count that they were asked for, or at their own, without a link to the rest; what is said about
        // the search and what was included may count as well as not.
        _mayBeFullPage = sieved.Found <= PrefetchTable.PageSize && sieved.Entries >= PrefetchTable.PageSize;
    }

    private void CountFound(Sieved sieved)
    {
        var named = new HashSet<ulong>(sieved.Found);
        var areTwins = false;
        var all = sieved.Walk.All;
        for (var at = 0; at < all.Count; at++)
        {
            if (!IsMatch(all[at]))
                continue;
            if (all[at].Name == 0)
                Came++;
            else
                areTwins |= !named.Add(all[at].Name);
        }

        if (areTwins)
            CountVersions(all);
        else if (_found is null)
            (_found, Came) = (named, Came + named.Count);
        else
            Came += named.Count(_found.Add);
    }

    // Two versions of one resource beside each other were counted as two; on another page it is the same one.
    private void CountVersions(BundleEntries all)
    {
        var versions = new HashSet<(ulong Name, ulong Content)>();
        for (var at = 0; at < all.Count; at++)
        {
            if (IsMatch(all[at]) && all[at].Name != 0)
                versions.Add((all[at].Name, all[at].Content));
        }

        _found ??= [];
        Came += versions.GroupBy(version => version.Name).Sum(copies => _found.Add(copies.Key) ? copies.Count() : 0);
    }

    private bool IsMatch(in EntryMark mark) => mark.IsMatch && mark.Type == Row.ResourceType;

    /// <summary>
    /// The last instant that the oldest entry can have, when the entries came newest first. An entry without an effective time,
    /// and one that could not be read, say nothing about the order, so then nothing is claimed; nor with few different times,
    /// which stand in that order by chance: five of them once in 120 times.
    /// </summary>
    private DateTimeOffset? NewestFirstDownTo() =>
        !Row.IsSortedByDate || WasAskedPlainly || HasHole ? null : _times.DownTo(FewestTimesInOrder);
}
