using System.Data.Common;
using Microsoft.Data.Sqlite;

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

    protected override async Task BringBackAsync(string connection)
    {
        await _holder!.DisposeAsync();
        _holder = null;
    }
}
