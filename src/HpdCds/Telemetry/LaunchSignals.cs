using System.Diagnostics;

namespace HpdCds.Telemetry;

/// <summary>What one request of a browser to the SMART app leaves in the numbers and on its span.</summary>
internal static class LaunchSignals
{
    public static void Record(string step, string? ehr, string? outcome, int status, TimeSpan duration)
    {
        var (name, became) = (ehr ?? CallSignals.None, outcome ?? "error");
        Signals.Launches.Record(duration.TotalSeconds, new TagList { { "ehr", name }, { "step", step }, { "outcome", became }, { "status", status } });
        CallSignals.Mark($"smart {step}", name, became, status);
    }
}
