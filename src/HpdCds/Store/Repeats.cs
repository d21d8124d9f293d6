using Dapper;
using HpdCds.Knowledge;

namespace HpdCds.Store;

/// <summary>Whether the same card, for the same patient and the same facts, was overridden of late and not accepted since. Where the store does not say, it was not.</summary>
public sealed class Repeats(Database database, KnowledgeBase knowledge)
{
    /// <returns>When it was overridden last.</returns>
    public async Task<DateTimeOffset?> OverriddenAsync(string repeatKey, DateTimeOffset asOf)
    {
        var since = asOf.AddDays(-knowledge.OverrideReasons.RepeatAfterDays).ToUnixTimeMilliseconds();
        var last = await database.AskAsync(
            connection => connection.ExecuteScalarAsync<long?>(
                $"""
                SELECT MAX(feedback.at) FROM feedback JOIN decisions ON {FeedbackItem.IsOnDecision}
                WHERE decisions.repeat_key = @repeatKey AND decisions.mode = 'live' AND feedback.outcome = 'overridden' AND feedback.at >= @since
                    AND {FeedbackItem.LastOutcome} = 'overridden'
                """,
                new { repeatKey, since }),
            otherwise: null);
        return last is { } instant ? DateTimeOffset.FromUnixTimeMilliseconds(instant) : null;
    }
}
