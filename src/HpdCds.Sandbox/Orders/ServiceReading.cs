using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Explain;
using HpdCds.Hooks;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Orders;

/// <summary>
/// What the service read for an order and why, told by the service's own explainer. Nobody asks the running service: its
/// explanation holds patient data and is never on the wire. The request is explained as it was sent, with a token of its
/// own, so that what the explanation reads does not stand among the order's exchanges.
/// </summary>
public sealed class ServiceReading(AccessTokens tokens, TimeProvider time)
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Set when the service has been composed; the two hosts of the sandbox start one after the other.</summary>
    public Explainer? Explainer { get; set; }

    /// <returns>The explanation, or null when nothing was asked or the service would refuse the request.</returns>
    public async Task<JsonObject?> OfAsync(PlacedOrder order, CancellationToken stop)
    {
        if (Explainer is null || order.Exchanges.FindLast(exchange => exchange.Kind == ExchangeKind.Hook && exchange.Url.Segments[^1].StartsWith("hpd-risk", StringComparison.Ordinal))?.Request is not { } sent)
            return null;
        var request = sent.DeepClone().AsObject();
        if (order.PatientId is { } patient && request["fhirAuthorization"] is JsonObject access && IsAlive(access))
            access["access_token"] = tokens.Issue(patient, TokenLifetime);
        try
        {
            return (await Explainer.ExplainAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), [], time.GetUtcNow(), stop)).Json;
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    // What was to go wrong with the order's own token goes wrong here too.
    private bool IsAlive(JsonObject access) =>
        Members.Text(access["access_token"]) is { } token && tokens.Find(token) is { Fault: ServerFault.Nothing };
}
