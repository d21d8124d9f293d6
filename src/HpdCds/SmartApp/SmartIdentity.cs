using System.Collections.Concurrent;
using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Trust;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.SmartApp;

/// <summary>Who signed in, if an id_token says so that holds in every respect. One that does not costs the name of the user and nothing else.</summary>
internal sealed partial class SmartIdentity(SmartHttp http, TimeProvider clock, ILogger<SmartIdentity> log)
{
    private static readonly TimeSpan KeysLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    private static readonly string[] Kinds = ["Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person"];

    private readonly ConcurrentDictionary<string, (KeySet Keys, DateTimeOffset At)> _keys = new(StringComparer.Ordinal);

    /// <returns><c>Type/id</c>, or null when nobody vouches for it.</returns>
    public async Task<string?> UserAsync(SmartServer server, SmartClient client, string? idToken, string nonce, CancellationToken stop)
    {
        if (idToken is null || server is not { Keys: { } address, Issuer: { } issuer })
            return null;
        try
        {
            var handler = new JsonWebTokenHandler { MapInboundClaims = false };
            var read = handler.ReadJsonWebToken(idToken);
            var keys = await KeysAsync(address, read.Kid, stop);
            var result = await handler.ValidateTokenAsync(idToken, new TokenValidationParameters
            {
                ValidIssuer = issuer,
                ValidAudience = client.ClientId,
                ValidAlgorithms = TokenAlgorithm.All.Keys,
                RequireExpirationTime = true,
                RequireSignedTokens = true,
                TryAllIssuerSigningKeys = false,
                IssuerSigningKeyResolver = (_, _, kid, _) => keys?.Find(kid, read.Alg) is { } key ? [key] : [],
                LifetimeValidator = (since, until, _, _) => until + Skew > clock.GetUtcNow() && (since is null || since - Skew < clock.GetUtcNow()),
            });
            var holds = result.IsValid && read.TryGetPayloadValue<string>("nonce", out var said) && said == nonce;
            if (!holds)
            {
                NotBelieved(log, address.Host);
                return null;
            }

            return read.TryGetPayloadValue<string>("fhirUser", out var user) ? UserOf(user) : null;
        }
        catch (Exception failure) when (failure is ArgumentException or SecurityTokenException or HttpRequestException or IOException or FormatException or JsonException or OperationCanceledException)
        {
            NotBelieved(log, address.Host);
            return null;
        }
    }

    /// <summary>Absolute or relative; only its last two parts count.</summary>
    internal static string? UserOf(string? reference) =>
        reference?.Split('/') is [.., var kind, var id] && Kinds.Contains(kind, StringComparer.Ordinal) && References.IsId(id)
            ? $"{kind}/{id}"
            : null;

    private async Task<KeySet?> KeysAsync(Uri address, string? kid, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (_keys.TryGetValue(address.AbsoluteUri, out var known) && now - known.At < (kid is not null && known.Keys.Knows(kid) ? KeysLife : BetweenReadings))
            return known.Keys;
        var keys = KeySet.Parse(await http.GetAsync(address, stop));
        _keys[address.AbsoluteUri] = (keys, now);
        return keys;
    }

    [LoggerMessage(LogLevel.Warning, "An id_token of {Host} does not hold: nobody knows who looks")]
    private static partial void NotBelieved(ILogger log, string host);
}
