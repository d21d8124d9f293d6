using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>The page in a side panel of the EHR, which is another site than ours, in a browser that keeps no cookies of third parties.</summary>
public sealed class FramedLaunchTests(Browser browser)
{
    private const string Stranger = "https://stranger.invalid";

    [Fact]
    [Trait("Req", "SM-29")]
    [Trait("Req", "SM-32")]
    public async Task A_panel_of_the_EHR_shows_the_picture_in_another_language_and_with_what_is_tried()
    {
        await using var site = await Site.EncryptedAsync();
        await using var window = await browser.OpenAsync(site);

        var panel = await ShowAsync(window.Page, site.Url, await LaunchOfAsync(window, site));
        await Assertions.Expect(panel.Locator("header")).ToContainTextAsync("Delta");
        await Assertions.Expect(panel.Locator("main")).ToContainTextAsync("What if");

        await panel.GetByRole(AriaRole.Link, new() { Name = "中文" }).ClickAsync();
        await Assertions.Expect(panel.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await panel.Locator("form input[type=radio][value='0']").First.CheckAsync();
        await panel.Locator("form .send button").ClickAsync();
        await Assertions.Expect(panel.Locator("form .send a")).ToBeVisibleAsync();
        await Assertions.Expect(panel.Locator("header")).ToContainTextAsync("Delta");
    }

    [Fact]
    [Trait("Req", "SM-32")]
    public async Task Nobody_else_can_show_it()
    {
        await using var site = await Site.EncryptedAsync();
        await using var window = await browser.OpenAsync(site);
        var launch = await LaunchOfAsync(window, site);

        await window.Page.RunAndWaitForConsoleMessageAsync(() => ShowAsync(window.Page, Stranger, launch), new() { Predicate = message => message.Text.Contains("frame-ancestors", StringComparison.Ordinal) });

        Assert.DoesNotContain(window.Page.Frames, frame => frame.Url.StartsWith(site.ServiceUrl, StringComparison.Ordinal));
    }

    private static async Task<string> LaunchOfAsync(Window window, Site site)
    {
        await window.OrderAsync("delta", "nivolumab");
        return site.Url + await window.Card.Locator("a.launch").GetAttributeAsync("href");
    }

    // In a page of this origin that holds nothing but the panel. Made by the test and not by a server, it would be one of the internet that reaches into this machine.
    private static async Task<IFrameLocator> ShowAsync(IPage page, string origin, string address)
    {
        await page.Context.GrantPermissionsAsync(["local-network-access"]);
        await page.RouteAsync($"{origin}/panel", route => route.FulfillAsync(new() { ContentType = "text/html", Body = $"<!doctype html><title>Panel</title><iframe width=320 height=700 src='{address}'></iframe>" }));
        await page.GotoAsync($"{origin}/panel");
        return page.FrameLocator("iframe");
    }
}
