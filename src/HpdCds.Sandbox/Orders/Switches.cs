using System.Collections.Immutable;

namespace HpdCds.Sandbox.Orders;

/// <summary>How the service gets the chart.</summary>
public enum DataRoute
{
    /// <summary>The EHR sends the chart with the request.</summary>
    Prefetch,

    /// <summary>The EHR sends a token, and the service reads for itself.</summary>
    Token,

    /// <summary>The chart and a token.</summary>
    Both,
}

/// <summary>What goes wrong with one key of the prefetch.</summary>
public enum PrefetchFault
{
    Nothing,
    LeftOut,
    Null,
    Empty,
    Outcome,
    OtherPatient,
}

/// <summary>What goes wrong at this EHR's FHIR server, for the token of one order.</summary>
public enum ServerFault
{
    Nothing,
    Slow,
    Failing,
    ExpiredToken,
    OtherPatient,
}

/// <summary>What an integrator sets for an order: the way of the data, what breaks on it, and the language of the advice.</summary>
public sealed record Switches(
    DataRoute Route = DataRoute.Prefetch,
    string? PrefetchKey = null,
    PrefetchFault PrefetchFault = PrefetchFault.Nothing,
    ServerFault ServerFault = ServerFault.Nothing,
    string Language = SandboxSite.English)
{
    public static readonly ImmutableArray<(string Word, DataRoute Value, string Label)> Routes =
    [
        ("prefetch", DataRoute.Prefetch, "Prefetch: the chart goes along"),
        ("token", DataRoute.Token, "Token: the service reads the chart"),
        ("both", DataRoute.Both, "Both"),
    ];

    public static readonly ImmutableArray<(string Word, PrefetchFault Value, string Label)> PrefetchFaults =
    [
        ("nothing", PrefetchFault.Nothing, "As it is"),
        ("left-out", PrefetchFault.LeftOut, "Left out"),
        ("null", PrefetchFault.Null, "null"),
        ("empty", PrefetchFault.Empty, "Empty Bundle"),
        ("outcome", PrefetchFault.Outcome, "OperationOutcome (error)"),
        ("other-patient", PrefetchFault.OtherPatient, "Another patient's data"),
    ];

    public static readonly ImmutableArray<(string Word, ServerFault Value, string Label)> ServerFaults =
    [
        ("nothing", ServerFault.Nothing, "Answers"),
        ("slow", ServerFault.Slow, "Too slow (6 s a call)"),
        ("failing", ServerFault.Failing, "Fails (500)"),
        ("expired", ServerFault.ExpiredToken, "Token has expired (401)"),
        ("other-patient", ServerFault.OtherPatient, "Another patient's data"),
    ];

    public bool SendsPrefetch => Route is DataRoute.Prefetch or DataRoute.Both;

    public bool SendsToken => Route is DataRoute.Token or DataRoute.Both;

    /// <returns>Null when the form names something that is not on offer.</returns>
    public static Switches? Read(IFormCollection form)
    {
        var language = form["language"].ToString() is { Length: > 0 } written ? written : SandboxSite.English;
        return (Find(Routes, form["route"]), Find(PrefetchFaults, form["prefetchFault"]), Find(ServerFaults, form["serverFault"])) switch
        {
            ({ } route, { } prefetch, { } server) when SandboxSite.Languages.Contains(language, StringComparer.Ordinal) =>
                new(route, form["prefetchKey"].ToString() is { Length: > 0 } key ? key : null, prefetch, server, language),
            _ => null,
        };
    }

    /// <summary>The value of a word; a field that was not sent at all keeps its first value.</summary>
    private static T? Find<T>(ImmutableArray<(string Word, T Value, string Label)> offered, string? word)
        where T : struct =>
        string.IsNullOrEmpty(word)
            ? offered[0].Value
            : offered.Where(one => one.Word == word).Select(one => (T?)one.Value).FirstOrDefault();
}
