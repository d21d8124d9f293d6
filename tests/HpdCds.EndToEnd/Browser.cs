using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

/// <summary>The system's own Chromium, once for all tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private const int Patience = 90_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        // Nothing here measures time: a busy machine may take as long as it needs.
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = OnPath(), Args = ["--test-third-party-cookie-phaseout"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window of its own, with nothing remembered from another test.</summary>
    public Task<Window> OpenAsync(Site site, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool withScript = true) => OpenAsync(site.Url, width, scheme, withScript);

    /// <inheritdoc cref="OpenAsync(Site, int, ColorScheme, bool)" />
    public async Task<Window> OpenAsync(string url, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool withScript = true)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = url,
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = scheme,
            JavaScriptEnabled = withScript,
            // Tests sign their own certificates.
            IgnoreHTTPSErrors = true,
        });
        context.SetDefaultTimeout(Patience);
        return new(context, await context.NewPageAsync());
    }

    private static string OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No Chromium is on PATH; on Debian the package is called chromium.");
}

/// <summary>A page, and what the browser complained of while it was open.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly bool _isPart;
    private readonly List<string> _complaints = [];

    /// <param name="isPart">It was opened from another one, and closes alone.</param>
    public Window(IBrowserContext context, IPage page, bool isPart = false)
    {
        (_context, _isPart) = (context, isPart);
        Page = page;
        page.Console += (_, message) => _complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Complaints => _complaints;

    public ILocator Card => Page.Locator("article.card");

    public async Task<string> TextAsync() => await Page.Locator("main").InnerTextAsync();

    /// <summary>Goes to the patient's drug list, sets the switches and chooses the drug.</summary>
    public async Task OrderAsync(string patient, string drug, params (string Switch, string Value)[] switches)
    {
        await Page.GotoAsync($"/patients/{patient}/order");
        if (switches.Length > 0)
            await Page.GetByText("For integrators").ClickAsync();
        foreach (var (name, value) in switches)
            await Page.Locator($"select[name={name}]").SelectOptionAsync(value);
        await LeaveAsync(() => Page.Locator($"#drugs button[value={drug}]").ClickAsync());
    }

    /// <summary>Sets switches in the drawer of an order and asks again.</summary>
    public async Task AskAgainAsync(params (string Switch, string Value)[] switches)
    {
        foreach (var (name, value) in switches)
            await Page.Locator($".drawer select[name={name}]").SelectOptionAsync(value);
        await LeaveAsync(() => Page.GetByText("Ask again on").ClickAsync());
    }

    /// <summary>Does what leads to another page, and waits until that page is whole; its address may be the same.</summary>
    public async Task LeaveAsync(Func<Task> step)
    {
        await Page.EvaluateAsync("document.documentElement.dataset.left = 'yes'");
        await step();
        while (!await IsElsewhereAsync())
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    private async Task<bool> IsElsewhereAsync()
    {
        try
        {
            return await Page.EvaluateAsync<bool>("!document.documentElement.dataset.left && document.readyState === 'complete'");
        }
        catch (PlaywrightException)
        {
            // Asked while one page gave way to the next.
            return false;
        }
    }

    public async ValueTask DisposeAsync() => await (_isPart ? Page.CloseAsync() : _context.DisposeAsync().AsTask());
}
