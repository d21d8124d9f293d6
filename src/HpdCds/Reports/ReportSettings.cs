namespace HpdCds.Reports;

/// <summary>Who may see reports, as written. Without an authority nobody may: the pages are not there.</summary>
public sealed class ReportSettings
{
    /// <summary>The OpenID Connect provider whose tokens open the reports.</summary>
    public string? Authority { get; init; }

    public string? Audience { get; init; }

    public string Role { get; init; } = "cds-safety";

    /// <summary>The claim in which the provider writes roles.</summary>
    public string RoleClaim { get; init; } = "roles";

    internal IEnumerable<string> Faults(bool isDevelopment)
    {
        if (Authority is null)
            yield break;
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (isDevelopment && url is { IsLoopback: true, Scheme: "http" })))
            yield return "Authority must be an https URL";
        else if (url.UserInfo.Length > 0)
            yield return "Authority must not name a user";
        if (string.IsNullOrWhiteSpace(Audience))
            yield return "Audience is missing: a token for another program must not open the reports";
        if (string.IsNullOrWhiteSpace(Role) || string.IsNullOrWhiteSpace(RoleClaim))
            yield return "Role and RoleClaim must not be empty";
    }
}
