using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>How far the reading of one key has come.</summary>
internal sealed class KeyReading(PrefetchRow row)
{
    private readonly List<ClinicalTime?> _times = [];
    private readonly List<IReadOnlyList<WalkedEntry>> _pages = [];
    private KeyReading? _holder;
    private int? _total;

    public PrefetchRow Row { get; } = row;

    public bool IsSupplied { get; init; }

    public NextStep Next { get; set; }

    public SourceState State { get; set; }

    public string? NextLink { get; private set; }

    /// <summary>The server was asked again without our hints, so the order in which things came says nothing.</summary>
    public bool WasAskedPlainly { get; set; }

    /// <summary>The server found fault with the search itself.</summary>
    public bool WasNotUnderstood { get; set; }

    public bool PatientMismatch { get; private set; }

    public int OtherPatient { get; private set; }

    public int Unreadable { get; private set; }

    public List<WalkedEntry> Kept { get; } = [];

    public List<WalkedEntry> Medications { get; } = [];

    public List<KeyValuePair<string, string>> PanelOf { get; } = [];

    /// <summary>Something came that nobody could read or place.</summary>
    public bool HasHole { get; private set; }

    public Received Take(Sieved sieved)
    {
        ArgumentNullException.ThrowIfNull(sieved);
        Kept.AddRange(sieved.Kept);
        Medications.AddRange(sieved.Medications);
        PanelOf.AddRange(sieved.PanelOf);
        _times.AddRange(sieved.Times);
        NextLink = sieved.NextLink;
        _pages.Add(sieved.Found);
        _total = sieved.Total ?? _total;
        OtherPatient += sieved.OtherPatient;
        Unreadable += sieved.Unreadable;
        HasHole |= sieved.Unreadable + sieved.Unplaced > 0;
        PatientMismatch |= sieved.PatientMismatch;
        return sieved.Received;
    }

    /// <summary>Another search is asked: what came before is no part of its answer.</summary>
    public void AskAnew()
    {
        _pages.Clear();
        (_total, HasHole) = (null, false);
    }

    /// <summary>The other key was asked for together with this one and holds what came.</summary>
    public void EndAs(KeyReading other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Next, State, WasAskedPlainly, WasNotUnderstood) = (other.Next, other.State, other.WasAskedPlainly, other.WasNotUnderstood);
        HasHole = other.HasHole;
        _times.AddRange(other._times);
        _holder = other;
    }

    public ChartSource ToSource() =>
        new(Row.Key, State == SourceState.Complete && (_holder ?? this).IsCut ? SourceState.Truncated : State, NewestFirstDownTo(), IsSupplied);

    private bool IsCut => IsCutAt(_total, Matches + Unreadable, _pages is [.., var last] ? last.Count : 0);

    /// <summary>Some servers cut at the count that they were asked for, or at their own, without a link to the rest.</summary>
    public static bool IsCutAt(int? total, int came, int onLastPage) => total is { } counted ? counted > came : onLastPage == PrefetchTable.PageSize;

    /// <summary>What a page repeats of those before it came once.</summary>
    private int Matches
    {
        get
        {
            if (_pages is [var only])
                return only.Count;
            var (matches, seen) = (0, new HashSet<string>(StringComparer.Ordinal));
            foreach (var page in _pages)
            {
                var references = page.Select(BundleSieve.ReferenceOf).ToArray();
                matches += references.Count(reference => !seen.Contains(reference));
                seen.UnionWith(references);
            }

            return matches;
        }
    }

    /// <summary>
    /// The last instant that the oldest entry can have, when no entry is surely later than one before it. An entry
    /// without an effective time says nothing about the order, so then nothing is claimed.
    /// </summary>
    private DateTimeOffset? NewestFirstDownTo()
    {
        if (!Row.IsSortedByDate || WasAskedPlainly || _times.Count == 0 || _times.Exists(time => time is null))
            return null;
        for (var i = 1; i < _times.Count; i++)
        {
            if (_times[i]!.Value.Earliest > _times[i - 1]!.Value.Latest)
                return null;
        }

        return _times[^1]!.Value.Latest;
    }
}
