using System.Diagnostics;

namespace HpdCds.EndToEnd;

/// <summary>Waits for what another process does, which nothing tells us: a test that waits in vain says what for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static async Task TrueAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo();)
        {
            if (Stopwatch.GetElapsedTime(started) > Longest)
                Assert.Fail($"Not within {Longest}: {what()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
