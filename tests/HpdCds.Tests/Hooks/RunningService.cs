using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Store;
using HpdCds.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Hooks;

/// <summary>The real service on a port of its own, at noon of 1 November 2026 unless a test says otherwise.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly KnowledgeBase Knowledge = KnowledgeLoader.Load() with { Codes = SmallCodeSets.Create() };

    private readonly WebApplication _app;

    private RunningService(WebApplication app, LogLines log)
    {
        _app = app;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningService> StartAsync(
        string? fhirBase = null, IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? clock = null, bool withSmallCodeSets = true,
        string? file = null, string environment = "Development", string? otherFile = null)
    {
        var log = new LogLines();
        var app = HpdCdsService.Build(["--urls", "http://127.0.0.1:0", "--environment", environment], builder =>
        {
            foreach (var path in new[] { file, otherFile }.OfType<string>())
                builder.Configuration.AddJsonFile(path, optional: false, reloadOnChange: true);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["HpdCds:Ehrs:0:Name"] = "test-ehr",
                ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = fhirBase ?? "http://localhost:5080/fhir",
                ["HpdCds:Ehrs:0:CorsOrigins:0"] = "http://localhost:5080",
                ["HpdCds:Store:Connection"] = StoreOfTheTests.New(),
                ["HpdCds:CallTimeout"] = "00:00:20",
                ["HpdCds:ReadTimeout"] = "00:00:20",
                // The shipped settings quieten the framework, and a site may not.
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
                // The clock stands still here, and a wait would have no end.
                ["HpdCds:Resilience:RetryDelay"] = "00:00:00",
            });
            if (settings is not null)
                builder.Configuration.AddInMemoryCollection(settings);
            builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log);
            if (withSmallCodeSets)
                builder.Services.AddSingleton(Knowledge);
            builder.Services.AddSingleton(clock ?? new FakeTimeProvider(Noon));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningService(app, log);
    }

    public Task<HttpResponseMessage> PostAsync(string body, string path = "/cds-services/hpd-risk", string contentType = "application/json", Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        // The server may refuse before it has read all of it, and would otherwise cut the client off while it sends.
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        change?.Invoke(request);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<(int Status, JsonNode? Body)> AnswerAsync(string body, string path = "/cds-services/hpd-risk")
    {
        using var response = await PostAsync(body, path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>An answer without what must differ from call to call.</summary>
    public static string WithoutIds(JsonNode? answer)
    {
        foreach (var card in answer!["cards"]!.AsArray())
            card!.AsObject().Remove("uuid");
        return answer.ToJsonString();
    }

    public HookRequest Request(string body) => Request(Envelope.Read(Encoding.UTF8.GetBytes(body)));

    public HookRequest Request(Envelope envelope, string of = HookCatalogue.Risk)
    {
        var service = HookCatalogue.Find("", of)!;
        envelope.RequireHook(service);
        return envelope.ToRequest(service, Ehr(envelope), 10_000, Services.GetRequiredService<TimeProvider>().GetUtcNow());
    }

    /// <summary>The chart that the service makes of a call.</summary>
    public Task<PatientChart> ChartAsync(string body) => ChartAsync(Envelope.Read(Encoding.UTF8.GetBytes(body)));

    public Task<PatientChart> ChartAsync(Envelope envelope, string of = HookCatalogue.Risk)
    {
        var asOf = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        return Services.GetRequiredService<ChartReader>().ReadAsync(Request(envelope, of), Ehr(envelope), asOf, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Changes settings of the running service, as an edited file would.</summary>
    public void Change(IReadOnlyDictionary<string, string?> settings)
    {
        var root = (IConfigurationRoot)Services.GetRequiredService<IConfiguration>();
        foreach (var (name, value) in settings)
            root[name] = value;
        root.Reload();
    }

    private TrustedEhr Ehr(Envelope envelope) => Services.GetRequiredService<CurrentTrust>().Table.ForServer(envelope.FhirServer)!;
}

/// <summary>Every log line of every category, at every level, with all that a structured log would keep.</summary>
internal sealed class LogLines : ILoggerProvider
{
    // Under load for minutes the lines would be what grows.
    private const int MostLines = 100_000;

    private readonly List<(string Category, string Text, IReadOnlyDictionary<string, object?> Values)> _lines = [];
    private readonly ConcurrentDictionary<string, bool> _heard = new(StringComparer.Ordinal);

    /// <summary>Remembers whether it is said from now on, also where its line has long gone.</summary>
    public void ListenFor(string phrase) => _heard[phrase] = false;

    public bool HasHeard(string phrase) => _heard[phrase];

    public string All
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines.Select(line => $"{line.Category} {line.Text} {string.Join(' ', line.Values.Values)}"));
        }
    }

    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Of(string category)
    {
        lock (_lines)
            return [.. _lines.Where(line => line.Category == category).Select(line => line.Values)];
    }

    /// <summary>The only event of a category. It may be written a moment after the answer has left.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> SingleAsync(string category)
    {
        while (Of(category).Count == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        return Assert.Single(Of(category));
    }

    public async Task CountAsync(string category, int events)
    {
        while (Of(category).Count < events)
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Lines(LogLines all, string category) : ILogger
    {
        // What is put around lines is seen by every provider that wants it.
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            lock (all._lines)
                all._lines.Add(("scope", state.ToString() ?? "", new Dictionary<string, object?>(StringComparer.Ordinal)));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
                values[name] = value;
            var text = formatter(state, exception) + exception;
            foreach (var (phrase, _) in all._heard.Where(phrase => text.Contains(phrase.Key, StringComparison.Ordinal)))
                all._heard[phrase] = true;
            lock (all._lines)
            {
                if (all._lines.Count > MostLines)
                    all._lines.RemoveRange(0, MostLines / 2);
                all._lines.Add((category, text, values));
            }
        }
    }
}
