using System.Text;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Orders;

/// <summary>An exchange as a command that repeats it from a shell.</summary>
public static class CurlCommand
{
    /// <param name="token">Where the shell gets the token that proves who calls.</param>
    public static string Of(Exchange exchange, Uri token)
    {
        var command = new StringBuilder($"curl -sS -X {exchange.Method} {Quoted(exchange.Url.AbsoluteUri)} -H 'Accept: application/json' -H \"Authorization: Bearer $(curl -sS {Quoted(token.AbsoluteUri)})\"");
        if (exchange.Request is { } body)
            command.Append($" -H 'Content-Type: application/json' --data-binary {Quoted(body.ToJsonString())}");
        return command.Append('\n').ToString();
    }

    public static string Of(FhirCall call)
    {
        var command = new StringBuilder($"curl -sS -X {call.Method} {Quoted(call.Url)} -H 'Accept: application/fhir+json' -H {Quoted($"Authorization: Bearer {call.Token}")}");
        if (call.Form is { Length: > 0 } form)
            command.Append($" --data-raw {Quoted(form)}");
        return command.Append('\n').ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
