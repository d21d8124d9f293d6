using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>What an answer owes to earlier ones, and leaves behind for later.</summary>
public sealed class Decisions(Repeats repeats, Journal journal, Pseudonyms pseudonyms, KnowledgeBase knowledge, TimeProvider clock)
{
    /// <summary>
    /// The answer, without its card when the same patient's same facts were overridden of late. A card that says that something
    /// could not be assessed always comes: nothing in its place would read as "nothing found".
    /// </summary>
    public async Task<HookResponse> WithoutRepeatAsync(CallRecord call, Caller? caller, HookResponse answer, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(answer);
        if (call is not { Ehr: { } ehr, Request: { } request, Assessment: { } found } || answer.Cards.Count == 0 || found.IsAssessable != true)
            return answer;
        call.RepeatKey = pseudonyms.Repeat(Hospital.Of(ehr, caller), request.PatientId, found);
        if (await repeats.OverriddenAsync(call.RepeatKey, asOf) is not { } since)
            return answer;
        call.IsRepeat = true;
        Signals.Suppressed.Add(1, Signals.Tag("ehr", ehr.Name));
        return answer with { Cards = [], Extension = new(found with { Suppressed = since }) };
    }

    public void Keep(CallRecord call, Caller? caller, int status, DateTimeOffset asOf)
    {
        if (Decision.Of(call, caller, status, asOf, clock.GetUtcNow() - asOf, pseudonyms, Audit.Version, knowledge.Hash) is { } decision)
            journal.Add(decision);
    }
}
