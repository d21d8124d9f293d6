using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Import;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Pages;
using HpdCds.Sandbox.Patients;
using HpdCds.Sandbox.Smart;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HpdCds.Sandbox;

/// <summary>
/// Composes the small EHR. It takes its settings from the command line alone, so that the service's settings file,
/// which the build puts into the same folder, never reaches it.
/// </summary>
public static class EhrHost
{
    public const string DefaultUrl = "http://localhost:5080";
    public const string DefaultServiceUrl = "http://localhost:5081";

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { Args = args });
        builder.Configuration.AddCommandLine(args);
        builder.WebHost.UseKestrelCore().UseUrls(builder.Configuration["urls"] ?? DefaultUrl);
        // Program says in a sentence why the host did not start; a stack trace before it would bury that.
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddRoutingCore();
        builder.Services.AddHostFiltering(options =>
            options.AllowedHosts = [.. (builder.Configuration["AllowedHosts"] ?? "localhost;127.0.0.1;[::1]").Split(';')]);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FhirStore>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<FhirCallLog>();
        builder.Services.AddSingleton<PatientRegister>();
        builder.Services.AddSingleton<PatientRecords>();
        builder.Services.AddSingleton<HookBodies>();
        builder.Services.AddSingleton<PrefetchKeys>();
        builder.Services.AddSingleton<OrderShelf>();
        builder.Services.AddSingleton<ServiceReading>();
        builder.Services.AddTransient<OrderDesk>();
        builder.Services.AddSingleton<ClientKeys>();
        builder.Services.AddSingleton(provider => new SandboxAddresses(
            () => EhrAddress(provider.GetRequiredService<IServer>()),
            new(builder.Configuration["cds-url"] ?? DefaultServiceUrl)));
        builder.Services.AddHttpClient<CdsClient>(client => client.Timeout = TimeSpan.FromSeconds(15))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        builder.Services.AddSmart();
        configure?.Invoke(builder);
        return Map(builder.Build());
    }

    private static WebApplication Map(WebApplication app)
    {
        app.Services.GetRequiredService<PatientRegister>()
            .Seed(PatientFiles.Load(app.Services.GetRequiredService<TimeProvider>().GetUtcNow()));
        app.UseHostFiltering();
        app.Use((http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            http.Response.Headers.CacheControl = "no-store";
            return next(http);
        });
        app.UseAuthentication();
        foreach (var path in SandboxSite.Languages.Select(SandboxSite.FhirPath))
        {
            app.UseWhen(http => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal), branch => branch.Use(app.Services.GetRequiredService<FhirCallLog>().RecordAsync));
            app.MapFhir(path);
        }
        app.MapPages();
        app.MapOrders();
        app.MapImport();
        app.MapSmart();
        return app;
    }

    /// <summary>Where this EHR listens, as others write it; a wildcard is this machine.</summary>
    private static string EhrAddress(IServer server)
    {
        var first = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? DefaultUrl;
        var address = BindingAddress.Parse(first);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }
}
