using System.Text;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Orders;

/// <summary>An exchange as a command that repeats it from a shell.</summary>
public static class CurlCommand
{
    public static string Of(Exchange exchange)
    {
        var command = new StringBuilder($"curl -sS -X {exchange.Method} {Quoted(exchange.Url.AbsoluteUri)} -H 'Accept: application/json'");
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
