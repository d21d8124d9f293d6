using System.Text.Json.Nodes;
using HpdCds.Sandbox.Checks;

namespace HpdCds.Sandbox.Orders;

public enum ExchangeKind
{
    Discovery,
    Hook,
    Feedback,
}

/// <summary>One HTTP exchange of this EHR with the service, kept to be shown.</summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Started">A timestamp of the stopwatch, to place the service's own calls against.</param>
public sealed record Exchange(
    ExchangeKind Kind, string Method, Uri Url, JsonObject? Request, int? Status, string? Response, long Started, TimeSpan Elapsed)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The answer as JSON, or null when it is not a JSON object.</summary>
    public JsonObject? Json => Members.Parse(Response);

    /// <summary>By which the service's own calls are found; null where there can be none.</summary>
    public string? HookInstance => Kind == ExchangeKind.Hook ? Members.Text(Request?["hookInstance"]) : null;

    /// <summary>What breaks the rules, in what was sent and in what came.</summary>
    public IReadOnlyList<Violation> Violations { get; init; } = [];
}
