using System.Net;
using System.Net.Sockets;

namespace HpdCds.Tests.Hooks;

/// <summary>Ports on which nobody listens yet, for what cannot choose one by itself.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
