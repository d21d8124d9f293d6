using System.Diagnostics;
using HpdCds.Tests.Hooks;
using Npgsql;

namespace HpdCds.EndToEnd;

/// <summary>A real PostgreSQL on a port of its own, which may be stopped and started under the feet of whoever uses it.</summary>
public sealed class Postgres : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-pg-").FullName;
    private readonly int _port = FreePort.Next();

    // Debian keeps the server's programs off the PATH; other systems do not.
    private static string Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order(StringComparer.Ordinal).Last()
        : "";

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask InitializeAsync()
    {
        // initdb refuses to be root, and its user must own the folder.
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", _folder);
        await RunAsPostgresAsync("initdb", "-D", Data, "-A", "trust", "-U", "hpdcds", "--no-sync", "--locale=C", "-E", "UTF8");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public Task StartAsync() => RunAsPostgresAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start");

    public Task StopAsync() => RunAsPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>A database that nobody else uses.</summary>
    public async Task<string> CreateAsync()
    {
        var name = $"t{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(To("postgres") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return To(name);
    }

    private string To(string database) => $"Host=127.0.0.1;Port={_port};Username=hpdcds;Database={database};Timeout=2;Command Timeout=5";

    private static Task RunAsPostgresAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(Programs, program), .. arguments])
        : RunAsync(Path.Combine(Programs, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server that pg_ctl leaves behind would keep a pipe of ours open.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
