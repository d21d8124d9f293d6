using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using HpdCds.Tests.Chart;

namespace HpdCds.Tests.Hooks;

public sealed class EnvelopeTests
{
    private const string Nothing = """{"problems":null}""";

    [Theory]
    [Trait("Req", "REQ-02")]
    [Trait("Req", "REQ-07")]
    [Trait("Req", "ERR-03")]
    [InlineData("hook", "hook")]
    [InlineData("hookInstance", "hookInstance")]
    [InlineData("context", "context")]
    [InlineData("context.userId", "context.userId")]
    [InlineData("context.patientId", "context.patientId")]
    [InlineData("context.selections", "context.selections")]
    [InlineData("context.draftOrders", "context.draftOrders")]
    public async Task A_missing_field_is_named_in_the_refusal(string removed, string named)
    {
        await using var service = await RunningService.StartAsync();
        var call = JsonNode.Parse(Json.Call("order-select", Nothing))!.AsObject();
        var path = removed.Split('.');
        (path.Length == 1 ? call : call["context"]!.AsObject()).Remove(path[^1]);

        var (status, body) = await service.AnswerAsync(call.ToJsonString());

        Assert.Equal(400, status);
        Assert.Equal("OperationOutcome", (string?)body!["resourceType"]);
        Assert.Equal(named, (string?)body["issue"]![0]!["expression"]![0]);
    }

    [Theory]
    [Trait("Req", "SEC-24")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\0")]
    public async Task A_second_document_behind_the_first_is_told_as_such(string second)
    {
        await using var service = await RunningService.StartAsync();

        var (status, answer) = await service.AnswerAsync(Json.Call(prefetch: Nothing) + "\n" + second);

        Assert.Equal(400, status);
        Assert.StartsWith("Something follows", (string)answer!["issue"]![0]!["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await service.AnswerAsync(Json.Call(prefetch: Nothing) + "\n \t")).Status);
        Assert.Equal(400, (await service.AnswerAsync("""{"feedback":[{"card":"a","outcome":"accepted","outcomeTimestamp":"2026-10-01T12:00:00Z"}]}""" + second, "/cds-services/hpd-risk/feedback")).Status);
    }

    [Theory]
    [Trait("Req", "REQ-02")]
    [Trait("Req", "REQ-08")]
    [Trait("Req", "REQ-15")]
    [InlineData("""{"hook":5}""", "hook")]
    [InlineData("""{"hook":"order-sign","hookInstance":"abc"}""", "hookInstance")]
    [InlineData("""{"hook":"order-sign","hook":"order-sign"}""", "request")]
    [InlineData("""{"context":{"userId":"a","userId":"b"}}""", "context")]
    [InlineData("""{"context":[]}""", "context")]
    [InlineData("""{"prefetch":"x"}""", "prefetch")]
    [InlineData("""{"context":{"selections":[1]}}""", "context.selections")]
    [InlineData("""{"context":{"patientId":7}}""", "context.patientId")]
    [InlineData("""[]""", "request")]
    [InlineData("""null""", "request")]
    [InlineData("""{"hook":"order-sign",""", null)]
    [InlineData("", null)]
    [InlineData("""{"hook":"order-sign"} trailing""", null)]
    [InlineData("""{"hook":"\ud800"}""", null)]
    public async Task A_malformed_envelope_is_a_bad_request(string body, string? named)
    {
        await using var service = await RunningService.StartAsync();

        var (status, answer) = await service.AnswerAsync(body);

        Assert.Equal(400, status);
        Assert.Equal(named, (string?)answer!["issue"]![0]!["expression"]?[0]);
    }

    [Theory]
    [Trait("Req", "REQ-07")]
    [InlineData("Patient/pat-1")]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("..")]
    public async Task A_patient_id_that_is_not_bare_is_refused(string patientId)
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(prefetch: Nothing).Replace("\"patientId\":\"pat-1\"", $"\"patientId\":\"{patientId}\"", StringComparison.Ordinal));

        Assert.Equal(400, status);
        Assert.Equal("context.patientId", (string?)body!["issue"]![0]!["expression"]![0]);
    }

    [Theory]
    [Trait("Req", "REQ-04")]
    [InlineData("C6F0F7F4-7F0E-4A7A-8D7A-9D0F4E1C7C33")]
    [InlineData("f1c2a3b4-58cc-11ee-8c99-0242ac120002")]
    public async Task Any_uuid_is_a_hook_instance(string instance)
    {
        await using var service = await RunningService.StartAsync();

        var (status, _) = await service.AnswerAsync(Json.Call(prefetch: Nothing).Replace("c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33", instance, StringComparison.Ordinal));

        Assert.Equal(200, status);
    }

    [Theory]
    [Trait("Req", "REQ-08")]
    [InlineData("dr-1")]
    [InlineData("PractitionerRole/r")]
    [InlineData("Patient/pat-1")]
    [InlineData("RelatedPerson/x")]
    public async Task The_user_is_passed_on_as_sent(string user)
    {
        await using var service = await RunningService.StartAsync();

        var request = service.Request(Json.Call(prefetch: Nothing).Replace("Practitioner/dr-1", user, StringComparison.Ordinal));

        Assert.Equal(user, request.UserId);
    }

