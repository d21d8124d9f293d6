namespace HpdCds.Trust;

/// <summary>What is done when a FHIR server fails, as written; for each host by itself.</summary>
public sealed class ResilienceSettings
{
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(500);

    /// <summary>Further tries of a call that met a busy server (429, 503) or lost its connection.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The wait before the first of them, with jitter; it doubles. It is never sooner than the server asks.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that asks to be left alone for longer is not asked again.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The share of failed calls from which on a host is left alone.</summary>
    public double BreakerFailureRatio { get; init; } = 0.5;

    public int BreakerMinimumCalls { get; init; } = 24;

    /// <summary>The time over which the two are counted.</summary>
    public TimeSpan BreakerSampling { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a host is left alone before one call tries it.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls of one host at once, and how many more may wait for their turn: together the ten of every hook call that an EHR may make at once.</summary>
    public int ConcurrentCalls { get; init; } = 96;

    public int WaitingCalls { get; init; } = 640;

    internal IEnumerable<string> Faults()
    {
        if (Retries is < 1 or > 5)
            yield return "Retries must lie between 1 and 5";
        if (RetryDelay < TimeSpan.Zero || LongestRetryDelay < RetryDelay || LongestRetryDelay > TimeSpan.FromMinutes(1))
            yield return "RetryDelay must not be below zero nor above LongestRetryDelay, and that not above a minute";
        if (BreakerFailureRatio is not (> 0 and <= 1))
            yield return "BreakerFailureRatio must lie above 0 and not above 1";
        if (BreakerMinimumCalls < 2)
            yield return "BreakerMinimumCalls must be at least 2";
        if (BreakerSampling < ShortestSpan || BreakerPause < ShortestSpan)
            yield return "BreakerSampling and BreakerPause must be at least half a second";
        if (ConcurrentCalls < 1 || WaitingCalls < 0)
            yield return "ConcurrentCalls must be at least 1, WaitingCalls not below 0";
    }
}
