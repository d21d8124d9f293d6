using System.Diagnostics.Metrics;
using HpdCds.Tests.Chart;

namespace HpdCds.Tests.Hooks;

public sealed class RecognitionCountTests
{
    [Fact]
    [Trait("Req", "REQ-12")]
    public async Task A_name_that_ends_like_an_inhibitor_and_is_in_no_set_is_counted()
    {
        var counted = new List<(string Name, long Value, string Tags)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "HpdCds")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (counted)
                counted.Add((instrument.Name, value, string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        });
        listener.Start();
        const string ehr = "ehr-of-unknown-names";
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?> { ["HpdCds:Ehrs:0:Name"] = ehr });

        var (status, body) = await service.AnswerAsync(Json.Call(drafts: """
            {"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","id":"d1","status":"draft","intent":"order",
            "medicationCodeableConcept":{"text":"newmabrelizumab 240 mg"},"subject":{"reference":"Patient/pat-1"}}}]}
            """));

        Assert.Equal(200, status);
        Assert.Equal("none", (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
        lock (counted)
        {
            Assert.Contains(("hpdcds.recognition.unknown_names", 1L, $"ehr={ehr}"), counted);
            Assert.Contains(("hpdcds.recognition", 1L, $"ehr={ehr},outcome=none"), counted);
        }
    }
}
