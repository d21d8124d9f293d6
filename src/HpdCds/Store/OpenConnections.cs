using System.Data.Common;

namespace HpdCds.Store;

/// <summary>
/// Connections to a file that stay open while nobody uses them, and with them what SQLite parsed for them. Once it is closed,
/// because the file is gone, what comes back is closed too: whoever still held it would write into nothing.
/// </summary>
internal sealed class OpenConnections : IAsyncDisposable
{
    // Each has pages of the file in memory; more are rarely used at a time.
    private const int Most = 8;

    private readonly Lock _lock = new();
    private readonly Stack<DbConnection> _idle = [];
    private bool _isClosed;

    /// <summary>The one that was used last, whose pages are the newest.</summary>
    public DbConnection? Take()
    {
        lock (_lock)
            return _idle.TryPop(out var connection) ? connection : null;
    }

    public ValueTask GiveBackAsync(DbConnection connection)
    {
        lock (_lock)
        {
            if (!_isClosed && _idle.Count < Most)
            {
                _idle.Push(connection);
                return ValueTask.CompletedTask;
            }
        }

        return connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _isClosed = true;
        while (Take() is { } connection)
            await connection.DisposeAsync();
    }
}
