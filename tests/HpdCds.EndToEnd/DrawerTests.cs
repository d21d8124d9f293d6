using HpdCds.Sandbox;
using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>What an integrator does: looks at the exchanges, and breaks things on purpose.</summary>
public sealed class DrawerTests(Site site, Browser browser)
{
    [Fact]
    public async Task Every_exchange_is_shown_with_its_calls_to_the_FHIR_server_and_as_curl()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("delta", "pembrolizumab", ("route", "token"));
        var drawer = await window.Page.Locator(".drawer").InnerTextAsync();
        Assert.Contains($"GET {site.ServiceUrl}/cds-services", drawer, StringComparison.Ordinal);
        Assert.Contains($"POST {site.ServiceUrl}/cds-services/hpd-risk", drawer, StringComparison.Ordinal);
        Assert.Contains("The service read the chart with the token of this hook:", drawer, StringComparison.Ordinal);
        Assert.Contains("GET /fhir/Patient/delta", drawer, StringComparison.Ordinal);
        Assert.Matches(@"\d ms", drawer);

        await window.Page.Locator(".exchanges > li:nth-child(2) > details > summary").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".exchanges > li:nth-child(2) > details pre").First).ToContainTextAsync("\"hookInstance\"");
        var curl = await window.Page.Locator(".exchanges > li:nth-child(2) > details a.curl").First.GetAttributeAsync("href");
        var command = await (await window.Page.APIRequest.GetAsync(curl!)).TextAsync();
        Assert.StartsWith($"curl -sS -X POST '{site.ServiceUrl}/cds-services/hpd-risk'", command, StringComparison.Ordinal);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_calls_of_two_orders_are_never_mixed()
    {
        await using var first = await browser.OpenAsync(site);
        await using var second = await browser.OpenAsync(site);
        await Task.WhenAll(first.OrderAsync("alpha", "pembrolizumab", ("route", "token")), second.OrderAsync("charlie", "atezolizumab", ("route", "token")));
        Assert.DoesNotContain("charlie", await CallsOf(first), StringComparison.Ordinal);
        Assert.DoesNotContain("alpha", await CallsOf(second), StringComparison.Ordinal);

        static async Task<string> CallsOf(Window window) => string.Join('\n', await window.Page.Locator(".fhir").AllInnerTextsAsync());
    }

    [Theory]
    [InlineData("null", "NLR (neutrophils: not recorded)")]
    [InlineData("empty", "NLR (neutrophils: not recorded)")]
    [InlineData("left-out", "NLR (neutrophils: not supplied to this service)")]
    [InlineData("outcome", "NLR (neutrophils: source did not answer)")]
    [InlineData("other-patient", "NLR (neutrophils: not supplied to this service)")]
    public async Task A_broken_blood_count_is_never_read_as_a_good_one(string fault, string shown)
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab");
        Assert.Contains("3 of 6 points", await window.Card.InnerTextAsync(), StringComparison.Ordinal);
        await window.AskAgainAsync(("prefetchKey", "cbc"), ("prefetchFault", fault));
        Assert.Contains("Set: cbc:", await window.TextAsync(), StringComparison.Ordinal);
        var card = await window.Card.InnerTextAsync();
        Assert.DoesNotContain("NLR 5.2", card, StringComparison.Ordinal);
        Assert.Contains("1-3 of 6 points", card, StringComparison.Ordinal);
        Assert.Contains(shown, card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_persons_Patient_gives_412_and_no_card()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab", ("prefetchKey", "patient"), ("prefetchFault", "other-patient"));
        await Assertions.Expect(window.Card).ToHaveCountAsync(0);
        Assert.Contains("The service answered with status 412; no advice for this order. The Patient that was read is not context.patientId", await window.TextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("failing", "500")]
    [InlineData("expired", "401")]
    [InlineData("slow", "caller hung up")]
    public async Task A_FHIR_server_in_trouble_gives_412_and_says_so(string fault, string status)
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab", ("route", "token"), ("serverFault", fault));
        Assert.Contains("The service answered with status 412", await window.TextAsync(), StringComparison.Ordinal);
        await window.Page.ReloadAsync();
        Assert.Equal(status, (await window.Page.Locator(".fhir .bad").First.InnerTextAsync()).Trim());
        await window.AskAgainAsync(("serverFault", "nothing"));
        // A server that failed so often is left alone for a while.
        for (var tries = 0; tries < 60 && await window.Card.CountAsync() == 0; tries++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            await window.AskAgainAsync(("serverFault", "nothing"));
        }

        Assert.Contains("3 of 6 points", await window.Card.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_patients_data_from_the_FHIR_server_is_not_used()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab", ("route", "token"), ("serverFault", "other-patient"));
        Assert.DoesNotContain("NLR 5.2", await window.Page.Locator("main section").First.InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(window.Page.GetByText("The service answered with status 412")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Chinese_is_on_offer_exactly_when_the_service_knows_it()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab");
        Assert.Equal(SandboxSite.Languages.Count > 1 ? 1 : 0, await window.Page.Locator(".drawer select[name=language]").CountAsync());
        if (SandboxSite.Languages.Count == 1)
            return;
        foreach (var route in (string[])["prefetch", "token", "both"])
        {
            await window.AskAgainAsync(("route", route), ("language", SandboxSite.Chinese));
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", await window.Card.Locator("h3").InnerTextAsync());
        }
    }
}
