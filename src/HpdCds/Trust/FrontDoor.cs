using System.Net;
using HpdCds.Hooks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Trust;

/// <summary>
/// Who can reach us at all. Where nobody is asked who they are, the service listens on loopback only. The Host header
/// must name the public address or this machine, which keeps a web page elsewhere from reaching it through a name of its own.
/// </summary>
public static class FrontDoor
{
    private const string Probes = "/health";

    /// <summary>Where the service listens: where the host says, else on this machine; and apart from it for the operator's numbers.</summary>
    public static void Open(WebApplicationBuilder builder, SiteSettings settings, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(trust);
        var endpoints = builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        var hasEndpoints = endpoints.Count > 0;
        string[] told = builder.Configuration["urls"] is { Length: > 0 } list ? [list] : [.. OfPorts("http"), .. OfPorts("https")];
        string[] urls = [.. told is [] ? ["http://localhost:5081"] : told.SelectMany(list => list.Split(';'))];
        if (settings.MetricsPort is { } port && Array.Exists(urls, url => BindingAddress.Parse(url).Port == port))
            throw new InvalidSettingsException([$"{SiteSettings.Section}:MetricsPort is the port that EHRs call: it needs one of its own"]);
        // Endpoints of Kestrel's own section take the place of these addresses: then the operator's port is one more of them.
        string[] listened = hasEndpoints ? [.. endpoints.Select(endpoint => endpoint["Url"] ?? "")] : urls;
        var isLocal = trust.IsAnonymous || Array.TrueForAll(listened, IsLoopback);
        var address = settings.MetricsAddress is { } given ? IPAddress.Parse(given) : null;
        var host = address is not null ? new UriBuilder { Host = address.ToString() }.Host : isLocal ? "localhost" : "*";
        builder.WebHost.UseUrls([.. urls, .. settings.MetricsPort is { } beside && !hasEndpoints ? [FormattableString.Invariant($"http://{host}:{beside}")] : Array.Empty<string>()]);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel, settings, trust);
            if (settings.MetricsPort is { } apart && hasEndpoints)
                kestrel.Listen(address ?? (isLocal ? IPAddress.Loopback : IPAddress.Any), apart);
        });

        IEnumerable<string> OfPorts(string scheme) =>
            (builder.Configuration[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port}");
    }

    private static void Limit(KestrelServerOptions kestrel, SiteSettings settings, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(trust);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MaxBodyBytes;
        // How long a body may take is said by BodyTimeout, for the whole of it.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.RequestHeadersTimeout = settings.BodyTimeout;
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (trust.IsAnonymous && listen.IPEndPoint is { } endpoint && !IPAddress.IsLoopback(endpoint.Address))
                throw new InvalidSettingsException([$"{endpoint}: listens beyond this machine although nobody is asked who they are; give every EHR an Issuer, or use http://localhost:PORT"]);
        });
    }

    public static IApplicationBuilder RequireKnownHost(this IApplicationBuilder app, TrustTable trust) => app.Use((context, next) =>
        IsThisMachine(context.Request.Host.Host) || IsProbe(context) || IsPublicName(context.Request.Host, trust.PublicBase)
            ? next(context)
            : ErrorReply.Generic(StatusCodes.Status421MisdirectedRequest).WriteAsync(context));

    /// <summary>Web pages may call that an EHR entry lists, as the table has them now.</summary>
    public static void AddWebPages(this IServiceCollection services) =>
        services.AddCors().AddOptions<CorsOptions>().Configure<CurrentTrust>((cors, current) => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(origin => current.Table.AllowsOrigin(origin)).WithMethods("GET", "POST", "OPTIONS").WithHeaders("Authorization", "Content-Type", "Accept").WithExposedHeaders("Retry-After")));

    /// <summary>
    /// Orchestrators probe by address and without a token; what they are told is one word and, where something is amiss, what.
    /// They have no part in the share of strangers: whoever fills that up must not have the service taken for dead.
    /// </summary>
    public static void MapProbes(WebApplication app)
    {
        app.MapHealthChecks($"{Probes}/live", new() { Predicate = _ => false }).AllowAnonymous().DisableRateLimiting();
        app.MapHealthChecks($"{Probes}/ready", new() { ResponseWriter = TellAsync }).AllowAnonymous().DisableRateLimiting();
    }

    /// <summary>Whether an orchestrator asks, whom nothing keeps from being answered.</summary>
    internal static bool IsProbe(HttpContext context) => context.Request.Path.StartsWithSegments(Probes, StringComparison.Ordinal);

    private static Task TellAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join(": ", report.Entries.Values.Select(entry => entry.Description).OfType<string>().Prepend(report.Status.ToString())));
    }

    private static bool IsPublicName(HostString host, FhirBase? publicBase) =>
        publicBase is not null && string.Equals(host.Host.Trim('[', ']'), publicBase.Host, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string url) => url.Length > 0 && BindingAddress.Parse(url) is var address && (address.IsUnixPipe || IsThisMachine(address.Host));

    private static bool IsThisMachine(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
