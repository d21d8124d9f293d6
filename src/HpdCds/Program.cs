using HpdCds.About;
using HpdCds.Chart;
using HpdCds.Explain;
using HpdCds.Health;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Reports;
using HpdCds.SmartApp;
using HpdCds.Store;
using HpdCds.Telemetry;
using HpdCds.Trust;
using HpdCds.Verbs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HpdCds;

/// <summary>Composes the service. Another program (the sandbox, a test) may build and run it inside itself.</summary>
public static class HpdCdsService
{
    public static Task<int> Main(string[] args) => (Verb.Named(args) ?? (() => Verb.ServeAsync(() => Build(args).RunAsync())))();

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = Array.Exists(args, arg => arg.Contains("contentRoot", StringComparison.OrdinalIgnoreCase)) ? null : Environment.GetEnvironmentVariable("ASPNETCORE_CONTENTROOT") ?? AppContext.BaseDirectory,
        });
        configure?.Invoke(builder);
        var settings = SiteSettings.Read(builder.Configuration);
        var knowledge = KnowledgeLoader.Load(settings.Overlay, settings.UseUnverifiedCodes);
        var trust = settings.Check(builder.Environment, knowledge.Wordings.Keys);
        builder.AddTelemetry(settings, knowledge);
        FrontDoor.Open(builder, settings, trust);
        builder.Services.AddSingleton(settings).AddSingleton(trust).AddSingleton<CurrentTrust>()
            .AddSingleton<PrefetchTable>().AddSingleton<HookCatalogue>().AddSingleton<FhirPipelines>().AddSingleton<FhirCalls>().AddSingleton<ChartReader>()
            .AddSingleton<Advice>().AddSingleton<AppLinks>().AddSingleton<Explainer>().AddSingleton<Audit>().AddSingleton<HookEndpoints>().AddSingleton<FeedbackEndpoint>().AddMemory(settings, builder.Environment);
        builder.Services.AddCallers(trust).AddSingleton<WarmUp>().AddDrain(settings).AddWebPages();
        LaunchEndpoints.Add(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(knowledge);
        builder.Services.TryAddSingleton(services => services.GetRequiredService<KnowledgeBase>().Codes);
        var app = builder.Build();
        app.Services.GetRequiredService<WarmUp>().Begin();
        app.MapMetrics(settings).UseCors();
        app.Use(app.Services.GetRequiredService<Audit>().WatchAsync);
        app.UseLastResort();
        app.Use(app.Services.GetRequiredService<Drain>().RefuseAsync).Use(app.Services.GetRequiredService<WarmUp>().HoldAsync);
        app.RequireKnownHost(trust).UseCallers(trust);
        HookEndpoints.Map(app);
        FeedbackEndpoint.Map(app);
        ReportEndpoints.Map(app);
        AboutEndpoints.Map(app);
        LaunchEndpoints.Map(app);
        FrontDoor.MapProbes(app);
        return app;
    }
}
