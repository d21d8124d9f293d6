using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>Every page in light and dark, narrow and wide: nothing that axe finds, nothing cut off, nothing the policy blocks.</summary>
public sealed class EveryPageTests(Site site, Browser browser)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task It_is_accessible_fits_and_breaks_no_policy(int width, ColorScheme scheme)
    {
        await using var own = await Site.AloneAsync();
        await using var window = await browser.OpenAsync(own, width, scheme);
        foreach (var path in (string[])["/", "/patients/bravo", "/patients/quebec", "/patients/lima", "/patients/bravo/order", "/import"])
        {
            await window.Page.GotoAsync(path);
            await CheckAsync(window, path);
        }

        await window.OrderAsync("charlie", "atezolizumab", ("route", "both"));
        await OpenAllAsync(window);
        await CheckAsync(window, "order with a warning");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "What the service read, and why" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "What the service read" })).ToBeVisibleAsync();
        await CheckAsync(window, "what the service read");
        await window.OrderAsync("delta", "pembrolizumab", ("route", "token"));
        await OpenAllAsync(window);
        await CheckAsync(window, "order with calls");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Override this card" }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".decided")).ToBeVisibleAsync();
        await CheckAsync(window, "order with an override");
        Assert.Empty(window.Complaints);

        // An answer that is no success is itself a line on the console; what the policy blocks must still not be there.
        await window.Page.GotoAsync("/patients/nobody");
        await CheckAsync(window, "no such patient");
        await window.Page.GotoAsync("/import");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await CheckAsync(window, "import with a fault");
        await window.OrderAsync("bravo", "nivolumab", ("prefetchKey", "patient"), ("prefetchFault", "other-patient"));
        await CheckAsync(window, "order without advice");
        Assert.All(window.Complaints, complaint => Assert.StartsWith("error: Failed to load resource", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dark_and_light_are_different_pages_to_the_eye()
    {
        await using var light = await browser.OpenAsync(site);
        await using var dark = await browser.OpenAsync(site, scheme: ColorScheme.Dark);
        Assert.Equal("rgb(246, 248, 250)", await PaperAsync(light));
        Assert.Equal("rgb(16, 22, 28)", await PaperAsync(dark));
    }

    private static async Task<string> PaperAsync(Window window)
    {
        await window.Page.GotoAsync("/");
        return await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
    }

    private static async Task OpenAllAsync(Window window) =>
        await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true)");

    private static async Task CheckAsync(Window window, string what)
    {
        var result = await window.Page.RunAxe();
        Assert.Equal([], result.Violations.Select(violation => $"{what}: {violation.Id}: {violation.Help}: {violation.Nodes[0].Html}"));
        Assert.False(
            await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"),
            $"{what} is wider than the window.");
    }
}
