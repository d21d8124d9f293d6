using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>Whether times came newest first, told one after the other. Nothing of them is kept but what that needs.</summary>
public readonly struct TimeOrder
{
    private readonly ClinicalTime? _first;
    private readonly ClinicalTime? _last;
    private readonly int _steps;
    private readonly bool _isBroken;

    private TimeOrder(ClinicalTime? first, ClinicalTime? last, int steps, bool isBroken) => (_first, _last, _steps, _isBroken) = (first, last, steps, isBroken);

    private bool IsEmpty => _first is null && !_isBroken;

    /// <param name="time">Nothing where it is not known, which tells nothing about the order of any.</param>
    public TimeOrder Then(ClinicalTime? time) => time is { } now ? Then(new TimeOrder(now, now, 0, isBroken: false)) : new(_first, _last, _steps, isBroken: true);

    public TimeOrder Then(TimeOrder later)
    {
        if (IsEmpty || later.IsEmpty)
            return IsEmpty ? later : this;
        if (_isBroken || later._isBroken || later._first!.Value.Earliest > _last!.Value.Latest)
            return new(_first, later._last, 0, isBroken: true);
        var isStep = later._first.Value.Latest < _last.Value.Earliest;
        return new(_first, later._last, _steps + later._steps + (isStep ? 1 : 0), isBroken: false);
    }

    /// <summary>The last instant that the oldest can have; nothing where the order is another, or too few of them differ.</summary>
    public DateTimeOffset? DownTo(int fewest) => !_isBroken && _last is { } oldest && _steps + 1 >= fewest ? oldest.Latest : null;
}
