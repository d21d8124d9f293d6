using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using HpdCds.Chart;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;

namespace HpdCds.Tests.Trust;

/// <summary>Marked data through every path: the marks may reach the FHIR server that they are for, and nothing else.</summary>
public sealed class CanaryTests
{
    private const string Patient = "canary-patient-7f3a";
    private const string Token = "canary-token-91bc";
    private static readonly string[] Marks = [Patient, Token, "CanaryFamily", "canary-mrn-55", "canary-comment", "canary-display"];

    private static readonly string Person =
        $$"""{"resourceType":"Patient","id":"{{Patient}}","name":[{"family":"CanaryFamily"}],"identifier":[{"system":"urn:mrn","value":"canary-mrn-55"}],"birthDate":"1960-05-01","gender":"female"}""";

    private static readonly string Result = Json.Observation("a", subject: "Patient/" + Patient, value: """ "note":[{"text":"canary-comment"}],"valueString":"canary-comment" """);

    private static readonly string Drafts = Json.BundleOf("collection", null, Json.Order(subject: "Patient/" + Patient, medication: """ "medicationCodeableConcept":{"text":"canary-display","coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876","display":"canary-display"}]} """));

    public static TheoryData<string, int> Paths => new()
    {
        { "prefetch", 200 }, { "server", 200 }, { "server fails", 412 }, { "server refuses", 412 }, { "server answers nonsense", 412 }, { "server redirects", 412 },
        { "server pages", 200 }, { "nothing", 412 }, { "card instead of 412", 200 }, { "silent", 200 }, { "off", 200 }, { "not JSON", 400 }, { "cut", 400 }, { "said twice", 400 },
        { "no orders", 400 }, { "wrong hook", 400 }, { "other patient", 400 }, { "path in the id", 400 }, { "unknown service", 404 }, { "a query", 200 }, { "other server", 403 },
        { "other type", 415 }, { "too large", 413 }, { "unreadable order", 422 }, { "no caller", 401 }, { "bad caller", 401 }, { "bug", 500 },
    };

    [Theory]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    [Trait("Req", "FHR-04")]
    [Trait("Req", "JWT-15")]
    [Trait("Req", "ERR-12")]
    [MemberData(nameof(Paths))]
    public async Task No_mark_reaches_a_log_a_trace_a_metric_or_an_answer(string path, int expected)
    {
        using var telemetry = new Telemetry();
        await using var server = await FakeEhr.StartAsync(call => path switch
        {
            "server fails" => new EhrAnswer(500, Person),
            "server refuses" => new EhrAnswer(403, Person),
            "server answers nonsense" => EhrAnswer.Ok("<canary-comment>"),
            "server redirects" => new EhrAnswer(302, "") { Location = "https://elsewhere.example/" + Patient },
            "server pages" when call.Type == "Condition" => EhrAnswer.Ok(Json.Paged("https://elsewhere.example/canary-comment", Result)),
            _ => call.Type == "Patient" ? EhrAnswer.Ok(Person) : EhrAnswer.Ok(Json.Bundle(Result)),
        });
        await using var ehr = await GuardedService.StartAsync(Settings(path), server.Base, path == "bug" ? new BrokenClock() : null);
        var token = ehr.Issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + PathOf(path).Split('?')[0]);

