using System.Collections.Immutable;

namespace HpdCds.Trust;

/// <summary>What is handy while building and must not reach patients: in the environment Production the service does not start with it.</summary>
internal static class ProductionRules
{
    /// <summary>The private key behind it is public.</summary>
    private const string PublicSandbox = "https://sandbox.cds-hooks.org";

    public static IEnumerable<string> Faults(ImmutableArray<TrustedEhr> ehrs, IList<EhrSettings> written, FhirBase? publicBase)
    {
        if (publicBase is not null && ehrs.Any(ehr => ehr.Issuer is null))
            yield return "Ehrs: a service with a PublicBaseUrl needs an Issuer in every entry in Production";
        for (var place = 0; place < ehrs.Length; place++)
        {
            if (ehrs[place].Issuer is { } issuer && issuer.Name.TrimEnd('/').Equals(PublicSandbox, StringComparison.OrdinalIgnoreCase))
                yield return $"Ehrs:{place}:Issuer is the public sandbox, whose private key is public: not in Production";
            if (written[place].Quirks == "sandbox")
                yield return $"Ehrs:{place}:Quirks may not be sandbox in Production";
            foreach (var server in ehrs[place].FhirBases.Where(server => !server.IsHttps && !ehrs[place].PrivateHosts.Contains(server.Host)))
                yield return $"Ehrs:{place}:FhirBaseUrls: '{server}' is plain http; in Production its host must also stand in AllowPrivateAddresses";
        }
    }
}
