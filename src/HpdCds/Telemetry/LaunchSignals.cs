using System.Diagnostics;

namespace HpdCds.Telemetry;

/// <summary>What one request of a browser to the SMART app leaves in the numbers and on its span.</summary>
internal static class LaunchSignals
{
    private const string None = "none";

    public static void Record(string step, string? ehr, string? outcome, int status, TimeSpan duration)
    {
        Signals.Launches.Record(duration.TotalSeconds, new TagList { { "ehr", ehr ?? None }, { "step", step }, { "outcome", outcome ?? "error" }, { "status", status } });
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.DisplayName = $"smart {step}";
        span.SetTag("http.response.status_code", status).SetTag("hpdcds.ehr", ehr ?? None).SetTag(CallSignals.Outcome, outcome ?? "error");
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
