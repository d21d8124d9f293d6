using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Trust;

/// <summary>No request, however made, takes more than it may.</summary>
[Collection(nameof(Alone))]
public sealed class LimitTests
{
    private static readonly string Deep = string.Concat(Enumerable.Repeat("""{"a":[""", 5_000)) + "1" + string.Concat(Enumerable.Repeat("]}", 5_000));
    private static readonly string LongNumber = "1" + new string('0', 900_000);

    public static TheoryData<string> Bombs => [.. Bodies.Keys];

    private static readonly Dictionary<string, (Func<string> Body, int[] Expected)> Bodies = new(StringComparer.Ordinal)
    {
        ["deep, anywhere"] = (() => Json.Call(more: ",\"x\":" + Deep), [400]),
        ["deep, in prefetch"] = (() => Json.Call(prefetch: $$"""{"problems":{{Deep}} }"""), [400]),
        ["deep, unclosed"] = (() => new string('[', 4_000_000), [400]),
        ["too long"] = (() => Json.Call(more: $",\"x\":\"{new string('x', 5 * 1024 * 1024)}\""), [413]),
        ["a million entries"] = (() => Json.Call(prefetch: $$"""{"problems":{"resourceType":"Bundle","entry":[{{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}}]} }"""), [200, 412]),
        ["a million orders"] = (() => Json.Call(drafts: $$"""{"resourceType":"Bundle","entry":[{{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}}]}"""), [413]),
        ["two hundred thousand keys"] = (() => Json.Call(prefetch: $$"""{"problems":null,{{string.Join(',', Enumerable.Range(0, 200_000).Select(key => $"\"k{key}\":null"))}} }"""), [200]),
        ["a key twice"] = (() => Json.Call(prefetch: """{"problems":null,"problems":null}"""), [400]),
        ["an endless number"] = (() => Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a", value: $$""" "valueQuantity":{"value":{{LongNumber}},"code":"U/L"} """))}},"problems":null}"""), [200]),
        ["an attachment of four megabytes"] = (() => Json.Call(prefetch: $$"""{"problems":{{Json.Bundle($$"""{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/pat-1"},"note":[{"text":"{{new string('A', 4_000_000)}}"}]}""")}} }"""), [200]),
        ["a drug with an endless name"] = (() => Json.Call(prefetch: """{"problems":null}""", drafts: Json.BundleOf("collection", null, Json.Order(medication: $$""" "medicationCodeableConcept":{"text":"{{new string('n', 2_000_000)}}"} """))), [422]),
        ["a member without a name"] = (() => Json.Call(prefetch: """{"problems":null}""", drafts: Json.BundleOf("collection", null, Json.Order(medication: """ "medicationCodeableConcept":{"":1,"text":"nivolumab"} """))), [200]),
        ["selections without end"] = (() => Json.Call("order-select", """{"problems":null}""", selections: $"\"selections\":[{string.Join(',', Enumerable.Repeat("\"MedicationRequest/draft-1\"", 150_000))}]"), [200]),
        ["an id without end"] = (() => Json.Call().Replace("\"pat-1\"", $"\"{new string('p', 1_000_000)}\"", StringComparison.Ordinal), [400]),
        ["a mixture without end"] = (() => Json.Call(prefetch: """{"problems":null}""", drafts: Json.BundleOf("collection", null, Json.Order(medication: Mixture))), [200]),
        ["groups without end"] = (() => Json.Call(prefetch: """{"problems":null}""", drafts: Json.BundleOf("collection", null, [Json.Order(), .. Enumerable.Range(0, 9_000).Select(Group)])), [422]),
        ["escapes only"] = (() => Json.Call(prefetch: $$"""{"problems":null}""", more: $",\"{string.Concat(Enumerable.Repeat("\\u0041", 500_000))}\":1"), [200]),
    };

    private static string Mixture => $$"""
        "contained":[{"resourceType":"Medication","id":"m","ingredient":[{{string.Join(',', Enumerable.Repeat("""{"itemReference":{"reference":"#zz"}}""", 40_000))}}]},
                     {{string.Join(',', Enumerable.Range(0, 40_000).Select(at => $$"""{"resourceType":"Medication","id":"{{at}}"}"""))}}],
        "medicationReference":{"reference":"#m"}
        """;

    private static string Group(int at) =>
        $$$"""{"resourceType":"RequestGroup","id":"g{{{at}}}","status":"draft","intent":"order","subject":{"reference":"Patient/pat-1"},"action":[{"resource":{"reference":"MedicationRequest/elsewhere"}}]}""";

    [Theory]
    [Trait("Req", "SEC-07")]
    [Trait("Req", "REQ-14")]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_is_an_ordinary_refusal(string which)
    {
        await using var service = await RunningService.StartAsync();
        var (body, expected) = Bodies[which];
        var counts = new AbuseCount(service.Services);

        var (status, _) = await service.AnswerAsync(body());

        counts.Note(status);
        counts.PrintAndCheck($"Bomb '{which}'");
        Assert.Contains(status, expected);
        Assert.Equal(200, (await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}"""))).Status);
    }

    [Theory]
    [Trait("Req", "SEC-24")]
    [Trait("Req", "SEC-07")]
    [InlineData("""{"resourceType":"Bundle","entry":[],"entry":[]}""")]
    [InlineData("""{"resourceType":"Bundle","link":[],"link":[{"relation":"next","url":"http://localhost:5080/fhir?p=2"}],"entry":[]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/pat-1"}},"resource":{"resourceType":"Condition","id":"d","subject":{"reference":"Patient/pat-2"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c","resourceType":"Observation","subject":{"reference":"Patient/pat-1"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/pat-1"},"subject":{"reference":"Patient/pat-2"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/pat-2"},"patient":{"reference":"Patient/pat-1"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"search":{"mode":"match"},"search":{"mode":"include"},"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/pat-1"}}}]}""")]
    [InlineData("""{"resourceType":"Bundle","link":[{"relation":"next","relation":"self","url":"http://localhost:5080/fhir?p=2"}],"entry":[]}""")]
    [InlineData("""{"resourceType":"Bundle","resourceType":"Condition","entry":[]}""")]
    public async Task What_is_said_twice_is_not_taken_for_nothing(string bundle)
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"problems":{{bundle}} }"""));

        Assert.Empty(chart.Conditions);
        Assert.NotEqual(HpdCds.Chart.SourceState.Complete, chart.Sources[HpdCds.Chart.ChartKey.Problems].State);
    }

    [Theory]
    [Trait("Req", "SEC-24")]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"2532-0","code":"777-3"}]}""", "")]
    [InlineData("""{"coding":[{"system":"http://loinc.org","system":"urn:other","code":"2532-0"}]}""", "")]
    [InlineData("""{"coding":[{"system":"http://loinc.org","code":"2532-0"}]}""", ""","patient":{"reference":"Patient/pat-2"}""")]
    public async Task A_result_of_which_it_is_not_known_what_it_is_or_whose_leaves_its_list_incomplete(string code, string more)
    {
        await using var service = await RunningService.StartAsync();
        var doubled = $$"""{"resourceType":"Observation","id":"d","status":"final","subject":{"reference":"Patient/pat-1"}{{more}},"code":{{code}},"effectiveDateTime":"2026-10-20","valueQuantity":{"value":900,"code":"U/L"} }""";

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(doubled, Json.Observation("a"), doubled.Replace("\"d\"", "\"e\"", StringComparison.Ordinal))}} }"""));

        Assert.Equal(HpdCds.Chart.SourceState.Truncated, chart.Sources[HpdCds.Chart.ChartKey.Chemistry].State);
        Assert.Equal("Observation/a", Assert.Single(chart.Observations).Reference);
    }

    [Fact]
    [Trait("Req", "SEC-24")]
    public async Task Whoever_takes_part_in_something_is_the_patient_of_an_appointment_only()
    {
        await using var service = await RunningService.StartAsync();
        const string Result = """{"resourceType":"Observation","id":"p","status":"final","participant":[{"actor":{"reference":"Patient/pat-1"}}],"code":{"coding":[{"system":"http://loinc.org","code":"2532-0"}]},"effectiveDateTime":"2026-10-20","valueQuantity":{"value":900,"code":"U/L"}}""";

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Result, Json.Observation("a"))}} }"""));

        Assert.Equal("Observation/a", Assert.Single(chart.Observations).Reference);
    }

    [Theory]
    [Trait("Req", "SEC-24")]
    [InlineData("""{"value":180,"value":1800,"code":"U/L"}""")]
    [InlineData("""{"value":180,"code":"U/L","extension":[{"url":"a","url":"b"}]}""")]
    [InlineData("""{"value":180,"code":"U/L","x":1000000000000000000000000000000000000000000000000000000000000000000000000}""")]
    public async Task A_result_that_says_something_twice_or_without_end_is_unreadable(string quantity)
    {
        await using var service = await RunningService.StartAsync();

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Bundle(Json.Observation("a", value: $" \"valueQuantity\":{quantity} "))}} }"""));

        Assert.IsType<HpdCds.Chart.ChartValue.Unreadable>(Assert.Single(chart.Observations).Value);
        Assert.Equal(1, chart.Dropped.Unreadable);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task A_compressed_body_is_not_opened()
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.PostAsync(Json.Call(), change: request => request.Content!.Headers.ContentEncoding.Add("gzip"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task A_body_that_does_not_come_is_given_up()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var service = await RunningService.StartAsync(clock: clock);
        var clients = Enumerable.Range(0, 20).Select(_ => new TcpClient()).ToList();
        foreach (var client in clients)
            await SendAsync(service, client, """{"hook":""", length: 5_000);

        var counts = new AbuseCount(service.Services);
        var answers = clients.Select(client => ReadAsync(client)).ToList();
        while (!answers.TrueForAll(answer => answer.IsCompleted))
        {
            clock.Advance(TimeSpan.FromSeconds(11));
            await Task.WhenAny(Task.WhenAll(answers), Task.Delay(20, TestContext.Current.CancellationToken));
        }

        foreach (var answer in answers)
            counts.Note(StatusIn(await answer));
        counts.PrintAndCheck("Bodies that do not come");
        Assert.Equal(20, counts.Of(408));
        clients.ForEach(client => client.Dispose());
    }

    /// <summary>Fast enough for the web server, which has a least rate of its own, and yet without end.</summary>
    [Theory]
    [Trait("Req", "SEC-07")]
    [InlineData("/cds-services/hpd-risk")]
    [InlineData("/cds-services/hpd-risk/feedback")]
    public async Task A_body_that_comes_in_drops_is_given_up_and_its_connection_ends(string path)
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var service = await RunningService.StartAsync(clock: clock);
        using var client = new TcpClient();
        await SendAsync(service, client, """{"hook":""", length: 500_000, path);

        var answer = ReadAsync(client);
        var drop = new byte[500];
        Array.Fill(drop, (byte)' ');
        for (var sent = 0; sent < 900 && !answer.IsCompleted; sent++)
        {
            await client.GetStream().WriteAsync(drop, TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(20, TestContext.Current.CancellationToken));
        }

        Assert.True(answer.IsCompleted, "The body still comes");
        Assert.StartsWith("HTTP/1.1 408", await answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", await answer, StringComparison.Ordinal);
        while (await ReadAsync(client) is { Length: > 0 })
        {
        }
    }

    /// <summary>The web server has a clock of its own: who may take longer began earlier, and is still waited for when the other is given up.</summary>
    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task Headers_that_do_not_come_are_given_up()
    {
        static Task<RunningService> StartAsync(string limit) =>
            RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:BodyTimeout"] = limit });
        await using var patient = await StartAsync("00:05:00");
        await using var impatient = await StartAsync("00:00:01");
        using var earlier = new TcpClient();
        using var later = new TcpClient();

        await SendAsync(patient, earlier, "POST /cds-services/hpd-risk HTTP/1.1\r\nHost: ");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await SendAsync(impatient, later, "POST /cds-services/hpd-risk HTTP/1.1\r\nHost: ");
        var waited = ReadAsync(earlier);
        var answer = ReadAsync(later);

        Assert.Same(answer, await Task.WhenAny(answer, waited));
        Assert.StartsWith("HTTP/1.1 408", await answer, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task A_client_has_ten_seconds_where_a_site_says_nothing_else()
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(TimeSpan.FromSeconds(10), service.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.RequestHeadersTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), service.Services.GetRequiredService<SiteSettings>().BodyTimeout);
    }

    [Fact]
    [Trait("Req", "SEC-07")]
    public async Task Connections_that_are_half_closed_or_cut_leave_nothing_behind()
    {
        await using var service = await RunningService.StartAsync();
        var counts = new AbuseCount(service.Services);
        for (var i = 0; i < 100; i++)
        {
            using var client = new TcpClient();
            await SendAsync(service, client, """{"hook":""", length: 5_000);
            if (i % 3 == 0)
                client.Client.LingerState = new LingerOption(true, 0);
            if (i % 3 == 1)
                client.Client.Shutdown(SocketShutdown.Send);
            counts.Note(i % 3 == 1 ? StatusIn(await ReadAsync(client)) : 0);
        }

        counts.PrintAndCheck("Connections half closed or cut");

        Assert.Equal(200, (await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}"""))).Status);
        Assert.DoesNotContain("Unexpected failure", service.Log.All, StringComparison.Ordinal);
    }

    private static Task SendAsync(RunningService service, TcpClient client, string part, int length, string path = "/cds-services/hpd-risk") => SendAsync(
        service,
        client,
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MediaTypeHeaderValue.Parse("application/json")}\r\nContent-Length: {length}\r\n\r\n{part}");

    private static async Task SendAsync(RunningService service, TcpClient client, string text)
    {
        await client.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        var buffer = new byte[4096];
        try
        {
            var read = await client.Client.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            return Encoding.ASCII.GetString(buffer, 0, read);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static int StatusIn(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
}
