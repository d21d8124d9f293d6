using HpdCds.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Chart;

/// <summary>What is asked after the first answers: Medications that orders only point to, and searches without their hints.</summary>
public sealed class SecondRoundTests
{
    private const string Nivolumab = """ "code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} """;

    [Fact]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "FHR-09")]
    [Trait("Req", "SEC-03")]
    public async Task Medications_of_this_server_are_asked_for_in_one_call_within_the_twelve()
    {
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch
        {
            "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(
                Given("a", "Medication/m1"), Given("b", $"{self!.Base}/Medication/m2/_history/3"), Given("c", "https://elsewhere.example/fhir/Medication/m3"), Given("d", "Medication/../Patient"))),
            "Medication" => EhrAnswer.Ok(Json.Bundle(Medication("m1"), Medication("m2"))),
            _ => null,
        });
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        var lookup = Assert.Single(ehr.Calls, call => call.Type == "Medication");
        Assert.Equal("?_id=m1,m2&_count=50", lookup.Query);
        Assert.Equal("Bearer canary-token", lookup.Authorization);
        Assert.Equal(ChartReader.MaxCalls, ehr.Calls.Count);
        Assert.Equal(["a", "b"], chart.Medications.Where(medication => medication.Elsewhere is null).Select(medication => medication.Reference.Split('/')[1]).Order(StringComparer.Ordinal));
        Assert.All(chart.Medications.Where(medication => medication.Elsewhere is null), medication => Assert.Single(medication.Concepts));
    }

    [Fact]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "FHR-09")]
    public async Task A_draft_is_named_before_anything_about_the_patient_is_read()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Medication" ? EhrAnswer.Ok(Medication("m7")) : null);
        await using var service = await RunningService.StartAsync(ehr.Base);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7","display":"bag 3"} """));

        var (status, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts));

        Assert.Equal(200, status);
        Assert.Equal("ici", (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
        Assert.Equal("/fhir/Medication/m7", ehr.Calls[0].Url);
        Assert.Equal(ChartReader.MaxCalls, ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "PFT-14")]
    public async Task A_draft_that_turns_out_to_be_another_drug_leaves_the_patient_unread()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Medication" ? EhrAnswer.Ok(Medication("m7").Replace("1597876", "161", StringComparison.Ordinal)) : null);
        await using var service = await RunningService.StartAsync(ehr.Base);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7"} """));

        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts));

        Assert.Equal("none", (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
        Assert.Single(ehr.Calls);
    }

    [Fact]
    [Trait("Req", "FS-05")]
    [Trait("Req", "FS-16")]
    public async Task A_server_that_refuses_to_sort_is_asked_once_more_without_that_wish()
    {
        await using var ehr = await FakeEhr.StartAsync(call => (call.Query + call.Body) switch
        {
            var asked when asked.Contains("_sort", StringComparison.Ordinal) => new EhrAnswer(400, ""),
            var asked when call.Type == "Observation" && asked.Contains("2532-0", StringComparison.Ordinal) => EhrAnswer.Ok(Json.Bundle(Json.Observation("a"))),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
        Assert.All(chart.Sources.Values, source => Assert.Null(source.NewestFirstDownTo));
        Assert.Equal("Observation/a", Assert.Single(chart.Observations).Reference);
        Assert.Equal(ChartReader.MaxCalls, ehr.Calls.Count);
        Assert.Equal(ehr.Calls.Count, ehr.Calls.Select(call => call.Url + call.Body).Distinct(StringComparer.Ordinal).Count());
    }

    private static string Given(string id, string medication) =>
        $$"""
        {"resourceType":"MedicationAdministration","id":"{{id}}","status":"completed","subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"2026-10-01","medicationReference":{"reference":"{{medication}}"} }
        """;

    private static string Medication(string id) => $$"""{"resourceType":"Medication","id":"{{id}}",{{Nivolumab}}}""";
}
