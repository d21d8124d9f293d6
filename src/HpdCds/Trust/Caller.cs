namespace HpdCds.Trust;

/// <summary>Who calls, after the token was found to be good in every respect.</summary>
/// <param name="Ehr">Null when the issuer speaks for a tenant that nobody listed: known, and not let in.</param>
public sealed record Caller(TrustedIssuer Issuer, string? Tenant, TrustedEhr? Ehr)
{
    public static Caller? Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Caller>();
    }
}
