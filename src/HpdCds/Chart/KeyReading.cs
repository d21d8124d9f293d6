using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>How far the reading of one key has come.</summary>
internal sealed class KeyReading(PrefetchRow row)
{
    private readonly List<ClinicalTime?> _times = [];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private KeyReading? _holder;
    private int? _total;
    private int _matches;
    private int _onLastPage;

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

    /// <returns>What this makes of the key together with what came before.</returns>
    public Received Take(Sieved sieved)
    {
        ArgumentNullException.ThrowIfNull(sieved);
        Kept.AddRange(sieved.Kept);
        Medications.AddRange(sieved.Medications);
        PanelOf.AddRange(sieved.PanelOf);
        _times.AddRange(sieved.Times);
        NextLink = sieved.NextLink;
        _matches += sieved.Found.Count(reference => !_found.Contains(reference));
        _found.UnionWith(sieved.Found);
        _total = sieved.Total ?? _total;
        _onLastPage = sieved.Found.Length;
        OtherPatient += sieved.OtherPatient;
        Unreadable += sieved.Unreadable;
        PatientMismatch |= sieved.PatientMismatch;
        return WithoutCut(sieved);
    }

    /// <summary>Another search is asked: what came before is no part of its answer.</summary>
    public void AskAnew()
    {
        _found.Clear();
        (_total, _matches, _onLastPage) = (null, 0, 0);
    }

    private Received WithoutCut(Sieved sieved) =>
        IsCut && sieved.Received is (Received.Matches or Received.Empty) ? Received.Partial : sieved.Received;

    /// <summary>The other key was asked for together with this one and holds what came.</summary>
    public void EndAs(KeyReading other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Next, State, WasAskedPlainly, WasNotUnderstood) = (other.Next, other.State, other.WasAskedPlainly, other.WasNotUnderstood);
        _times.AddRange(other._times);
        _holder = other;
    }

    public ChartSource ToSource() =>
        new(Row.Key, State == SourceState.Complete && (_holder ?? this).IsCut ? SourceState.Truncated : State, NewestFirstDownTo(), IsSupplied);

    // Some servers cut at the count that they were asked for, or at their own, without a link to the rest.
    private bool IsCut => _total is { } total ? total > _matches + Unreadable : _onLastPage == PrefetchTable.PageSize;

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
