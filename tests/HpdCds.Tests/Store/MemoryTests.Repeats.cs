using System.Net;
using System.Text.Json.Nodes;
using HpdCds.Store;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Store;

/// <summary>When a card comes again, the same on every engine.</summary>
public abstract partial class MemoryTests
{
    [Fact]
    public async Task The_same_facts_of_the_same_patient_are_not_shown_again_for_14_days_after_an_override()
    {
        var connection = await ConnectionAsync();
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var service = await StartAsync(connection, clock);
        await TellAsync(service, Feedback(await CardAsync(service)));
        await RowsAsync(connection, "feedback", 1);

        var (_, again) = await service.AnswerAsync(Call());

        Assert.Empty(again!["cards"]!.AsArray());
        var told = again["extension"]!["org.hpdcds.assessment"]!;
        Assert.Equal("2026-11-01T12:00:00Z", (string?)told["suppressed"]);
        Assert.True((bool)told["assessable"]!);
        Assert.Equal("repeat", (await RowsAsync(connection, "decisions", 2)).OrderByDescending(row => row["shown"]).First()["shown"]);
        await CardAsync(service, Call("pat-2"));
        await CardAsync(service, Call(neutrophils: 10));
        clock.Advance(TimeSpan.FromDays(14) + TimeSpan.FromMinutes(1));
        await CardAsync(service);
    }

    [Fact]
    public async Task An_accepted_card_and_one_that_says_that_nothing_could_be_assessed_come_again()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        await TellAsync(service, Feedback(await CardAsync(service), "accepted", more: ""","acceptedSuggestions":[{"id":"s"}]"""));
        var open = Json.Call(prefetch: $$"""{"patient":{{Json.Patient()}},"problems":{{Json.Bundle(Json.Condition("c"))}}}""");
        await TellAsync(service, Feedback(await CardAsync(service, open)));
        await RowsAsync(connection, "feedback", 2);

        await CardAsync(service);
        await CardAsync(service, open);
    }

    [Fact]
    [Trait("Req", "SEC-19")]
    public async Task An_override_counts_for_the_hospital_that_sent_it()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var journal = service.Services.GetRequiredService<Journal>();
        var item = new FeedbackItem("another-ehr", "", await CardAsync(service), "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null);

        journal.Add(item);
        await RowsAsync(connection, "feedback", 1);
        await CardAsync(service);

        journal.Add(item with { Ehr = "test-ehr" });
        await RowsAsync(connection, "feedback", 2);
        Assert.Empty((await service.AnswerAsync(Call())).Body!["cards"]!.AsArray());
    }

    [Fact]
    [Trait("Req", "SEC-14")]
    public async Task Two_hospitals_behind_one_entry_have_patients_overrides_and_links_of_their_own()
    {
        var connection = await ConnectionAsync();
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Store:Connection"] = connection,
            ["HpdCds:AuditKey"] = AuditKey,
            ["HpdCds:Ehrs:0:Tenants:0"] = "north",
            ["HpdCds:Ehrs:0:Tenants:1"] = "south",
        });
        async Task<JsonNode> AskAsync(string tenant)
        {
            using var response = await ehr.PostAsync(ehr.Issuer.Token(claims => claims["tenant"] = tenant), body: Call());
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        }

        async Task TellOfAsync(string tenant, string card)
        {
            using var response = await ehr.PostAsync(
                ehr.Issuer.Token(claims => (claims["tenant"], claims["aud"]) = (tenant, TestIssuer.Audience + "/feedback")), "/cds-services/hpd-risk/feedback", Feedback(card));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var north = (string)(await AskAsync("north"))["cards"]![0]!["uuid"]!;
        await TellOfAsync("south", north);
        await RowsAsync(connection, "feedback", 1);
        Assert.NotEmpty((await AskAsync("north"))["cards"]!.AsArray());

        await TellOfAsync("north", north);
        await RowsAsync(connection, "feedback", 2);
        Assert.Empty((await AskAsync("north"))["cards"]!.AsArray());
        Assert.NotEmpty((await AskAsync("south"))["cards"]!.AsArray());
        Assert.Equal(2, (await RowsAsync(connection, "decisions", 4)).Select(row => row["outcome_link"]).Distinct().Count());
    }

    [Theory]
    [InlineData("2026-11-01T11:00:00Z", false)]
    [InlineData("2026-11-01T09:00:00Z", true)]
    public async Task Of_several_cards_for_the_same_facts_what_was_told_last_decides(string accepted, bool isSuppressed)
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var (first, second) = (await CardAsync(service), await CardAsync(service));
        await RowsAsync(connection, "decisions", 2);

        await TellAsync(service, Feedback(second, at: "2026-11-01T10:00:00Z"));
        await TellAsync(service, Feedback(first, "accepted", accepted, ""","acceptedSuggestions":[{"id":"s"}]"""));
        await RowsAsync(connection, "feedback", 2);

        Assert.Equal(isSuppressed, (await service.AnswerAsync(Call())).Body!["cards"]!.AsArray().Count == 0);
    }
}
