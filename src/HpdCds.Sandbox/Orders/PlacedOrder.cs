using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

public enum OrderState
{
    Draft,

    /// <summary>Signing was asked for, and advice stands in between.</summary>
    Reviewing,
    SignedOff,

    /// <summary>A request from a file: there is no order behind it here.</summary>
    Imported,

    /// <summary>A chart was opened: nothing is ordered.</summary>
    Viewed,
}

/// <summary>What the clinician did with a card, and what the service said when it was told.</summary>
/// <param name="FeedbackStatus">Null when it was not told, or did not answer.</param>
public sealed record CardDecision(string Text, bool WasSent, int? FeedbackStatus);

/// <summary>A card on the screen.</summary>
/// <param name="Place">Its number on the page, by which forms name it: a card need not have an id of its own.</param>
public sealed record ShownCard(int Place, string ServiceId, JsonObject Json, CardDecision? Decision = null)
{
    public string? Uuid => Members.Text(Json["uuid"]);
}

/// <summary>An order from the choice of the drug to the signature, with all that was exchanged about it. Never changed: a step makes a new one.</summary>
/// <param name="PatientId">Null for a request that came from a file.</param>
public sealed record PlacedOrder(
    string Id,
    string? PatientId,
    string Title,
    DraftOrders Drafts,
    Switches Switches,
    OrderState State,
    string Hook,
    ImmutableList<ShownCard> Cards,
    ImmutableList<Exchange> Exchanges,
    string? Problem = null)
{
    /// <summary>A later answer of a service replaces its earlier cards, whichever hook they came from.</summary>
    public PlacedOrder With(string serviceId, Exchange exchange)
    {
        var next = (Cards.IsEmpty ? 0 : Cards[^1].Place) + 1;
        var kept = exchange.Succeeded ? Cards.RemoveAll(card => card.ServiceId == serviceId) : Cards;
        var came = exchange.Succeeded
            ? Members.Objects(exchange.Json?["cards"]).Select((card, place) => new ShownCard(next + place, serviceId, card))
            : [];
        return this with { Cards = kept.AddRange(came), Exchanges = Exchanges.Add(exchange) };
    }

    /// <summary>What the services answered when they were last asked; more than one may listen to a hook.</summary>
    public IEnumerable<Exchange> LastAnswers =>
        Exchanges.Skip(Exchanges.FindLastIndex(exchange => exchange.Kind == ExchangeKind.Discovery) + 1).Where(exchange => exchange.Kind == ExchangeKind.Hook);

    public ShownCard? Card(int place) => Cards.Find(card => card.Place == place);
}
