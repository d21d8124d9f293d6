using System.Globalization;
using HpdCds.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Health;

/// <summary>
/// How the service ends without a lost call: it says that it is not ready and turns new calls away, before a token is spent
/// on them, until a load balancer has learned it; calls under way are answered.
/// </summary>
internal sealed class Drain(SiteSettings settings, IHostEnvironment environment) : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _hasBegun;

    // Nobody balances the load of a developer.
    private TimeSpan Time => environment.IsDevelopment() ? TimeSpan.Zero : settings.DrainTime;

    public Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (!_hasBegun || FrontDoor.IsProbe(context))
            return next(context);
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(Time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return (ErrorReply.Generic(StatusCodes.Status503ServiceUnavailable) with { EndsConnection = true }).WriteAsync(context);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_hasBegun ? HealthCheckResult.Unhealthy("about to end") : HealthCheckResult.Healthy());

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        await Task.Delay(Time, TimeProvider.System, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class Draining
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddDrain(this IServiceCollection services, SiteSettings settings)
    {
        services.AddHealthChecks().AddCheck<Drain>("drain").AddCheck<CurrentTrust>("settings").AddCheck<WarmUp>("warm-up");
        return services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>())
            .Configure<HostOptions>(host => host.ShutdownTimeout = settings.DrainTime + LongestCall);
    }
}
