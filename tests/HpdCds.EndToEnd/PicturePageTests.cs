using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>The picture behind a card as a person meets it: narrow and wide, light and dark, by keyboard, on paper and in both languages.</summary>
public sealed class PicturePageTests(PictureHost host, Browser browser) : IClassFixture<PictureHost>
{
    /// <summary>Where pictures of the pages go for whoever wants to look at them.</summary>
    private static readonly string? Shots = Environment.GetEnvironmentVariable("HPDCDS_SHOTS");

    private const int ShotHeight = 1500;

    private static readonly string[] Patients = ["delta", "changed", "rich", "partial", "echo", "mike", "november", "lima", "nodata", "tango", "victor", "yankee", "zulu"];

    [Theory]
    [InlineData(300, ColorScheme.Light)]
    [InlineData(300, ColorScheme.Dark)]
    [InlineData(768, ColorScheme.Light)]
    [InlineData(768, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [Trait("Req", "SM-44")]
    public async Task Every_page_is_accessible_fits_and_breaks_no_policy(int width, ColorScheme scheme)
    {
        await using var window = await browser.OpenAsync(host.Url, width, scheme);
        foreach (var patient in Patients)
        {
            await window.Page.GotoAsync($"/picture/{patient}");
            await ShootAsync(window, $"{patient}-{width}-{scheme}");
            await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true)");
            await CheckAsync(window, $"{patient} at {width}");
        }

        await window.Page.GotoAsync("/picture/delta?language=zh-CN");
        await ShootAsync(window, $"delta-zh-{width}-{scheme}");
        await CheckAsync(window, "in Chinese");
        await window.Page.GotoAsync("/picture/tango?language=zh-CN");
        await ShootAsync(window, $"tango-zh-{width}-{scheme}");
        await CheckAsync(window, "growth in Chinese");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task The_band_moves_with_what_is_tried_by_keyboard_alone()
    {
        await using var window = await browser.OpenAsync(host.Url, 300);
        await window.Page.GotoAsync("/picture/delta");
        await Assertions.Expect(window.Page.Locator(".band")).ToHaveTextAsync("several to many reported risk factors");
        await TabToAsync(window, "input[name='set-pvtt']");
        await window.Page.Keyboard.PressAsync("ArrowDown");
        await TabToAsync(window, "#what-if button[type=submit]");
        Assert.NotEqual("none", await window.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await window.LeaveAsync(() => window.Page.Keyboard.PressAsync("Enter"));
        await Assertions.Expect(window.Page.Locator(".tried-answer")).ToContainTextAsync("As tried, not from the chart: many reported risk factors, 4 of 6 points");
        // What is from the chart stays what it is.
        await Assertions.Expect(window.Page.Locator(".band")).ToHaveTextAsync("several to many reported risk factors");
        await ShootAsync(window, "delta-tried");
        await CheckAsync(window, "tried");
        await window.Page.GetByText("Back to the chart alone").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".tried-answer")).ToHaveCountAsync(0);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Growth_is_read_at_the_width_of_a_side_panel()
    {
        await using var window = await browser.OpenAsync(host.Url, 300);
        await window.Page.GotoAsync("/picture/tango");
        await Assertions.Expect(window.Page.Locator(".band")).ToHaveTextAsync("Definition used here: Maesaka 2022: met.");
        await Assertions.Expect(window.Page.Locator("#growth svg.trend")).ToHaveCountAsync(2);
        await Assertions.Expect(window.Page.Locator("#growth .growth-rules tbody tr")).ToHaveCountAsync(11);
        await window.Page.Locator("#growth summary").First.ClickAsync();
        await Assertions.Expect(window.Page.Locator("#growth figure table").First).ToContainTextAsync("80 mm");
        await ShootAsync(window, "tango-side-panel");
        await CheckAsync(window, "growth at 300");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task It_works_without_a_script()
    {
        await using var window = await browser.OpenAsync(host.Url, 1280, withScript: false);
        await window.Page.GotoAsync("/picture/delta");
        await Assertions.Expect(window.Page.Locator("button.print")).ToBeHiddenAsync();
        await window.Page.Locator("input[name='set-pvtt'][value='none']").CheckAsync();
        await window.Page.Locator("#what-if button[type=submit]").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".tried-answer")).ToContainTextAsync("several reported risk factors, 3 of 6 points");
        await window.Page.Locator("#factors details.evidence summary").First.ClickAsync();
        await Assertions.Expect(window.Page.Locator("#factors .study").First).ToBeVisibleAsync();
    }

    [Fact]
    [Trait("Req", "SM-40")]
    public async Task Markup_in_a_name_is_words()
    {
        await using var window = await browser.OpenAsync(host.Url);
        await window.Page.GotoAsync("/picture/hostile");
        await Assertions.Expect(window.Page.Locator(".banner bdi")).ToContainTextAsync("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>");
        Assert.Equal(0, await window.Page.Locator(".banner script, .banner img").CountAsync());
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task On_paper_it_holds_the_answer_without_what_only_a_screen_can_do()
    {
        await using var window = await browser.OpenAsync(host.Url);
        await window.Page.GotoAsync("/picture/changed");
        await window.Page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        foreach (var shown in (string[])[".banner", ".band", ".scale", ".changed", ".kit", "#factors table", "#trends figure", "#rates table", "footer"])
            await Assertions.Expect(window.Page.Locator(shown).First).ToBeVisibleAsync();
        foreach (var hidden in (string[])["form", "button.print", "details", "header nav"])
            await Assertions.Expect(window.Page.Locator(hidden).First).ToBeHiddenAsync();
        Assert.Equal("rgb(255, 255, 255)", await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        var pdf = await window.Page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = false });
        if (Shots is not null)
            await File.WriteAllBytesAsync(Path.Combine(Shots, "changed.pdf"), pdf, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task In_forced_colours_points_thresholds_and_states_stay_visible()
    {
        await using var window = await browser.OpenAsync(host.Url);
        await window.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await window.Page.GotoAsync("/picture/bravo");
        await ShootAsync(window, "bravo-forced");
        foreach (var drawn in (string[])[".dot", ".threshold", ".shape *", ".scale .box.in", "svg text"])
        {
            var (ink, paper) = (
                await window.Page.EvaluateAsync<string>("selector => { const style = getComputedStyle(document.querySelector(selector)); return style.fill === 'none' ? style.stroke : style.fill; }", drawn),
                await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
            Assert.NotEqual(paper, ink);
        }
    }

    private static async Task TabToAsync(Window window, string selector)
    {
        for (var step = 0; step < 200; step++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await window.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
        }

        Assert.Fail($"{selector} cannot be reached by keyboard.");
    }

    private static async Task ShootAsync(Window window, string name)
    {
        if (Shots is null)
            return;
        var page = window.Page;
        var (width, height) = (page.ViewportSize!.Width, await page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        for (var top = 0; top < height; top += ShotHeight)
        {
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(Shots, FormattableString.Invariant($"{name}-{top / ShotHeight}.png")),
                FullPage = true,
                Clip = new() { X = 0, Y = top, Width = width, Height = Math.Min(ShotHeight, height - top) },
            });
        }
    }

    private static async Task CheckAsync(Window window, string what)
    {
        var result = await window.Page.RunAxe();
        Assert.Equal([], result.Violations.Select(violation => $"{what}: {violation.Id}: {violation.Help}: {violation.Nodes[0].Html}"));
        var wide = await window.Page.EvaluateAsync<string[]>("""
            (() => {
                const width = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= width) return [];
                return [...document.querySelectorAll('body *')].filter(one => !one.closest('thead') && one.getBoundingClientRect().right > width + 1).map(one => one.outerHTML.slice(0, 160));
            })()
            """);
        Assert.True(wide.Length == 0, $"{what} is wider than the window: {string.Join("\n", wide.Take(8))}");
    }
}
