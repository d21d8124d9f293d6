using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HpdCds.Tests.Trust;

/// <summary>What became of many hostile calls, printed for whoever reads the run: answers, ends of the service, memory that stayed.</summary>
internal sealed class AbuseCount(IServiceProvider service)
{
    // Of the tests that ran before in this process something may still come or go.
    private const long MostKept = 128 * 1024 * 1024;

    private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
    private readonly ConcurrentDictionary<int, int> _answers = new();

    public int Of(int status) => _answers.GetValueOrDefault(status);

    public int All => _answers.Values.Sum();

    /// <param name="status">0 for a connection that ended without an answer.</param>
    public void Note(int status) => _answers.AddOrUpdate(status, 1, (_, count) => count + 1);

    public void PrintAndCheck(string what)
    {
        var exits = service.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested ? 1 : 0;
        var broken = _answers.Where(pair => pair.Key >= 500).Sum(pair => pair.Value);
        var kept = GC.GetTotalMemory(forceFullCollection: true) - _before;
        var answers = string.Join(", ", _answers.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} x {(pair.Key == 0 ? "no answer" : pair.Key.ToString(CultureInfo.InvariantCulture))}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {All} ({answers}); exits: {exits}; x 500: {broken}; memory kept: {kept / 1024} KB");
        Assert.Equal((0, 0), (exits, broken));
        Assert.True(kept < MostKept, $"{kept} bytes were kept");
    }
}
