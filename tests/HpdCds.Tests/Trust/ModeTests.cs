using System.Text.Json.Nodes;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Trust;

/// <summary>What a site may switch for an EHR, and that it counts at once.</summary>
public sealed class ModeTests
{
    private const string Switch = "HpdCds:Ehrs:0:Services:hpd-risk";

    private static readonly string Call = Json.Call(prefetch: $$"""{"problems":{{Json.Bundle(Json.Condition("c"))}}}""");

    [Fact]
    [Trait("Req", "SEC-17")]
    public async Task The_kill_switch_acts_without_a_restart_at_every_address_and_says_so()
    {
        await using var service = await RunningService.StartAsync();
        Assert.NotEmpty((await service.AnswerAsync(Call)).Body!["cards"]!.AsArray());

        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = "off" });

        foreach (var path in new[] { "/cds-services/hpd-risk", "/by-hook/cds-services/hpd-risk-order-sign", "/lean/cds-services/hpd-risk" })
        {
            var (status, body) = await service.AnswerAsync(Call, path);
            Assert.Equal(200, status);
            Assert.Equal("""{"cards":[],"extension":{"org.hpdcds.mode":"off"}}""", body!.ToJsonString());
        }

        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = "live" });
        Assert.NotEmpty((await service.AnswerAsync(Call)).Body!["cards"]!.AsArray());
    }

    [Fact]
    [Trait("Req", "SEC-17")]
    public async Task Off_reads_nothing_and_silent_reads_everything_and_shows_nothing()
    {
        await using var ehr = await FakeEhr.StartAsync();
        await using var service = await RunningService.StartAsync(ehr.Base, new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = "off" });
        await service.AnswerAsync(Json.Call(server: ehr.Base));
        Assert.Empty(ehr.Calls);

        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = "silent" });
        var (status, body) = await service.AnswerAsync(Json.Call(server: ehr.Base));

        Assert.Equal(200, status);
        Assert.Equal("""{"cards":[],"extension":{"org.hpdcds.mode":"silent"}}""", body!.ToJsonString());
        Assert.Equal(10, ehr.Calls.Count);
        Assert.Equal("""{"cards":[],"extension":{"org.hpdcds.mode":"silent"}}""", (await service.AnswerAsync(Json.Call())).Body!.ToJsonString());
        Assert.Equal(400, (await service.AnswerAsync("{}")).Status);
    }

    [Theory]
    [Trait("Req", "SEC-17")]
    [InlineData("off", true)]
    [InlineData("silent", true)]
    [InlineData("off", false)]
    [InlineData("silent", false)]
    public async Task A_switch_that_is_thrown_while_a_call_runs_counts_for_it(string mode, bool canBeRead)
    {
        using var arrived = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var ehr = await FakeEhr.StartAsync(_ => canBeRead ? null : new EhrAnswer(403, ""), async (_, stop) =>
        {
            arrived.Release();
            await go.Task.WaitAsync(stop);
        });
        await using var service = await RunningService.StartAsync(ehr.Base);

        var answer = service.AnswerAsync(Json.Call(server: ehr.Base));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = mode });
        go.SetResult();

        var (status, body) = await answer;
        Assert.Equal(200, status);
        Assert.Equal($$$"""{"cards":[],"extension":{"org.hpdcds.mode":"{{{mode}}}"}}""", body!.ToJsonString());
    }

    [Fact]
    public async Task Settings_that_are_not_usable_change_nothing_and_are_logged_by_name()
    {
        await using var service = await RunningService.StartAsync();

        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { [Switch] = "off", ["HpdCds:AuditKey"] = "hunter2", ["HpdCds:Ehrs:0:Language"] = "xx" });

        Assert.NotEmpty((await service.AnswerAsync(Call)).Body!["cards"]!.AsArray());
        Assert.Contains("HpdCds:Ehrs:0:Language must be", service.Log.All, StringComparison.Ordinal);
        Assert.Contains("HpdCds:AuditKey must be", service.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", service.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_can_reach_the_service_does_not_change_while_it_runs()
    {
        await using var service = await RunningService.StartAsync();

        service.Change(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:PublicBaseUrl"] = "https://cds.example.org", [Switch] = "off" });

        Assert.NotEmpty((await service.AnswerAsync(Call)).Body!["cards"]!.AsArray());
        Assert.Contains("change only with a restart", service.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_that_is_edited_counts_at_once()
    {
        var file = await FileAsync(Settings("live"));
        await using var service = await RunningService.StartAsync(file: file);
        Assert.NotEmpty((await service.AnswerAsync(Call)).Body!["cards"]!.AsArray());

        await File.WriteAllTextAsync(file, Settings("off"), TestContext.Current.CancellationToken);

        await UntilAsync(async () => await ModeOfAsync(service) == "off");
        File.Delete(file);
    }

    /// <summary>A file that is being written may be seen in the middle.</summary>
    [Fact]
    [Trait("Req", "SEC-17")]
    public async Task A_settings_file_that_is_cut_changes_nothing_not_even_when_another_file_changes()
    {
        var (file, other) = (await FileAsync(Settings("off")), await FileAsync("{}"));
        await using var service = await RunningService.StartAsync(file: file, otherFile: other);
        Assert.Equal("off", await ModeOfAsync(service));

        await File.WriteAllTextAsync(file, Settings("live")[..40], TestContext.Current.CancellationToken);
        await UntilAsync(() => Task.FromResult(service.Log.All.Contains("cannot be read, the earlier settings stay", StringComparison.Ordinal)));
        Assert.Equal("off", await ModeOfAsync(service));

        await File.WriteAllTextAsync(other, """{"HpdCds":{"Ehrs":[{"Name":"b"}]}}""", TestContext.Current.CancellationToken);
        await UntilAsync(() => Task.FromResult(service.Log.All.Contains("the earlier ones stay", StringComparison.Ordinal)));
        Assert.Equal("off", await ModeOfAsync(service));

        await File.WriteAllTextAsync(file, Settings("silent"), TestContext.Current.CancellationToken);
        await UntilAsync(async () => await ModeOfAsync(service) == "silent");
        File.Delete(file);
        File.Delete(other);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"HpdCds\":")]
    [Trait("Req", "SEC-17")]
    public async Task What_a_file_switched_off_stays_off_when_it_is_gone_or_cut_until_it_says_otherwise(string? left)
    {
        var (file, other) = (await FileAsync(Settings("live")), await FileAsync("""{"HpdCds":{"Ehrs":[{"Services":{"hpd-risk":"silent"}}]}}"""));
        await using var service = await RunningService.StartAsync(file: file, otherFile: other);
        Assert.Equal("silent", await ModeOfAsync(service));

        if (left is null)
            File.Delete(other);
        else
            await File.WriteAllTextAsync(other, left, TestContext.Current.CancellationToken);
        await UntilAsync(async () => (await ReadyAsync(service)).Contains("changed settings are not in use", StringComparison.Ordinal));
        Assert.Equal("silent", await ModeOfAsync(service));

        // The kill switch acts all the same, wherever it stands.
        await File.WriteAllTextAsync(file, Settings("off"), TestContext.Current.CancellationToken);
        await UntilAsync(async () => await ModeOfAsync(service) == "off");

        await File.WriteAllTextAsync(other, "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, Settings("live"), TestContext.Current.CancellationToken);
        await UntilAsync(async () => (await service.AnswerAsync(Call)).Body!["cards"]!.AsArray().Count > 0);
        Assert.Equal("Healthy", await ReadyAsync(service));
        File.Delete(file);
        File.Delete(other);
    }

    [Fact]
    [Trait("Req", "ERR-05")]
    [Trait("Req", "DISC-02")]
    public async Task A_registration_decides_which_templates_discovery_shows()
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Registration"] = "lean" });

        var services = JsonNode.Parse(await service.Client.GetStringAsync("/cds-services", TestContext.Current.CancellationToken))!["services"]!.AsArray();

        Assert.All(services, item => Assert.Equal(["patient"], item!["prefetch"]!.AsObject().Select(pair => pair.Key)));
    }

    [Theory]
    [InlineData("spec", null, 412)]
    [InlineData("epic", null, 200)]
    [InlineData("sandbox", null, 200)]
    [InlineData("epic", "status-412", 412)]
    [Trait("Req", "ERR-14")]
    public async Task Clients_that_hide_other_statuses_get_a_card_unless_the_site_says_otherwise(string quirks, string? written, int expected)
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:Quirks"] = quirks,
            ["HpdCds:Ehrs:0:NotAssessable"] = written,
        });

        Assert.Equal(expected, (await service.AnswerAsync(Json.Call())).Status);
    }

    private static Task<string> ReadyAsync(RunningService service) => service.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);

    private static string Settings(string mode) => $$$"""{"HpdCds":{"Ehrs":[{"Name":"a","FhirBaseUrls":["https://a.example/fhir"],"Services":{"hpd-risk":"{{{mode}}}"}}]}}""";

    private static async Task<string> FileAsync(string text)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        return file;
    }

    private static async Task<string?> ModeOfAsync(RunningService service) =>
        (string?)(await service.AnswerAsync(Call)).Body!["extension"]!["org.hpdcds.mode"];

    // A file is watched, and that takes its time.
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        while (!await holds())
            await Task.Delay(50, patience.Token);
    }
}
