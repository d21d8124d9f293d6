using HpdCds.Telemetry;

namespace HpdCds.Store;

/// <summary>What could not be kept: counted at once, and written down as a gap as soon as it can be.</summary>
internal sealed class Losses(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Gap? _gap;
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Something was lost and is not yet written down as such; afterwards the reports tell.</summary>
    public bool HasGap
    {
        get
        {
            lock (_lock)
                return _gap is not null;
        }
    }

    public void Lose()
    {
        var now = clock.GetUtcNow();
        PutBack(new(Guid.NewGuid().ToString(), now, now, 1));
        Know(1);
    }

    /// <summary>Of what is lost and written down elsewhere.</summary>
    public void Know(int lost)
    {
        Interlocked.Add(ref _count, lost);
        Signals.StoreLost.Add(lost);
    }

    public Gap? Take()
    {
        lock (_lock)
        {
            var gap = _gap;
            _gap = null;
            return gap;
        }
    }

    public void PutBack(Gap? gap)
    {
        if (gap is null)
            return;
        lock (_lock)
            _gap = _gap is null ? gap : new(gap.Id, gap.Since < _gap.Since ? gap.Since : _gap.Since, gap.Until > _gap.Until ? gap.Until : _gap.Until, gap.Lost + _gap.Lost);
    }
}
