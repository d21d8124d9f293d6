using System.Collections.Concurrent;
using System.Data.Common;
using HpdCds.Store;
using HpdCds.Tests.Hooks;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Store;

/// <summary>One file, in a folder that can be taken away.</summary>
public sealed class SqliteMemoryTests : MemoryTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-store-").FullName;

    private DbConnection? _holder;

    private string Place => Path.Combine(_folder, "store");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task<string> ConnectionAsync()
    {
        Directory.CreateDirectory(Place);
        return Task.FromResult($"Data Source={Path.Combine(Place, "hpdcds.db")}");
    }

    protected override DbConnection Open(string connection) => new SqliteConnection($"{connection};Pooling=False");

    /// <summary>Somebody else holds the file and lets nobody write: what waits must wait.</summary>
    protected override async Task TakeAwayAsync(string connection)
    {
        _holder = Open(connection);
        await _holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = _holder.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    protected override Task RefuseAsync(string connection, string card) => ExecuteAsync(
        connection, $"CREATE TRIGGER refuse BEFORE INSERT ON feedback WHEN NEW.card = '{card}' BEGIN SELECT RAISE(ABORT, 'refused'); END");

    protected override Task DropAsync(string connection) => ExecuteAsync(
        connection, string.Concat(((string[])["decisions", "feedback", "used_tokens", "gaps", "protection_keys", "schema_steps"]).Select(table => $"DROP TABLE {table};")));

    [Fact]
    public async Task What_a_file_did_not_take_waits_beside_it()
    {
        var connection = await ConnectionAsync();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection }, clock: TimeProvider.System);
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(new FeedbackItem("test-ehr", "", "one", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null));
        await WrittenAsync(journal);
        await TakeAwayAsync(connection);

        journal.Add(new FeedbackItem("test-ehr", "", "two", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", null));
        await journal.StopAsync(new CancellationToken(canceled: true));

        Assert.Matches(@"^hpdcds\.db\.[0-9a-f]{8}\.spill-", Path.GetFileName(Assert.Single(Directory.GetFiles(Place, "*.jsonl"))));
        await BringBackAsync(connection);
    }

    [Fact]
    public async Task A_file_that_was_removed_is_made_anew_and_a_lock_at_the_start_jams_nothing()
    {
        var connection = await ConnectionAsync();
        await TakeAwayAsync(connection);
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection }, clock: TimeProvider.System);
        var journal = service.Services.GetRequiredService<Journal>();
        var item = new FeedbackItem("test-ehr", "", "one", "overridden", RunningService.Noon, RunningService.Noon, null, null, "", "words");
        await BringBackAsync(connection);
        journal.Add(item);
        await WrittenAsync(journal);

        foreach (var file in Directory.GetFiles(Place))
            File.Delete(file);
        journal.Add(item with { Card = "two" });
        await WrittenAsync(journal);

        await using var open = Open(connection);
        await open.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = open.CreateCommand();
        command.CommandText = "SELECT card FROM feedback";
        Assert.Equal("two", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    // The pool of a service with one processor has one thread to answer with.
    [Fact]
    public async Task A_disk_is_waited_for_on_a_thread_that_answers_nobody()
    {
        var connection = await ConnectionAsync();
        var clock = new ClockThatKnowsWhoAsks();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Store:Connection"] = connection }, clock: clock);
        var journal = service.Services.GetRequiredService<Journal>();
        foreach (var card in (string[])["one", "two"])
        {
            journal.Add(new FeedbackItem("test-ehr", "", card, "overridden", RunningService.Noon, RunningService.Noon, null, null, "", "words"));
            await WrittenAsync(journal);
        }

        // Each time something is written, it is noted when this run was last seen.
        Assert.True(clock.Asked.Count(thread => thread == nameof(Journal)) >= 2);
    }

    private static async Task WrittenAsync(Journal journal)
    {
        for (var tries = 0; journal.Waiting > 0 && tries < 400; tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.Equal(0, journal.Waiting);
    }

    protected override async Task BringBackAsync(string connection)
    {
        await _holder!.DisposeAsync();
        _holder = null;
    }

    private sealed class ClockThatKnowsWhoAsks : TimeProvider
    {
        public ConcurrentQueue<string?> Asked { get; } = new();

        public override DateTimeOffset GetUtcNow()
        {
            Asked.Enqueue(Thread.CurrentThread.Name);
            return base.GetUtcNow();
        }
    }
}
