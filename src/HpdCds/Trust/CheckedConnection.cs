using System.Net;
using System.Net.Sockets;

namespace HpdCds.Trust;

/// <summary>
/// Connects to the address that was checked, so that a listed name cannot be pointed at this machine or at a cloud's
/// metadata address. Private addresses stay allowed: every host here was listed by the site, and hospitals have such.
/// </summary>
public static class CheckedConnection
{
    public static async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(context);
        var host = context.DnsEndPoint.Host;
        var isThisMachine = string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
        var addresses = (await Dns.GetHostAddressesAsync(host.Trim('[', ']'), stop))
            .Where(address => isThisMachine || IsOutside(address)).ToArray();
        if (addresses.Length == 0)
            throw new IOException("The listed host has no address that may be connected to");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether a name that is not a literal address may stand for this address.</summary>
    public static bool IsOutside(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        var isSpecial = plain.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] is 0 or >= 224 || (bytes[0] == 169 && bytes[1] == 254)
            : plain.IsIPv6LinkLocal || plain.IsIPv6Multicast || plain.Equals(IPAddress.IPv6Any);
        return !isSpecial && !IPAddress.IsLoopback(plain);
    }
}
