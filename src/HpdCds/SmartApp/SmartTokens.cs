using System.Text.Json;
using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using HpdCds.Clinical;
using HpdCds.Trust;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.SmartApp;

/// <summary>What came for a code or a refresh token.</summary>
internal sealed record SmartGrant : PatientData
{
    public required string AccessToken { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required string[] Scopes { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public string? Patient { get; init; }

    public string? Tenant { get; init; }

    public string? Intent { get; init; }

    public string? AppContext { get; init; }

    public bool NeedsBanner { get; init; } = true;
}

/// <summary>The requests to a token endpoint, each signed with our key (private_key_jwt). Tokens go from here to the store and to the FHIR server, and nowhere else.</summary>
internal sealed partial class SmartTokens(SmartHttp http, TimeProvider clock, ILogger<SmartTokens> log)
{
    private const int MostPatientCharacters = 64;
    private const int MostTextCharacters = 1024;

    /// <summary>Of our proof: it is used at once.</summary>
    private static readonly TimeSpan ProofLife = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan RevocationTime = TimeSpan.FromSeconds(2);

    /// <summary>Of a token whose server does not say how long it lives.</summary>
    private static readonly TimeSpan CautiousLife = TimeSpan.FromMinutes(5);

    /// <returns>Null when the server does not give one, or gives what is none.</returns>
    public async Task<SmartGrant?> ForCodeAsync(SmartServer server, SmartClient client, string code, string verifier, string redirectUri, CancellationToken stop)
    {
        using var request = new AuthorizationCodeTokenRequest
        {
            Address = server.Token.AbsoluteUri,
            Code = code,
            CodeVerifier = verifier,
            RedirectUri = redirectUri,
            ClientCredentialStyle = ClientCredentialStyle.PostBody,
            ClientAssertion = Proof(server.Token, client),
        };
        return await AskAsync(http.Client.RequestAuthorizationCodeTokenAsync(request, stop), server, stop);
    }

    /// <inheritdoc cref="ForCodeAsync" />
    public async Task<SmartGrant?> RefreshAsync(SmartServer server, SmartClient client, string refreshToken, CancellationToken stop)
    {
        using var request = new RefreshTokenRequest
        {
            Address = server.Token.AbsoluteUri,
            RefreshToken = refreshToken,
            ClientCredentialStyle = ClientCredentialStyle.PostBody,
            ClientAssertion = Proof(server.Token, client),
        };
        return await AskAsync(http.Client.RequestRefreshTokenAsync(request, stop), server, stop);
    }

    /// <summary>Tells the server that a token is not needed any more, where it wants to know. What it says to that, and when, changes nothing.</summary>
    /// <returns>Whether it said that it took the token back.</returns>
    public async Task<bool> RevokeAsync(SmartServer server, SmartClient client, string token)
    {
        if (server.Revocation is null)
            return false;
        using var request = new TokenRevocationRequest
        {
            Address = server.Revocation.AbsoluteUri,
            Token = token,
            ClientCredentialStyle = ClientCredentialStyle.PostBody,
            // Its audience is where we are known, whichever of the addresses is called.
            ClientAssertion = Proof(server.Token, client),
        };
        using var limit = new CancellationTokenSource(RevocationTime);
        try
        {
            if (!(await http.Client.RevokeTokenAsync(request, limit.Token)).IsError)
                return true;
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidOperationException or FormatException or IOException)
        {
            // Told below.
        }

        NotRevoked(log, server.Revocation.Host);
        return false;
    }

    private async Task<SmartGrant?> AskAsync(Task<TokenResponse> asked, SmartServer server, CancellationToken stop)
    {
        try
        {
            return Read(await asked, server);
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidOperationException or FormatException or IOException && !stop.IsCancellationRequested)
        {
            NotGranted(log, server.Token.Host, "nothing in time, or nothing that can be read");
            return null;
        }
    }

    private ClientAssertion Proof(Uri audience, SmartClient client)
    {
        var now = clock.GetUtcNow();
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "JWT",
            SigningCredentials = client.Keys.Signing,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [JwtClaimTypes.Issuer] = client.ClientId,
                [JwtClaimTypes.Subject] = client.ClientId,
                [JwtClaimTypes.Audience] = audience.AbsoluteUri,
                [JwtClaimTypes.IssuedAt] = now.ToUnixTimeSeconds(),
                [JwtClaimTypes.Expiration] = (now + ProofLife).ToUnixTimeSeconds(),
                [JwtClaimTypes.JwtId] = Guid.NewGuid().ToString(),
            },
        });
        return new() { Type = OidcConstants.ClientAssertionTypes.JwtBearer, Value = token };
    }

    private SmartGrant? Read(TokenResponse answer, SmartServer server)
    {
        // What a server says of its refusal may quote what we sent.
        if (answer.Json is not { ValueKind: JsonValueKind.Object } json || answer.IsError)
            return Refuse("an error");
        if (!IsToken(answer.AccessToken) || !string.Equals(answer.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase) || answer.Scope is null)
            return Refuse("no bearer token with a scope");
        var life = answer.ExpiresIn > 0 ? TimeSpan.FromSeconds(answer.ExpiresIn) : CautiousLife;
        return new SmartGrant
        {
            AccessToken = answer.AccessToken!,
            Until = clock.GetUtcNow() + life,
            Scopes = answer.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            RefreshToken = IsToken(answer.RefreshToken) ? answer.RefreshToken : null,
            IdToken = answer.IdentityToken,
            Patient = Text(json, "patient", MostPatientCharacters),
            Tenant = Text(json, "tenant", MostTextCharacters),
            Intent = Text(json, "intent", MostTextCharacters),
            AppContext = Text(json, "appContext", MostTextCharacters),
            NeedsBanner = !(json.TryGetProperty("need_patient_banner", out var banner) && banner.ValueKind == JsonValueKind.False),
        };

        SmartGrant? Refuse(string what)
        {
            NotGranted(log, server.Token.Host, what);
            return null;
        }
    }

    // RFC 6749, A.12 and A.17: what else stands in it would stand in a header.
    private static bool IsToken(string? text) => text is { Length: > 0 } && text.All(character => character is >= ' ' and <= '~');

    private static string? Text(JsonElement json, string name, int most) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= most ? text : null;

    [LoggerMessage(LogLevel.Warning, "The token endpoint of {Host} answered with {What}")]
    private static partial void NotGranted(ILogger log, string host, string what);

    [LoggerMessage(LogLevel.Warning, "The server {Host} did not take a token back")]
    private static partial void NotRevoked(ILogger log, string host);
}
