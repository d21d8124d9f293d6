using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>The orders on which somebody works, and the steps that can be taken with one.</summary>
public sealed class OrderDesk(CdsClient client, HookBodies bodies, OrderShelf shelf, TimeProvider time)
{
    /// <summary>Choosing a drug fires order-select at once.</summary>
    public Task<PlacedOrder> ChooseAsync(string patientId, OrderableDrug drug, Switches switches, CancellationToken cancellation)
    {
        var drafts = DraftOrders.Of(patientId, drug, time.GetUtcNow());
        return AskAsync(new(Guid.NewGuid().ToString("n"), patientId, drug.Name, drafts, switches, OrderState.Draft, FiredHooks.Select, [], []), cancellation);
    }

    /// <summary>Opening a chart fires patient-view; there is no order.</summary>
    public Task<PlacedOrder> ViewAsync(string patientId, Switches switches, CancellationToken cancellation) =>
        AskAsync(new(Guid.NewGuid().ToString("n"), patientId, "Chart", new([]), switches, OrderState.Viewed, FiredHooks.View, [], []), cancellation);

    /// <summary>Signing fires order-sign; without advice in between the order is signed.</summary>
    public async Task<PlacedOrder> SignAsync(PlacedOrder order, CancellationToken cancellation)
    {
        var asked = await AskAsync(order with { Hook = FiredHooks.Sign }, cancellation);
        return shelf.Keep(asked with { State = asked.Cards.IsEmpty ? OrderState.SignedOff : OrderState.Reviewing });
    }

    public PlacedOrder Confirm(PlacedOrder order) => shelf.Keep(order with { State = OrderState.SignedOff });

    /// <summary>The same question with other switches.</summary>
    public Task<PlacedOrder> AskAgainAsync(PlacedOrder order, Switches switches, CancellationToken cancellation) =>
        AskAsync(order with { Switches = switches }, cancellation);

    public async Task<PlacedOrder> SendImportedAsync(JsonObject request, string title, CancellationToken cancellation)
    {
        var hook = Members.Text(request["hook"])!;
        var order = new PlacedOrder(Guid.NewGuid().ToString("n"), null, title, new([]), new(), OrderState.Imported, hook, [], []);
        return shelf.Keep(await CallEachAsync(order, _ => request.DeepClone().AsObject(), cancellation));
    }

    /// <summary>Puts what a suggestion proposes into the drafts, and tells the service.</summary>
    public async Task<PlacedOrder> AcceptAsync(PlacedOrder order, ShownCard card, int suggestion, CancellationToken cancellation)
    {
        if (Members.Objects(card.Json["suggestions"]).ElementAtOrDefault(suggestion) is not { } chosen)
            return order;
        var drafts = order.Drafts.After(Members.Objects(chosen["actions"]));
        var label = Members.Text(chosen["label"]) ?? "suggestion";
        var body = card.Uuid is { } uuid && Members.Text(chosen["uuid"]) is { } id ? Feedback.Accepted(uuid, id, time.GetUtcNow()) : null;
        return await DecideAsync(order with { Drafts = drafts }, card, $"Accepted: {label}", body, cancellation);
    }

    public Task<PlacedOrder> OverrideAsync(PlacedOrder order, ShownCard card, int reason, string comment, CancellationToken cancellation)
    {
        var coding = Members.Objects(card.Json["overrideReasons"]).ElementAtOrDefault(reason);
        var parts = new[] { Members.Text(coding?["display"]), comment }.Where(part => !string.IsNullOrWhiteSpace(part));
        var body = card.Uuid is { } uuid ? Feedback.Overridden(uuid, coding, comment, time.GetUtcNow()) : null;
        return DecideAsync(order, card, $"Overridden: {string.Join(". ", parts.DefaultIfEmpty("no reason given"))}", body, cancellation);
    }

    private async Task<PlacedOrder> DecideAsync(PlacedOrder order, ShownCard card, string text, JsonObject? body, CancellationToken cancellation)
    {
        var exchange = body is null ? null : await client.FeedbackAsync(card.ServiceId, body, cancellation);
        var decided = card with { Decision = new(text, body is not null, exchange?.Status) };
        return shelf.Keep(order with
        {
            Cards = order.Cards.Replace(card, decided),
            Exchanges = exchange is null ? order.Exchanges : order.Exchanges.Add(exchange),
        });
    }

    private async Task<PlacedOrder> AskAsync(PlacedOrder order, CancellationToken cancellation) =>
        shelf.Keep(await CallEachAsync(
            order, service => bodies.Write(order.Hook, order.PatientId!, order.Drafts, order.Switches, service.Templates), cancellation));

    /// <summary>Reads discovery, then calls every service that listens to the hook.</summary>
    private async Task<PlacedOrder> CallEachAsync(PlacedOrder order, Func<ListeningService, JsonObject> body, CancellationToken cancellation)
    {
        var discovery = await client.DiscoverAsync(cancellation);
        var asked = order with { Exchanges = order.Exchanges.Add(discovery), Problem = null };
        if (discovery.Status is null)
            return asked with { Problem = $"The service does not answer at {discovery.Url.GetLeftPart(UriPartial.Authority)}. The order can go on without it.", Cards = [] };
        var services = CdsClient.Listening(discovery, order.Hook);
        if (services.Count == 0)
            return asked with { Problem = $"The service at {discovery.Url.GetLeftPart(UriPartial.Authority)} offers nothing for {order.Hook}." };
        foreach (var service in services)
        {
            var exchange = await client.CallAsync(service.Id, body(service), cancellation);
            asked = asked.With(service.Id, exchange);
            if (!exchange.Succeeded)
                asked = asked with { Problem = Explain(exchange), Cards = [] };
        }
        return asked;
    }

    private static string Explain(Exchange failed) => failed.Status is { } status
        ? $"The service answered with status {status}; no advice for this order. {Members.Text(Members.Objects(failed.Json?["issue"]).FirstOrDefault()?["diagnostics"])}".TrimEnd()
        : "The service stopped answering; no advice for this order.";
}

/// <summary>Keeps the newest orders, in memory.</summary>
public sealed class OrderShelf
{
    private const int Kept = 200;

    private readonly ConcurrentDictionary<string, PlacedOrder> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _age = new();

    public PlacedOrder? Find(string id) => _orders.GetValueOrDefault(id);

    public PlacedOrder Keep(PlacedOrder order)
    {
        if (_orders.TryAdd(order.Id, order))
            _age.Enqueue(order.Id);
        _orders[order.Id] = order;
        while (_age.Count > Kept && _age.TryDequeue(out var oldest))
            _orders.TryRemove(oldest, out _);
        return order;
    }
}
