using System.Diagnostics;
using OpenTelemetry;

namespace HpdCds.Telemetry;

/// <summary>
/// Takes from a caller the trace that its call belongs to, and nothing else: what it hangs on that trace (its state and
/// baggage are free text) is neither kept nor passed on. Nothing is sent to FHIR servers.
/// </summary>
internal sealed class TraceParentOnly : DistributedContextPropagator
{
    private const string TraceParent = "traceparent";

    public override IReadOnlyCollection<string> Fields { get; } = [TraceParent];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        (traceId, traceState) = (null, null);
        getter?.Invoke(carrier, TraceParent, out traceId, out _);
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}

/// <summary>
/// Of the spans of the web framework only those of our services leave the process, and of what they say only what is listed
/// here: paths, addresses and the names that callers give themselves stay.
/// </summary>
internal sealed class OursOnly : BaseProcessor<Activity>
{
    private const string WebFramework = "Microsoft.AspNetCore";

    private static readonly string[] Told = ["http.request.method", "http.response.status_code", "error.type"];

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name != WebFramework)
            return;
        if (data.GetTagItem(CallSignals.Outcome) is null)
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        foreach (var tag in data.TagObjects.Where(tag => !tag.Key.StartsWith("hpdcds.", StringComparison.Ordinal) && !Told.Contains(tag.Key, StringComparer.Ordinal)).ToList())
            data.SetTag(tag.Key, value: null);
    }
}
