using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace HpdCds.Trust;

/// <summary>
/// Asks everybody who they are, at every address; only what says so itself is open. Where no EHR has an issuer nobody is
/// asked, and <see cref="FrontDoor"/> lets in this machine only.
/// </summary>
public static class CallerAuthentication
{
    public static IServiceCollection AddCallers(this IServiceCollection services, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(trust);
        // What is malformed would be quoted, a query told: tokens and patients among it, at whatever level a site logs.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
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
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }
}
