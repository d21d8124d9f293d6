using HpdCds.Chart;

namespace HpdCds.Tests.Chart;

/// <summary>Every cell of the decision matrix.</summary>
public sealed class PrefetchDecisionTests
{
    [Theory]
    [Trait("Req", "PFD-02")]
    [Trait("Req", "PFD-03")]
    [Trait("Req", "PFD-05")]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "PFD-07")]
    [InlineData(Received.Absent, true, NextStep.Fetch, SourceState.NotSupplied)]
    [InlineData(Received.Absent, false, NextStep.Settle, SourceState.NotSupplied)]
    [InlineData(Received.Null, true, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Null, false, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Empty, true, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Empty, false, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Matches, true, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Matches, false, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Paged, true, NextStep.FollowPages, SourceState.Truncated)]
    [InlineData(Received.Paged, false, NextStep.Settle, SourceState.Truncated)]
    [InlineData(Received.Partial, true, NextStep.Settle, SourceState.Truncated)]
    [InlineData(Received.Partial, false, NextStep.Settle, SourceState.Truncated)]
    [InlineData(Received.ErrorOutcome, true, NextStep.Settle, SourceState.Failed)]
    [InlineData(Received.ErrorOutcome, false, NextStep.Settle, SourceState.Failed)]
    [InlineData(Received.Denied, true, NextStep.Settle, SourceState.NotAuthorised)]
    [InlineData(Received.Denied, false, NextStep.Settle, SourceState.NotAuthorised)]
    [InlineData(Received.Foreign, true, NextStep.Fetch, SourceState.NotSupplied)]
    [InlineData(Received.Foreign, false, NextStep.Settle, SourceState.NotSupplied)]
    [InlineData(Received.NotFhir, true, NextStep.Fetch, SourceState.Failed)]
    [InlineData(Received.NotFhir, false, NextStep.Settle, SourceState.Failed)]
    public void What_was_received_and_the_right_to_call_decide(Received received, bool mayCall, NextStep step, SourceState state) =>
        Assert.Equal((step, state), PrefetchDecision.Of(received, mayCall));

    [Theory]
    [InlineData(Received.Null, NextStep.Settle, SourceState.Failed)]
    [InlineData(Received.Empty, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Matches, NextStep.Settle, SourceState.Complete)]
    [InlineData(Received.Paged, NextStep.FollowPages, SourceState.Truncated)]
    [InlineData(Received.Partial, NextStep.Settle, SourceState.Truncated)]
    [InlineData(Received.ErrorOutcome, NextStep.Settle, SourceState.Failed)]
    [InlineData(Received.Denied, NextStep.Settle, SourceState.NotAuthorised)]
    [InlineData(Received.Foreign, NextStep.Settle, SourceState.Failed)]
    [InlineData(Received.NotFhir, NextStep.Settle, SourceState.Failed)]
    public void An_answer_of_the_server_is_never_asked_for_again(Received received, NextStep step, SourceState state) =>
        Assert.Equal((step, state), PrefetchDecision.OfAnswer(received));

    [Fact]
    public void Every_kind_of_value_has_a_decision() => Assert.All(Enum.GetValues<Received>(), received =>
    {
        Assert.True(Enum.IsDefined(PrefetchDecision.Of(received, mayCall: true).State));
        Assert.True(Enum.IsDefined(PrefetchDecision.Of(received, mayCall: false).State));
    });
}
