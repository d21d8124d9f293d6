using System.Net;
using System.Net.Sockets;
using System.Text;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Trust;

/// <summary>What we say of a refusal, and what the framework says of anything, at whatever level a site logs.</summary>
public sealed class LogTests
{
    [Theory]
    [Trait("Req", "JWT-15")]
    [Trait("Req", "SEC-25")]
    [InlineData("key-9", "key-9")]
    [InlineData("K_9+/=", "K_9+/=")]
    [InlineData("", "?")]
    [InlineData("a b", "?")]
    [InlineData("line\nINJECTED", "?")]
    [InlineData("eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJhIn0.c2ln", "?")]
    [InlineData("<script>", "?")]
    [InlineData("{Reason}", "?")]
    [InlineData("ключ", "?")]
    [InlineData(null, "?")]
    public async Task Of_a_refused_token_only_a_short_plain_key_id_is_logged(string? kid, string expected)
    {
        await using var ehr = await GuardedService.StartAsync();

        Assert.Equal(401, await ehr.StatusAsync(ehr.Issuer.Token(header: header => header["kid"] = kid ?? new string('k', 101))));

        Assert.Equal(expected, (await ehr.Service.Log.SingleAsync("HpdCds.Trust.CallerTokens"))["Kid"]);
        Assert.DoesNotContain("INJECTED", ehr.Service.Log.All, StringComparison.Ordinal);
    }

    /// <summary>A rule for one provider goes before a rule for all of them, and the one of a category before the one without.</summary>
    [Theory]
    [Trait("Req", "SEC-04")]
    [Trait("Req", "SEC-06")]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel.BadRequests")]
    [InlineData("Logging:HpdCds.Tests.Hooks.LogLines:LogLevel:Default")]
    [InlineData("Logging:HpdCds.Tests.Hooks.LogLines:LogLevel:Microsoft.AspNetCore")]
    public async Task Whatever_a_site_logs_the_framework_tells_no_query_no_token_and_nothing_that_is_malformed(string rule)
    {
        await using var server = await FakeEhr.StartAsync();
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { [rule] = "Trace" }, server.Base);
        var body = Json.Call(server: server.Base).Replace("pat-1", "canary-patient", StringComparison.Ordinal);

        await ehr.StatusAsync(ehr.Issuer.Token(), "/cds-services/hpd-risk?patient=canary-query", body);
        await ehr.StatusAsync("canary-bearer." + ehr.Issuer.Token());
        using var elsewhere = await ehr.Service.Client.GetAsync("/fhir/Patient/canary-path", TestContext.Current.CancellationToken);
        await SendAsync(ehr, "GET /cds-services HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer canary-header\r\n\r\n");
        await SendAsync(ehr, "GET /canary-target\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await SendAsync(ehr, "GET / HTTP/1.1\r\nHost: canary-host@x y\r\n\r\n");

        Assert.NotEmpty(server.Calls);
        Assert.NotEmpty(ehr.Service.Log.Of("Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware"));
        Assert.DoesNotContain("canary-", ehr.Service.Log.All, StringComparison.Ordinal);
    }

    /// <summary>As every installation has one; what is shipped beside the program is not read there.</summary>
    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"Logging":{"LogLevel":{"Default":"Debug"}}}""", false)]
    [InlineData("""{"Logging":{"LogLevel":{"Microsoft.AspNetCore":"Information"}}}""", true)]
    public async Task A_settings_folder_of_its_own_that_says_nothing_of_the_framework_keeps_it_quiet(string settings, bool isLoud)
    {
        var folder = Directory.CreateTempSubdirectory("hpdcds-root-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), settings, TestContext.Current.CancellationToken);
        await using var app = HpdCdsService.Build([$"--contentRoot={folder}", "--environment=Development"]);
        var logs = app.Services.GetRequiredService<ILoggerFactory>();

        Assert.Equal(isLoud, logs.CreateLogger("Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Information));
        Assert.True(logs.CreateLogger("Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Warning));
        Assert.True(logs.CreateLogger(HpdCds.Trust.Audit.Category).IsEnabled(LogLevel.Information));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task SendAsync(GuardedService ehr, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, ehr.Service.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);
        using var answer = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 4", await answer.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
