using HpdCds.Tests.Chart;

namespace HpdCds.Tests.Hooks;

/// <summary>Draft orders of every shape that is met.</summary>
public sealed class OrderTests
{
    private const string Subject = """ "subject":{"reference":"Patient/pat-1"} """;

    [Theory]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "E-22")]
    [InlineData(""" "medicationCodeableConcept":{"coding":[{"system":"s","code":"c","display":"D"}],"text":"T"} """, "T D")]
    [InlineData(""" "contained":[{"resourceType":"Medication","id":"m","code":{"text":"inner"},"ingredient":[{"itemCodeableConcept":{"text":"nivolumab"}}]}],"medicationReference":{"reference":"#m"} """, "inner nivolumab")]
    [InlineData(""" "contained":[{"resourceType":"Medication","id":"m","ingredient":[{"itemReference":{"reference":"#i"}}]},{"resourceType":"Medication","id":"i","code":{"text":"inner ingredient"}}],"medicationReference":{"reference":"#m"} """, "inner ingredient")]
    [InlineData(""" "contained":[{"resourceType":"Medication","id":"m","ingredient":[{"itemReference":{"reference":"Medication/m1"}}]}],"medicationReference":{"reference":"#m"} """, "sibling")]
    [InlineData(""" "contained":[{"resourceType":"Medication","id":"m","ingredient":[{"itemReference":{"reference":"#m"}}],"code":{"text":"of itself"}}],"medicationReference":{"reference":"#m"} """, "of itself of itself")]
    [InlineData(""" "medicationCodeableConcept":{"coding":[{"system":"s","display":"no code"}]} """, "no code")]
    [InlineData(""" "medicationReference":{"reference":"Medication/m1","display":"NIVO"} """, "sibling NIVO")]
    [InlineData(""" "medicationReference":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"} """, "by-url")]
    [InlineData(""" "medicationReference":{"reference":"https://ehr.example/fhir/Medication/m1"} """, "sibling")]
    [InlineData(""" "medicationReference":{"reference":"https://ehr.example/fhir/Medication/nowhere","display":"NIVOLUMAB IV"} """, "NIVOLUMAB IV")]
    [InlineData(""" "medicationReference":{"display":"only text"} """, "only text")]
    [InlineData(""" "medicationReference":{"reference":"Medication/nowhere"} """, "")]
    [InlineData(""" "intent":"order" """, "")]
    public async Task The_drug_of_an_order_is_found_wherever_it_stands(string medication, string expected)
    {
        await using var service = await RunningService.StartAsync();
        var drafts = $$$"""
            {"resourceType":"Bundle","type":"collection","entry":[
              {"resource":{"resourceType":"MedicationRequest","id":"draft-1","status":"draft",{{{medication}}},{{{Subject}}} }},
              {"resource":{"resourceType":"Medication","id":"m1","code":{"text":"sibling"}} },
              {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Medication","code":{"text":"by-url"}} }]}
            """;

        var order = Assert.Single(service.Request(Json.Call(drafts: drafts)).Orders);

        Assert.Equal(expected, string.Join(' ', order.Concepts.SelectMany(concept => concept.Texts)));
    }

    [Fact]
    [Trait("Req", "REQ-13")]
    public async Task Service_requests_and_the_contents_of_groups_are_orders_and_other_types_are_not()
    {
        await using var service = await RunningService.StartAsync();
        var drafts = Json.Bundle(
            $$"""{"resourceType":"ServiceRequest","id":"s","status":"draft","code":{"text":"immunotherapy"},"reasonCode":[{"text":"HCC"}],"reasonReference":[{"reference":"Condition/c"}],{{Subject}} }""",
            $$$"""{"resourceType":"RequestGroup","id":"g","status":"draft","contained":[{"resourceType":"MedicationRequest","id":"i","status":"draft","medicationCodeableConcept":{"text":"in group"} }],"action":[{"resource":{"reference":"#i"}}],{{{Subject}}} }""",
            """{"resourceType":"NutritionOrder","id":"n"}""",
            """{"resourceType":"DeviceRequest","id":"d"}""",
            """{"resourceType":"ProcedureRequest","id":"p"}""",
            """{"resourceType":"Nonsense"}""");

        var orders = service.Request(Json.Call(drafts: drafts)).Orders;

        Assert.Equal(["ServiceRequest/s", "RequestGroup/g#i"], orders.Select(order => order.Reference));
        Assert.Equal(["immunotherapy", "in group"], orders.Select(order => order.Concepts.Single().Text));
        Assert.Equal("HCC", orders[0].ReasonCodes.Single().Text);
        Assert.Equal("Condition/c", orders[0].ReasonReferences.Single());
        Assert.Equal("Patient/pat-1", orders[1].Subject);
    }

    [Theory]
    [Trait("Req", "REQ-10")]
    [Trait("Req", "E-06")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","id":"draft-1","status":"draft","category":{"coding":[{"code":"outpatient"}]},"medicationCodeableConcept":{"text":"x"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","id":"draft-1","status":"draft","dosageInstruction":[{"timing":{}}]}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","medicationCodeableConcept":"x","status":7}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","status":"on-hold","medicationCodeableConcept":{"coding":{"code":"c"},"text":"x"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"fullUrl":"x"},null,7,{"resource":null},{"resource":{"resourceType":"MedicationRequest","id":"draft-1"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":{}}""")]
    public async Task Drafts_that_are_not_quite_valid_are_answered(string drafts)
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(200, (await service.AnswerAsync(Json.Call("order-select", """{"problems":null}""", drafts: drafts))).Status);
    }

    [Theory]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "ERR-08")]
    [InlineData(100, 200)]
    [InlineData(101, 422)]
    public async Task More_groups_than_anybody_orders_at_once_are_refused_with_a_clear_text(int groups, int expected)
    {
        await using var service = await RunningService.StartAsync();
        var drafts = Json.Bundle([Json.Order(), .. Enumerable.Range(0, groups).Select(at => $$"""{"resourceType":"RequestGroup","id":"g{{at}}","status":"draft","intent":"order",{{Subject}}}""")]);

        var (status, body) = await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}""", drafts: drafts));

        Assert.Equal(expected, status);
        if (expected == 422)
        {
            var issue = Assert.Single(body!["issue"]!.AsArray())!;
            Assert.Equal("Among the draft orders are more than 100 RequestGroups", (string?)issue["diagnostics"]);
            Assert.Equal("context.draftOrders", (string?)Assert.Single(issue["expression"]!.AsArray()));
        }
    }

    [Theory]
    [Trait("Req", "REQ-11")]
    [InlineData("""["MedicationRequest/draft-1"]""")]
    [InlineData("""["draft-1"]""")]
    [InlineData("""["MedicationRequest/nothing"]""")]
    [InlineData("[]")]
    public async Task Selections_are_passed_on_as_sent(string selections)
    {
        await using var service = await RunningService.StartAsync();

        var request = service.Request(Json.Call("order-select", selections: "\"selections\":" + selections));

        Assert.Equal(selections, "[" + string.Join(',', request.Selections.Select(text => $"\"{text}\"")) + "]");
        Assert.Single(request.Orders);
    }

    [Fact]
    [Trait("Req", "E-01")]
    [Trait("Req", "FS-18")]
    public async Task An_order_id_of_194_characters_keeps_its_whole_length()
    {
        await using var service = await RunningService.StartAsync();
        var id = new string('e', 194);

        var order = Assert.Single(service.Request(Json.Call(drafts: Json.Bundle(Json.Order(id)))).Orders);

        Assert.Equal("MedicationRequest/" + id, order.Reference);
        Assert.Single(order.Concepts);
    }

    [Fact]
    [Trait("Req", "REQ-12")]
    [Trait("Req", "SEC-07")]
    public async Task A_text_that_is_longer_than_any_name_is_unresolved_and_not_searched()
    {
        await using var service = await RunningService.StartAsync();
        var drafts = Json.Bundle(Json.Order(medication: $$""" "medicationCodeableConcept":{"text":"{{new string('x', 900_000)}} nivolumab"} """));

        var (status, body) = await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}""", drafts: drafts));

        Assert.Equal(200, status);
        Assert.Equal("unresolved", (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
    }

    [Theory]
    [Trait("Req", "SEC-13")]
    [InlineData("Patient/pat-1", 200)]
    [InlineData("http://localhost:5080/fhir/Patient/pat-1", 200)]
    [InlineData("Patient/pat-2", 400)]
    [InlineData("https://other.example/fhir/Patient/pat-1", 400)]
    [InlineData("Group/pat-1", 400)]
    public async Task An_order_for_somebody_else_is_refused(string subject, int expected)
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(expected, (await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}""", drafts: Json.Bundle(Json.Order(subject: subject))))).Status);
    }

    [Fact]
    [Trait("Req", "REQ-09")]
    [Trait("Req", "ERR-08")]
    public async Task Orders_of_an_older_fhir_version_are_refused_with_a_clear_text()
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(drafts: Json.Bundle("""{"resourceType":"MedicationOrder","id":"o","status":"draft"}""")));

        Assert.Equal(422, status);
        Assert.Contains("R4", (string?)body!["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "REQ-15")]
    [Trait("Req", "SEC-24")]
    [InlineData("""{"resourceType":"Patient"}""", 400)]
    [InlineData("\"x\"", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","status":"draft","status":"active"}}]}""", 422, ".entry[0].resource")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Medication","id":"m"}},{"resource":{"resourceType":"ServiceRequest","id":"s"}},{"resource":{"resourceType":"MedicationRequest","resourceType":"ServiceRequest"}}]}""", 422, ".entry[2].resource")]
    [InlineData("""{"resourceType":"Bundle","entry":[null,{"resource":{"resourceType":"MedicationRequest","status":"draft","status":"active"}}]}""", 422)]
    public async Task Drafts_that_cannot_be_read_are_not_passed_over(string drafts, int expected, string place = "")
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(drafts: drafts));

        Assert.Equal(expected, status);
        Assert.Equal("context.draftOrders" + place, (string?)body!["issue"]![0]!["expression"]![0]);
    }

    [Theory]
    [InlineData("\"doNotPerform\":true")]
    [InlineData("\"status\":\"cancelled\"")]
    public async Task Orders_not_to_be_carried_out_need_no_chart(string member)
    {
        await using var service = await RunningService.StartAsync();
        var order = Json.Order().Replace("\"status\":\"draft\"", member, StringComparison.Ordinal);

        Assert.Equal(200, (await service.AnswerAsync(Json.Call(drafts: Json.Bundle(order)))).Status);
    }
}
