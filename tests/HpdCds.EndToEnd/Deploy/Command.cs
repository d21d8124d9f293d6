using System.Diagnostics;

namespace HpdCds.EndToEnd.Deploy;

/// <summary>A program that a test runs to its end.</summary>
internal static class Command
{
    /// <summary>What it said, on both streams; it must end with 0.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input = null, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (code, said) = await TryAsync(program, arguments, input, folder, environment);
        return code == 0 ? said : throw new InvalidOperationException($"{program} ended with {code}: {said}");
    }

    public static async Task<(int Code, string Said)> TryAsync(string program, IEnumerable<string> arguments, string? input = null, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (said, complaint) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await said + await complaint);
    }
}
