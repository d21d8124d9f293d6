using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using HpdCds.Store;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Store;

/// <summary>What the service remembers, the same on every engine: each engine has a class of its own below this one.</summary>
public abstract partial class MemoryTests
{
    private const string Secret = "Zebra Quagga told me of her cirrhosis";

    private static readonly string AuditKey = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());

    /// <summary>Where these tests keep theirs: a database that nobody else uses.</summary>
    protected abstract Task<string> ConnectionAsync();

    protected abstract DbConnection Open(string connection);

    /// <summary>Takes the database away, as a failure would.</summary>
    protected abstract Task TakeAwayAsync(string connection);

    protected abstract Task BringBackAsync(string connection);

    /// <summary>Drops every table, as somebody might who takes the wrong database for a test.</summary>
    protected abstract Task DropAsync(string connection);

    /// <summary>Lets the database take no feedback on one card, ever.</summary>
    protected abstract Task RefuseAsync(string connection, string card);

    protected async Task ExecuteAsync(string connection, string sql)
    {
        await using var open = Open(connection);
        await open.OpenAsync(TestContext.Current.CancellationToken);
        await open.ExecuteAsync(sql);
    }

    private static string Call(string patient = "pat-1", double neutrophils = 9, string day = "2026-10-20") => Json.Call(prefetch: $$"""
        {"patient":{{Json.Patient()}},"problems":{{Json.Bundle(Json.Condition("c"))}},
         "cbc":{{Json.Bundle(Json.Observation("n", "751-8", $"{day}T08:00:00Z", value: Cells(neutrophils)), Json.Observation("l", "731-0", $"{day}T08:00:00Z", value: Cells(1)))}} }
        """).Replace("pat-1", patient, StringComparison.Ordinal);

    private static string Cells(double count) => string.Create(
        CultureInfo.InvariantCulture, $$""" "valueQuantity":{"value":{{count}},"unit":"10*9/L","system":"http://unitsofmeasure.org","code":"10*9/L"} """);

    private static async Task<RunningService> StartAsync(string connection, TimeProvider? clock = null, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection, ["HpdCds:AuditKey"] = AuditKey };
        foreach (var (name, value) in more)
            settings[name] = value;
        return await RunningService.StartAsync(settings: settings, clock: clock);
    }

    private async Task<IReadOnlyList<IDictionary<string, object?>>> RowsAsync(string connection, string table, int least)
    {
        for (var tries = 0; ; tries++)
        {
            await using var open = Open(connection);
            await open.OpenAsync(TestContext.Current.CancellationToken);
            var rows = (await open.QueryAsync($"SELECT * FROM {table}")).Cast<IDictionary<string, object?>>().ToList();
            if (rows.Count >= least || tries == 400)
                return rows;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> CardAsync(RunningService service, string? call = null)
    {
        var (status, body) = await service.AnswerAsync(call ?? Call());
        Assert.Equal(200, status);
        return (string)Assert.Single(body!["cards"]!.AsArray())!["uuid"]!;
    }

    private static string Feedback(string card, string outcome = "overridden", string at = "2026-11-01T12:00:00Z", string more = "") =>
        $$"""{"feedback":[{"card":"{{card}}","outcome":"{{outcome}}","outcomeTimestamp":"{{at}}"{{more}}}]}""";

    private static Task<(int Status, JsonNode? Body)> TellAsync(RunningService service, string body) => service.AnswerAsync(body, "/cds-services/hpd-risk/feedback");

    [Fact]
    [Trait("Req", "FBK-11")]
    public async Task A_card_is_remembered_with_all_that_explains_it_and_nothing_of_the_patient()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);

        var card = await CardAsync(service);

        var row = Assert.Single(await RowsAsync(connection, "decisions", 1));
        Assert.Equal((card, "test-ehr", "hpd-risk", "order-sign", "live", "card"), (row["card"], row["ehr"], row["service"], row["hook"], row["mode"], row["outcome"]));
        Assert.StartsWith("sha256:", (string)row["knowledge"]!, StringComparison.Ordinal);
        var factors = JsonNode.Parse((string)row["factors"]!)!;
        Assert.Equal("known", (string?)factors["nlr"]!["state"]);
        Assert.Equal("unknown", (string?)factors["ldh"]!["state"]);
        Assert.Equal("complete", (string?)JsonNode.Parse((string)row["sources"]!)!["cbc"]);
        Assert.Equal(22, ((string)row["outcome_link"]!).Length);
        Assert.Equal(22, ((string)row["inputs"]!).Length);
        Assert.True(row["chart_milliseconds"] is >= 0L && row["assessment_milliseconds"] is >= 0L);
        var written = string.Join(' ', row.Values);
        Assert.All(["pat-1", "1960", "\"n\"", "751-8"], of => Assert.DoesNotContain(of, written, StringComparison.Ordinal));
        Assert.DoesNotContain("value", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_shown_is_remembered_for_what_it_was()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        await service.AnswerAsync(Json.Call());
        await service.AnswerAsync(Json.Call(drafts: Json.BundleOf("collection", null, Json.Order(medication: """ "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"161"}]} """))));
        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Services:hpd-risk"] = "silent" });
        await service.AnswerAsync(Call());

        var rows = await RowsAsync(connection, "decisions", 2);

        Assert.Equal([("not-read", "cannot-be-assessed"), ("card", "silent")], rows.OrderBy(row => row["mode"]).Select(row => ((string)row["outcome"]!, (string)row["shown"]!)));
    }

    [Fact]
    [Trait("Req", "FBK-01")]
    [Trait("Req", "FBK-02")]
    [Trait("Req", "FBK-03")]
    [Trait("Req", "FBK-04")]
    [Trait("Req", "FBK-05")]
    [Trait("Req", "FBK-06")]
    [Trait("Req", "FBK-07")]
    [Trait("Req", "OVR-04")]
    public async Task Every_usable_item_of_feedback_is_kept_once_and_every_other_is_named()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);
        const string Body = """
            {"feedback":[
              {"card":"CARD","outcome":"overridden","outcomeTimestamp":"2026-11-01T12:00:00Z","overrideReason":{"reason":{"code":"x","system":"urn:site"}}},
              {"card":"CARD","outcome":"overridden","outcomeTimestamp":"2026-11-01T12:00:00Z","overrideReason":{"reason":{"code":"x","system":"urn:site"}}},
              {"card":"CARD","outcome":"accepted","outcomeTimestamp":"2026-11-01T13:00:00.1234567+02:00","acceptedSuggestions":[{"id":"s-1"}]},
              {"card":"123456","outcome":"overridden","outcomeTimestamp":"2026-10-01T12:00:00Z","overrideReasons":{"reason":{"code":"y"}}},
              {"card":"b","outcome":"overridden","outcomeTimestamp":"2026-10-01T12:00:00Z","overrideReason":{"extension":[]}},
              {"card":"c","outcome":"overridden","outcomeTimestamp":"2026-11-03T12:00:00Z"},
              {"card":"d","outcome":"ignored","outcomeTimestamp":"2026-10-01T12:00:00Z"},
              {"card":7,"outcome":"overridden","outcomeTimestamp":"2026-10-01T12:00:00Z"},
              {"card":"e","outcome":"overridden","outcomeTimestamp":"2026-10-01"},
              null]}
            """;

        var (status, answer) = await TellAsync(service, Body.Replace("CARD", card, StringComparison.Ordinal));

        Assert.Equal(200, status);
        Assert.Equal(
            ["feedback[5].outcomeTimestamp", "feedback[6].outcome", "feedback[7].card", "feedback[8].outcomeTimestamp", "feedback[9]"],
            answer!["issue"]!.AsArray().Select(issue => (string)issue!["expression"]![0]!));
        var rows = await RowsAsync(connection, "feedback", 4);
        Assert.Equal(["b", "123456", card, card], rows.Select(row => (string)row["card"]!).OrderBy(one => one.Length));
        Assert.Equal(["x", "y"], rows.Select(row => (string?)row["reason_code"]).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Equal(DateTimeOffset.Parse("2026-11-01T11:00:00.123Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), rows.Single(row => (string?)row["outcome"] == "accepted")["at"]);
        Assert.Equal(400, (await TellAsync(service, """{"feedback":[{"card":"d"}]}""")).Status);
        Assert.Equal("feedback[0].outcome", (string?)(await TellAsync(service, """{"feedback":[{"card":"d"}]}""")).Body!["issue"]![0]!["expression"]![0]);
        Assert.Equal(400, (await TellAsync(service, """{"feedback":[]}""")).Status);
        Assert.Equal(404, (await service.AnswerAsync(Body, "/cds-services/other/feedback")).Status);
    }

    [Fact]
    [Trait("Req", "FBK-10")]
    public async Task What_a_person_wrote_is_kept_encrypted_and_never_told()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);

        var (status, answer) = await TellAsync(service, Feedback(card, more: $$""","overrideReason":{"userComment":"{{Secret}}{{new string('x', 5_000)}}"}"""));

        Assert.Equal(200, status);
        Assert.DoesNotContain("Quagga", answer!.ToJsonString(), StringComparison.Ordinal);
        var kept = (string)Assert.Single(await RowsAsync(connection, "feedback", 1))["comment"]!;
        Assert.DoesNotContain("Quagga", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("Quagga", service.Log.All, StringComparison.Ordinal);
        var revealed = service.Services.GetRequiredService<Journal>().Reveal(kept)!;
        Assert.StartsWith(Secret, revealed, StringComparison.Ordinal);
        Assert.Equal(4_000, revealed.Length);
    }

    [Fact]
    public async Task What_has_been_kept_long_enough_goes()
    {
        var connection = await ConnectionAsync();
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var service = await StartAsync(connection, clock, ("HpdCds:Store:KeepDecisions", "30.00:00:00"), ("HpdCds:Store:KeepComments", "10.00:00:00"));
        await TellAsync(service, Feedback(await CardAsync(service), more: ""","overrideReason":{"userComment":"words"}"""));
        Assert.NotNull(Assert.Single(await RowsAsync(connection, "feedback", 1))["comment"]);
        var retention = service.Services.GetRequiredService<Retention>();

        clock.Advance(TimeSpan.FromDays(11));
        await retention.RemoveAsync(TestContext.Current.CancellationToken);
        Assert.Null(Assert.Single(await RowsAsync(connection, "feedback", 1))["comment"]);
        Assert.Single(await RowsAsync(connection, "decisions", 1));

        clock.Advance(TimeSpan.FromDays(20));
        await retention.RemoveAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await RowsAsync(connection, "feedback", 0));
        Assert.Empty(await RowsAsync(connection, "decisions", 0));
    }

    [Fact]
    [Trait("Req", "FBK-09")]
    [Trait("Req", "JWT-12")]
    public async Task Two_services_with_one_store_start_together_know_each_others_tokens_and_read_each_others_comments()
    {
        var connection = await ConnectionAsync();
        using var issuer = new TestIssuer();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection, ["HpdCds:AuditKey"] = AuditKey };
        var both = await Task.WhenAll(GuardedService.StartAsync(settings, issuer: issuer), GuardedService.StartAsync(settings, issuer: issuer));
        await using var first = both[0];
        await using var second = both[1];

        var token = issuer.Token();
        using var used = await first.PostAsync(token, body: Call());
        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        Assert.Equal(401, await second.StatusAsync(token));

        var card = (string)JsonNode.Parse(await used.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["cards"]![0]!["uuid"]!;
        Assert.Equal(401, await first.StatusAsync(null, "/cds-services/hpd-risk/feedback", Feedback(card)));
        using var told = await first.PostAsync(issuer.Token(claims => claims["aud"] = TestIssuer.Audience + "/feedback"), "/cds-services/hpd-risk/feedback", Feedback(card, more: $$""","overrideReason":{"userComment":"{{Secret}}"}"""));
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        var row = Assert.Single(await RowsAsync(connection, "feedback", 1));
        Assert.Equal("test-ehr", row["ehr"]);
        Assert.Equal(Secret, second.Service.Services.GetRequiredService<Journal>().Reveal((string)row["comment"]!));
        using var again = await second.PostAsync(issuer.Token(), body: Call());
        Assert.Contains("suppressed", await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_store_costs_no_answer_is_seen_in_health_and_gets_what_it_missed()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System);
        var before = await CardAsync(service, CallOfToday());
        await RowsAsync(connection, "decisions", 1);
        await TakeAwayAsync(connection);

        var during = await CardAsync(service, CallOfToday());
        Assert.Equal(200, (await TellAsync(service, Feedback(during, at: "2026-11-02T12:00:00Z"))).Status);
        var health = await HealthUntilAsync(service, text => text.StartsWith("Degraded", StringComparison.Ordinal));
        Assert.Matches("^Degraded: store away, [1-9] waiting, 0 lost$", health);
        Assert.Equal("Healthy", await service.Client.GetStringAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken));

        await BringBackAsync(connection);

        Assert.Equal(new HashSet<string> { before, during }, (await RowsAsync(connection, "decisions", 2)).Select(row => (string)row["card"]!).ToHashSet());
        Assert.Equal(during, Assert.Single(await RowsAsync(connection, "feedback", 1))["card"]);
        Assert.Equal("Healthy", await HealthUntilAsync(service, text => text == "Healthy"));
    }

    [Fact]
    public async Task What_finds_no_room_while_the_store_is_away_is_counted_and_the_gap_written_down()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:MostWaiting", "1"));
        await CardAsync(service, CallOfToday());
        await RowsAsync(connection, "decisions", 1);
        await TakeAwayAsync(connection);

        for (var calls = 0; calls < 6; calls++)
            await CardAsync(service, CallOfToday());
        var lost = service.Services.GetRequiredService<Journal>().Lost;
        Assert.InRange(lost, 1, 6);
        Assert.EndsWith($"{lost} lost", await HealthUntilAsync(service, text => text.StartsWith("Degraded", StringComparison.Ordinal)), StringComparison.Ordinal);
        await BringBackAsync(connection);

        Assert.Equal(lost, (long)Assert.Single(await RowsAsync(connection, "gaps", 1))["lost"]!);
        Assert.Equal(7 - lost, (await RowsAsync(connection, "decisions", (int)(7 - lost))).Count);
        Assert.Equal("Healthy", await HealthUntilAsync(service, text => text == "Healthy"));
    }

    [Fact]
    public async Task An_entry_that_the_store_never_takes_keeps_no_other_and_is_counted()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        await CardAsync(service);
        await RowsAsync(connection, "decisions", 1);
        await RefuseAsync(connection, "poison");
        var journal = service.Services.GetRequiredService<Journal>();
        var good = new FeedbackItem("test-ehr", "", "good", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null);

        journal.Add(good with { Card = "poison" });
        journal.Add(good);

        Assert.Equal("good", Assert.Single(await RowsAsync(connection, "feedback", 1))["card"]);
        Assert.Equal(1, journal.Lost);
        Assert.Equal(1L, Assert.Single(await RowsAsync(connection, "gaps", 1))["lost"]);
    }

    [Fact]
    [Trait("Req", "ERR-10")]
    public async Task Text_that_is_no_Unicode_is_named_and_costs_only_its_item_and_a_long_comment_is_cut_between_characters()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        static string Item(string card, string more = "") => $$"""{"card":"{{card}}","outcome":"overridden","outcomeTimestamp":"2026-11-01T12:00:00Z"{{more}}}""";
        var comment = new string('a', 3_999) + "\U0001F600 and more";

        var (status, answer) = await TellAsync(service, $$"""{"feedback":[{{Item("g1")}},{{Item("\\ud800")}},{{Item("g3", $$""","overrideReason":{"userComment":"{{comment}}"}""")}}]}""");

        Assert.Equal(200, status);
        Assert.StartsWith("feedback[1]", (string)answer!["issue"]![0]!["expression"]![0]!, StringComparison.Ordinal);
        var rows = await RowsAsync(connection, "feedback", 2);
        Assert.Equal(["g1", "g3"], rows.Select(row => (string)row["card"]!).Order(StringComparer.Ordinal));
        var kept = (string)rows.Single(row => (string?)row["card"] == "g3")["comment"]!;
        Assert.Equal(3_999, service.Services.GetRequiredService<Journal>().Reveal(kept)!.Length);
        foreach (var body in new[] { """{"feedback":[{"card":"\ud800"}]}""", """{"\ud800":1,"feedback":[]}""" })
            Assert.Equal(400, (await TellAsync(service, body)).Status);
    }

    private static string CallOfToday() => Call(day: TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static async Task<string> HealthUntilAsync(RunningService service, Func<string, bool> isIt)
    {
        for (var tries = 0; ; tries++)
        {
            var text = await service.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            if (isIt(text) || tries == 400)
                return text;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
