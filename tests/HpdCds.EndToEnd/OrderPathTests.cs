using HpdCds.Tests.Sandbox;
using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>What a clinician does, from the list of patients to the signature.</summary>
public sealed class OrderPathTests(Site site, Browser browser)
{
    [Fact]
    public async Task From_the_list_over_the_chart_to_a_card_that_signing_replaces_and_an_override_that_is_remembered()
    {
        await using var own = await Site.AloneAsync();
        await using var window = await browser.OpenAsync(own);
        var page = window.Page;
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Synthetic Bravo" }).ClickAsync();
        var chart = await window.TextAsync();
        Assert.All(
            ["1964-10-26 (61 y)", "Hepatocellular carcinoma", "5.2 10³/µL", "1240 ng/mL", "120 to 250", "2026-02-23 09:30"],
            shown => Assert.Contains(shown, chart, StringComparison.Ordinal));

        await page.GetByRole(AriaRole.Link, new() { Name = "Order", Exact = true }).ClickAsync();
        await page.GetByLabel("Drug, brand or Chinese name").FillAsync("opdivo");
        Assert.Equal(["nivolumab", "nivolumab"], await page.Locator("button[name=drug]:visible").AllInnerTextsAsync());
        await page.Locator("#drugs button[value=nivolumab]").ClickAsync();

        await Assertions.Expect(window.Card).ToHaveCountAsync(1);
        var card = await window.Card.InnerTextAsync();
        Assert.All(
            ["Information", "several reported risk factors (3 of 6 points, not a probability)", "NLR 5.2", "AFP 1,240 ng/mL", "2026-02-23", "LDH 210 U/L", "Source:"],
            shown => Assert.Contains(shown, card, StringComparison.Ordinal));
        Assert.Contains("on order-select", await window.TextAsync(), StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("on order-sign", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(window.Card).ToHaveCountAsync(1);

        await page.GetByText("Override", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Reason").SelectOptionAsync("Benefit outweighs the risk");
        await page.GetByLabel("Comment").FillAsync("Tumour board of 27 February");
        await page.GetByRole(AriaRole.Button, new() { Name = "Override this card" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Overridden: Benefit outweighs the risk. Tumour board of 27 February")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("The service has been told.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in spite of the advice" }).ClickAsync();
        await Assertions.Expect(page.Locator(".draft .state")).ToHaveTextAsync("signed");

        await window.OrderAsync("bravo", "nivolumab");
        await Assertions.Expect(page.GetByText("No card: the same card was overridden at 2026-03-01T")).ToBeVisibleAsync();
        await window.OrderAsync("bravo", "pembrolizumab");
        await Assertions.Expect(window.Card).ToHaveCountAsync(1);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_warning_says_so_in_word_and_colour()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("charlie", "atezolizumab");
        await Assertions.Expect(window.Card.Locator(".indicator")).ToHaveTextAsync("Warning");
        await Assertions.Expect(window.Card).ToHaveClassAsync("card warning");
        Assert.Contains("many reported risk factors (5 of 6 points", await window.Card.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drug_that_is_no_inhibitor_gets_no_card_and_is_signed_at_once()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "paracetamol");
        Assert.Contains("No card: the service has nothing to say about this order.", await window.TextAsync(), StringComparison.Ordinal);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".draft .state")).ToHaveTextAsync("signed");
    }

    [Fact]
    public async Task A_suggestion_puts_its_order_into_the_draft()
    {
        await using var service = await StandInService.StartAsync();
        await using var own = await Site.BesideAsync(service.Url);
        service.Answer = """
            {"cards":[{"uuid":"0c0f2f4e-5a43-4d5f-9c9b-7a1f2b3c4d5e","summary":"LDH is missing","indicator":"info","source":{"label":"Stand-in"},"selectionBehavior":"any",
              "links":[{"label":"The whole picture","url":"https://example.org/picture","type":"absolute"}],
              "suggestions":[{"label":"Order LDH","uuid":"5e0a6fd4-3a73-4b0f-8f2a-3d0f9f1e2c11","actions":[{"type":"create","description":"Adds LDH",
                "resource":{"resourceType":"ServiceRequest","status":"draft","intent":"order","code":{"text":"LDH in serum"},"subject":{"reference":"Patient/bravo"}}}]}]}]}
            """;
        await using var window = await browser.OpenAsync(own);
        await window.OrderAsync("bravo", "nivolumab");
        Assert.Equal("https://example.org/picture", await window.Page.GetByRole(AriaRole.Link, new() { Name = "The whole picture" }).GetAttributeAsync("href"));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Order LDH" }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".draft li")).ToHaveTextAsync(["nivolumab MedicationRequest, draft", "LDH in serum ServiceRequest, draft"]);
        await Assertions.Expect(window.Page.GetByText("The service does not take feedback (404).")).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task An_answer_that_breaks_the_rules_is_shown_in_red_with_the_rules_name()
    {
        await using var service = await StandInService.StartAsync();
        await using var own = await Site.BesideAsync(service.Url);
        service.Answer = """{"cards":[{"summary":"x","indicator":"hard-stop","source":{"label":"Stand-in"},"suggestions":[]}]}""";
        await using var window = await browser.OpenAsync(own);
        await window.OrderAsync("bravo", "nivolumab");
        var alert = await window.Page.GetByRole(AriaRole.Alert).InnerTextAsync();
        Assert.Contains("CARD-02 at $.cards[0].indicator: must be info, warning or critical", alert, StringComparison.Ordinal);
        Assert.Contains("TR-02 at $.cards[0].suggestions: is an empty list", alert, StringComparison.Ordinal);
        Assert.Equal("rgb(161, 28, 44)", await window.Page.GetByRole(AriaRole.Alert).EvaluateAsync<string>("element => getComputedStyle(element).color"));
    }

    [Fact]
    public async Task The_whole_way_works_without_any_script()
    {
        await using var window = await browser.OpenAsync(site, withScript: false);
        await window.Page.GotoAsync("/patients/bravo/order");
        await window.Page.GetByLabel("Drug, brand or Chinese name").FillAsync("纳武利尤单抗");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await window.Page.Locator("#drugs button").ClickAsync();
        await Assertions.Expect(window.Card).ToHaveCountAsync(1);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await Assertions.Expect(window.Page.GetByText("on order-sign", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_whole_way_works_with_the_keyboard_alone()
    {
        await using var own = await Site.AloneAsync();
        await using var window = await browser.OpenAsync(own);
        await window.Page.GotoAsync("/");
        await PressOnAsync(window, "Synthetic Bravo");
        await PressOnAsync(window, "Order");
        await PressOnAsync(window, "nivolumab");
        await PressOnAsync(window, "Sign");
        await Assertions.Expect(window.Page.GetByText("on order-sign", new() { Exact = true })).ToBeVisibleAsync();
        await PressOnAsync(window, "Override", isNavigating: false);
        await PressOnAsync(window, "Override this card");
        await Assertions.Expect(window.Page.GetByText("Overridden: no reason given")).ToBeVisibleAsync();
    }

    /// <summary>Tabs to what has this text, sees that the focus can be seen, and presses Enter.</summary>
    private static async Task PressOnAsync(Window window, string text, bool isNavigating = true)
    {
        for (var step = 0; step < 120; step++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await window.Page.EvaluateAsync<string>("document.activeElement.innerText ?? ''") != text)
                continue;
            Assert.NotEqual("none", await window.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
            if (isNavigating)
                await window.LeaveAsync(() => window.Page.Keyboard.PressAsync("Enter"));
            else
                await window.Page.Keyboard.PressAsync("Enter");
            return;
        }
        Assert.Fail($"The keyboard does not reach {text}.");
    }
}
