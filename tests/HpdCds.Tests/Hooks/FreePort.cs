using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace HpdCds.Tests.Hooks;

/// <summary>
/// Ports on which nobody listens yet, for what cannot choose one by itself. They lie below those that systems give to whoever calls
/// out, and no test gets that of another: one is still free when the service on it has been ended and is started again.
/// </summary>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(11_000, 20_000);
            if (!Given.TryAdd(port, value: true))
                continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }
}
