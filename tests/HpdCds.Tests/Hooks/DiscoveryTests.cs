using System.Net;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Hooks;

public sealed class DiscoveryTests
{
    [Fact]
    [Trait("Req", "DISC-01")]
    [Trait("Req", "DISC-03")]
    [Trait("Req", "DISC-05")]
    [Trait("Req", "SEC-18")]
    [Trait("Req", "DISC-06")]
    [Trait("Req", "DISC-07")]
    [Trait("Req", "ERR-01")]
    public async Task One_service_id_is_offered_for_both_order_hooks()
    {
        await using var service = await RunningService.StartAsync();

        var services = await DiscoverAsync(service, "/cds-services");

        Assert.Equal(["order-select", "order-sign"], services.Select(item => (string?)item!["hook"]));
        Assert.All(services, item =>
        {
            Assert.Equal("hpd-risk", (string?)item!["id"]);
            Assert.False(string.IsNullOrEmpty((string?)item["description"]));
            Assert.False(string.IsNullOrEmpty((string?)item["title"]));
            Assert.False(string.IsNullOrEmpty((string?)item["usageRequirements"]));
            Assert.All(item["prefetch"]!.AsObject(), pair => Assert.False(string.IsNullOrEmpty((string?)pair.Value)));
        });
    }

    [Fact]
    [Trait("Req", "DISC-04")]
    [Trait("Req", "ERR-02")]
    public async Task Every_discovered_address_can_be_called()
    {
        await using var service = await RunningService.StartAsync();
        foreach (var document in new[] { "", "/by-hook", "/lean" })
        {
            foreach (var item in await DiscoverAsync(service, document + "/cds-services"))
            {
                var id = (string)item!["id"]!;
                Assert.Matches("^[A-Za-z0-9._-]+$", id);
                var (status, body) = await service.AnswerAsync(
                    Chart.Json.Call((string)item["hook"]!, prefetch: """{"problems":null}"""), $"{document}/cds-services/{id}");
                Assert.Equal(200, status);
                Assert.Equal("ici", (string?)body!["extension"]!["org.hpdcds.assessment"]!["recognition"]);
            }
        }
    }

    [Fact]
    [Trait("Req", "DISC-10")]
    [Trait("Req", "TR-04")]
    [Trait("Req", "PFT-12")]
    public async Task Discovery_is_stable_and_may_be_cached()
    {
        await using var service = await RunningService.StartAsync();

        var first = await service.Client.GetAsync("/cds-services", TestContext.Current.CancellationToken);
        var second = await service.Client.GetAsync("/cds-services", TestContext.Current.CancellationToken);

        Assert.Equal(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("max-age", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("test-ehr", await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "PFT-14")]
    public async Task The_lean_document_asks_for_the_patient_only()
    {
        await using var service = await RunningService.StartAsync();

        var services = await DiscoverAsync(service, "/lean/cds-services");

        Assert.All(services, item => Assert.Equal(["patient"], item!["prefetch"]!.AsObject().Select(pair => pair.Key)));
    }

    [Fact]
    public async Task The_by_hook_document_has_one_id_for_each_hook()
    {
        await using var service = await RunningService.StartAsync();

        var services = await DiscoverAsync(service, "/by-hook/cds-services");

        Assert.Equal(["hpd-risk-order-select", "hpd-risk-order-sign"], services.Select(item => (string?)item!["id"]));
    }

    [Fact]
    [Trait("Req", "DISC-08")]
    [Trait("Req", "DISC-09")]
    [Trait("Req", "DISC-12")]
    public async Task Members_of_later_versions_and_markup_are_left_out()
    {
        await using var service = await RunningService.StartAsync();

        Assert.All(await DiscoverAsync(service, "/cds-services"), item =>
        {
            Assert.False(item!.AsObject().ContainsKey("version"));
            Assert.False(item.AsObject().ContainsKey("hookVersion"));
            Assert.DoesNotMatch("[*_`#<>]", (string)item["description"]!);
        });
    }

    [Fact]
    [Trait("Req", "DISC-01")]
    public async Task The_well_known_address_of_folklore_does_not_exist()
    {
        await using var service = await RunningService.StartAsync();

        var response = await service.Client.GetAsync("/.well-known/cds-services", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<JsonArray> DiscoverAsync(RunningService service, string path) =>
        JsonNode.Parse(await service.Client.GetStringAsync(path, TestContext.Current.CancellationToken))!["services"]!.AsArray();
}
