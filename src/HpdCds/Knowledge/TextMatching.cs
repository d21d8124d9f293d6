namespace HpdCds.Knowledge;

/// <summary>How long a text may be matched before the pattern is taken for one that never ends.</summary>
internal static class TextMatching
{
    /// <summary>
    /// Every pattern is linear in the text that it reads, so the limit only guards against a mistake in one. It counts the clock and
    /// not the work: a short one fires when a busy machine stops the thread for a moment, and turns a sound request into a failure.
    /// </summary>
    public const int MostMilliseconds = 10_000;
}
