using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;

namespace HpdCds.EndToEnd.Deploy;

/// <summary>What is delivered is the same wherever it was built, and starts and ends as the papers in deploy/ say.</summary>
[SupportedOSPlatform("linux")]
public sealed class PublishedTests(Published published) : IClassFixture<Published>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_builds_in_two_folders_are_the_same_to_the_last_bit()
    {
        var image = Path.Combine(published.Image, "rootfs", "app");
        var files = Directory.GetFiles(published.Program, "*", SearchOption.AllDirectories);

        Assert.Contains(files, file => file.EndsWith("/HpdCds.dll", StringComparison.Ordinal));
        foreach (var file in files)
            Assert.Equal(await File.ReadAllBytesAsync(file, Stop), await File.ReadAllBytesAsync(Path.Combine(image, Path.GetRelativePath(published.Program, file)), Stop));
    }

    [Fact]
    public async Task The_command_of_the_systemd_unit_starts_a_ready_service_that_ends_with_0()
    {
        var unit = await File.ReadAllLinesAsync(Path.Combine(GoldenCase.RepositoryRoot(), "deploy", "hpdcds.service"), Stop);
        await using var settings = new SettingsFolder();
        var command = Value("ExecStart").Replace("/opt/hpdcds", published.Program, StringComparison.Ordinal).Split(' ');
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = Value("WorkingDirectory").Replace("/opt/hpdcds", published.Program, StringComparison.Ordinal) };
        foreach (var pair in unit.Where(line => line.StartsWith("Environment=", StringComparison.Ordinal)).Select(line => line["Environment=".Length..].Split('=', 2)))
            start.Environment[pair[0]] = pair[1].Replace("8080", settings.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("/etc/hpdcds", settings.Path, StringComparison.Ordinal);

        await AssertServesAsync(start, settings);

        string Value(string name) => unit.Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];
    }

    [Fact]
    public async Task The_image_starts_read_only_as_its_own_user_and_ends_with_0()
    {
        using var config = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(published.Image, "config.json"), Stop));
        var process = config.RootElement.GetProperty("process");
        await using var settings = new SettingsFolder();
        var start = new ProcessStartInfo("bash", [Published.Starter, Path.Combine(published.Image, "rootfs"), settings.Path, .. process.GetProperty("args").EnumerateArray().Select(word => word.GetString()!)]);
        start.Environment.Clear();
        foreach (var pair in process.GetProperty("env").EnumerateArray().Select(pair => pair.GetString()!.Split('=', 2)))
            start.Environment[pair[0]] = pair[1];
        start.Environment["ASPNETCORE_CONTENTROOT"] = "/etc/hpdcds";
        start.Environment["PATH"] += ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["ASPNETCORE_HTTP_PORTS"] = settings.Port.ToString(CultureInfo.InvariantCulture);

        Assert.Equal((1654, 1654), (process.GetProperty("user").GetProperty("uid").GetInt32(), process.GetProperty("user").GetProperty("gid").GetInt32()));
        await AssertServesAsync(start, settings, user: 1654);
    }

    private static async Task AssertServesAsync(ProcessStartInfo start, SettingsFolder settings, int? user = null)
    {
        using var process = Process.Start(start)!;
        try
        {
            using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{settings.Port}") };
            Assert.Equal("Healthy", await ReadyAsync(http, process));
            using var metrics = await http.GetAsync(new Uri($"http://127.0.0.1:{settings.MetricsPort}/metrics"), Stop);
            Assert.Contains("target_info", await metrics.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            if (user is not null)
                Assert.Contains($"Uid:\t{user}\t{user}\t", await File.ReadAllTextAsync($"/proc/{process.Id}/status", Stop), StringComparison.Ordinal);

            await Command.RunAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(Stop);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static async Task<string> ReadyAsync(HttpClient http, Process process)
    {
        var said = "";
        await Eventually.TrueAsync(
            async () =>
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"The service ended with {process.ExitCode}.");
                try
                {
                    said = await http.GetStringAsync(new Uri("/health/ready", UriKind.Relative), Stop);
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => $"{http.BaseAddress} is ready");
        return said;
    }

    /// <summary>Settings of a site in production, with ports of their own.</summary>
    private sealed class SettingsFolder : IAsyncDisposable
    {
        public SettingsFolder()
        {
            (Path, Port, MetricsPort) = (Directory.CreateTempSubdirectory("hpdcds-settings-").FullName, FreePort.Next(), FreePort.Next());
            // A mounted folder is read by the image's user.
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            File.WriteAllText(System.IO.Path.Combine(Path, "appsettings.json"), $$"""
                { "HpdCds": { "PublicBaseUrl": "https://cds.example.org", "MetricsPort": {{MetricsPort}}, "DrainTime": "00:00:00.2",
                  "Ehrs": [ { "Name": "main", "Issuer": "https://ehr.example.org", "Keys": { "Url": "https://ehr.example.org/jwks.json" },
                    "FhirBaseUrls": [ "https://fhir.example.org/r4" ], "TimeZone": "Asia/Shanghai" } ] } }
                """);
            File.WriteAllText(System.IO.Path.Combine(Path, "appsettings.Production.json"), """{ "HpdCds": { "Store": { "Connection": "Data Source=/tmp/hpdcds-published.db" } } }""");
        }

        public string Path { get; }

        public int Port { get; }

        public int MetricsPort { get; }

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Path, recursive: true);
            foreach (var file in Directory.GetFiles("/tmp", "hpdcds-published.db*"))
                File.Delete(file);
            return ValueTask.CompletedTask;
        }
    }
}
