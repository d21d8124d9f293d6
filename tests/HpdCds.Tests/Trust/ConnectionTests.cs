using System.Net;
using System.Net.Sockets;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;

namespace HpdCds.Tests.Trust;

/// <summary>Where we connect: to addresses that were looked at, and to nobody inside unless the site said so.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [Trait("Req", "SEC-01")]
    [InlineData("203.0.114.9", AddressKind.Public)]
    [InlineData("2a00:1450:4001::1", AddressKind.Public)]
    [InlineData("64:ff9b::203.0.114.9", AddressKind.Public)]
    [InlineData("127.0.0.1", AddressKind.Private)]
    [InlineData("127.9.9.9", AddressKind.Private)]
    [InlineData("::1", AddressKind.Private)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Private)]
    [InlineData("10.1.2.3", AddressKind.Private)]
    [InlineData("::ffff:10.1.2.3", AddressKind.Private)]
    [InlineData("64:ff9b::10.1.2.3", AddressKind.Private)]
    [InlineData("172.16.0.1", AddressKind.Private)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("172.32.0.1", AddressKind.Public)]
    [InlineData("192.168.1.1", AddressKind.Private)]
    [InlineData("100.64.0.1", AddressKind.Private)]
    [InlineData("100.128.0.1", AddressKind.Public)]
    [InlineData("fd00::1", AddressKind.Private)]
    [InlineData("169.254.169.254", AddressKind.Never)]
    [InlineData("::ffff:169.254.169.254", AddressKind.Never)]
    [InlineData("64:ff9b::169.254.169.254", AddressKind.Never)]
    [InlineData("fe80::1", AddressKind.Never)]
    [InlineData("fec0::1", AddressKind.Never)]
    [InlineData("224.0.0.1", AddressKind.Never)]
    [InlineData("ff02::1", AddressKind.Never)]
    [InlineData("255.255.255.255", AddressKind.Never)]
    [InlineData("0.0.0.0", AddressKind.Never)]
    [InlineData("::", AddressKind.Never)]
    [InlineData("::127.0.0.1", AddressKind.Never)]
    [InlineData("2002:7f00:1::", AddressKind.Never)]
    [InlineData("2001:0:7f00:1::", AddressKind.Never)]
    [InlineData("198.18.0.1", AddressKind.Never)]
    [InlineData("192.0.0.192", AddressKind.Never)]
    public void Every_address_is_of_one_kind(string address, AddressKind expected)
    {
        var parsed = IPAddress.Parse(address);

        Assert.Equal(expected, CheckedConnection.KindOf(parsed));
        Assert.Equal(expected == AddressKind.Public, CheckedConnection.IsAllowed(parsed, mayBePrivate: false));
        Assert.Equal(expected != AddressKind.Never, CheckedConnection.IsAllowed(parsed, mayBePrivate: true));
    }

    [Theory]
    [Trait("Req", "SEC-01")]
    [Trait("Req", "FHR-08")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_inside_is_connected_to_only_when_the_site_names_it(bool isNamed)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);

        if (isNamed)
        {
            await using var stream = await CheckedConnection.OpenAsync(target, mayBePrivate: true, TestContext.Current.CancellationToken);
            Assert.True(listener.Pending());
        }
        else
        {
            await Assert.ThrowsAsync<IOException>(async () => await CheckedConnection.OpenAsync(target, mayBePrivate: false, TestContext.Current.CancellationToken));
            Assert.False(listener.Pending());
        }
    }

    [Fact]
    [Trait("Req", "SEC-01")]
    public async Task While_building_this_machine_may_be_called_without_being_named()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base);

        Assert.Equal(200, (await service.AnswerAsync(Json.Call(server: ehr.Base))).Status);
        Assert.Equal(10, ehr.Calls.Count);
    }

    /// <summary>Nobody speaks TLS at the other end: what counts is whether a connection came.</summary>
    [Theory]
    [Trait("Req", "SEC-01")]
    [Trait("Req", "SEC-22")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_production_this_machine_is_inside_like_any_other(bool isNamed)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/fhir";
        var connection = listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:CallTimeout"] = "00:00:01", ["HpdCds:ReadTimeout"] = "00:00:01" };
        if (isNamed)
            settings["HpdCds:Ehrs:0:AllowPrivateAddresses:0"] = "127.0.0.1";
        await using var guarded = await GuardedService.StartAsync(settings, server, TimeProvider.System, environment: "Production");

        var status = await guarded.StatusAsync(guarded.Issuer.Token(now: TimeProvider.System.GetUtcNow()), body: Json.Call(server: server));

        Assert.Equal(412, status);
        Assert.Equal(isNamed, connection.IsCompletedSuccessfully);
        if (isNamed)
            (await connection).Dispose();
    }

    [Fact]
    [Trait("Req", "FHR-08")]
    [Trait("Req", "SEC-01")]
    public async Task A_server_that_is_not_this_EHRs_gets_no_connection()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var guarded = await GuardedService.StartAsync();

        Assert.Equal(403, await guarded.StatusAsync(guarded.Issuer.Token(), body: Json.Call(server: ehr.Base)));
        Assert.Empty(ehr.Calls);
    }
}
