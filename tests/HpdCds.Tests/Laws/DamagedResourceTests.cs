using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Laws;

/// <summary>
/// Thousands of damaged resources through the real endpoint: an answer or a refusal that says why, never a failure; never
/// silence; and never a "no" where the damaged resource had decided a "yes".
/// </summary>
public sealed class DamagedResourceTests(LawService service, ITestOutputHelper output) : IClassFixture<LawService>
{
    private const int Seed = 4711;
    private const int Damages = 6_000;

    private static readonly string[] Readers = ["Condition", "MedicationAdministration", "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure", "order"];

    [Fact]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "RSP-05")]
    public async Task No_damaged_resource_fails_a_request_or_turns_a_risk_factor_into_a_no()
    {
        var sound = await service.AskAsync(DamagedChart.Sound.Call());
        Assert.Equal((5, 5), sound.Points);
        Assert.All(sound.Core.Values, row => Assert.True(row is { State: "known", Low: >= 1 }, row.ToString()));
        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var faults = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, Damages, TestContext.Current.CancellationToken, async (at, _) =>
        {
            var (call, id, reader, what) = DamagedChart.Damaged(new Random(Seed + at));
            var answer = await service.AskAsync(call);
            var (outcome, fault) = Judge(answer, DamagedChart.DecidedBy(id), id);
            counts.AddOrUpdate($"{reader}: {outcome}", 1, (_, count) => count + 1);
            if (fault is not null)
                faults.Add($"{fault} ({what}, seed {Seed + at})");
        });

        output.WriteLine(FormattableString.Invariant($"{Damages} damaged requests, seed {Seed}"));
        foreach (var (outcome, count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine(FormattableString.Invariant($"{count,6} {outcome}"));
        Assert.Equal(Readers, counts.Keys.Select(name => name.Split(':')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.True(faults.IsEmpty, FormattableString.Invariant($"{faults.Count} faults:\n{string.Join('\n', faults.GroupBy(fault => fault.Split(", seed")[0]).Select(group => FormattableString.Invariant($"{group.Count()} x {group.First()}")).Order().Take(40))}"));
    }

    private static (string Outcome, string? Fault) Judge(LawAnswer answer, string? decided, string id)
    {
        if (answer.Status is >= 400 and < 500)
            return ($"refused with {answer.Status}", (string?)answer.Body["resourceType"] == "OperationOutcome" ? null : $"{answer.Status} without an OperationOutcome");
        if (answer.Status != 200)
            return ($"failed with {answer.Status}", $"status {answer.Status}");
        if ((string?)answer.Assessment["recognition"] != "ici")
            return ($"order {answer.Assessment["recognition"]}", id == "draft-1" ? null : "the drug is no longer seen");
        if (answer.Body["cards"]!.AsArray().Count == 0)
            return ("silent", "no card");
        if (decided is null)
            return ("another resource", null);
        var row = answer.Core[decided];
        var isNo = row.State == "presumed-absent" || (row.State == "known" && row.High == 0);
        return (row.State == "unknown" ? $"unknown: {row.Reason}" : $"read: {row.Low}..{row.High}", isNo ? $"{row}" : null);
    }
}
