using HpdCds.About;
using HpdCds.Chart;
using HpdCds.Explain;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;
using HpdCds.Verbs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HpdCds;

/// <summary>Composes the service. Another program (the sandbox, a test) may build and run it inside itself.</summary>
public static class HpdCdsService
{
    public static async Task<int> Main(string[] args)
    {
        if (Verb.Named(args) is { } verb)
            return await verb();
        await Build(args).RunAsync();
        return 0;
    }

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = Array.Exists(args, arg => arg.Contains("contentRoot", StringComparison.OrdinalIgnoreCase)) ? null : AppContext.BaseDirectory,
        });
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls("http://localhost:5081");
        configure?.Invoke(builder);

        var settings = builder.Configuration.GetSection(SiteSettings.Section).Get<SiteSettings>() ?? new SiteSettings();
        var knowledge = KnowledgeLoader.Load(settings.Overlay, settings.UseUnverifiedCodes);
        var trust = settings.Check(knowledge.Wordings.Keys);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.MaxBodyBytes;
            LoopbackOnly.ListenOnLoopbackOnly(kestrel);
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(trust.CorsOrigins).WithMethods("GET", "POST", "OPTIONS").WithHeaders("Authorization", "Content-Type", "Accept")));
        builder.Services.AddSingleton(settings).AddSingleton(trust)
            .AddSingleton<PrefetchTable>().AddSingleton<HookCatalogue>().AddSingleton<FhirCalls>().AddSingleton<ChartReader>()
            .AddSingleton<Advice>().AddSingleton<Explainer>().AddSingleton<HookEndpoints>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(knowledge);
        builder.Services.TryAddSingleton(services => services.GetRequiredService<KnowledgeBase>().Codes);
        var app = builder.Build();
        app.UseCors();
        app.UseLastResort();
        app.RequireLoopbackHost();
        HookEndpoints.Map(app);
        AboutEndpoints.Map(app);
        return app;
    }
}
