using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Pages;

/// <summary>The JSON that went back and forth, for the integrator.</summary>
public static class ExchangesView
{
    /// <summary>Readable characters; the page encodes the text anyway.</summary>
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Html Render(IEnumerable<Exchange> exchanges) => Html.Of($"<h2>Exchanges</h2>{exchanges.Select(One)}");

    private static Html One(Exchange exchange)
    {
        var status = exchange.Status is { } code ? code.ToString(CultureInfo.InvariantCulture) : "no answer";
        var milliseconds = exchange.Elapsed.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        var request = exchange.Request is { } body ? Html.Of($"<h3>Request</h3><pre>{body.ToJsonString(Pretty)}</pre>") : Html.Nothing;
        var response = exchange.Response is { Length: > 0 } text ? Html.Of($"<h3>Response</h3><pre>{Readable(exchange.Json, text)}</pre>") : Html.Nothing;
        return Html.Of($"""
            <details><summary>{exchange.Method} {exchange.Url.ToString()} - {status}, {milliseconds} ms</summary>{request}{response}</details>
            """);
    }

    private static string Readable(JsonObject? json, string text) => json?.ToJsonString(Pretty) ?? text;
}
