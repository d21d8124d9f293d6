namespace HpdCds.Trust;

/// <summary>
/// The base URL of a server in one spelling: lower-case scheme and host, default port left out, no trailing slash.
/// Two spellings of one server are equal; nothing else is.
/// </summary>
public sealed record FhirBase
{
    private readonly Uri _uri;

    private FhirBase(Uri uri)
    {
        _uri = uri;
        Text = uri.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    public string Text { get; }

    public string Host => _uri.Host.Trim('[', ']');

    public bool IsHttps => _uri.Scheme == Uri.UriSchemeHttps;

    /// <summary>Nobody can listen in: encrypted, or on this machine.</summary>
    public bool IsSafe => IsHttps || _uri.IsLoopback;

    /// <returns><c>null</c> when the text is not an absolute http(s) URL, or carries a user, a query or a fragment.</returns>
    public static FhirBase? Parse(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !uri.IsWellFormedOriginalString())
            return null;
        var isWeb = uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp;
        return isWeb && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.Host.Length > 0
            ? new FhirBase(uri)
            : null;
    }

    /// <summary>Whether a URL found in data lies on this server, below this path. An encoded slash or dot never does.</summary>
    public bool Holds(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var target = url.GetLeftPart(UriPartial.Path);
        var isPlain = !target.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            && !target.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            && !target.Contains("%2e", StringComparison.OrdinalIgnoreCase);
        // Some servers cut what follows a semicolon before they go up a step.
        var isStraight = !target.Split('/').Any(step => step.Split(';')[0] is "." or "..");
        return isPlain && isStraight && url.UserInfo.Length == 0
            && (target == Text || target.StartsWith(Text + "/", StringComparison.Ordinal));
    }

    /// <summary>Where a link found in data leads, or <c>null</c>: it is followed only back to this server, and below its base.</summary>
    public Uri? Resolve(string? link) =>
        link is { Length: > 0 } && Uri.TryCreate(new Uri(Text + "/"), link, out var url) && Holds(url) ? url : null;

    /// <summary>The relative reference (<c>Type/id</c>) behind an absolute one of this server, or <c>null</c>.</summary>
    public string? RelativeTo(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return Uri.TryCreate(reference, UriKind.Absolute, out var uri) && Holds(uri)
            ? uri.GetLeftPart(UriPartial.Path)[Text.Length..].TrimStart('/')
            : null;
    }

    public bool Equals(FhirBase? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public override string ToString() => Text;
}
