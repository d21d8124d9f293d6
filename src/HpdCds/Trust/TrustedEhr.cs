using System.Collections.Immutable;
using HpdCds.Hooks;

namespace HpdCds.Trust;

/// <summary>What the client gets when nothing can be said because nothing could be read.</summary>
public enum NotAssessablePolicy
{
    /// <summary>412 Precondition Failed, as the specification asks.</summary>
    Status412,

    /// <summary>An info card, for clients that hide every answer but 200.</summary>
    Card,
}

/// <summary>One EHR that may call, and the only places where we may call it back. Checked when the service starts.</summary>
public sealed record TrustedEhr(
    string Name,
    ImmutableArray<FhirBase> FhirBases,
    ImmutableArray<string> CorsOrigins,
    TimeZoneInfo Zone,
    string Language,
    NotAssessablePolicy NotAssessable,
    bool NoEncounterDiagnoses,
    bool UnresolvedInfoLine,
    ImmutableDictionary<string, HookCoding> OrderCodes)
{
    /// <summary>Whether this hospital wants a Karnofsky score read as an ECOG grade.</summary>
    public bool ReadsKarnofsky { get; init; }
}

/// <summary>Every EHR that this service knows.</summary>
public sealed class TrustTable(ImmutableArray<TrustedEhr> ehrs)
{
    public ImmutableArray<TrustedEhr> Ehrs { get; } = ehrs;

    public string[] CorsOrigins => [.. Ehrs.SelectMany(ehr => ehr.CorsOrigins).Distinct(StringComparer.Ordinal)];

    /// <summary>The entry to which the server that a request names belongs; without a name, the first entry.</summary>
    /// <returns><c>null</c> when the named server is not listed: then nothing may be connected to.</returns>
    public TrustedEhr? For(string? fhirServer)
    {
        if (fhirServer is null)
            return Ehrs[0];
        var named = FhirBase.Parse(fhirServer);
        return named is null ? null : Ehrs.FirstOrDefault(ehr => ehr.FhirBases.Contains(named));
    }
}
