using System.Text;
using HpdCds.Trust;
using MediaTypeHeaderValue = Microsoft.Net.Http.Headers.MediaTypeHeaderValue;

namespace HpdCds.SmartApp;

/// <summary>One request of a browser and its answer: cookies, headers, where it comes from.</summary>
internal sealed class LaunchExchange(HttpContext context, FhirBase? publicBase)
{
    // On this machine, without encryption, a browser would not take a cookie with these marks; nobody else can be there.
    private bool IsPlain => publicBase is { IsHttps: false };

    public string Nonce { get; } = Unguessable.New(bytes: 16);

    /// <summary>The name of the EHR, once it is known.</summary>
    public string? Ehr { get; set; }

    /// <summary>What became of it, in a word of ours; null where it ended otherwise than it should.</summary>
    public string? Outcome { get; set; }

    public bool HasBegun => context.Response.HasStarted;

    public int Status => context.Response.StatusCode;

    public HttpRequest Request => context.Request;

    public IQueryCollection Query => context.Request.Query;

    public CancellationToken Gone => context.RequestAborted;

    public bool HasForm => MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
        && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a form was sent by a page of ours. Because our pages tell nobody where they are, a browser writes "null" as their
    /// origin; then its other word for it must be there.
    /// </summary>
    public bool IsFromOurPage
    {
        get
        {
            var (origin, site) = (context.Request.Headers.Origin, context.Request.Headers["Sec-Fetch-Site"]);
            if (site.Count > 0)
                return site == "same-origin" && (origin.Count == 0 || origin == "null" || origin == Origin);
            return origin.Count > 0 && origin == Origin;
        }
    }

    /// <summary>The page's own script asks, which shows nothing of what it gets.</summary>
    public bool IsFromScript => context.Request.Headers["Sec-Fetch-Dest"] == "empty";

    private string? Origin => publicBase is null ? null : new Uri(publicBase.Text).GetLeftPart(UriPartial.Authority);

    public string? Single(string name) => context.Request.Query.TryGetValue(name, out var values) && values is [{ } value] ? value : null;

    public string? CookieOf(string place) => context.Request.Cookies[NameOf(place)];

    public void Keep(SentBrowser sent) => context.Response.Cookies.Append(NameOf(sent.Place), sent.Secret, Options(sent.Life));

    public void Forget(string place) => context.Response.Cookies.Delete(NameOf(place), Options(life: null));

    public void Send(string address, int status)
    {
        context.Response.Headers.Location = address;
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
    }

    public void SendNothing() => context.Response.StatusCode = StatusCodes.Status204NoContent;

    /// <param name="frames">Who may show it in a frame; nobody when there is none.</param>
    public void SetHeaders(IEnumerable<string> frames)
    {
        var headers = context.Response.Headers;
        var ancestors = string.Join(' ', frames.DefaultIfEmpty("'none'"));
        headers.ContentSecurityPolicy =
            $"default-src 'self'; img-src 'self' data:; script-src 'nonce-{Nonce}'; style-src 'nonce-{Nonce}'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.CacheControl = "no-store";
        if (!IsPlain)
            headers.StrictTransportSecurity = "max-age=31536000";
    }

    public Task WriteAsync(string page, int status)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private string NameOf(string place) => IsPlain ? $"launch-{place}" : $"__Host-launch-{place}";

    // In a frame of the EHR the browser is at another site: the cookie must come along, and for that EHR only.
    private CookieOptions Options(TimeSpan? life)
    {
        var options = new CookieOptions { HttpOnly = true, Path = "/", MaxAge = life, Secure = !IsPlain, SameSite = IsPlain ? SameSiteMode.Lax : SameSiteMode.None };
        if (!IsPlain)
            options.Extensions.Add("Partitioned");
        return options;
    }
}
