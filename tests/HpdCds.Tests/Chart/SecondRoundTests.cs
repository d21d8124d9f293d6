using HpdCds.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Chart;

/// <summary>What is asked after the first answers: Medications that orders only point to, and searches without their hints.</summary>
public sealed class SecondRoundTests
{
    private const int AllOfAPatient = 10;

    private const string Nivolumab = """ "code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} """;

    [Fact]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "FHR-09")]
    [Trait("Req", "SEC-03")]
    public async Task Medications_of_this_server_are_asked_for_in_one_call_after_the_others()
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
        Assert.Equal(AllOfAPatient + 1, ehr.Calls.Count);
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
        Assert.Equal(1 + AllOfAPatient, ehr.Calls.Count);
    }

    [Theory]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "SEC-07")]
    [InlineData(100, "ici")]
    [InlineData(101, "unresolved")]
    public async Task A_mixture_of_more_than_any_has_is_not_known_wherever_it_came_from(int ingredients, string expected)
    {
        var mixture = $$"""{"resourceType":"Medication","id":"m7","ingredient":[{{string.Join(',', Enumerable.Repeat("""{"itemCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]}}""", ingredients))}}]}""";
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Medication" ? EhrAnswer.Ok(mixture) : null);
        await using var service = await RunningService.StartAsync(ehr.Base);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7"} """));

        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts));

        Assert.Equal(expected, (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
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
        Assert.Equal(AllOfAPatient + 1, ehr.Calls.Count);
        Assert.Equal(ehr.Calls.Count, ehr.Calls.Select(call => call.Url + call.Body).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    [Trait("Req", "FS-07")]
    [Trait("Req", "FS-16")]
    public async Task A_server_that_refuses_to_count_is_read_whole_and_names_its_medications_as_well()
    {
        await using var ehr = await FakeEhr.StartAsync(call => (call.Query + call.Body) switch
        {
            _ when call.Type == "Medication" => EhrAnswer.Ok(Medication("m1")),
            var asked when asked.Contains("_count", StringComparison.Ordinal) || asked.Contains("_sort", StringComparison.Ordinal) => new EhrAnswer(400, ""),
            _ when call.Type == "Condition" => EhrAnswer.Ok(Json.Bundle(Json.Condition("c"))),
            _ when call.Type == "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(Given("a", "Medication/m1"))),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
        Assert.Equal("Condition/c", Assert.Single(chart.Conditions).Reference);
        Assert.Single(Assert.Single(chart.Medications).Concepts);
        // Once more: the results in one search, the conditions, and the four other lists.
        Assert.Equal(AllOfAPatient + 6 + 1, ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "REQ-12")]
    public async Task A_draft_that_had_to_be_named_leaves_no_medication_of_the_chart_without_a_name()
    {
        await using var ehr = await FakeEhr.StartAsync(call => (call.Query + call.Body) switch
        {
            _ when call.Type == "Medication" => EhrAnswer.Ok(Medication(call.Path.EndsWith("m7", StringComparison.Ordinal) ? "m7" : "m1")),
            var asked when asked.Contains("_sort", StringComparison.Ordinal) => new EhrAnswer(400, ""),
            _ when call.Type == "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(Given("a", "Medication/m1"))),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7"} """));

        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts));

        Assert.Equal("recent", (string?)body!["extension"]!["org.hpdcds.assessment"]!["exposure"]);
    }

    [Theory]
    [Trait("Req", "FS-16")]
    [Trait("Req", "FS-17")]
    [InlineData(404)]
    [InlineData(501)]
    [InlineData(400)]
    public async Task A_server_that_takes_neither_forms_nor_hints_is_read_whole_beside_a_draft_that_had_to_be_named(int status)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch
        {
            _ when call.Method == "POST" => new EhrAnswer(status, ""),
            "Medication" => EhrAnswer.Ok(Medication(call.Path.Split('/')[^1])),
            _ when call.Query.Contains("_sort", StringComparison.Ordinal) || call.Query.Contains("_count", StringComparison.Ordinal) => new EhrAnswer(400, ""),
            "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(Given("a", "Medication/m1"))),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base, withSmallCodeSets: false);
        var drafts = Json.Bundle(Json.Order(medication: """ "medicationReference":{"reference":"Medication/m7"} """));

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));
        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts));

        Assert.All(chart.Sources.Values, source => Assert.Equal(SourceState.Complete, source.State));
        Assert.Contains(ehr.Calls, call => call.Method == "POST");
        Assert.Equal("recent", (string?)body!["extension"]!["org.hpdcds.assessment"]!["exposure"]);
    }

    [Theory]
    [Trait("Req", "FS-16")]
    [Trait("Req", "REQ-12")]
    [InlineData("refuses")]
    [InlineData("forbids")]
    [InlineData("finds none")]
    [InlineData("finds one")]
    [InlineData("gives pages")]
    public async Task Medications_that_a_search_does_not_bring_are_read_one_by_one(string habit)
    {
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch
        {
            "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(Given("a", "Medication/m1"), Given("b", "Medication/m2"))),
            "Medication" when call.Query.Contains("opaque", StringComparison.Ordinal) => EhrAnswer.Ok(Json.Bundle(Medication("m2"))),
            "Medication" when call.Query.Length > 0 => habit switch
            {
                "refuses" => new EhrAnswer(400, ""),
                "forbids" => new EhrAnswer(403, ""),
                "finds one" => EhrAnswer.Ok(Json.Bundle(Medication("m1"))),
                "gives pages" => EhrAnswer.Ok(Json.Paged(self!.Base + "/Medication?opaque=2", Medication("m1"))),
                _ => null,
            },
            "Medication" => EhrAnswer.Ok(Medication(call.Path.Split('/')[^1])),
            _ => null,
        });
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Medications, medication => Assert.Null(medication.Elsewhere));
        Assert.Equal(AllOfAPatient + 1 + (habit is "finds one" or "gives pages" ? 1 : 2), ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "SEC-08")]
    public async Task So_many_of_them_that_the_calls_run_out_leave_the_others_unknown()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch
        {
            "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle([.. Enumerable.Range(0, 60).Select(at => Given($"a{at}", $"Medication/m{at}"))])),
            "Medication" => call.Query.Length > 0 ? new EhrAnswer(400, "") : EhrAnswer.Ok(Medication(call.Path.Split('/')[^1])),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(ReadingBudget.Calls, ehr.Calls.Count);
        Assert.Equal(ReadingBudget.Calls - AllOfAPatient - 1, chart.Medications.Count(medication => medication.Elsewhere is null));
    }

    [Theory]
    [Trait("Req", "REQ-12")]
    [InlineData(""" "code":{"text":"bevacizumab"} """, "pd1-vegf")]
    [InlineData(""" "code":{"text":"ondansetron"} """, "pd1")]
    [InlineData(null, null)]
    public async Task A_second_draft_that_only_points_is_named_before_the_regimen_is(string? medication, string? regimen)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type != "Medication" ? null
            : medication is null ? new EhrAnswer(404, "")
            : EhrAnswer.Ok($$"""{"resourceType":"Medication","id":"m7",{{medication}}}"""));
        await using var service = await RunningService.StartAsync(ehr.Base, withSmallCodeSets: false);
        var drafts = Json.Bundle(Json.Order(), Json.Order("draft-2", medication: """ "medicationReference":{"reference":"Medication/m7","display":"bag 3"} """));

        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base, drafts: drafts, prefetch: $$"""{"problems":{{Json.Bundle(Json.Condition("c"))}}}"""));

        Assert.Equal(regimen, (string?)body!["extension"]!["org.hpdcds.assessment"]!["regimen"]);
    }

    [Theory]
    [Trait("Req", "REQ-12")]
    [InlineData("Infusion chemo day 1", "unknown")]
    [InlineData("pembrolizumab 200 mg", "recent")]
    [InlineData("bevacizumab 1125 mg", "none")]
    [InlineData("Warfarin 5 mg tablet", "none")]
    public async Task Words_beside_a_reference_that_leads_nowhere_prove_nothing_unless_they_name_a_known_drug(string display, string exposure)
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Type switch
        {
            "MedicationAdministration" => EhrAnswer.Ok(Json.Bundle(Given("a", "Medication/m1").Replace("\"Medication/m1\"", $"\"Medication/m1\",\"display\":\"{display}\"", StringComparison.Ordinal))),
            "Medication" => new EhrAnswer(404, ""),
            "Condition" => EhrAnswer.Ok(Json.Bundle(Json.Condition("c"))),
            _ => null,
        });
        await using var service = await RunningService.StartAsync(ehr.Base, withSmallCodeSets: false);

        var (_, body) = await service.AnswerAsync(Json.Call(server: ehr.Base));

        Assert.Equal(exposure, (string?)body!["extension"]!["org.hpdcds.assessment"]!["exposure"]);
    }

    [Theory]
    [Trait("Req", "FS-16")]
    [InlineData("")]
    [InlineData(""" "category":[{"coding":[{"system":"http://hl7.org/fhir/us/core/CodeSystem/condition-category","code":"health-concern"}]}], """)]
    public async Task Conditions_are_found_whatever_their_category_is(string category)
    {
        await using var ehr = await FakeEhr.StartAsync(call =>
            call.Type == "Condition" && !call.Query.Contains("category", StringComparison.Ordinal)
                ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c").Replace("\"resourceType\"", category + "\"resourceType\"", StringComparison.Ordinal)))
                : null);
        await using var service = await RunningService.StartAsync(ehr.Base);

        Assert.Single((await service.ChartAsync(Json.Call(server: ehr.Base))).Conditions);
        Assert.Single((await service.ChartAsync(Json.Call(prefetch: """{"problems":null}""", server: ehr.Base))).Conditions);
    }

    private static string Given(string id, string medication) =>
        $$"""
        {"resourceType":"MedicationAdministration","id":"{{id}}","status":"completed","subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"2026-10-01","medicationReference":{"reference":"{{medication}}"} }
        """;

    private static string Medication(string id) => $$"""{"resourceType":"Medication","id":"{{id}}",{{Nivolumab}}}""";
}
