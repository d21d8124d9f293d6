using HpdCds.Knowledge;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>
/// From a card to the whole picture: the launch address as it is registered, to which the EHR adds what launches, and a reference
/// that means nothing to anybody else. The card alone says everything that matters; nothing launches by itself.
/// </summary>
public sealed class AppLinks(CurrentTrust trust, KnowledgeBase knowledge)
{
    private const string Smart = "smart";

    public HookResponse On(HookResponse answer, CallRecord call)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(call);
        if (answer.Cards.Count == 0 || call.Ehr is not { Smart: not null } ehr || trust.Table.PublicBase is not { } here || call.Assessment is null
            // The page is that of hpd-risk: where that is not live, it opens for nobody.
            || trust.Table.ModeOf(ehr.Name, HookCatalogue.Risk) != ServiceMode.Live)
            return answer;
        call.AppContext = CardContexts.New();
        var link = new CardLink(knowledge.Wordings[ehr.Language]["link.picture"], here.Text + SmartApp.LaunchDesk.Launch, Smart, call.AppContext);
        return answer with { Cards = [.. answer.Cards.Select(card => card with { Links = [.. card.Links ?? [], link] })] };
    }
}
