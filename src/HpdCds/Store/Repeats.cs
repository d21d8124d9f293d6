using System.Data;
using HpdCds.Knowledge;

namespace HpdCds.Store;

/// <summary>
/// Whether what was told last of any card for the same patient and the same facts is that it was overridden, and that of
/// late. Where the store does not say, it was not.
/// </summary>
public sealed class Repeats(Database database, KnowledgeBase knowledge)
{
    private static readonly ParsedStatement Question = new(
        $"""
        SELECT CASE WHEN feedback.outcome = 'overridden' AND {FeedbackItem.Instant} >= @since THEN {FeedbackItem.Instant} END
        FROM feedback JOIN decisions ON {FeedbackItem.IsOnDecision}
        WHERE decisions.repeat_key = @repeatKey AND decisions.mode = 'live'
        ORDER BY {FeedbackItem.LastFirst} LIMIT 1
        """,
        ("since", DbType.Int64),
        ("repeatKey", DbType.String));

    /// <returns>When it was overridden last.</returns>
    public async Task<DateTimeOffset?> OverriddenAsync(string repeatKey, DateTimeOffset asOf)
    {
        var since = asOf.AddDays(-knowledge.OverrideReasons.RepeatAfterDays).ToUnixTimeMilliseconds();
        var last = await database.AskAsync(
            connection =>
            {
                var question = Question.On(connection);
                (question.Parameters[0].Value, question.Parameters[1].Value) = (since, repeatKey);
                return question.ExecuteScalarAsync();
            },
            otherwise: null);
        return last is long instant ? DateTimeOffset.FromUnixTimeMilliseconds(instant) : null;
    }
}