    [Theory]
    [Trait("Req", "REQ-03")]
    [InlineData("patient-view", "order-select")]
    [InlineData("medication-prescribe", "order-select or order-sign")]
    [InlineData("order-review", "order-select or order-sign")]
    public async Task A_hook_that_is_not_advertised_is_refused_with_a_pointer(string hook, string hint)
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(hook, Nothing));

        Assert.Equal(400, status);
        Assert.Equal("hook", (string?)body!["issue"]![0]!["expression"]![0]);
        Assert.Contains(hint, (string?)body["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "REQ-05")]
    public async Task Authorization_without_a_server_is_refused()
    {
        await using var service = await RunningService.StartAsync();

        var (status, body) = await service.AnswerAsync(Json.Call(more: ""","fhirAuthorization":{"access_token":"x"}"""));

        Assert.Equal(400, status);
        Assert.Equal("fhirServer", (string?)body!["issue"]![0]!["expression"]![0]);
    }

    [Fact]
    [Trait("Req", "TR-06")]
    [Trait("Req", "EXT-01")]
    [Trait("Req", "EXT-03")]
    [Trait("Req", "VER-01")]
    public async Task Unknown_members_at_every_level_change_nothing()
    {
        await using var service = await RunningService.StartAsync();
        var call = Json.Call(prefetch: """{"problems":null,"-user":{"a":[[]]},"extension":5}""", more: ""","user":{"x":1},"extension":{"com.epic.cdshooks.request.fhir-version":4,"b":[null]}""")
            .Replace("\"userId\"", "\"future\":{\"deep\":[1,2]},\"extension\":[],\"userId\"", StringComparison.Ordinal);

        var (status, body) = await service.AnswerAsync(call);

        Assert.Equal(200, status);
        var plain = await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}"""));
        Assert.Equal(RunningService.WithoutIds(plain.Body), RunningService.WithoutIds(body));
    }

    [Theory]
    [Trait("Req", "TR-05")]
    [Trait("Req", "ERR-06")]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/fhir+json", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("", 415)]
    public async Task Only_json_is_taken(string contentType, int expected)
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.PostAsync(Json.Call(prefetch: Nothing), contentType: contentType);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [Trait("Req", "ERR-06")]
    [InlineData("application/json", 200)]
    [InlineData("*/*", 200)]
    [InlineData("text/html", 406)]
    public async Task Only_json_is_given(string accept, int expected)
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.PostAsync(Json.Call(prefetch: Nothing), change: request => request.Headers.Accept.ParseAdd(accept));

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [Trait("Req", "REQ-14")]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "ERR-06")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_above_the_limit_is_too_large(bool isChunked)
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:MaxBodyBytes"] = "4096" });
        var large = Json.Call(prefetch: $$"""{"problems":"{{new string('x', 8192)}}"}""");

        using var response = await service.PostAsync(large, change: request => request.Headers.TransferEncodingChunked = isChunked);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Equal("too-long", (string?)body["issue"]![0]!["code"]);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "REQ-14")]
    public async Task A_body_that_is_nested_too_deeply_is_refused()
    {
        await using var service = await RunningService.StartAsync();

        var (status, _) = await service.AnswerAsync(Json.Call(prefetch: $$"""{"problems":{{new string('[', 100)}}{{new string(']', 100)}}}"""));

        Assert.Equal(400, status);
    }

    [Fact]
    [Trait("Req", "REQ-14")]
    public async Task More_draft_orders_than_the_limit_are_too_many()
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:MaxBundleEntries"] = "3" });

        var (status, _) = await service.AnswerAsync(Json.Call(drafts: Json.Bundle([.. Enumerable.Range(0, 4).Select(_ => Json.Order())])));

        Assert.Equal(413, status);
    }

    [Fact]
    [Trait("Req", "REQ-16")]
    public async Task A_call_without_draft_orders_is_counted_by_ehr()
    {
        await using var service = await RunningService.StartAsync();
        var seen = new List<object?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "hpdcds.calls.without_draft_orders")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (seen)
                seen.Add(tags[0].Value);
        });
        listener.Start();
        var call = JsonNode.Parse(Json.Call())!;
        call["context"]!.AsObject().Remove("draftOrders");

        var (status, body) = await service.AnswerAsync(call.ToJsonString());

        Assert.Equal(400, status);
        Assert.Equal("context.draftOrders", (string?)body!["issue"]![0]!["expression"]![0]);
        lock (seen)
            Assert.Contains("test-ehr", seen);
    }

    [Theory]
    [Trait("Req", "REQ-01")]
    [Trait("Req", "ERR-06")]
    [Trait("Req", "ERR-12")]
    [InlineData("POST", "/cds-services/unknown", 404)]
    [InlineData("POST", "/by-hook/cds-services/hpd-risk", 404)]
    [InlineData("GET", "/cds-services/hpd-risk", 405)]
    [InlineData("PUT", "/cds-services/hpd-risk", 405)]
    [InlineData("POST", "/cds-services", 405)]
    public async Task Unknown_addresses_and_methods_get_a_generic_outcome(string method, string path, int expected)
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };

        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("OperationOutcome", (string?)body["resourceType"]);
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(expected == 405, response.Content.Headers.Allow.Count > 0);
    }
}
