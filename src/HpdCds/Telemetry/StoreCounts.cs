using System.Diagnostics.Metrics;

namespace HpdCds.Telemetry;

/// <summary>What is counted of the store.</summary>
internal static class StoreCounts
{
    private static readonly Counter<long> LostEntries = HookCounts.Meter.CreateCounter<long>(
        "hpdcds.store.lost", "{entry}", "Decisions and feedback items that could not be kept.");

    private static readonly Counter<long> Repeats = HookCounts.Meter.CreateCounter<long>(
        "hpdcds.cards.suppressed", "{card}", "Cards that were not shown again, because the same was overridden of late.");

    public static void Lost() => LostEntries.Add(1);

    public static void Suppressed(string ehr) => Repeats.Add(1, new KeyValuePair<string, object?>("ehr", ehr));
}
