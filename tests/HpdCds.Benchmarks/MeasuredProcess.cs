using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HpdCds.Benchmarks;

/// <summary>The service as it is deployed, or the baselines: a process of its own on the first core; the load comes from the second.</summary>
internal sealed class MeasuredProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new();

    private readonly Process _process;

    private MeasuredProcess(Process process, Uri url, TimeSpan startToReady) => (_process, Url, StartToReady) = (process, url, startToReady);

    public Uri Url { get; }

    public TimeSpan StartToReady { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>Resident memory in MB of 10^6 bytes.</summary>
    public double ResidentMegabytes => ResidentKilobytes() * 1024 / 1e6;

    /// <summary>What it has used of the processor, which no neighbour can take away from it.</summary>
    public TimeSpan Used
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Builds the service for this kind of machine, as the container file and the systemd unit have it.</summary>
    public static async Task<string> PublishServiceAsync(params string[] properties)
    {
        var folder = Path.Combine(Path.GetTempPath(), "hpdcds-benchmarks-service");
        var project = Path.Combine(Repository(), "src", "HpdCds", "HpdCds.csproj");
        using var publish = Process.Start("dotnet", ["publish", project, "-c", "Release", "-r", "linux-x64", "--no-restore", "-o", folder, "-v", "quiet", "--nologo", .. properties]);
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? Path.Combine(folder, "HpdCds.dll") : throw new InvalidOperationException("The service could not be published.");
    }

    /// <param name="isPinned">On the first core alone; to measure the start it may have all.</param>
    public static async Task<MeasuredProcess> StartAsync(string program, Func<string, string[]> arguments, IReadOnlyDictionary<string, string>? settings = null, bool isPinned = true)
    {
        var url = $"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}";
        string[] dotnet = ["dotnet", program, .. arguments(url)];
        string[] command = isPinned ? ["taskset", "-c", "0", .. dotnet] : dotnet;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var since = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        while (!await IsReadyAsync(new Uri(url)))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(since) > Patience)
                throw new InvalidOperationException($"{program} did not become ready.");
            await Task.Delay(2);
        }

        return new(process, new Uri(url), Stopwatch.GetElapsedTime(since));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task EndAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "HpdCds.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run it from a checkout: it publishes the service.");
        return folder;
    }

    private static async Task<bool> IsReadyAsync(Uri url)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(url, "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private double ResidentKilobytes() => double.Parse(
        File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
