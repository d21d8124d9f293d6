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
            await CheckCellsAsync(window, $"{patient} at {width}");
        }

        await window.Page.GotoAsync("/picture/long");
        Assert.InRange(await window.Page.EvaluateAsync<double>("document.querySelector('header').getBoundingClientRect().height"), 1, 260);
        foreach (var problem in (string[])["/problem/Over", "/waiting/1000"])
        {
            await window.Page.GotoAsync(problem);
            await CheckAsync(window, problem);
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
        // Who cannot see it is where the answer is, and not at the top again.
        Assert.True(await window.Page.EvaluateAsync<bool>("document.activeElement.matches('.tried-answer')"));
        await window.LeaveAsync(() => window.Page.Locator("header nav button[lang='zh-CN']").ClickAsync());
        await Assertions.Expect(window.Page.Locator(".tried-answer")).ToContainTextAsync("试设结果（并非来自病历）");
        await window.LeaveAsync(() => window.Page.GetByText("恢复为仅据病历").ClickAsync());
        await Assertions.Expect(window.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Assertions.Expect(window.Page.Locator(".tried-answer")).ToHaveCountAsync(0);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Growth_is_read_at_the_width_of_a_side_panel()
    {
        await using var window = await browser.OpenAsync(host.Url, 300);
        await window.Page.GotoAsync("/picture/tango");
        await Assertions.Expect(window.Page.Locator(".band")).ToContainTextAsync("progression that meets the definition of hyperprogressive disease Maesaka 2022");
        await Assertions.Expect(window.Page.Locator("#growth")).ToContainTextAsync("Definition used here: Maesaka 2022: met.");
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
        // As wide as the paper is between its margins.
        await window.Page.SetViewportSizeAsync(703, 1000);
        Assert.Equal("table", await window.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.domain table')).display"));
        Assert.True(await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 703"));
        await CheckCellsAsync(window, "on paper");
        await Assertions.Expect(window.Page.Locator("p.print-only", new() { HasTextString = "Without a finding" }).First).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".parts").First).ToBeVisibleAsync();
        foreach (var hidden in (string[])["form", "button.print", "details", "header nav"])
            await Assertions.Expect(window.Page.Locator(hidden).First).ToBeHiddenAsync();
        Assert.Equal("rgb(255, 255, 255)", await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        var pdf = await window.Page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = false });
        if (Shots is not null)
            await File.WriteAllBytesAsync(Path.Combine(Shots, "changed.pdf"), pdf, TestContext.Current.CancellationToken);
        await ShootAsync(window, "changed-print");

        // Where the EHR shows the patient, the paper has to do it by itself; in both languages.
        await window.Page.GotoAsync("/picture/framed?language=zh-CN");
        await Assertions.Expect(window.Page.Locator(".banner")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".banner")).ToContainTextAsync("Synthetic Patient");
        await Assertions.Expect(window.Page.Locator(".banner")).ToContainTextAsync("MRN 00412");
        await Assertions.Expect(window.Page.Locator(".band")).ToBeVisibleAsync();
        await window.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        await Assertions.Expect(window.Page.Locator(".banner")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task The_page_that_waits_takes_no_focus_and_shows_the_picture_when_it_is_there()
    {
        await using var window = await browser.OpenAsync(host.Url, 768);
        await window.Page.GotoAsync("/waiting/3");
        await window.Page.Locator("a.again").FocusAsync();
        await Assertions.Expect(window.Page.Locator("[role=status]")).ToContainTextAsync("1 of");
        Assert.True(await window.Page.EvaluateAsync<bool>("document.activeElement.matches('a.again')"));
        await Assertions.Expect(window.Page.Locator(".band")).ToHaveTextAsync("several reported risk factors", new() { Timeout = 20_000 });
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task In_forced_colours_points_thresholds_and_states_stay_visible()
    {
        await using var window = await browser.OpenAsync(host.Url);
        await window.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await window.Page.GotoAsync("/picture/bravo");
        await ShootAsync(window, "bravo-forced");
        await window.Page.GotoAsync("/picture/delta");
        foreach (var button in await window.Page.Locator("button:visible").AllAsync())
        {
            var (text, paper) = (await button.EvaluateAsync<string>("one => getComputedStyle(one).color"), await button.EvaluateAsync<string>("one => getComputedStyle(one).backgroundColor"));
            Assert.Equal((await SystemColourAsync("ButtonText"), await SystemColourAsync("ButtonFace")), (text, paper));
        }

        await window.Page.GotoAsync("/picture/bravo");
        Task<string> SystemColourAsync(string name) => window.Page.EvaluateAsync<string>(
            "name => { const one = document.createElement('div'); document.body.append(one); one.style.color = name; const found = getComputedStyle(one).color; one.remove(); return found; }", name);
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

    /// <summary>Nothing that stands in a cell leaves it, and what is told at length has the room of the table.</summary>
    private static async Task CheckCellsAsync(Window window, string what)
    {
        var left = await window.Page.EvaluateAsync<string[]>("""
            (() => {
                const found = [];
                for (const cell of document.querySelectorAll('.domain tbody td, .domain tbody th, #read tbody td')) {
                    if (!cell.getClientRects().length) continue;
                    const box = cell.getBoundingClientRect();
                    for (const one of cell.querySelectorAll('*')) {
                        if (one.closest('.unseen') || !one.getClientRects().length) continue;
                        const inner = one.getBoundingClientRect();
                        if (inner.right > box.right + 1 || inner.left < box.left - 1) found.push(one.outerHTML.slice(0, 120));
                    }
                }
                for (const time of document.querySelectorAll('time'))
                    if (time.getClientRects().length > 1) found.push('broken: ' + time.textContent);
                for (const evidence of document.querySelectorAll('details.evidence[open]')) {
                    const wide = Math.min(evidence.closest('table').getBoundingClientRect().width, 700);
                    if (evidence.getClientRects().length && evidence.getBoundingClientRect().width < wide - 20) found.push('narrow: ' + evidence.textContent.slice(0, 40));
                }
                return found;
            })()
            """);
        Assert.True(left.Length == 0, $"{what}: {string.Join("\n", left.Take(8))}");
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
