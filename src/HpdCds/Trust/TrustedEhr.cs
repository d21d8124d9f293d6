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

/// <summary>How far a service goes for one EHR.</summary>
public enum ServiceMode
{
    Live,

    /// <summary>Evaluates and records, shows nothing.</summary>
    Silent,

    /// <summary>The kill switch: does not even evaluate.</summary>
    Off,
}

/// <summary>One EHR that may call, and the only places where we may call it back. Checked when the service starts.</summary>
public sealed record TrustedEhr
{
    public required string Name { get; init; }

    /// <summary>How it proves who it is; nothing where nobody is asked.</summary>
    public required TrustedIssuer? Issuer { get; init; }

    public required string? ClientId { get; init; }

    /// <summary>Whether an access token made for another client than ours is refused, and not only noted.</summary>
    public required bool RefusesForeignTokens { get; init; }

    public required ImmutableArray<FhirBase> FhirBases { get; init; }

    public required ImmutableHashSet<string> PrivateHosts { get; init; }

    public required ImmutableArray<string> CorsOrigins { get; init; }

    public required bool IsLean { get; init; }

    /// <summary>The services that it may call.</summary>
    public required ImmutableDictionary<string, ServiceMode> Services { get; init; }

    public required TimeZoneInfo Zone { get; init; }

    public required string Language { get; init; }

    public required NotAssessablePolicy NotAssessable { get; init; }

    public required bool IsCappedAtInfo { get; init; }

    public required bool NoEncounterDiagnoses { get; init; }

    public required bool UnresolvedInfoLine { get; init; }

    /// <summary>Whether this hospital wants a Karnofsky score read as an ECOG grade.</summary>
    public required bool ReadsKarnofsky { get; init; }

    /// <summary>By tumour group, <c>*</c> for all others: the definition of hyperprogression that this hospital goes by; ours where it names none.</summary>
    public ImmutableDictionary<string, string> GrowthDefinitions { get; init; } = ImmutableDictionary<string, string>.Empty;

    public required int CallsPerSecond { get; init; }

    public required int ConcurrentCalls { get; init; }

    public required ImmutableDictionary<string, HookCoding> OrderCodes { get; init; }

    /// <summary>How this service is an app of it; null where it is none.</summary>
    public required SmartClient? Smart { get; init; }

    /// <summary>The servers under whose names a request's references lie: the one that it names, else any of ours.</summary>
    public ImmutableArray<FhirBase> BasesOf(FhirBase? fhirServer) => fhirServer is null ? FhirBases : [fhirServer];

    /// <summary>Whether a request of this EHR may name this server. Naming none is always fine: nothing is connected to then.</summary>
    public bool MayName(string? fhirServer) => fhirServer is null || (FhirBase.Parse(fhirServer) is { } named && FhirBases.Contains(named));
}

/// <summary>What the tokens of one issuer must look like.</summary>
/// <param name="Name"><c>iss</c>, to the letter.</param>
/// <param name="Audiences">Accepted beside the address that is called.</param>
/// <param name="Tenants">Empty for an issuer that is one hospital.</param>
public sealed record TrustedIssuer(
    string Name,
    KeySource Keys,
    ImmutableArray<string> Audiences,
    ImmutableArray<string> Algorithms,
    TimeSpan MaxLifetime,
    TimeSpan Skew,
    ImmutableArray<string> Tenants)
{
    /// <summary>An issuer that says for whom it speaks must speak for somebody listed; one that never says so is one hospital.</summary>
    public bool IsFor(string? tenant) => tenant is null ? Tenants.IsEmpty : Tenants.Contains(tenant, StringComparer.Ordinal);
}

/// <summary>The places from which the keys of an issuer may come.</summary>
/// <param name="Fixed">Keys that the site received on another way, as they were when the settings were read.</param>
/// <param name="File">The file that holds them, which may change.</param>
/// <param name="Url">Asked for tokens without <c>jku</c>.</param>
public sealed record KeySource(KeySet? Fixed, string? File, string? Url, ImmutableArray<string> AllowedJku)
{
    public bool Allows(string jku) => jku == Url || AllowedJku.Contains(jku, StringComparer.Ordinal);

    /// <summary>Whether two entries of one issuer take its keys from the same places.</summary>
    public bool IsLike(KeySource other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Url == other.Url && AllowedJku.SequenceEqual(other.AllowedJku, StringComparer.Ordinal) && (Fixed?.Hash ?? "") == (other.Fixed?.Hash ?? "");
    }
}
