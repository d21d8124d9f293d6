using System.Text.Json.Nodes;
using HpdCds.Store;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.SmartApp;

/// <summary>From a card to the page: what the link says, and whose decision it opens.</summary>
public sealed class CardLinkTests
{
    private static readonly string Prefetch = $$"""{"problems":{{Json.Bundle(Json.Condition("c-1"))}},"chemistry":{{Json.Bundle(Json.Observation("ldh", value: Ldh(180)))}} }""";

    [Fact]
    [Trait("Req", "LNK-01")]
    [Trait("Req", "LNK-02")]
    [Trait("Req", "LNK-03")]
    [Trait("Req", "LNK-04")]
    [Trait("Req", "LNK-06")]
    [Trait("Req", "LNK-07")]
    public async Task A_card_links_to_the_registered_address_with_a_reference_that_says_nothing()
    {
        await using var site = await LaunchSite.StartAsync();

        var (first, second) = (await LinkAsync(site), await LinkAsync(site));

        Assert.Equal(["appContext", "label", "type", "url"], first.Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal("smart", (string?)first["type"]);
        Assert.Equal("https://cds.example.org/hpd/smart/launch", (string?)first["url"]);
        Assert.NotEmpty((string)first["label"]!);
        Assert.Matches("^[A-Za-z0-9_-]{22}$", (string)first["appContext"]!);
        Assert.NotEqual((string)first["appContext"]!, (string)second["appContext"]!);
    }

    [Fact]
    [Trait("Req", "LNK-02")]
    public async Task Where_the_EHR_has_no_app_a_card_has_no_link()
    {
        await using var service = await RunningService.StartAsync();

        var (_, body) = await service.AnswerAsync(Json.Call(prefetch: Prefetch));

        Assert.NotEmpty(body!["cards"]!.AsArray());
        Assert.All(body["cards"]!.AsArray(), card => Assert.Null(card!["links"]));
    }

    [Theory]
    [Trait("Req", "SM-20")]
    [Trait("Req", "SEC-20")]
    [InlineData("pat-1", 200)]
    [InlineData("pat-2", 403)]
    public async Task The_card_of_another_patient_opens_nothing(string patient, int status)
    {
        await using var site = await LaunchSite.StartAsync();
        var context = await ContextAsync(site);
        site.Token = (token, _) => (token["patient"], token["appContext"]) = (patient, context);
        site.Fhir = call => call.Type == "Patient" ? EhrAnswer.Ok(Json.Patient(patient)) : null;

        var (found, html) = await site.SeeAsync();

        Assert.Equal(status, found);
        Assert.Equal(status == 403, html.Contains("another patient", StringComparison.Ordinal));
        if (status == 403)
            Assert.DoesNotContain(site.Calls, call => call.Authorization is not null);
    }

    [Fact]
    [Trait("Req", "SM-45")]
    public async Task What_changed_since_the_card_is_named_and_what_did_not_is_not()
    {
        await using var site = await LaunchSite.StartAsync();
        var context = await ContextAsync(site);
        var value = 180;
        site.Token = (token, _) => token["appContext"] = context;
        site.Fhir = call => call.Type switch
        {
            "Condition" => EhrAnswer.Ok(Json.Bundle(Json.Condition("c-1"))),
            "Observation" when call.Url.Contains(Json.Ldh, StringComparison.Ordinal) => EhrAnswer.Ok(Json.Bundle(Json.Observation("ldh", value: Ldh(value)))),
            _ => null,
        };
        var decision = (await site.Service.Services.GetRequiredService<CardContexts>().FindAsync(context, Ehr(site), Record(site), TestContext.Current.CancellationToken)).Decision!;

        value = 990;
        var (_, changed) = await site.SeeAsync();

        Assert.Equal(site.Service.Services.GetRequiredService<HpdCds.Knowledge.KnowledgeBase>().Hash, decision.Knowledge);
        Assert.Contains(decision.Knowledge, changed, StringComparison.Ordinal);
        Assert.Contains("Data changed since the card", changed, StringComparison.Ordinal);
        Assert.Contains("LDH: then Known, 0 points; now Known, 1 point", changed, StringComparison.Ordinal);
        // What the card was not given had not been absent.
        Assert.DoesNotContain("AFP: then", changed, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SEC-20")]
    [Trait("Req", "LNK-04")]
    public async Task A_reference_is_of_use_for_some_hours_and_to_its_own_EHR_only()
    {
        await using var site = await LaunchSite.StartAsync();
        var context = await ContextAsync(site);
        var contexts = site.Service.Services.GetRequiredService<CardContexts>();
        Task<CardOrigin> Find(TrustedEhr ehr, string patient) => contexts.FindAsync(context, ehr, new(Ehr(site).FhirBases[0], null, patient), TestContext.Current.CancellationToken);

        Assert.NotNull((await Find(Ehr(site), "pat-1")).Decision);
        Assert.True((await Find(Ehr(site), "pat-2")).IsAnotherPatient);
        Assert.True((await Find(Ehr(site) with { Name = "another" }, "pat-1")).IsAnotherPatient);
        site.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal(CardOrigin.Lost, await Find(Ehr(site), "pat-1"));
    }

    [Fact]
    [Trait("Req", "SM-20")]
    [Trait("Req", "SM-25")]
    public async Task A_card_of_one_server_opens_nothing_of_another_server_of_the_same_EHR()
    {
        await using var site = await LaunchSite.StartAsync();
        var context = await ContextAsync(site);
        var other = site.Origin + "/other";
        site.Service.Change(LaunchSite.Settings(("FhirBaseUrls:1", other)));
        site.Token = (token, _) => token["appContext"] = context;

        using var same = await site.AnswerAsync(await site.LaunchAsync());
        var own = await site.ShowAsync(new(same.Headers.Location!.OriginalString, LaunchSite.CookieOf(same)));
        using var response = await site.AnswerAsync(await site.LaunchAsync(other));
        var (status, html) = await site.ShowAsync(new(response.Headers.Location!.OriginalString, LaunchSite.CookieOf(response)));

        Assert.Equal(200, own.Status);
        Assert.Equal(403, status);
        Assert.Contains("another patient", html, StringComparison.Ordinal);
        Assert.DoesNotContain(site.Calls, call => call.Path.StartsWith("/other/", StringComparison.Ordinal) && call.Authorization is not null);
    }

    [Theory]
    [Trait("Req", "SM-20")]
    [Trait("Req", "SM-25")]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("north", false)]
    public async Task A_card_of_one_hospital_is_not_that_of_the_same_patient_id_in_another(string? tenant, bool isSame)
    {
        await using var site = await LaunchSite.StartAsync();
        var context = await ContextAsync(site);

        var origin = await site.Service.Services.GetRequiredService<CardContexts>()
            .FindAsync(context, Ehr(site), Record(site) with { Tenant = tenant }, TestContext.Current.CancellationToken);

        Assert.Equal((isSame, !isSame), (origin.Decision is not null, origin.IsAnotherPatient));
    }

    [Fact]
    [Trait("Req", "SM-25")]
    public async Task The_hospital_that_the_token_names_is_the_one_whose_card_is_looked_for()
    {
        await using var site = await LaunchSite.StartAsync(LaunchSite.Settings(("Tenants:0", "north"), ("Tenants:1", "south")));
        var context = await ContextAsync(site, "north");
        site.Token = (token, _) => (token["appContext"], token["tenant"]) = (context, "north");
        var own = await site.SeeAsync();
        site.Token = (token, _) => (token["appContext"], token["tenant"]) = (context, "south");
        var other = await site.SeeAsync();

        Assert.Equal((200, 403), (own.Status, other.Status));
    }

    [Theory]
    [Trait("Req", "SM-23")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("a word of the EHR", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task A_card_that_is_not_known_any_more_is_said_to_be_so(string? context, bool isSaid)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["appContext"] = context;
        site.Fhir = call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c-1"))) : null;

        var (status, html) = await site.SeeAsync();

        Assert.Equal(200, status);
        Assert.Equal(isSaid, html.Contains("If this page was opened from a card: that card is not known here any more, so that nothing was compared with it.", StringComparison.Ordinal));
    }

    private static string Ldh(int value) =>
        $$""" "valueQuantity":{"value":{{value}},"unit":"U/L","system":"http://unitsofmeasure.org","code":"U/L"},"referenceRange":[{"high":{"value":250,"unit":"U/L"} }] """;

    private static OpenRecord Record(LaunchSite site) => new(Ehr(site).FhirBases[0], Tenant: null, "pat-1");

    private static TrustedEhr Ehr(LaunchSite site) => site.Service.Services.GetRequiredService<CurrentTrust>().Table.Ehrs[0];

    private static async Task<JsonObject> LinkAsync(LaunchSite site, string? tenant = null)
    {
        using var response = await site.Guarded.PostAsync(site.Guarded.Issuer.Token(claims => { if (tenant is not null) claims["tenant"] = tenant; }), body: Json.Call(prefetch: Prefetch));
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return Assert.Single(Assert.Single(body["cards"]!.AsArray())!["links"]!.AsArray())!.AsObject();
    }

    /// <summary>What a card's link carries, once its decision is kept.</summary>
    private static async Task<string> ContextAsync(LaunchSite site, string? tenant = null)
    {
        var context = (string)(await LinkAsync(site, tenant))["appContext"]!;
        var contexts = site.Service.Services.GetRequiredService<CardContexts>();
        while ((await contexts.FindAsync(context, Ehr(site), Record(site), TestContext.Current.CancellationToken)).Decision is null)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        return context;
    }
}
