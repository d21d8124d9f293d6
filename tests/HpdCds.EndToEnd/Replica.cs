using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace HpdCds.EndToEnd;

/// <summary>The service as a process of its own, as an operator starts it; it may be ended gently and started again.</summary>
internal sealed class Replica(string urls, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "HpdCds.dll");

    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;

    public Uri Url { get; } = new(urls.Split(';')[0]);

    public IReadOnlyDictionary<string, string> Settings => settings;

    public string Said => string.Join('\n', _said);

    /// <summary>Returns when it is ready. Another process may have taken the port for a moment.</summary>
    public async Task StartAsync()
    {
        for (var attempt = 1; !await HasStartedAsync(); attempt++)
        {
            if (attempt == 5)
                throw new InvalidOperationException($"The port of {Url} is not free: {Said}");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
    }

    /// <returns>Whether it is ready; not when its port is taken.</returns>
    private async Task<bool> HasStartedAsync()
    {
        _said.Clear();
        var start = Command(["--urls", urls]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient();
        var isTaken = false;
        await Eventually.TrueAsync(
            async () =>
            {
                if (!_process.HasExited)
                    return await IsReadyAsync(http);
                await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
                isTaken = Said.Contains("address already in use", StringComparison.OrdinalIgnoreCase);
                return isTaken ? true : throw new InvalidOperationException($"The service ended with {_process.ExitCode}: {Said}");
            },
            () => $"{Url} is not ready: {Said}");
        return !isTaken;
    }

    /// <summary>As an orchestrator does it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>A verb of the same program with the same settings.</summary>
    public async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var start = Command(arguments);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private ProcessStartInfo Command(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return start;
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "/health/ready"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
