using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.Facts;

/// <summary>What the state of the sources says about a fact that was not found in them.</summary>
internal static class Sources
{
    /// <summary>
    /// Why a fact that may stand in any of these places was not found: the first of not authorised, failed, truncated and
    /// not supplied wins; only when all were read completely is it not recorded (clinical model, section 8).
    /// </summary>
    public static UnknownReason WhyNotFound(this PatientChart chart, params ReadOnlySpan<ChartKey> keys)
    {
        var worst = SourceState.Complete;
        foreach (var key in keys)
        {
            if (chart.Sources.TryGetValue(key, out var source) && Weight(source.State) > Weight(worst))
                worst = source.State;
        }

        return worst switch
        {
            SourceState.NotAuthorised => UnknownReason.NotAuthorised,
            SourceState.Failed => UnknownReason.SourceFailed,
            SourceState.Truncated => UnknownReason.Truncated,
            SourceState.NotSupplied => UnknownReason.NotSupplied,
            _ => UnknownReason.NotRecorded,
        };
    }

    /// <summary>Whether all of these places were asked for and read to their end.</summary>
    public static bool WereRead(this PatientChart chart, params ReadOnlySpan<ChartKey> keys)
    {
        foreach (var key in keys)
        {
            if (!chart.Sources.TryGetValue(key, out var source) || source.State != SourceState.Complete)
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether a value newer than those received may exist in this place: it was cut off, and what came does not reach
    /// past the start of the window in the order newest first.
    /// </summary>
    public static bool MayHideNewer(this PatientChart chart, ChartKey key, DateTimeOffset windowStart) =>
        chart.Sources.TryGetValue(key, out var source)
        && source.State == SourceState.Truncated
        && !(source.NewestFirstDownTo < windowStart);

    private static int Weight(SourceState state) => state switch
    {
        SourceState.NotAuthorised => 4,
        SourceState.Failed => 3,
        SourceState.Truncated => 2,
        SourceState.NotSupplied => 1,
        _ => 0,
    };
}
