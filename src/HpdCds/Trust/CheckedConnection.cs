using System.Net;
using System.Net.Sockets;

namespace HpdCds.Trust;

/// <summary>Who may stand behind a host name.</summary>
public enum AddressKind
{
    Public,

    /// <summary>This machine, or inside a network: only where the site named the host for it.</summary>
    Private,

    /// <summary>Local links (a cloud's metadata address among them), multicast, reserved: nobody we would call.</summary>
    Never,
}

/// <summary>
/// Connects to the address that was checked, so that a listed name cannot be pointed elsewhere between look-up and
/// connection. Private addresses, this machine among them, need the site's word for the host.
/// </summary>
public static class CheckedConnection
{
    /// <summary>A handler for calls to others: no redirects, no cookies, no proxies, checked addresses, and no telemetry of its own, which would carry addresses with patients in them.</summary>
    public static SocketsHttpHandler Handler(CurrentTrust trust, TimeSpan connectTimeout) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, stop) => OpenAsync(context.DnsEndPoint, trust.Table.MayBePrivate(context.DnsEndPoint.Host), stop),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectTimeout = connectTimeout,
    };

    public static async ValueTask<Stream> OpenAsync(DnsEndPoint target, bool mayBePrivate, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(target);
        var addresses = (await Dns.GetHostAddressesAsync(target.Host.Trim('[', ']'), stop)).Where(address => IsAllowed(address, mayBePrivate)).ToArray();
        if (addresses.Length == 0)
            throw new IOException("The listed host has no address that may be connected to");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static bool IsAllowed(IPAddress address, bool mayBePrivate) => KindOf(address) switch
    {
        AddressKind.Public => true,
        AddressKind.Private => mayBePrivate,
        _ => false,
    };

    public static AddressKind KindOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return KindOf(bytes);
        if (address.IsIPv4MappedToIPv6 || Starts(bytes, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0))
            return KindOf(bytes.AsSpan(12));
        if (IPAddress.IsLoopback(address) || (bytes[0] & 0xfe) == 0xfc)
            return AddressKind.Private;
        // Only 2000::/3 is given out; 6to4 and Teredo in it hide another address.
        var isGivenOut = (bytes[0] & 0xe0) == 0x20 && !Starts(bytes, 0x20, 0x02) && !Starts(bytes, 0x20, 0x01, 0, 0) && !Starts(bytes, 0x20, 0x01, 0x0d, 0xb8);
        return isGivenOut ? AddressKind.Public : AddressKind.Never;
    }

    private static AddressKind KindOf(ReadOnlySpan<byte> v4) => (v4[0], v4[1]) switch
    {
        (10, _) or (127, _) or (172, >= 16 and <= 31) or (192, 168) or (100, >= 64 and <= 127) => AddressKind.Private,
        (0, _) or ( >= 224, _) or (169, 254) or (198, 18 or 19) => AddressKind.Never,
        (192, 0) when v4[2] is 0 or 2 => AddressKind.Never,
        _ => AddressKind.Public,
    };

    private static bool Starts(byte[] address, params ReadOnlySpan<byte> prefix) => address.AsSpan().StartsWith(prefix);
}
