using System.Net;
using HpdCds.Hooks;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HpdCds.Trust;

/// <summary>
/// Nobody proves who they are yet, so nobody outside this machine may ask: the service listens on loopback only, and
/// the Host header must say so too, which keeps a web page elsewhere from reaching it through a name of its own.
/// </summary>
public static class LoopbackOnly
{
    public static void ListenOnLoopbackOnly(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint is { } endpoint && !IPAddress.IsLoopback(endpoint.Address))
                throw new InvalidSettingsException([$"{endpoint}: listens beyond this machine; use http://localhost:PORT"]);
        });
    }

    public static void RequireLoopbackHost(this IApplicationBuilder app) => app.Use((context, next) =>
        IsLoopback(context.Request.Host.Host)
            ? next(context)
            : ErrorReply.Generic(StatusCodes.Status421MisdirectedRequest).WriteAsync(context));

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
