using System.Collections.Immutable;

namespace HpdCds.Trust;

/// <summary>Every EHR that this service knows.</summary>
public sealed class TrustTable(ImmutableArray<TrustedEhr> ehrs, FhirBase? publicBase, bool mayReachThisMachine)
{
    public ImmutableArray<TrustedEhr> Ehrs { get; } = ehrs;

    public FhirBase? PublicBase { get; } = publicBase;

    /// <summary>Nobody is asked who they are. Only this machine may call then.</summary>
    public bool IsAnonymous => Ehrs[0].Issuer is null;

    public bool AllowsOrigin(string origin) => Ehrs.Any(ehr => ehr.CorsOrigins.Contains(origin, StringComparer.Ordinal));

    /// <summary>Whether a host that the site listed may turn out to be inside its network, or this machine.</summary>
    public bool MayBePrivate(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var plain = host.Trim('[', ']');
        return Ehrs.Any(ehr => ehr.PrivateHosts.Contains(plain.ToLowerInvariant()))
            || (mayReachThisMachine && Uri.TryCreate($"http://{host}", UriKind.Absolute, out var uri) && uri.IsLoopback);
    }

    /// <summary>Where nobody is asked: the entry to which the named server belongs; without a name, the first entry.</summary>
    /// <returns><c>null</c> when the named server is not listed: then nothing may be connected to.</returns>
    public TrustedEhr? ForServer(string? fhirServer) => Ehrs.FirstOrDefault(ehr => ehr.MayName(fhirServer));

    /// <summary>The EHR that a call is for as the table has it now, if it may name that server.</summary>
    public TrustedEhr? For(Caller? caller, string? fhirServer) =>
        IsAnonymous ? ForServer(fhirServer) : caller is not null && For(caller.Issuer.Name, caller.Tenant) is { } ehr && ehr.MayName(fhirServer) ? ehr : null;

    /// <summary>The entry of this name; null when there is none, or no longer.</summary>
    public TrustedEhr? Named(string ehr) => Ehrs.FirstOrDefault(entry => entry.Name == ehr);

    /// <summary>The EHR whose launches name this server as <c>iss</c>.</summary>
    public TrustedEhr? ForLaunch(FhirBase server) => Ehrs.FirstOrDefault(ehr => ehr.Smart is not null && ehr.FhirBases.Contains(server));

    /// <summary>How far a service goes for an entry now: an entry or a service that is gone goes nowhere.</summary>
    public ServiceMode ModeOf(string ehr, string service) =>
        Named(ehr)?.Services.TryGetValue(service, out var mode) == true ? mode : ServiceMode.Off;

    /// <summary>This table, with every service going no further than another table lets it; an entry that is not there says nothing.</summary>
    public TrustTable NoFurtherThan(TrustTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. Ehrs.Select(ehr => other.Named(ehr.Name) is { } named ? ehr with { Services = ehr.Services.ToImmutableDictionary(
            service => service.Key,
            service => named.Services.TryGetValue(service.Key, out var mode) && mode > service.Value ? mode : service.Value,
            StringComparer.Ordinal) } : ehr)], PublicBase, mayReachThisMachine);
    }

    /// <summary>How an issuer's tokens are checked. Its entries agree on that and differ in their tenants.</summary>
    public TrustedIssuer? Issuer(string? name) => Ehrs.FirstOrDefault(ehr => ehr.Issuer is { } issuer && issuer.Name == name)?.Issuer;

    /// <summary>The entry of an issuer for one tenant.</summary>
    public TrustedEhr? For(string issuer, string? tenant) => Ehrs.FirstOrDefault(ehr => ehr.Issuer is { } known && known.Name == issuer && known.IsFor(tenant));

    /// <summary>What is wrong between entries that are each fine.</summary>
    internal static IEnumerable<string> Faults(ImmutableArray<TrustedEhr> ehrs, FhirBase? publicBase)
    {
        var issuers = ehrs.Select(ehr => ehr.Issuer).OfType<TrustedIssuer>().ToList();
        if (issuers.Count > 0 && issuers.Count < ehrs.Length)
            yield return "Ehrs: every entry needs an Issuer as soon as one has it";
        if (issuers.Count > 0 && publicBase is null)
            yield return "PublicBaseUrl is missing: the audience of tokens is held against it";
        if (publicBase is null && ehrs.Any(ehr => ehr.Smart is not null))
            yield return "PublicBaseUrl is missing: the addresses of the SMART app begin with it";
        foreach (var twice in ehrs.GroupBy(ehr => ehr.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"Ehrs: the name '{twice.Key}' stands twice";
        foreach (var twice in ehrs.Where(ehr => ehr.Issuer is null).SelectMany(ehr => ehr.FhirBases).GroupBy(url => url).Where(group => group.Count() > 1))
            yield return $"Ehrs: {twice.Key} is listed more than once";
        foreach (var entries in issuers.GroupBy(issuer => issuer.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var names = string.Join(", ", ehrs.Where(ehr => ehr.Issuer?.Name == entries.Key).Select(ehr => $"'{ehr.Name}'"));
            if (entries.Any(entry => entry.Tenants.IsEmpty) || entries.SelectMany(entry => entry.Tenants).GroupBy(tenant => tenant, StringComparer.Ordinal).Any(group => group.Count() > 1))
                yield return $"Ehrs: the entries {names} have one issuer and need Tenants of their own";
            if (entries.Any(entry => !AreAlike(entry, entries.First())))
                yield return $"Ehrs: the entries {names} have one issuer and must agree on Keys, Audiences, Algorithms, MaxTokenLifetime and ClockSkew";
        }
    }

    private static bool AreAlike(TrustedIssuer one, TrustedIssuer other) =>
        one.Keys.IsLike(other.Keys)
        && one.Audiences.SequenceEqual(other.Audiences, StringComparer.Ordinal)
        && one.Algorithms.SequenceEqual(other.Algorithms, StringComparer.Ordinal)
        && (one.MaxLifetime, one.Skew) == (other.MaxLifetime, other.Skew);
}
