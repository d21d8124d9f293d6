using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>From a card's link over the EHR's sign-in to the page, in a real browser.</summary>
public sealed class SmartLaunchTests(Site site, Browser browser)
{
    [Fact]
    public async Task A_click_on_the_card_opens_the_whole_picture_of_the_same_patient()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab");
        await using var view = await LaunchAsync(window);

        var text = await view.Page.Locator("body").InnerTextAsync();
        Assert.All(["Bravo", "1964-10-26", "3 of 6", "5.2", "1,240", "ng/mL", "2026-02-23", "nivolumab"], shown => Assert.Contains(shown, text, StringComparison.OrdinalIgnoreCase));
        Assert.Matches($"^{site.ServiceUrl}/smart/launches/[A-Za-z0-9_-]{{43}}$", view.Page.Url);
        Assert.DoesNotContain("Data changed since the card", text, StringComparison.Ordinal);
        Assert.Empty(view.Complaints);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_link_of_a_card_about_growth_opens_growth_since_the_first_dose()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("tango", "nivolumab");
        await Assertions.Expect(window.Card.Locator("h3")).ToContainTextAsync("meets the definition of hyperprogressive disease Maesaka 2022");
        await using var view = await LaunchAsync(window);

        var text = await view.Page.Locator("body").InnerTextAsync();
        Assert.All(["Tango", "Definition used here: Maesaka 2022: met.", "141.46 %/month", "2025-12-29", "+45 mm (+50 %)", "Ferrara 2018"], shown => Assert.Contains(shown, text, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("Data changed since the card", text, StringComparison.Ordinal);
        Assert.Empty(view.Complaints);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Two_launches_stand_side_by_side_each_with_its_patient()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab");
        await using var first = await LaunchAsync(window);
        await window.OrderAsync("charlie", "atezolizumab");
        await using var second = await LaunchAsync(window);

        await first.Page.ReloadAsync();
        await second.Page.ReloadAsync();

        Assert.Contains("Bravo", await first.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("Charlie", await second.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Bravo", await second.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_is_ended_by_its_button_and_does_not_come_back()
    {
        await using var window = await browser.OpenAsync(site);
        await window.OrderAsync("bravo", "nivolumab");
        await using var view = await LaunchAsync(window);
        var address = view.Page.Url;

        await view.LeaveAsync(() => view.Page.GetByRole(AriaRole.Button, new() { Name = "End this view" }).ClickAsync());
        Assert.Contains("This view was ended", await view.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        await view.Page.GotoAsync(address);

        Assert.Contains("This view is over", await view.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        // The browser itself notes that answer's status.
        Assert.All(view.Complaints, complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));
    }

    private static async Task<Window> LaunchAsync(Window window)
    {
        var opened = await window.Page.Context.RunAndWaitForPageAsync(() => window.Card.Locator("a.launch").ClickAsync());
        var view = new Window(window.Page.Context, opened, isPart: true);
        await Assertions.Expect(opened.Locator("main h1, main h2").First).Not.ToHaveTextAsync("Reading the chart");
        return view;
    }
}
