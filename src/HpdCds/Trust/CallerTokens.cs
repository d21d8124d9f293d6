using System.Text.Json;
using HpdCds.Store;
using HpdCds.Telemetry;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Trust;

/// <summary>
/// What makes the token of a caller good. Every refusal looks the same from outside; the reason stands in our log only,
/// by a word of ours and never with the token.
/// </summary>
public sealed partial class CallerTokens(CurrentTrust trust, IssuerKeys keys, UsedTokens used, TokenLedger ledger, TimeProvider clock, ILogger<CallerTokens> log)
{
    private const int MaxTokenBytes = 16 * 1024;
    private const int MaxIdCharacters = 256;
    private const string Unknown = "unreadable or unknown issuer";
    private const string Crit = "crit";
    private const string Jku = "jku";
    private const string Iss = "iss";
    private const string Aud = "aud";
    private const string Jti = "jti";
    private const string Replay = "replay";

    /// <summary>Why a token is refused; beside these, the names of the library's exceptions.</summary>
    internal static readonly string[] Reasons = [Unknown, Crit, Jku, Iss, Aud, Jti, Replay];

    public void Configure(JwtBearerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(new JsonWebTokenHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenBytes });
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidTypes = ["JWT"],
            TryAllIssuerSigningKeys = false,
            IssuerValidator = (issuer, _, _) => trust.Table.Issuer(issuer)?.Name ?? throw new SecurityTokenInvalidIssuerException("Not a listed issuer"),
            IssuerSigningKeyResolver = (_, token, kid, _) => KeysFor((JsonWebToken)token, kid),
            AlgorithmValidator = (algorithm, _, token, _) => trust.Table.Issuer(token.Issuer)?.Algorithms.Contains(algorithm, StringComparer.Ordinal) == true,
            LifetimeValidator = (_, _, token, _) => IsOfNow((JsonWebToken)token),
            // The address that is called is known to the request only: AcceptAsync looks at it.
            ValidateAudience = false,
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = BeforeCheckAsync,
            OnTokenValidated = AfterCheckAsync,
            OnAuthenticationFailed = failed =>
            {
                Refuse(failed.Exception.GetType().Name, Peek(failed.HttpContext)?.Kid);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Before anything is believed: only a listed issuer makes us look for keys, and only in listed places.</summary>
    private async Task BeforeCheckAsync(MessageReceivedContext context)
    {
        if (!IsBearer(context.HttpContext, out _))
            return;
        if (Peek(context.HttpContext) is not { } token || trust.Table.Issuer(token.Issuer) is not { } issuer)
        {
            Refuse(Unknown, kid: null);
            context.Fail("refused");
            return;
        }

        var names = HeaderOf(token);
        if (names.Crit || names.IsJkuOdd || (names.Jku is { } jku && !issuer.Keys.Allows(jku)))
        {
            Refuse(names.Crit ? Crit : Jku, token.Kid);
            context.Fail("refused");
            return;
        }

        if (token.Kid is { Length: > 0 } kid)
            await keys.PrepareAsync(issuer, names.Jku, kid, context.HttpContext.RequestAborted);
    }

    private async Task AfterCheckAsync(TokenValidatedContext context)
    {
        var token = (JsonWebToken)context.SecurityToken;
        if (await FaultAsync(token, context.HttpContext) is { } fault)
        {
            Refuse(fault, token.Kid);
            context.Fail("refused");
        }
    }

    private void Refuse(string reason, string? kid)
    {
        Signals.RefusedTokens.Add(1, Signals.Tag("reason", reason));
        Refused(log, reason, Tame(kid));
    }

    private async Task<string?> FaultAsync(JsonWebToken token, HttpContext context)
    {
        var table = trust.Table;
        if (table.Issuer(token.Issuer) is not { } issuer)
            return Iss;
        if (!token.Audiences.Any(audience => audience == table.PublicBase?.Text + context.Request.Path.Value || issuer.Audiences.Contains(audience, StringComparer.Ordinal)))
            return Aud;
        if (token.Id is not { Length: > 0 and <= MaxIdCharacters } id)
            return Jti;
        var end = new DateTimeOffset(token.ValidTo, TimeSpan.Zero) + issuer.Skew;
        if (!await used.SpendAsync(issuer.Name, id, end) || !await ledger.SpendAsync(issuer.Name, id, end))
            return Replay;
        var tenant = TenantOf(token);
        context.Features.Set(new Caller(issuer, tenant, table.For(issuer.Name, tenant)));
        return null;
    }

    // A tenant that is no text is not the same as none.
    private static string? TenantOf(JsonWebToken token) => token.TryGetPayloadValue<object>("tenant", out var tenant) ? tenant as string ?? "" : null;

    private IEnumerable<SecurityKey> KeysFor(JsonWebToken token, string? kid) =>
        !string.IsNullOrEmpty(kid) && trust.Table.Issuer(token.Issuer) is { } issuer && keys.Find(issuer, HeaderOf(token).Jku, kid, token.Alg) is { } key ? [key] : [];

    private bool IsOfNow(JsonWebToken token)
    {
        if (trust.Table.Issuer(token.Issuer) is not { } issuer || token.IssuedAt == DateTime.MinValue || token.ValidTo == DateTime.MinValue)
            return false;
        var now = clock.GetUtcNow().UtcDateTime;
        return token.ValidTo > now - issuer.Skew
            && token.IssuedAt <= now + issuer.Skew
            && token.ValidFrom <= now + issuer.Skew
            && token.ValidTo > token.IssuedAt
            && token.ValidTo - token.IssuedAt <= issuer.MaxLifetime;
    }

    private static (string? Jku, bool IsJkuOdd, bool Crit) HeaderOf(JsonWebToken token)
    {
        var hasJku = token.TryGetHeaderValue<object>("jku", out var jku);
        return (jku as string, hasJku && jku is not string, token.TryGetHeaderValue<object>("crit", out _));
    }

    /// <summary>The token as it says it is, before anybody checked it.</summary>
    private static JsonWebToken? Peek(HttpContext context)
    {
        if (!IsBearer(context, out var text) || text.Length > MaxTokenBytes || !text.All(IsOfToken))
            return null;
        try
        {
            var token = new JsonWebToken(text);
            return SaysNothingTwice(token.EncodedHeader) && SaysNothingTwice(token.EncodedPayload) ? token : null;
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException or FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsBearer(HttpContext context, out string token)
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        var isBearer = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        token = isBearer ? header[Scheme.Length..].Trim() : "";
        return isBearer;
    }

    // The library reads padding and the other alphabet, too: then one token could be written in several ways.
    private static bool IsOfToken(char sign) => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' or '.';

    private static bool SaysNothingTwice(string part)
    {
        using var json = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(part), new JsonDocumentOptions { AllowDuplicateProperties = false });
        return json.RootElement.ValueKind == JsonValueKind.Object;
    }

    /// <summary>A word from an unchecked token, fit for a log: short, one line, and no token itself.</summary>
    private static string Tame(string? text) =>
        text is { Length: > 0 and <= 100 } && text.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' or '+' or '/' or '=') ? text : "?";

    [LoggerMessage(LogLevel.Warning, "A caller was refused: {Reason}, key {Kid}")]
    private static partial void Refused(ILogger log, string reason, string kid);
}
