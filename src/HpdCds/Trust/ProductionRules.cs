using System.Collections.Immutable;

namespace HpdCds.Trust;

/// <summary>What is handy while building and must not reach patients: outside the environment Development the service does not start with it.</summary>
internal static class ProductionRules
{
    /// <summary>The private key behind it is public.</summary>
    private const string PublicSandbox = "sandbox.cds-hooks.org";

    public static IEnumerable<string> Faults(ImmutableArray<TrustedEhr> ehrs, IList<EhrSettings> written)
    {
        if (ehrs.Any(ehr => ehr.Issuer is null))
            yield return "Ehrs: every entry needs an Issuer, except in the environment Development, where nobody is asked who they are";
        for (var place = 0; place < ehrs.Length; place++)
        {
            if (ehrs[place].Issuer is { } issuer && issuer.Keys.AllowedJku.Append(issuer.Keys.Url).Append(issuer.Name).Any(IsPublicSandbox))
                yield return $"Ehrs:{place}:Issuer or Keys are those of the public sandbox, whose private key is public: only in Development";
            if (written[place].Quirks == "sandbox")
                yield return $"Ehrs:{place}:Quirks may not be sandbox in Production";
            foreach (var server in ehrs[place].FhirBases.Where(server => !server.IsHttps && !ehrs[place].PrivateHosts.Contains(server.Host)))
                yield return $"Ehrs:{place}:FhirBaseUrls: '{server}' is plain http; in Production its host must also stand in AllowPrivateAddresses";
        }
    }

    private static bool IsPublicSandbox(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Host.TrimEnd('.').Equals(PublicSandbox, StringComparison.OrdinalIgnoreCase);
}
