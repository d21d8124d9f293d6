using System.Collections.Concurrent;
using System.Text;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Telemetry;

/// <summary>What leaves the process, and by which door.</summary>
public sealed class TelemetryExportTests
{
    private const string Mark = "canary-otlp-4c1d";

    [Fact]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    [Trait("Req", "SEC-25")]
    public async Task A_collector_gets_spans_numbers_and_logs_and_nothing_that_a_caller_wrote()
    {
        // The web framework can be told to put addresses and names on its spans.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        await using var collector = await Collector.StartAsync();
        await using (var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>
        {
            ["HpdCds:Ehrs:0:Name"] = "ehr-otlp",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "50",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
        }))
        {
            var call = Json.Call(prefetch: """{"problems":null}""").Replace("pat-1", Mark, StringComparison.Ordinal);
            foreach (var path in new[] { "/cds-services/hpd-risk", $"/cds-services/{Mark}", $"/{Mark}/Patient", $"/cds-services/hpd-risk?patient={Mark}" })
            {
                using var answer = await service.PostAsync(call, path, change: request =>
                {
                    request.Headers.TryAddWithoutValidation("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
                    request.Headers.TryAddWithoutValidation("tracestate", $"x={Mark}");
                    request.Headers.TryAddWithoutValidation("baggage", $"x={Mark}");
                    request.Headers.TryAddWithoutValidation("User-Agent", Mark);
                });
            }

            foreach (var (kind, word) in new[] { ("traces", "hpdcds.outcome"), ("metrics", "hpdcds.call.duration"), ("logs", "not-assessable") })
                await collector.HasHeardAsync(kind, word);
            await collector.HasHeardAsync("traces", "ehr-otlp");
        }

        Assert.DoesNotContain(Mark, collector.All, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("HttpRequestIn", collector.All, StringComparison.Ordinal);
        Assert.DoesNotContain("url.path", collector.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_are_served_on_a_port_of_their_own_and_nothing_else_is()
    {
        var port = FreePort.Next();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?> { ["HpdCds:MetricsPort"] = $"{port}" });
        await service.AnswerAsync(Json.Call(prefetch: """{"problems":null}"""));
        using var operatorsSide = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };

        var numbers = await operatorsSide.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains("hpdcds_call_duration_seconds_count{", numbers, StringComparison.Ordinal);
        Assert.Contains("target_info{hpdcds_knowledge=\"sha256:", numbers, StringComparison.Ordinal);
        Assert.Equal(404, await StatusAsync(service.Client, "/metrics"));
        Assert.Equal(404, await StatusAsync(operatorsSide, "/cds-services"));
        Assert.Equal(404, await StatusAsync(operatorsSide, "/reports"));
        Assert.Equal(200, await StatusAsync(operatorsSide, "/health/ready"));
    }

    [Fact]
    public async Task What_alerts_look_at_begins_at_zero()
    {
        var port = FreePort.Next();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?> { ["HpdCds:MetricsPort"] = $"{port}", ["HpdCds:Ehrs:0:Name"] = "ehr-at-zero" });
        using var operatorsSide = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };

        var numbers = await operatorsSide.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        // Other tests count here, too, but for no EHR of this name.
        Assert.All(
            ["calls_without_draft_orders_total{", "recognition_unknown_names_total{", "calls_not_read_total{reason=not-supplied,", "calls_not_read_total{reason=another-patient,", "recognition_total{outcome=ici,"],
            number => Assert.Contains(numbers.Split('\n'), line => Array.TrueForAll(number.Replace("=", "=\"", StringComparison.Ordinal).Split('{', ','), part => line.Contains(part, StringComparison.Ordinal))
                && line.Contains("ehr=\"ehr-at-zero\"", StringComparison.Ordinal) && line.Split(' ')[1] == "0"));
        Assert.All(["store_lost_total", "store_unclosed_runs_total", "tokens_refused_total"], number => Assert.Contains($"\nhpdcds_{number}{{", numbers, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoints_of_the_web_servers_own_settings_leave_the_operators_port_open()
    {
        var (port, ehrs) = (FreePort.Next(), FreePort.Next());
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>
        {
            ["HpdCds:MetricsPort"] = $"{port}",
            ["Kestrel:Endpoints:Ehrs:Url"] = $"http://127.0.0.1:{ehrs}",
        });
        using var operatorsSide = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var ehrsSide = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ehrs}") };

        Assert.Equal(200, await StatusAsync(operatorsSide, "/metrics"));
        Assert.Equal(200, await StatusAsync(ehrsSide, "/cds-services"));
        Assert.Equal(404, await StatusAsync(ehrsSide, "/metrics"));
    }

    [Fact]
    public void The_operators_port_is_not_the_one_that_EHRs_call()
    {
        var refusal = Assert.Throws<InvalidSettingsException>(() => HpdCdsService.Build(["--urls", "http://127.0.0.1:5999", "--environment=Development", "--HpdCds:MetricsPort=5999"]));

        Assert.Contains("HpdCds:MetricsPort", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_port_there_are_no_numbers_to_be_had()
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal(404, await StatusAsync(service.Client, "/metrics"));
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>Stands for an OpenTelemetry collector, by HTTP and protobuf, in which text stays readable.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentQueue<(string Kind, string Said)> _heard = new();

        private Collector()
        {
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            _app = builder.Build();
            _app.Urls.Add("http://127.0.0.1:0");
            _app.MapPost("/v1/{kind}", async (HttpContext context, string kind) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                _heard.Enqueue((kind, Encoding.Latin1.GetString(body.ToArray())));
            });
        }

        public string Url => _app.Urls.First();

        public string All => string.Concat(_heard.Select(message => message.Said));

        public static async Task<Collector> StartAsync()
        {
            var collector = new Collector();
            await collector._app.StartAsync(TestContext.Current.CancellationToken);
            return collector;
        }

        public async Task HasHeardAsync(string kind, string word)
        {
            while (!_heard.Any(message => message.Kind == kind && message.Said.Contains(word, StringComparison.Ordinal)))
                await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
