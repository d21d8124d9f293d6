using System.Diagnostics;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;
using Microsoft.Extensions.Configuration.Memory;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HpdCds.Telemetry;

/// <summary>
/// Where spans, numbers and logs go: by OTLP to the collector that the standard OTEL_* variables name, and to whoever asks
/// at <c>/metrics</c> on the port that a site gives it. Without either, nothing is collected.
/// </summary>
public static class TelemetryExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The framework's numbers that go out with ours; none of them knows an address of a patient.</summary>
    private static readonly string[] Meters =
    [
        Signals.Name, "Polly", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql",
    ];

    private static readonly Dictionary<string, string?> LogLevels = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = nameof(LogLevel.Information),
        ["Logging:LogLevel:Microsoft.AspNetCore"] = nameof(LogLevel.Warning),
    };

    public static void AddTelemetry(this WebApplicationBuilder builder, SiteSettings settings, KnowledgeBase knowledge)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(knowledge);
        // Under everything else that is configured: a site whose settings say nothing of its logs gets these.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LogLevels });
        // A call may belong to a trace of its EHR; what else it would hang on that trace is not ours to pass on.
        builder.Services.AddSingleton<DistributedContextPropagator, TraceParentOnly>();
        var isExported = builder.Configuration[Endpoint] is { Length: > 0 };
        if (!isExported && settings.MetricsPort is null)
            return;
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("hpdcds", serviceVersion: Audit.Version).AddAttributes([new("hpdcds.knowledge", knowledge.Hash), new("hpdcds.knowledge.version", knowledge.Version)]))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).SetExemplarFilter(ExemplarFilterType.TraceBased);
                if (settings.MetricsPort is not null)
                    metrics.AddPrometheusExporter();
            });
        if (!isExported)
            return;
        telemetry.WithTracing(tracing => tracing.AddSource(Signals.Name, "Microsoft.AspNetCore").AddProcessor<OursOnly>());
        builder.Logging.AddOpenTelemetry(logs => logs.IncludeFormattedMessage = true);
        telemetry.WithLogging().UseOtlpExporter();
    }

    /// <summary>On its own port, which is for the operator's network and not for the EHR's.</summary>
    public static IApplicationBuilder MapMetrics(this WebApplication app, SiteSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        app.Lifetime.ApplicationStarted.Register(() => Signals.Begin(app.Services.GetRequiredService<CurrentTrust>().Table.Ehrs.Select(ehr => ehr.Name)));
        if (settings.MetricsPort is { } port)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Connection.LocalPort == port && context.Request.Path == "/metrics" && HttpMethods.IsGet(context.Request.Method));
            app.Use((context, next) => context.Connection.LocalPort != port || FrontDoor.IsProbe(context)
                ? next(context)
                : ErrorReply.Generic(StatusCodes.Status404NotFound).WriteAsync(context));
        }

        return app;
    }
}
