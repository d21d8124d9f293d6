using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Pages;

/// <summary>The integrator's drawer: everything that went back and forth about one order, and the switches to ask again.</summary>
public static class Drawer
{
    private const int ShownCharacters = 20_000;

    /// <summary>Readable characters; the page encodes the text anyway.</summary>
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Html Render(PlacedOrder order, FhirCallLog log, IReadOnlyList<string> keys) => Html.Of($"""
        <section class="drawer" aria-labelledby="drawer">
          <h2 id="drawer">For integrators</h2>
          {(order.PatientId is null ? Html.Nothing : AskAgain(order, keys))}
          <ol class="exchanges">{order.Exchanges.Select((exchange, place) => One(order, exchange, place, log))}</ol>
        </section>
        """);

    private static Html AskAgain(PlacedOrder order, IReadOnlyList<string> keys)
    {
        var said = SwitchesView.Said(order.Switches) is { Length: > 0 } set ? Html.Of($"""<p class="set">Set: {set}</p>""") : Html.Nothing;
        return Html.Of($"""
            <form class="again" method="post" action="/orders/{order.Id}/ask" data-busy="Asking the service">{said}{SwitchesView.Fields(order.Switches, keys)}<button>Ask again on {order.Hook}</button></form>
            """);
    }

    private static Html One(PlacedOrder order, Exchange exchange, int place, FhirCallLog log)
    {
        var path = $"/orders/{order.Id}/exchanges/{place.ToString(CultureInfo.InvariantCulture)}";
        var calls = exchange.HookInstance is { } instance ? log.Of(instance) : [];
        var violations = exchange.Violations.Count == 0 ? Html.Nothing : Html.Of($"""
            <ul class="violations">{exchange.Violations.Select(rule => Html.Of($"<li>{rule.ToString()}</li>"))}</ul>
            """);
        return Html.Of($"""
            <li>
              <details class="exchange">
                <summary><span class="kind">{Title(exchange)}</span> <span class="call">{exchange.Method} {exchange.Url.ToString()}</span> {Status(exchange.Status, "no answer")} <span class="time">{Milliseconds(exchange.Elapsed)}</span>{(exchange.Violations.Count > 0 ? Html.Of($""" <span class="bad">{exchange.Violations.Count} broken rules</span>""") : Html.Nothing)}</summary>
                <p><a class="curl" href="{path}/curl">Copy as curl</a></p>
                {Body("Request", exchange.Request?.ToJsonString(Pretty), $"{path}/request")}
                {Body("Response", exchange.Json?.ToJsonString(Pretty) ?? exchange.Response, $"{path}/response")}
              </details>
              {violations}
              {Calls(exchange, calls, path)}
            </li>
            """);
    }

    private static string Title(Exchange exchange) => exchange.Kind switch
    {
        ExchangeKind.Discovery => "Discovery",
        ExchangeKind.Feedback => "Feedback",
        _ => Members.Text(exchange.Request?["hook"]) ?? "Hook",
    };

    private static Html Calls(Exchange exchange, IReadOnlyList<FhirCall> calls, string path)
    {
        if (calls.Count == 0)
            return Html.Nothing;
        var rows = calls.Select((call, place) => Html.Of($"""
            <li><details class="exchange">
              <summary><span class="kind">FHIR</span> <span class="call">{call.Method} {Shortened(call.Url)}</span> {Status(call.Status, "caller hung up")} <span class="time">{Milliseconds(call.Elapsed)}</span>{Bar(exchange, call)}</summary>
              <p><a class="curl" href="{path}/fhir/{place}/curl">Copy as curl</a></p>
              {Body("Address", call.Url, "")}{Body("Form", call.Form, "")}{Body("Response", Indented(call.Response), $"{path}/fhir/{place}/response")}
            </details></li>
            """));
        return Html.Of($"""<p class="quiet calls">The service read the chart with the token of this hook: {calls.Count} calls</p><ol class="fhir">{rows}</ol>""");
    }

    /// <summary>When in the course of the hook the call was made, and how long it took.</summary>
    private static Html Bar(Exchange hook, FhirCall call)
    {
        var whole = Math.Max(hook.Elapsed.TotalMilliseconds, 1);
        var start = TimeSpan.FromSeconds((call.Started - hook.Started) / (double)System.Diagnostics.Stopwatch.Frequency).TotalMilliseconds;
        var x = Math.Clamp(100 * start / whole, 0, 99);
        var width = Math.Clamp(100 * call.Elapsed.TotalMilliseconds / whole, 1, 100 - x);
        return Html.Of($"""<svg class="bar" viewBox="0 0 100 6" width="100" height="6" aria-hidden="true" focusable="false"><rect class="whole" width="100" height="6"/><rect x="{Written(x)}" width="{Written(width)}" height="6"/></svg>""");
    }

    private static Html Status(int? status, string none) => status is { } code
        ? Html.Of($"""<span class="{(code < 400 ? "ok" : "bad")}">{code}</span>""")
        : Html.Of($"""<span class="bad">{none}</span>""");

    private static Html Body(string title, string? text, string whole)
    {
        if (string.IsNullOrEmpty(text))
            return Html.Nothing;
        var more = text.Length > ShownCharacters && whole.Length > 0
            ? Html.Of($"""<p class="quiet">The first {ShownCharacters} of {text.Length} characters. <a href="{whole}">The whole {title}</a></p>""")
            : Html.Nothing;
        return Html.Of($"""<h3>{title}</h3><pre tabindex="0">{(text.Length > ShownCharacters ? text[..ShownCharacters] : text)}</pre>{more}""");
    }

    private static string Indented(string json)
    {
        try
        {
            return JsonNode.Parse(json)?.ToJsonString(Pretty) ?? json;
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static string Shortened(string url)
    {
        var query = new Uri(url).PathAndQuery;
        return query.Length > 90 ? $"{query[..90]}..." : query;
    }

    private static string Milliseconds(TimeSpan elapsed) => $"{elapsed.TotalMilliseconds.ToString(elapsed.TotalMilliseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} ms";

    private static string Written(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
