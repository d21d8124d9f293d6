using System.Net;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Sandbox;

public sealed class OrderTests : IAsyncLifetime
{
    private readonly EhrFixture _ehr = new();
    private StandInService? _service;

    private StandInService Service => _service!;

    public async ValueTask InitializeAsync()
    {
        _service = await StandInService.StartAsync();
        await _ehr.StartAsync(_service.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _ehr.DisposeAsync();
        await Service.DisposeAsync();
    }

    [Fact]
    public async Task Signing_with_prefetch_sends_the_chart_and_no_token()
    {
        await SignAsync("bravo", "nivolumab", "prefetch");
        Assert.Equal(["order-select", "order-sign"], Service.Requests.Select(sent => (string?)sent["hook"]));
        Assert.NotEqual((string?)Service.Requests[0]["hookInstance"], (string?)Service.Requests[1]["hookInstance"]);
        var request = Service.Requests[1];
        Assert.Equal("order-sign", request["hook"]!.GetValue<string>());
        Assert.True(Guid.TryParse(request["hookInstance"]!.GetValue<string>(), out _));
        Assert.Equal("bravo", request["prefetch"]!["patient"]!["id"]!.GetValue<string>());
        Assert.Equal(4, request["prefetch"]!["problems"]!["total"]!.GetValue<int>());
        Assert.False(request.ContainsKey("fhirServer"));
        Assert.False(request.ContainsKey("fhirAuthorization"));
        var order = request["context"]!["draftOrders"]!["entry"]![0]!["resource"]!;
        Assert.Equal("draft", order["status"]!.GetValue<string>());
        Assert.Equal("1597876", order["medicationCodeableConcept"]!["coding"]![0]!["code"]!.GetValue<string>());
        Assert.Equal("2026-03-01T09:30:00Z", order["authoredOn"]!.GetValue<string>());
        Assert.False(request["context"]!.AsObject().ContainsKey("selections"));
    }

    [Fact]
    public async Task Selecting_with_a_token_sends_a_token_that_opens_this_chart_and_no_data()
    {
        await ChooseAsync("bravo", "nivolumab", "token");
        var request = Assert.Single(Service.Requests);
        Assert.Equal("MedicationRequest/draft-1", request["context"]!["selections"]![0]!.GetValue<string>());
        Assert.False(request.ContainsKey("prefetch"));
        var authorization = request["fhirAuthorization"]!;
        Assert.Equal("Bearer", authorization["token_type"]!.GetValue<string>());
        Assert.Equal("bravo", authorization["patient"]!.GetValue<string>());
        Assert.Equal(300, authorization["expires_in"]!.GetValue<int>());
        var address = $"{request["fhirServer"]!.GetValue<string>()}/Patient/bravo";
        using var read = await _ehr.SendAsync(authorization["access_token"]!.GetValue<string>(), HttpMethod.Get, address);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task Both_routes_go_together()
    {
        await ChooseAsync("bravo", "camrelizumab", "both");
        var request = Assert.Single(Service.Requests);
        Assert.True(request.ContainsKey("prefetch") && request.ContainsKey("fhirAuthorization"));
        var drug = request["context"]!["draftOrders"]!["entry"]![0]!["resource"]!["medicationCodeableConcept"]!.AsObject();
        Assert.Equal(["text"], drug.Select(pair => pair.Key));
    }

    [Fact]
    public async Task A_card_is_shown_as_Markdown_without_raw_markup()
    {
        Service.Answer = """
            {"cards":[{"uuid":"1","summary":"Several <b>risk</b> factors","indicator":"warning","source":{"label":"HPD & co"},
              "detail":"**NLR 5.2** <script>alert(1)</script> [bad](javascript:alert(1)) [good](http://example.org/x) ![pixel](http://example.org/p)"}]}
            """;
        var page = await ChooseAsync("bravo", "nivolumab", "prefetch");
        Assert.Contains("""<article class="card warning" """, page, StringComparison.Ordinal);
        Assert.Contains("Several &lt;b&gt;risk&lt;/b&gt; factors", page, StringComparison.Ordinal);
        Assert.Contains("<strong>NLR 5.2</strong>", page, StringComparison.Ordinal);
        Assert.Contains("HPD &amp; co", page, StringComparison.Ordinal);
        Assert.Contains("href=\"http://example.org/x\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"javascript", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http://example.org/p\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exchanged_JSON_stands_on_the_page_encoded()
    {
        Service.Answer = """{"cards":[],"extension":{"org.hpdcds.assessment":{"note":"</pre><i>"}}}""";
        var page = await ChooseAsync("bravo", "pembrolizumab", "prefetch");
        Assert.Contains("No card", page, StringComparison.Ordinal);
        Assert.Contains("&quot;hookInstance&quot;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;/pre&gt;&lt;i&gt;", page, StringComparison.Ordinal);
        Assert.Contains($"""POST {Service.Url}/cds-services/stand-in</span> <span class="ok">200</span>""", page, StringComparison.Ordinal);
        Assert.Contains("<strong>pembrolizumab</strong>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(412, "{}", "The service answered with status 412")]
    [InlineData(200, "not JSON", "RSP-01 at $: is not a JSON object")]
    [InlineData(200, """{"cards":"none"}""", "RSP-01 at $.cards: must be an array")]
    [InlineData(200, """{"cards":[],"cards":[]}""", "RSP-01 at $: is not a JSON object")]
    [InlineData(200, """{"cards":[{}, 5, {"summary":7,"source":"x"}]}""", "CARD-01 at $.cards[2].summary: is required")]
    public async Task A_service_that_misbehaves_does_not_break_the_page(int status, string answer, string shown)
    {
        (Service.Status, Service.Answer) = (status, answer);
        Assert.Contains(shown, await ChooseAsync("bravo", "nivolumab", "prefetch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_hook_replaces_the_card_of_the_earlier_one_and_silence_clears_it()
    {
        Service.Answer = Card("First advice");
        var (address, first) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"));
        Service.Answer = Card("Second advice");
        var (_, second) = await PostAsync($"{address}/sign");
        Service.Answer = """{"cards":[]}""";
        var (_, third) = await PostAsync($"{address}/ask");
        Assert.Contains("First advice</h3>", first, StringComparison.Ordinal);
        Assert.Contains("Second advice</h3>", second, StringComparison.Ordinal);
        Assert.DoesNotContain("First advice</h3>", second, StringComparison.Ordinal);
        Assert.Contains("Sign in spite of the advice", second, StringComparison.Ordinal);
        Assert.DoesNotContain("Second advice</h3>", third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_accepted_suggestion_changes_the_draft_goes_along_when_signing_and_is_told_to_the_service()
    {
        Service.Answer = Card("Order LDH", """
            ,"selectionBehavior":"any","suggestions":[{"label":"Add LDH","uuid":"5e0a6fd4-3a73-4b0f-8f2a-3d0f9f1e2c11","actions":[{"type":"create","description":"Adds LDH",
              "resource":{"resourceType":"ServiceRequest","status":"draft","intent":"order","code":{"text":"LDH in serum"},"subject":{"reference":"Patient/bravo"}}}]}]
            """);
        var (address, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"));
        var (_, accepted) = await PostAsync($"{address}/cards/1/accept", ("suggestion", "0"));
        Assert.Contains("<strong>LDH in serum</strong>", accepted, StringComparison.Ordinal);
        Assert.Contains("Accepted: Add LDH", accepted, StringComparison.Ordinal);
        Assert.Contains("The service does not take feedback (404).", accepted, StringComparison.Ordinal);
        var told = Assert.Single(Service.Feedback)["feedback"]![0]!;
        Assert.Equal("accepted", (string?)told["outcome"]);
        Assert.Equal("5e0a6fd4-3a73-4b0f-8f2a-3d0f9f1e2c11", (string?)told["acceptedSuggestions"]![0]!["id"]);
        await PostAsync($"{address}/sign");
        Assert.Equal(2, Service.Requests[^1]["context"]!["draftOrders"]!["entry"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_override_tells_the_service_the_reason_and_the_comment()
    {
        Service.FeedbackStatus = 200;
        Service.Answer = Card("Advice", ""","overrideReasons":[{"code":"a","system":"s","display":"Later"},{"code":"b","system":"s","display":"Benefit outweighs the risk"}]""");
        var (address, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"));
        var (_, page) = await PostAsync($"{address}/cards/1/override", ("reason", "1"), ("comment", "tumour board"));
        Assert.Contains("Overridden: Benefit outweighs the risk. tumour board", page, StringComparison.Ordinal);
        Assert.Contains("The service has been told.", page, StringComparison.Ordinal);
        var told = Assert.Single(Service.Feedback)["feedback"]![0]!;
        Assert.Equal("""{"reason":{"code":"b","system":"s"},"userComment":"tumour board"}""", told["overrideReason"]!.ToJsonString());
        await PostAsync($"{address}/cards/1/override", ("reason", "0"));
        Assert.Single(Service.Feedback);
    }

    [Theory]
    [InlineData("left-out", null)]
    [InlineData("null", "null")]
    [InlineData("empty", """{"resourceType":"Bundle","type":"searchset","total":0}""")]
    public async Task A_prefetch_key_can_be_broken_on_purpose(string fault, string? sent)
    {
        await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("prefetchKey", "problems"), ("prefetchFault", fault));
        var prefetch = Assert.Single(Service.Requests)["prefetch"]!.AsObject();
        Assert.Equal(sent is not null, prefetch.ContainsKey("problems"));
        if (sent is not null)
            Assert.Equal(sent, prefetch["problems"]?.ToJsonString() ?? "null");
        Assert.Equal("bravo", (string?)prefetch["patient"]!["id"]);
    }

    [Fact]
    public async Task A_prefetch_key_can_hold_an_error_or_another_patients_data()
    {
        await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("prefetchKey", "problems"), ("prefetchFault", "outcome"));
        await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("prefetchKey", "problems"), ("prefetchFault", "other-patient"));
        await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("prefetchKey", "patient"), ("prefetchFault", "other-patient"));
        Assert.Equal("OperationOutcome", (string?)Service.Requests[0]["prefetch"]!["problems"]!["resourceType"]);
        Assert.Equal("Patient/somebody-else", (string?)Service.Requests[1]["prefetch"]!["problems"]!["entry"]![0]!["resource"]!["subject"]!["reference"]);
        Assert.Equal("somebody-else", (string?)Service.Requests[2]["prefetch"]!["patient"]!["id"]);
    }

    [Theory]
    [InlineData("failing", HttpStatusCode.InternalServerError)]
    [InlineData("expired", HttpStatusCode.Unauthorized)]
    public async Task The_token_of_an_order_can_lead_to_a_server_that_fails(string fault, HttpStatusCode status)
    {
        var (address, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("route", "token"), ("serverFault", fault));
        var token = (string)Assert.Single(Service.Requests)["fhirAuthorization"]!["access_token"]!;
        using var read = await _ehr.SendAsync(token, HttpMethod.Get, "Patient/bravo");
        Assert.Equal(status, read.StatusCode);
        Assert.Contains($"""<span class="bad">{(int)status}</span>""", await PageAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_calls_with_the_token_of_one_order_never_appear_beside_another()
    {
        var (first, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("route", "token"));
        var (second, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"), ("route", "token"));
        var token = (string)Service.Requests[0]["fhirAuthorization"]!["access_token"]!;
        using var form = new FormUrlEncodedContent([new("patient", "bravo"), new("code", "751-8")]);
        using var search = await _ehr.SendAsync(token, HttpMethod.Post, "Observation/_search", form);
        Assert.Equal(HttpStatusCode.OK, search.StatusCode);
        Assert.Contains("POST /fhir/Observation/_search", await PageAsync(first), StringComparison.Ordinal);
        Assert.DoesNotContain("Observation/_search", await PageAsync(second), StringComparison.Ordinal);
        var curl = await PageAsync($"{first}/exchanges/1/fhir/0/curl");
        Assert.Equal($"curl -sS -X POST '{_ehr.Fhir}/Observation/_search' -H 'Accept: application/fhir+json' -H 'Authorization: Bearer {token}' --data-raw 'patient=bravo&code=751-8'\n", curl);
    }

    [Fact]
    public async Task An_exchange_can_be_had_as_a_curl_command_that_repeats_it()
    {
        var (address, _) = await PostAsync("/patients/bravo/order", ("drug", "nivolumab"));
        Assert.Equal($"curl -sS -X GET '{Service.Url}/cds-services' -H 'Accept: application/json' -H \"Authorization: Bearer $(curl -sS '{_ehr.Http.BaseAddress}token?path=%2Fcds-services&language=en')\"\n", await PageAsync($"{address}/exchanges/0/curl"));
        var hook = await PageAsync($"{address}/exchanges/1/curl");
        Assert.StartsWith($"curl -sS -X POST '{Service.Url}/cds-services/stand-in' -H 'Accept: application/json' -H \"Authorization: Bearer $(curl -sS '{_ehr.Http.BaseAddress}token?path=%2Fcds-services%2Fstand-in&language=en')\" -H 'Content-Type: application/json' --data-binary '{{\"hook\":\"order-select\"", hook, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_down_is_said_to_be_down()
    {
        var url = Service.Url;
        await Service.DisposeAsync();
        var page = await ChooseAsync("bravo", "nivolumab", "prefetch");
        Assert.Contains($"The service does not answer at {url}.", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aspirin", "prefetch", "")]
    [InlineData("nivolumab", "pigeon", "")]
    [InlineData("nivolumab", "token", "tlh")]
    public async Task An_order_that_the_form_cannot_make_is_refused(string drug, string route, string language)
    {
        using var form = new FormUrlEncodedContent([new("drug", drug), new("route", route), new("language", language)]);
        using var response = await _ehr.Http.PostAsync(new Uri("/patients/bravo/order", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(Service.Requests);
    }

    [Fact]
    public async Task The_request_for_the_command_line_is_complete_and_its_token_works()
    {
        using var response = await _ehr.Http.GetAsync(new Uri("/patients/delta/request.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var request = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("pembrolizumab", request["context"]!["draftOrders"]!["entry"]![0]!["resource"]!["medicationCodeableConcept"]!["text"]!.GetValue<string>());
        Assert.Equal($"{_ehr.Fhir}", request["fhirServer"]!.GetValue<string>());
        using var read = await _ehr.SendAsync(request["fhirAuthorization"]!["access_token"]!.GetValue<string>(), HttpMethod.Get, "Patient/delta");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    private static string Card(string summary, string more = "") => $$"""
        {"cards":[{"uuid":"0c0f2f4e-5a43-4d5f-9c9b-7a1f2b3c4d5e","summary":"{{summary}}","indicator":"info","source":{"label":"Stand-in"}{{more}}}]}
        """;

    private async Task<string> PageAsync(string path)
    {
        using var response = await _ehr.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> ChooseAsync(string patient, string drug, string route) =>
        (await PostAsync($"/patients/{patient}/order", ("drug", drug), ("route", route))).Page;

    private async Task<string> SignAsync(string patient, string drug, string route)
    {
        var (address, _) = await PostAsync($"/patients/{patient}/order", ("drug", drug), ("route", route));
        return (await PostAsync($"{address}/sign")).Page;
    }

    /// <summary>Sends a form and follows to the order's own page.</summary>
    private async Task<(string Address, string Page)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await _ehr.Http.PostAsync(new Uri(path, UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpMethod.Get, response.RequestMessage!.Method);
        return (response.RequestMessage.RequestUri!.AbsolutePath, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
