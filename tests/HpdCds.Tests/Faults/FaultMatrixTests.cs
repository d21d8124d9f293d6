using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Faults;

/// <summary>
/// Every way in which a server can fail, for every part of a chart, at both hooks. All other parts came by prefetch, and
/// nothing in them stands out: what the answer then says, it says about the part that failed.
/// </summary>
public sealed class FaultMatrixTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "FHR-11")]
    [Trait("Req", "FHR-12")]
    [Trait("Req", "FHR-14")]
    [Trait("Req", "RSP-04")]
    [Trait("Req", "SEC-05")]
    [Trait("Req", "SEC-08")]
    [Trait("Req", "SEC-17")]
    public async Task Every_fault_of_every_part_of_a_chart_is_told_and_none_is_a_no()
    {
        var clock = new FakeTimeProvider(CaseServers.AsOf);
        await using var server = await FaultyServer.StartAsync();
        var bases = FaultCell.Faults.Select(fault => fault.Name).ToDictionary(name => name, server.BaseFor, StringComparer.Ordinal);
        await using var service = await StartAsync(bases, clock);
        var wrong = new List<string>();
        foreach (var cell in FaultCell.All)
        {
            var (status, answer) = await AskAsync(service, clock, cell, bases[cell.Fault.Name]);
            var found = new FaultAnswer(status, answer, server.CallsBy(cell.Token));
            TestContext.Current.TestOutputHelper!.WriteLine($"{cell.Name,-45} {found}");
            wrong.AddRange(found.FaultsFor(cell).Select(fault => $"{cell.Name}: {fault}"));
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [Trait("Req", "FHR-10")]
    [Trait("Req", "RSP-04")]
    [MemberData(nameof(Silencing))]
    public async Task Where_nothing_at_all_can_be_read_the_answer_is_412(string name)
    {
        var clock = new FakeTimeProvider(CaseServers.AsOf);
        await using var server = await FaultyServer.StartAsync();
        var fault = Array.Find(FaultCell.Faults, fault => fault.Name == name)!;
        var bases = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = server.BaseFor(name) };
        await using var service = await StartAsync(bases, clock);
        var cell = new FaultCell(fault, new("everything", [.. FaultCell.Parts.SelectMany(part => part.Keys)], 10, []), "order-sign");

        var (status, answer) = await AskAsync(service, clock, cell, bases[name]);

        Assert.Equal(412, status);
        Assert.Contains("could be read", (string?)answer!["issue"]![0]!["diagnostics"], StringComparison.Ordinal);
        Assert.Equal(10 * fault.Tries, server.CallsBy(cell.Token));
    }

    public static TheoryData<string> Silencing => [.. FaultCell.Faults.Where(fault => fault.Reason is not (null or "truncated")).Select(fault => fault.Name)];

    private static Task<RunningService> StartAsync(Dictionary<string, string> bases, TimeProvider clock)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:ReadTimeout"] = "00:00:04",
            ["HpdCds:CallTimeout"] = "00:00:03",
            ["HpdCds:Resilience:BreakerMinimumCalls"] = "1000000",
        };
        foreach (var (url, at) in bases.Values.Select((url, at) => (url, at)))
            settings[FormattableString.Invariant($"HpdCds:Ehrs:0:FhirBaseUrls:{at}")] = url;
        return RunningService.StartAsync(settings: settings, clock: clock, withSmallCodeSets: false);
    }

    private static async Task<(int Status, JsonNode? Answer)> AskAsync(RunningService service, FakeTimeProvider clock, FaultCell cell, string fhirServer)
    {
        using var watchdog = new CancellationTokenSource(Watchdog);
        var asking = service.AnswerAsync(cell.Request(fhirServer));
        while (!asking.IsCompleted)
        {
            await Task.WhenAny(asking, Task.Delay(15, watchdog.Token));
            watchdog.Token.ThrowIfCancellationRequested();
            if (cell.Fault.IsSlow)
                clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        return await asking;
    }
}
