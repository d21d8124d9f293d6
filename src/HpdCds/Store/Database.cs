using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using HpdCds.Trust;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace HpdCds.Store;

/// <summary>
/// The database, which may be away at any time: nobody who answers an EHR waits for it longer than <see cref="StoreSettings.Patience"/>,
/// and while it is known to be away nobody waits at all.
/// </summary>
public sealed partial class Database : IAsyncDisposable
{
    // By this it goes into numbers and spans; without a name it is the connection string, with all but one of its secrets.
    private const string PoolName = "store";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    private readonly DbDataSource _source;
    private readonly SqliteConnectionStringBuilder? _file;
    private readonly StoreSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _migrating = new(1);

    // Of a file. A server has a pool of its own.
    private volatile OpenConnections? _open;
    private volatile bool _isMigrated;
    private bool _wasMigrated;
    private long _awayUntil;
    private volatile bool _isAway;
    private volatile bool _wasMadeAnew;
    private long _refusesUntil;

    public Database(SiteSettings settings, IHostEnvironment environment, TimeProvider clock, ILogger<Database> log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(environment);
        (_settings, _clock, _log) = (settings.Store, clock, log);
        _file = _settings.IsPostgres ? null : Placed(_settings.Connection, environment);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_file?.DataSource ?? Place(_settings.Connection))))[..8];
        _source = _file is null ? new NpgsqlDataSourceBuilder(Impatient(_settings.Connection)) { Name = PoolName }.Build() : SqliteFactory.Instance.CreateDataSource(_file.ConnectionString);
        _open = _file is null ? null : new();
    }

    public bool IsAway => _isAway;

    /// <summary>What a person should know of the store though it answers; null where there is nothing.</summary>
    public string? Trouble => _clock.GetTimestamp() < Interlocked.Read(ref _refusesUntil) ? "refuses a question"
        : _wasMadeAnew ? "made anew: what it held is gone"
        : null;

    /// <summary>The same for every replica of one store, another for any other; says nothing of where it is.</summary>
    public string Fingerprint { get; }

    /// <summary>The path of the file; null where the store is none, or lies in memory.</summary>
    public string? FilePath => _file is { Mode: not SqliteOpenMode.Memory, DataSource: { Length: > 0 } path } && path != ":memory:" ? path : null;

    /// <summary>Only reads: makes no file, and changes no table.</summary>
    public bool IsReader { get; set; }

    /// <summary>Done within the connection that made the tables anew; it may be done again, and must not mind.</summary>
    public Func<DbConnection, Task>? MadeAnew { get; set; }

    /// <exception cref="StoreAwayException">It could not be done now; it may be later.</exception>
    public async Task<T> RunAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            var result = await UseAsync(work, stop);
            Returned();
            return result;
        }
        catch (Exception failure) when (IsOfTheStore(failure))
        {
            var away = new StoreAwayException(failure);
            if (!away.IsOfTheEntry && !away.IsOfTheStatement)
                WentAway(failure);
            throw away;
        }
    }

    private async Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stop)
    {
        try
        {
            return await UseOnceAsync(work, stop);
        }
        catch (DbException failure) when (LacksTable(failure))
        {
            // Somebody dropped the tables under our feet. Where there is nothing to make, the second try fails like the first.
            _isMigrated = false;
            return await UseOnceAsync(work, stop);
        }
    }

    private async Task<T> UseOnceAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stop)
    {
        await NoticeRemovalAsync();
        var open = _open;
        var connection = (_isMigrated || IsReader ? open?.Take() : null) ?? await OpenAsync(stop);
        var isSound = false;
        try
        {
            var result = await work(connection);
            isSound = true;
            return result;
        }
        finally
        {
            await (isSound && open is not null ? open.GiveBackAsync(connection) : connection.DisposeAsync());
        }
    }

    /// <summary>For whoever cannot wait.</summary>
    /// <returns>What the store says, or <paramref name="otherwise"/> when it does not say it in time.</returns>
    public async Task<T> AskAsync<T>(Func<DbConnection, Task<T>> work, T otherwise)
    {
        if (_isAway && _clock.GetTimestamp() < Interlocked.Read(ref _awayUntil))
            return otherwise;
        try
        {
            // SQLite waits for a lock on the thread that asks.
            return await Task.Run(() => RunAsync(work, CancellationToken.None)).WaitAsync(_settings.Patience, _clock);
        }
        catch (TimeoutException late)
        {
            WentAway(late);
            return otherwise;
        }
        catch (StoreAwayException away)
        {
            if (away.IsOfTheStatement)
                QuestionRefused(away.InnerException!);
            return otherwise;
        }
    }

    // Nobody notices from the answer that what was asked is not known.
    private void QuestionRefused(Exception failure)
    {
        if (Trouble is null)
            IsRefusing(_log, failure.GetType().Name);
        Interlocked.Exchange(ref _refusesUntil, After(Recent));
    }

    public async ValueTask DisposeAsync()
    {
        _migrating.Dispose();
        await (_open?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _source.DisposeAsync();
    }

    private async Task NoticeRemovalAsync()
    {
        if (FilePath is not { } path || File.Exists(path))
            return;
        if (IsReader)
            throw new FileNotFoundException("There is no store");
        if (!_isMigrated)
            return;
        _isMigrated = false;
        // Whoever still holds it writes into nothing.
        var old = _open!;
        _open = new();
        await old.DisposeAsync();
        IsRemoved(_log);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken stop)
    {
        if (!_isMigrated && !IsReader)
            KeepOthersOut();
        var connection = await _source.OpenConnectionAsync(stop);
        try
        {
            // Without the second, who finds the file locked looks again after 150 ms, however short the lock was.
            if (_file is not null)
                await connection.ExecuteAsync(FormattableString.Invariant($"PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = {1000 * _file.DefaultTimeout}"));
            await MigrateAsync(connection, stop);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task MigrateAsync(DbConnection connection, CancellationToken stop)
    {
        if (_isMigrated || IsReader)
            return;
        await _migrating.WaitAsync(stop);
        try
        {
            if (_isMigrated)
                return;
            // This one stays with the file.
            if (_file is not null)
                await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
            var isMade = await Migrations.ApplyAsync(connection, stop);
            if (_wasMigrated)
            {
                if (isMade)
                {
                    _wasMadeAnew = true;
                    AreMadeAnew(_log);
                }

                await (MadeAnew?.Invoke(connection) ?? Task.CompletedTask);
            }

            _isMigrated = _wasMigrated = true;
        }
        finally
        {
            _migrating.Release();
        }
    }

    // SQLite would let everybody read, and what it writes beside the file is as open as the file.
    private void KeepOthersOut()
    {
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows() || FilePath is not { } path)
            return;
        if (_file!.Mode == SqliteOpenMode.ReadWriteCreate && !File.Exists(path))
        {
            try
            {
                new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was faster.
            }
        }

        foreach (var file in ((string[])[path, $"{path}-wal", $"{path}-shm"]).Where(File.Exists))
        {
            try
            {
                if (File.GetUnixFileMode(file) is var mode && (mode & Others) != UnixFileMode.None)
                    File.SetUnixFileMode(file, mode & ~Others);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                IsOpenToOthers(_log, Path.GetFileName(file));
            }
        }
    }

    private void Returned()
    {
        if (!_isAway)
            return;
        _isAway = false;
        IsBack(_log);
    }

    private void WentAway(Exception failure)
    {
        Interlocked.Exchange(ref _awayUntil, After(Pause));
        if (_isAway)
            return;
        _isAway = true;
        IsGone(_log, failure.GetType().Name, failure is DbException { SqlState: { } state } ? state : (failure as SqliteException)?.SqliteErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
    }

    private long After(TimeSpan span) => _clock.GetTimestamp() + (long)(span.TotalSeconds * _clock.TimestampFrequency);

    private static bool IsOfTheStore(Exception failure) => failure is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException or UnauthorizedAccessException;

    private static bool LacksTable(DbException failure) => failure is
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName }
        || (failure is SqliteException { SqliteErrorCode: 1 } && failure.Message.Contains("no such table", StringComparison.Ordinal));

    // A path is of the service's folder, wherever somebody stood who started it.
    private static SqliteConnectionStringBuilder Placed(string connection, IHostEnvironment environment)
    {
        var parts = new SqliteConnectionStringBuilder(connection) { DefaultTimeout = 1, Pooling = false };
        if (parts.Mode != SqliteOpenMode.Memory && parts.DataSource is { Length: > 0 } file && file != ":memory:")
            parts.DataSource = Path.Combine(environment.ContentRootPath, file);
        return parts;
    }

    private static string Place(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return FormattableString.Invariant($"{parts.Host}:{parts.Port}/{parts.Database}");
    }

    // Nobody waits for this database as long as its driver would.
    private static string Impatient(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        (parts.Timeout, parts.CommandTimeout, parts.CancellationTimeout) = (Math.Min(parts.Timeout, 2), Math.Min(parts.CommandTimeout, 10), 500);
        return parts.ConnectionString;
    }

    // The message of a failure may name a host or quote a statement.
    [LoggerMessage(LogLevel.Error, "The store is away: {Type} {Code}. Answers go on, decisions wait in memory")]
    private static partial void IsGone(ILogger log, string type, string code);

    [LoggerMessage(LogLevel.Error, "The file of the store was removed: what it held is gone, a new one is made")]
    private static partial void IsRemoved(ILogger log);

    [LoggerMessage(LogLevel.Error, "Tables of the store were gone: what they held is lost, new ones are made")]
    private static partial void AreMadeAnew(ILogger log);

    [LoggerMessage(LogLevel.Error, "The store refuses what it is asked: {Type}. Somebody changed its tables, or who may read them; cards may come again that were overridden")]
    private static partial void IsRefusing(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "The file {File} of the store is open to everybody on this machine, and its mode cannot be changed")]
    private static partial void IsOpenToOthers(ILogger log, string file);

    [LoggerMessage(LogLevel.Information, "The store is back")]
    private static partial void IsBack(ILogger log);
}

/// <summary>The store could not be used now.</summary>
public sealed class StoreAwayException(Exception failure) : Exception("The store is away", failure)
{
    private const int SqliteNotNull = 1299;

    /// <summary>Whether what was to be written can never be written, however often it is tried.</summary>
    internal bool IsOfTheEntry => !LacksColumn && (InnerException is PostgresException { SqlState: ['2', '2' or '3', ..] } or SqliteException { SqliteErrorCode: 18 or 19 or 20 or 25 });

    // We leave none of our own columns empty that may not be: somebody added one.
    private bool LacksColumn => InnerException is PostgresException { SqlState: PostgresErrorCodes.NotNullViolation } or SqliteException { SqliteExtendedErrorCode: SqliteNotNull };

    /// <summary>Whether the store is there and refuses this one statement, so that others may go well.</summary>
    internal bool IsOfTheStatement => LacksColumn || InnerException is PostgresException { SqlState: ['2', '5', ..] or ['4', '2', ..] or ['0', 'A', ..] or ['3', 'F', ..] or ['P', '0', ..] } or SqliteException { SqliteErrorCode: 1 };
}
