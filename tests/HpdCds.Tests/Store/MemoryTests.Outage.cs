using HpdCds.Reports;
using HpdCds.Store;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Telemetry;
using HpdCds.Tests.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HpdCds.Tests.Store;

/// <summary>What an outage, a half-broken store and an unusable folder cost, and what they do not.</summary>
public abstract partial class MemoryTests
{
    private static readonly FeedbackItem Told = new("test-ehr", "", "one", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null);

    [Theory]
    [InlineData("feedback")]
    [InlineData("gaps")]
    [InlineData("runs")]
    [InlineData("schema_steps")]
    public async Task A_single_table_that_was_dropped_is_made_anew_without_a_restart(string table)
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System);
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(Told);
        await RowsAsync(connection, "feedback", 1);
        await ExecuteAsync(connection, $"DROP TABLE {table}");
        if (table == "gaps")
            await RefuseAsync(connection, "poison");

        journal.Add(Told with { Card = "poison" });
        journal.Add(Told with { Card = "two" });
        await WrittenAsync(service);

        Assert.Contains("two", (await RowsAsync(connection, "feedback", table == "feedback" ? 1 : 2)).Select(row => row["card"]));
        await using var next = await StartAsync(connection, TimeProvider.System);
        // Of the steps nothing is gone with their table.
        var told = table == "schema_steps" ? "Healthy" : $"Degraded: store made anew: what it held is gone, 0 waiting, {(table == "gaps" ? 1 : 0)} lost";
        Assert.Equal(told, await HealthUntilAsync(service, text => text == told));
        Assert.Equal("Healthy", await HealthUntilAsync(next, text => text == "Healthy"));
    }

    [Fact]
    [Trait("Req", "SEC-12")]
    public async Task What_the_store_refuses_is_told_and_takes_no_token_along()
    {
        var connection = await ConnectionAsync();
        using var issuer = new TestIssuer();
        await using var first = await GuardedAsync(connection, issuer);
        await using var second = await GuardedAsync(connection, issuer);
        var journal = JournalOf(first);
        journal.Add(Told);
        await RowsAsync(connection, "feedback", 1);
        await ExecuteAsync(connection, "ALTER TABLE feedback RENAME COLUMN outcome TO gone");

        journal.Add(Told with { Card = "two" });
        Assert.StartsWith("store refuses, 1 waiting, 0 lost", await ToldUntilAsync(journal, text => text?.StartsWith("store refuses", StringComparison.Ordinal) == true), StringComparison.Ordinal);
        var token = issuer.Token(now: TimeProvider.System.GetUtcNow());
        Assert.Equal(200, await first.StatusAsync(token));
        Assert.Equal(401, await second.StatusAsync(token));

        await ExecuteAsync(connection, "ALTER TABLE feedback RENAME COLUMN gone TO outcome");
        Assert.Null(await ToldUntilAsync(journal, text => text is null));
        Assert.Equal(2, (await RowsAsync(connection, "feedback", 2)).Count);
    }

    [Fact]
    [Trait("Req", "SEC-12")]
    public async Task A_token_that_was_used_while_the_store_was_away_is_known_to_the_others_when_it_is_back()
    {
        var connection = await ConnectionAsync();
        using var issuer = new TestIssuer();
        await using var first = await GuardedAsync(connection, issuer);
        await using var second = await GuardedAsync(connection, issuer);
        await RowsAsync(connection, "used_tokens", 0);
        await TakeAwayAsync(connection);
        // The first may reach the store late; from then on it is known to be away, and nobody asks.
        Assert.Equal(200, await first.StatusAsync(issuer.Token(now: TimeProvider.System.GetUtcNow())));
        var token = issuer.Token(now: TimeProvider.System.GetUtcNow());
        Assert.Equal(200, await first.StatusAsync(token));
        Assert.NotEqual(0, JournalOf(first).Waiting);

        await BringBackAsync(connection);
        await WrittenAsync(first.Service);
        // The other one has connections to the store as it was before.
        JournalOf(second).Add(Told);
        await WrittenAsync(second.Service);

        Assert.Equal(401, await second.StatusAsync(token));
    }

    [Fact]
    public async Task A_folder_and_a_file_that_cannot_be_read_are_told_and_the_journal_goes_on()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        var loop = Path.Combine(folder, "loop");
        File.CreateSymbolicLink(loop, loop);
        // A mode would not keep out whoever may read everything; a link that leads nowhere does.
        File.CreateSymbolicLink(Path.Combine(folder, await SpillNameAsync(connection) + "0.jsonl"), Path.Combine(folder, "nowhere"));

        foreach (var place in new[] { loop, folder })
        {
            await using var service = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:SpillDirectory", place));
            var journal = service.Services.GetRequiredService<Journal>();
            journal.Add(Told with { Card = place });
            await WrittenAsync(service);

            Assert.Equal("Degraded: store back, 0 waiting, 0 lost, 1 files or folders from before the start cannot be read", await HealthUntilAsync(service, text => text.StartsWith("Degraded", StringComparison.Ordinal)));
            Assert.Contains(place, (await RowsAsync(connection, "feedback", 1)).Select(row => row["card"]));
            await EndAsync(service);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_a_crash_left_half_written_is_taken_up_and_what_somebody_still_writes_is_left_alone()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        (string, string) place = ("HpdCds:Store:SpillDirectory", folder);
        await using (var service = await StartAsync(connection, TimeProvider.System, place))
        {
            service.Services.GetRequiredService<Journal>().Add(Told);
            await RowsAsync(connection, "feedback", 1);
            await TakeAwayAsync(connection);
            service.Services.GetRequiredService<Journal>().Add(Told with { Card = "two" });
            await EndAsync(service);
        }

        var file = Assert.Single(Directory.GetFiles(folder));
        File.Move(file, file + ".part");
        await File.AppendAllTextAsync(file + ".part", """{"Feedback":{"Ca""", TestContext.Current.CancellationToken);
        await BringBackAsync(connection);
        await using (new FileStream(file.Replace(".jsonl", "0.jsonl.part", StringComparison.Ordinal), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await using var next = await StartAsync(connection, TimeProvider.System, place);
            Assert.Equal("Degraded: store back, 0 waiting, 1 lost, 1 damaged and kept aside", await HealthUntilAsync(next, text => text.StartsWith("Degraded: store back, 0", StringComparison.Ordinal) && !File.Exists(file + ".part")));
            Assert.Equal(2, (await RowsAsync(connection, "feedback", 2)).Count);
        }

        Assert.Equal([".damaged", ".part"], Directory.GetFiles(folder).Select(Path.GetExtension).Order(StringComparer.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_run_that_ends_with_something_lost_stands_in_the_reports_and_one_that_left_it_in_a_file_does_not()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        using var heard = new Heard();
        var loop = Path.Combine(folder, "loop");
        File.CreateSymbolicLink(loop, loop);
        (string, string) place = ("HpdCds:Store:SpillDirectory", folder);
        async Task EndWhileAwayAsync((string, string) spill)
        {
            await using var service = await StartAsync(connection, TimeProvider.System, spill);
            service.Services.GetRequiredService<Journal>().Add(Told);
            await WrittenAsync(service);
            await TakeAwayAsync(connection);
            service.Services.GetRequiredService<Journal>().Add(Told with { Card = "two" });
            await EndAsync(service);
            await BringBackAsync(connection);
        }

        await using (var clean = await StartAsync(connection, TimeProvider.System, place))
        {
            clean.Services.GetRequiredService<Journal>().Add(Told);
            Assert.Single(await RowsAsync(connection, "runs", 1));
            await WrittenAsync(clean);
            await EndAsync(clean);
        }

        Assert.Empty(await RowsAsync(connection, "runs", 0));
        await EndWhileAwayAsync(place);
        var spilled = (string)Assert.Single(await RowsAsync(connection, "runs", 1))["id"]!;
        await EndWhileAwayAsync(("HpdCds:Store:SpillDirectory", loop));
        await using var next = await StartAsync(connection, TimeProvider.System, place);
        await HealthUntilAsync(next, text => text == "Healthy" && Directory.GetFiles(folder, "*.jsonl").Length == 0);

        var runs = (await RowsAsync(connection, "runs", 2)).ToDictionary(row => (string)row["id"]!, row => (long)row["seen"]!, StringComparer.Ordinal);
        Assert.Equal(2, runs.Count);
        Assert.DoesNotContain(spilled, runs.Keys);
        var earlier = TimeProvider.System.GetUtcNow().AddHours(-4);
        var quarter = Quarter.Of(DateOnly.FromDateTime(earlier.UtcDateTime));
        var reports = next.Services.GetRequiredService<ReportReader>();
        Assert.Equal(0, (await reports.ReadAsync(quarter, TestContext.Current.CancellationToken)).OpenRuns);
        await ExecuteAsync(connection, $"UPDATE runs SET seen = {earlier.ToUnixTimeMilliseconds()} WHERE id = '{runs.MinBy(run => run.Value).Key}'");
        Assert.Equal(1, (await reports.ReadAsync(quarter, TestContext.Current.CancellationToken)).OpenRuns);

        // It could not count for anybody any more: a later run does, and only one of them.
        await EndAsync(next);
        List<RunningService> later = [next];
        for (var start = 0; start < 2; start++)
        {
            await using var service = await StartAsync(connection, TimeProvider.System, place);
            await EndAsync(service);
            later.Add(service);
        }

        Assert.Equal([1], later.SelectMany(service => service.Log.Of("HpdCds.Store.Journal")).Where(line => line.ContainsKey("Runs")).Select(line => line["Runs"]));
        Assert.True(heard.Sum("hpdcds.store.unclosed_runs") >= 1);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Whatever_else_befalls_the_journal_is_told_and_it_goes_on()
    {
        var connection = await ConnectionAsync();
        var clock = new ClockThatFailsOnce();
        await using var service = await StartAsync(connection, clock);
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(Told);
        await WrittenAsync(service);
        await TakeAwayAsync(connection);
        clock.Fails = true;

        journal.Add(Told with { Card = "two" });

        Assert.EndsWith("writing failed: InvalidOperationException", await ToldUntilAsync(journal, text => text?.Contains("failed", StringComparison.Ordinal) == true), StringComparison.Ordinal);
        await BringBackAsync(connection);
        Assert.Equal(2, (await RowsAsync(connection, "feedback", 2)).Count);
        Assert.Null(await ToldUntilAsync(journal, text => text is null));
        await EndAsync(service);
    }

    private static Task<GuardedService> GuardedAsync(string connection, TestIssuer issuer) => GuardedService.StartAsync(
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection, ["HpdCds:AuditKey"] = AuditKey }, clock: TimeProvider.System, issuer: issuer);

    private static Journal JournalOf(GuardedService service) => service.Service.Services.GetRequiredService<Journal>();

    // As the files beside this store are named.
    private static async Task<string> SpillNameAsync(string connection)
    {
        await using var service = await StartAsync(connection, TimeProvider.System);
        var store = service.Services.GetRequiredService<Database>();
        return $"{(store.FilePath is { } file ? Path.GetFileName(file) : "hpdcds")}.{store.Fingerprint}.spill-";
    }

    private static async Task<string?> ToldUntilAsync(Journal journal, Func<string?, bool> isIt)
    {
        for (var tries = 0; ; tries++)
        {
            var text = (await journal.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken)).Description;
            if (isIt(text) || tries == 400)
                return text;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    private sealed class ClockThatFailsOnce : TimeProvider
    {
        public bool Fails { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            // Nobody but the journal waits for a second.
            if (!Fails || dueTime != TimeSpan.FromSeconds(1))
                return base.CreateTimer(callback, state, dueTime, period);
            Fails = false;
            throw new InvalidOperationException("No timer is left");
        }
    }
}
