using HpdCds.Telemetry;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace HpdCds.Trust;

/// <summary>
/// Asks everybody who they are, at every address; only what says so itself is open. Where no EHR has an issuer nobody is
/// asked, and <see cref="FrontDoor"/> lets in this machine only.
/// </summary>
public static class CallerAuthentication
{
    /// <summary>Categories of the framework that quote what is malformed, and tell paths and queries: tokens and patients among them.</summary>
    private static readonly string[] Telling =
    [
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Microsoft.AspNetCore.Routing.Matching.DfaMatcher", "Microsoft.AspNetCore.Cors",
    ];

    /// <summary>It puts the path of the request around every line that is written in between; what it would report itself, LastResort does.</summary>
    private const string PathTelling = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public static IServiceCollection AddCallers(this IServiceCollection services, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(trust);
        services.PostConfigure<LoggerFilterOptions>(Silence);
        services.AddCallLimits(trust);
        if (trust.IsAnonymous)
            return services;
        services.AddSingleton<IssuerKeys>().AddSingleton<UsedTokens>().AddSingleton<CallerTokens>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<CallerTokens>((options, tokens) => tokens.Configure(options));
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder()
            .RequireAuthenticatedUser()
            .RequireAssertion(call => call.Resource is HttpContext context && Caller.Of(context)?.Ehr is not null)
            .Build());
        return services;
    }

    public static void UseCallers(this IApplicationBuilder app, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(trust);
        if (trust.IsAnonymous)
            return;
        app.Use(TimedAsync);
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }

    // What is found out here is what the next in line finds: nothing is checked twice.
    private static async Task TimedAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Authorization.Count > 0)
        {
            using var station = Signals.At(Station.Trust);
            await context.AuthenticateAsync();
        }

        await next(context);
    }

    // At whatever level a site logs: a rule for one provider goes before one for all, so each provider with a rule gets ours last.
    private static void Silence(LoggerFilterOptions filters)
    {
        foreach (var provider in filters.Rules.Select(rule => rule.ProviderName).Append(null).Distinct(StringComparer.Ordinal).ToList())
        {
            foreach (var category in Telling)
                filters.Rules.Add(new LoggerFilterRule(provider, category, LogLevel.Warning, filter: null));
            filters.Rules.Add(new LoggerFilterRule(provider, PathTelling, LogLevel.None, filter: null));
        }
    }
}
