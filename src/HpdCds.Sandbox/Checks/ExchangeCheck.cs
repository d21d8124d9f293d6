using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Checks;

/// <summary>Which rules apply to an exchange: what was sent by us, what was answered by the service.</summary>
public static class ExchangeCheck
{
    public static IReadOnlyList<Violation> Of(Exchange exchange)
    {
        var request = exchange switch
        {
            { Kind: ExchangeKind.Hook, Request: { } body } => RequestCheck.OfHook(body),
            { Kind: ExchangeKind.Feedback, Request: { } body } => RequestCheck.OfFeedback(body),
            _ => [],
        };
        IEnumerable<Violation> answer = exchange switch
        {
            { Succeeded: false } => [],
            { Kind: ExchangeKind.Hook } => AnswerCheck.Of(exchange.Response, exchange.Url.Segments[^1]),
            { Kind: ExchangeKind.Discovery } => DiscoveryCheck.Of(exchange.Response),
            _ => [],
        };
        return [.. request, .. answer];
    }
}
