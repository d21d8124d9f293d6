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
        await OrderAsync("bravo", "nivolumab", "prefetch", "order-sign");
        var request = Assert.Single(Service.Requests);
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
        await OrderAsync("bravo", "nivolumab", "token", "order-select");
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
        await OrderAsync("bravo", "camrelizumab", "both", "order-sign");
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
        var page = await OrderAsync("bravo", "nivolumab", "prefetch", "order-sign");
        Assert.Contains("""<article class="card warning">""", page, StringComparison.Ordinal);
        Assert.Contains("Several &lt;b&gt;risk&lt;/b&gt; factors", page, StringComparison.Ordinal);
        Assert.Contains("<strong>NLR 5.2</strong>", page, StringComparison.Ordinal);
        Assert.Contains("HPD &amp; co", page, StringComparison.Ordinal);
        Assert.Contains("href=\"http://example.org/x\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"javascript", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http://example.org/p\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exchanged_JSON_stands_on_the_page_encoded()
    {
        Service.Answer = """{"cards":[],"extension":{"org.hpdcds.assessment":{"note":"</pre><i>"}}}""";
        var page = await OrderAsync("bravo", "pembrolizumab", "prefetch", "order-sign");
        Assert.Contains("No card", page, StringComparison.Ordinal);
        Assert.Contains("&quot;hookInstance&quot;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;/pre&gt;&lt;i&gt;", page, StringComparison.Ordinal);
        Assert.Contains($"POST {Service.Url}/cds-services/stand-in - 200", page, StringComparison.Ordinal);
        Assert.Contains("""<option value="pembrolizumab" selected>""", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(412, "{}", "The service answered with status 412")]
    [InlineData(200, "not JSON", "No card")]
    [InlineData(200, """{"cards":"none"}""", "No card")]
    [InlineData(200, """{"cards":[],"cards":[]}""", "No card")]
    [InlineData(200, """{"cards":[{}, 5, {"summary":7,"source":"x"}]}""", "card info")]
    public async Task A_service_that_misbehaves_does_not_break_the_page(int status, string answer, string shown)
    {
        (Service.Status, Service.Answer) = (status, answer);
        Assert.Contains(shown, await OrderAsync("bravo", "nivolumab", "prefetch", "order-sign"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_down_is_said_to_be_down()
    {
        var url = Service.Url;
        await Service.DisposeAsync();
        var page = await OrderAsync("bravo", "nivolumab", "prefetch", "order-sign");
        Assert.Contains($"The service does not answer at {url}/", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aspirin", "prefetch", "order-sign")]
    [InlineData("nivolumab", "pigeon", "order-sign")]
    [InlineData("nivolumab", "token", "patient-view")]
    public async Task An_order_that_the_form_cannot_make_is_refused(string drug, string route, string hook)
    {
        using var form = new FormUrlEncodedContent([new("drug", drug), new("route", route), new("hook", hook)]);
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

    private async Task<string> OrderAsync(string patient, string drug, string route, string hook)
    {
        using var form = new FormUrlEncodedContent([new("drug", drug), new("route", route), new("hook", hook)]);
        using var response = await _ehr.Http.PostAsync(new Uri($"/patients/{patient}/order", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