        using var response = await ehr.Service.PostAsync(
            Body(path, server.Base), PathOf(path), path == "other type" ? "text/canary-comment" : "application/json", request =>
            {
                if (path != "no caller")
                    request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (path == "bad caller" ? token + Token : token));
            });
        var said = $"{response.Headers}{response.Content.Headers}{await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";

        Assert.Equal(expected, (int)response.StatusCode);
        await ehr.Service.Log.SingleAsync(Audit.Category);
        Assert.Equal(path.StartsWith("server", StringComparison.Ordinal), server.Calls.Count > 0);
        foreach (var mark in Marks.Append(token[^40..]))
        {
            Assert.DoesNotContain(mark, said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(mark, ehr.Service.Log.All, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(mark, telemetry.All, StringComparison.OrdinalIgnoreCase);
        }

        Assert.NotEmpty(telemetry.All);
    }

    [Fact]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    public async Task Nothing_that_holds_them_prints_them()
    {
        await using var service = await RunningService.StartAsync();
        var body = Body("prefetch", "http://localhost:5080/fhir");
        var request = service.Request(body);
        var chart = await service.ChartAsync(body);
        Assert.NotEmpty(chart.Observations);

        object?[] holders = [request, request.Access, request.Orders[0], request.Orders[0].Concepts[0], chart, chart.Patient, chart.Observations[0], chart.Observations[0].Value, Envelope.Read(Encoding.UTF8.GetBytes(body)), Envelope.Read(Encoding.UTF8.GetBytes(body)).Authorization];

        Assert.All(holders, holder => Assert.All(Marks, mark => Assert.DoesNotContain(mark, holder!.ToString()!, StringComparison.OrdinalIgnoreCase)));
        var refusal = Assert.Throws<RefusedException>(() => service.Request(body.Replace($"\"patientId\":\"{Patient}\"", $"\"patientId\":\"../{Patient}\"", StringComparison.Ordinal)));
        Assert.All(Marks, mark => Assert.DoesNotContain(mark, refusal.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    private static string PathOf(string path) => path switch
    {
        "unknown service" => "/cds-services/unknown",
        "a query" => "/cds-services/hpd-risk?patient=" + Patient,
        _ => "/cds-services/hpd-risk",
    };

    private static string Body(string path, string server)
    {
        var prefetch = path is "nothing" or "card instead of 412" || path.StartsWith("server", StringComparison.Ordinal) ? null : $$"""{"patient":{{Person}},"problems":null,"chemistry":{{Json.Bundle(Result)}},{{OtherKeys}} }""";
        var drafts = path == "unreadable order" ? Json.BundleOf("collection", null, """{"resourceType":"MedicationRequest","id":"canary-display","status":"draft","status":"canary-comment"}""") : Drafts;
        var isAsked = path.StartsWith("server", StringComparison.Ordinal) || path == "prefetch" || path == "off";
        var call = Json.Call(prefetch: prefetch, server: isAsked ? server : path == "other server" ? "https://elsewhere.example/" + Patient : null, token: Token, drafts: drafts)
            .Replace("\"pat-1\"", $"\"{Patient}\"", StringComparison.Ordinal);
        return path switch
        {
            "not JSON" => "canary-comment " + call,
            "cut" => call[..^20],
            "said twice" => call.Replace("\"hook\":", "\"hook\":\"canary-comment\",\"hook\":", StringComparison.Ordinal),
            "no orders" => call.Replace("draftOrders", "otherOrders", StringComparison.Ordinal),
            "wrong hook" => call.Replace("order-sign", "canary-comment", StringComparison.Ordinal),
            "other patient" => call.Replace($"\"patientId\":\"{Patient}\"", "\"patientId\":\"canary-mrn-55\"", StringComparison.Ordinal),
            "path in the id" => call.Replace($"\"patientId\":\"{Patient}\"", $"\"patientId\":\"../{Patient}\"", StringComparison.Ordinal),
            "too large" => call + new string(' ', 5 * 1024 * 1024),
            _ => call,
        };
    }

    // Every key is there, so that no call is made although one could be.
    private static readonly string OtherKeys = string.Join(',', Enum.GetValues<ChartKey>()
        .Except([ChartKey.Patient, ChartKey.Problems, ChartKey.Chemistry])
        .Select(key => $"\"{ChartKeys.NameOf(key)}\":null"));

    private static Dictionary<string, string?> Settings(string path) => new(StringComparer.Ordinal)
    {
        ["HpdCds:Ehrs:0:NotAssessable"] = path == "card instead of 412" ? "card" : null,
        ["HpdCds:Ehrs:0:Services:hpd-risk"] = path is "silent" or "off" ? path : "live",
    };

    // The web server shares the clock: it breaks for the reading of the call only.
    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Environment.StackTrace.Contains("HookEndpoints", StringComparison.Ordinal)
            ? throw new InvalidOperationException("canary-comment " + Token)
            : RunningService.Noon;
    }

    /// <summary>All spans and measurements of the process, whoever makes them.</summary>
    private sealed class Telemetry : IDisposable
    {
        private readonly ConcurrentQueue<string> _said = new();
        private readonly ActivityListener _spans;
        private readonly MeterListener _meters = new();

        public Telemetry()
        {
            _spans = new ActivityListener
            {
                ShouldListenTo = source => !source.Name.StartsWith("Experimental", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Note,
            };
            ActivitySource.AddActivityListener(_spans);
            _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
            _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
            _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
            _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
            _meters.Start();
        }

        public string All => string.Join('\n', _said);

        public void Dispose()
        {
            _spans.Dispose();
            _meters.Dispose();
        }

        private void Note(Activity span)
        {
            // The FHIR server of the test lives in this process, too; it may know its patients.
            if (!span.TagObjects.Any(tag => tag.Value is string text && text.StartsWith("/fhir", StringComparison.Ordinal)))
                _said.Enqueue($"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects.Concat(span.Events.SelectMany(happened => happened.Tags)))} {string.Join(' ', span.Baggage)}");
        }

        private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _said.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray())}");
    }
}
