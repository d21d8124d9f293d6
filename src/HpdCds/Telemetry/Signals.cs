using System.Diagnostics;
using System.Diagnostics.Metrics;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Trust;

namespace HpdCds.Telemetry;

/// <summary>
/// Everything that the service tells about itself in numbers and spans: stable names, units by UCUM, and never anything of a
/// patient, an order or a token. Tags hold names from the settings, the knowledge and the specifications only: nothing that a
/// request chose.
/// </summary>
internal static class Signals
{
    public const string Name = "HpdCds";

    /// <summary>Of a call and of a station: from a walk through a small body to a server that lets us wait.</summary>
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public static readonly ActivitySource Spans = new(Name);

    public static readonly Meter Meter = new(Name);

    public static readonly Histogram<double> Calls = Meter.CreateHistogram(
        "hpdcds.call.duration", "s", "Calls of the services by what became of them.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    public static readonly Histogram<double> Stations = Meter.CreateHistogram(
        "hpdcds.station.duration", "s", "Time that calls spend at each station.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    public static readonly Counter<long> Recognitions = Meter.CreateCounter<long>(
        "hpdcds.recognition", "{call}", "Calls by what their orders were recognised as: none, ici or unresolved.");

    public static readonly Counter<long> UnknownNames = Meter.CreateCounter<long>(
        "hpdcds.recognition.unknown_names", "{name}", "Drug names that end like a checkpoint inhibitor's and are in no value set.");

    public static readonly Counter<long> WithoutDraftOrders = Meter.CreateCounter<long>(
        "hpdcds.calls.without_draft_orders", "{call}", "Calls that an EHR sent without orders: an address or a scope is not registered there.");

    public static readonly Counter<long> Assessments = Meter.CreateCounter<long>(
        "hpdcds.assessments", "{assessment}", "Assessments by model, band and what was shown.");

    public static readonly Counter<long> Unknowns = Meter.CreateCounter<long>(
        "hpdcds.facts.unknown", "{fact}", "Core facts that stayed unknown, by reason.");

    public static readonly Counter<long> Sources = Meter.CreateCounter<long>(
        "hpdcds.sources", "{source}", "Prefetch keys by how reading them ended, and whether they came with the request.");

    public static readonly Counter<long> NotRead = Meter.CreateCounter<long>(
        "hpdcds.calls.not_read", "{call}", "Calls that got no assessment because nothing of the patient could be read, by reason.");

    public static readonly Counter<long> Suppressed = Meter.CreateCounter<long>(
        "hpdcds.cards.suppressed", "{card}", "Cards that were not shown again, because the same was overridden of late.");

    public static readonly Counter<long> Feedback = Meter.CreateCounter<long>(
        "hpdcds.feedback", "{item}", "Items of feedback that came.");

    public static readonly Histogram<double> FhirCalls = Meter.CreateHistogram(
        "hpdcds.fhir.duration", "s", "Questions to FHIR servers, with all their tries, by host and resource type.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    public static readonly UpDownCounter<long> OpenBreakers = Meter.CreateUpDownCounter<long>(
        "hpdcds.fhir.breakers_open", "{breaker}", "FHIR servers that are left alone for a while because they failed too often.");

    public static readonly Histogram<double> Launches = Meter.CreateHistogram(
        "hpdcds.smart.duration", "s", "Requests of browsers to the SMART app by step and what became of them.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    public static readonly Counter<long> RefusedTokens = Meter.CreateCounter<long>(
        "hpdcds.tokens.refused", "{token}", "Tokens of callers that were not accepted, by reason.");

    public static readonly Counter<long> StoreLost = Meter.CreateCounter<long>(
        "hpdcds.store.lost", "{entry}", "Decisions and feedback items that could not be kept.");

    public static readonly Counter<long> UnclosedRuns = Meter.CreateCounter<long>(
        "hpdcds.store.unclosed_runs", "{run}", "Earlier runs of the service that ended and did not say that everything was stored.");

    public static readonly UpDownCounter<long> StoreWaiting = Meter.CreateUpDownCounter<long>(
        "hpdcds.store.waiting", "{entry}", "Entries that are not in the store yet.");

    private static readonly AsyncLocal<bool> Rehearsing = new();

    /// <summary>Says of the calling method, and of what it calls, that it is no call of anybody: its stations are neither timed nor shown.</summary>
    public static void Rehearse() => Rehearsing.Value = true;

    /// <summary>What alerts look at begins at zero: a counter that is not there yet would hide the first thing that it counts.</summary>
    public static void Begin(IEnumerable<string> ehrs)
    {
        StoreLost.Add(0);
        UnclosedRuns.Add(0);
        foreach (var reason in CallerTokens.Reasons)
            RefusedTokens.Add(0, Tag("reason", reason));
        foreach (var ehr in ehrs.Select(name => Tag("ehr", name)))
        {
            UnknownNames.Add(0, ehr);
            WithoutDraftOrders.Add(0, ehr);
            foreach (var outcome in Enum.GetValues<RecognitionOutcome>())
                Recognitions.Add(0, ehr, Tag("outcome", AssessmentExtension.CodeOf(outcome)));
            foreach (var reason in (string[])[UnknownReason.NotSupplied.Code(), UnknownReason.NotAuthorised.Code(), UnknownReason.SourceFailed.Code(), CallRecord.AnotherPatient])
                NotRead.Add(0, ehr, Tag("reason", reason));
        }
    }

    /// <summary>Marks the time until the end of the calling block as spent at a station, as a span and in the histogram.</summary>
    public static Stay At(Station station) => new(station);

    public static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    /// <summary>One stay at a station. A value, so that a call pays nothing for it when nobody listens.</summary>
    internal readonly struct Stay : IDisposable
    {
        private readonly Station _station;
        private readonly bool _counts;
        private readonly Activity? _span;
        private readonly long _since;

        public Stay(Station station)
        {
            (_station, _counts) = (station, !Rehearsing.Value);
            _span = _counts ? Spans.StartActivity(StationNames.Of(station)) : null;
            _since = Stopwatch.GetTimestamp();
        }

        public void Dispose()
        {
            if (_counts)
                Stations.Record(Stopwatch.GetElapsedTime(_since).TotalSeconds, Tag("station", StationNames.Of(_station)));
            _span?.Dispose();
        }
    }
}

/// <summary>Where a call is on its way from arrival to answer.</summary>
internal enum Station
{
    /// <summary>Who calls.</summary>
    Trust,

    /// <summary>Bytes to a request.</summary>
    Request,

    /// <summary>Which drugs are ordered.</summary>
    Orders,

    /// <summary>The patient's data, by prefetch or from the FHIR server.</summary>
    Chart,

    /// <summary>FHIR to oncology.</summary>
    Facts,

    /// <summary>The model.</summary>
    Risk,

    /// <summary>The card and the answer's extension.</summary>
    Cards,

    /// <summary>Whether the same was shown and overridden of late, and the answer's bytes.</summary>
    Answer,

    /// <summary>After the answer: into the store.</summary>
    Store,
}

internal static class StationNames
{
    private static readonly string[] Names = [.. Enum.GetNames<Station>().Select(name => name.ToLowerInvariant())];

    public static string Of(Station station) => Names[(int)station];
}
