using HpdCds.Chart;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>What the service has to say about a request. Pure: the same input gives the same answer.</summary>
public sealed class Advice
{
    /// <summary>Whether the orders are of a kind for which the chart must be read at all.</summary>
    public bool NeedsChart(HookRequest request, TrustedEhr ehr)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(ehr);
        return request.Orders.Any(order => order is { DoNotPerform: false, Status: not ("stopped" or "cancelled" or "entered-in-error") });
    }

    public HookResponse Answer(HookRequest request, PatientChart? chart, TrustedEhr ehr, DateTimeOffset asOf) => HookResponse.Nothing;
}
