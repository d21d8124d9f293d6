using System.Globalization;
using System.Threading.RateLimiting;
using HpdCds.Hooks;
using Microsoft.AspNetCore.RateLimiting;

namespace HpdCds.Trust;

/// <summary>
/// How much one EHR may ask, so that none takes the service away from another. Who did not prove to be anybody shares one
/// share with all the others. Where nobody is asked who they are, only this machine calls, and nothing is counted.
/// </summary>
public static class CallLimits
{
    private static readonly Share Strangers = new("", 1000, 128);

    public static void AddCallLimits(this IServiceCollection services, TrustTable trust)
    {
        ArgumentNullException.ThrowIfNull(trust);
        if (trust.IsAnonymous)
            return;
        services.AddRateLimiter(limits =>
        {
            limits.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, Share>(context => RateLimitPartition.GetTokenBucketLimiter(Share.Of(context), share => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = 2 * share.PerSecond,
                    TokensPerPeriod = share.PerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                })),
                PartitionedRateLimiter.Create<HttpContext, Share>(context => RateLimitPartition.GetConcurrencyLimiter(Share.Of(context), share => new ConcurrencyLimiterOptions
                {
                    PermitLimit = share.AtOnce,
                })));
            limits.OnRejected = RefuseAsync;
        });
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken stop)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, Math.Ceiling(time.TotalSeconds)) : 1;
        var context = rejected.HttpContext;
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        if (context.GetEndpoint()?.Metadata.GetMetadata<SmartApp.IsPage>() is not null)
            await context.RequestServices.GetRequiredService<SmartApp.LaunchEndpoints>().RefuseAsync(context);
        else
            await ErrorReply.Generic(StatusCodes.Status429TooManyRequests).WriteAsync(context);
    }

    /// <summary>The limits are part of the key: changed settings count at once.</summary>
    private sealed record Share(string Name, int PerSecond, int AtOnce)
    {
        public static Share Of(HttpContext context) =>
            Caller.Of(context)?.Ehr is { } ehr ? new(ehr.Name, ehr.CallsPerSecond, ehr.ConcurrentCalls)
            : Strangers;
    }
}
