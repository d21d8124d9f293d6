namespace HpdCds.Chart;

/// <summary>What came for one key, from the client or from the server.</summary>
public enum Received
{
    Absent,
    Null,

    /// <summary>A Bundle without matches, or one that only says "no results".</summary>
    Empty,

    /// <summary>Matches, and nothing says that there are more.</summary>
    Matches,

    /// <summary>There is a next page.</summary>
    Paged,

    /// <summary>Matches beside an error, or more entries than we look at.</summary>
    Partial,

    /// <summary>An OperationOutcome of severity error or fatal instead of matches.</summary>
    ErrorOutcome,

    /// <summary>The same, and the reason is that this may not be read.</summary>
    Denied,

    /// <summary>
    /// Only resources of another patient or another type: nobody answered for our patient, so that it is as absent. Beside
    /// resources of our patient they are passed over and change nothing.
    /// </summary>
    Foreign,

    NotFhir,
}

public enum NextStep
{
    /// <summary>The state stands.</summary>
    Settle,

    /// <summary>Ask the server; the state stands only if nobody may be asked.</summary>
    Fetch,

    /// <summary>Read the next pages; the state stands if they cannot be read to the end.</summary>
    FollowPages,
}

/// <summary>The decision matrix of one key. Null and empty mean "asked, nothing there" and are never asked again.</summary>
public static class PrefetchDecision
{
    public static (NextStep Step, SourceState State) Of(Received received, bool mayCall) => received switch
    {
        Received.Absent => (mayCall ? NextStep.Fetch : NextStep.Settle, SourceState.NotSupplied),
        Received.Null or Received.Empty or Received.Matches => (NextStep.Settle, SourceState.Complete),
        Received.Paged => (mayCall ? NextStep.FollowPages : NextStep.Settle, SourceState.Truncated),
        Received.Partial => (NextStep.Settle, SourceState.Truncated),
        Received.ErrorOutcome => (NextStep.Settle, SourceState.Failed),
        Received.Denied => (NextStep.Settle, SourceState.NotAuthorised),
        Received.Foreign => (mayCall ? NextStep.Fetch : NextStep.Settle, SourceState.NotSupplied),
        Received.NotFhir => (mayCall ? NextStep.Fetch : NextStep.Settle, SourceState.Failed),
        _ => throw new ArgumentOutOfRangeException(nameof(received)),
    };

    /// <summary>The same for an answer of the server, which is not asked a second time.</summary>
    public static (NextStep Step, SourceState State) OfAnswer(Received received) => received switch
    {
        Received.Absent or Received.Null or Received.Foreign or Received.NotFhir => (NextStep.Settle, SourceState.Failed),
        _ => Of(received, mayCall: true),
    };
}
