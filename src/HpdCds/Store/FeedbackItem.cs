using HpdCds.Clinical;

namespace HpdCds.Store;

/// <summary>What became of a card, as an EHR tells it. A card that nobody here knows is kept all the same.</summary>
/// <param name="Ehr">Empty where nobody is asked who they are.</param>
/// <param name="At">When it became so, by the clock of the EHR, which may be ahead.</param>
/// <param name="Comment">What a person wrote; it may say anything of a patient. Kept encrypted, shown to nobody.</param>
public sealed record FeedbackItem(
    string Ehr, string Tenant, string Card, string Outcome, DateTimeOffset At, DateTimeOffset Received, string? ReasonSystem, string? ReasonCode, string Suggestions, string? Comment) : PatientData
{
    /// <summary>The comment is encrypted.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The id of a card as we wrote it: an EHR, or a person, may write it otherwise.</summary>
    internal static string AsIssued(string card) => Guid.TryParseExact(card, "D", out var id) ? id.ToString() : card;

    /// <summary>SQL: whether a row of feedback is about a row of decisions, from whoever may say so.</summary>
    internal const string IsOnDecision =
        "feedback.card = decisions.card AND (feedback.ehr = '' OR (feedback.ehr = decisions.ehr AND feedback.tenant = decisions.tenant))";

    /// <summary>SQL: when it became so, and never after we were told: a clock that is ahead does not have the last word.</summary>
    internal const string Instant = "CASE WHEN feedback.at < feedback.received THEN feedback.at ELSE feedback.received END";

    /// <summary>SQL: the order in which what was told last stands first. Of two at one instant the card that is wanted wins.</summary>
    internal const string LastFirst = $"{Instant} DESC, feedback.outcome";

    /// <summary>SQL: what was told last of a row of decisions.</summary>
    internal const string LastOutcome = $"(SELECT feedback.outcome FROM feedback WHERE {IsOnDecision} ORDER BY {LastFirst} LIMIT 1)";
}
