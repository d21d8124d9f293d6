using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HpdCds.Tests.Telemetry;

/// <summary>What the service says of itself in spans and numbers while a test runs.</summary>
internal sealed class Heard : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _numbers = new();
    private readonly ConcurrentDictionary<string, (string? Unit, string? Description)> _instruments = new(StringComparer.Ordinal);
    private readonly ActivityListener _listener;
    private readonly MeterListener _meters = new();

    public Heard()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "HpdCds" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _meters.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name != "HpdCds")
                return;
            _instruments[instrument.Name] = (instrument.Unit, instrument.Description);
            self.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _numbers.Enqueue((instrument.Name, value, Written(tags))));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _numbers.Enqueue((instrument.Name, value, Written(tags))));
        _meters.Start();
    }

    public IReadOnlyDictionary<string, (string? Unit, string? Description)> Instruments => _instruments;

    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

    /// <summary>The sum of one number over measurements whose tags hold all of <paramref name="tags"/>.</summary>
    public double Sum(string name, params string[] tags) => _numbers
        .Where(number => number.Name == name && Array.TrueForAll(tags, tag => number.Tags.Contains($",{tag},", StringComparison.Ordinal)))
        .Sum(number => number.Value);

    public int Count(string name, params string[] tags) => _numbers
        .Count(number => number.Name == name && Array.TrueForAll(tags, tag => number.Tags.Contains($",{tag},", StringComparison.Ordinal)));

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
    }

    private static string Written(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Concat(tags.ToArray().Select(tag => $",{tag.Key}={tag.Value}")) + ",";
}
