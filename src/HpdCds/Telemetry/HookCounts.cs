using System.Diagnostics.Metrics;

namespace HpdCds.Telemetry;

/// <summary>What is counted of hook calls, by the name of the EHR entry; never anything of a patient or an order.</summary>
internal static class HookCounts
{
    internal static readonly Meter Meter = new("HpdCds");

    private static readonly Counter<long> WithoutDraftOrders = Meter.CreateCounter<long>(
        "hpdcds.hooks.without_draft_orders", "{request}", "Calls that an EHR sent without orders: an address or a scope is not registered there.");

    private static readonly Counter<long> Recognitions = Meter.CreateCounter<long>(
        "hpdcds.recognition", "{request}", "Calls by what their orders were recognised as: none, ici or unresolved.");

    private static readonly Counter<long> UnknownInhibitorNames = Meter.CreateCounter<long>(
        "hpdcds.recognition.unknown_names", "{name}", "Drug names that end like a checkpoint inhibitor's and are in no value set.");

    public static void CalledWithoutDraftOrders(string ehr) => WithoutDraftOrders.Add(1, Tag("ehr", ehr));

    public static void Recognised(string ehr, string outcome, int unknownNames)
    {
        Recognitions.Add(1, Tag("ehr", ehr), Tag("outcome", outcome));
        if (unknownNames > 0)
            UnknownInhibitorNames.Add(unknownNames, Tag("ehr", ehr));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
