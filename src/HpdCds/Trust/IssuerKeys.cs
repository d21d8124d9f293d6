using System.Collections.Concurrent;
using System.Net;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Trust;

/// <summary>
/// The keys of issuers, from the places that the settings list and no other. A key that is not known yet makes us look
/// again, but not more often than once a minute: whoever invents key ids does not make us call the issuer each time.
/// </summary>
public sealed partial class IssuerKeys(CurrentTrust trust, TimeProvider clock, ILogger<IssuerKeys> log) : IDisposable
{
    private const int MaxBytes = 256 * 1024;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    // Also how long keys stay usable while their issuer does not answer.
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(CheckedConnection.Handler(trust, CallTimeout)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Fetches the keys for a token when they are not here, are old, or do not hold its key.</summary>
    public async Task PrepareAsync(TrustedIssuer issuer, string? jku, string kid, CancellationToken stop)
    {
        if (UrlFor(issuer, jku) is not { } url)
            return;
        var place = _places.GetOrAdd(url, _ => new Place());
        if (!place.NeedsCall(kid, clock.GetUtcNow()))
            return;
        await place.Gate.WaitAsync(stop);
        try
        {
            if (place.NeedsCall(kid, clock.GetUtcNow()))
                await CallAsync(new Uri(url), place);
        }
        finally
        {
            place.Gate.Release();
        }
    }

    public SecurityKey? Find(TrustedIssuer issuer, string? jku, string kid, string algorithm)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var keys = UrlFor(issuer, jku) is { } url
            ? _places.GetValueOrDefault(url)?.KeysAt(clock.GetUtcNow())
            : jku is null ? issuer.Keys.Fixed : null;
        return keys?.Find(kid, algorithm);
    }

    public void Dispose() => _http.Dispose();

    private static string? UrlFor(TrustedIssuer issuer, string? jku) => jku is null ? issuer.Keys.Url : issuer.Keys.Allows(jku) ? jku : null;

    // Not ended by the client that happened to be first: others wait for the same keys.
    private async Task CallAsync(Uri url, Place place)
    {
        place.Called = clock.GetUtcNow();
        using var timeout = new CancellationTokenSource(CallTimeout, clock);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new FormatException("The answer is not a JWKS");
            var keys = KeySet.Parse(await ReadAsync(response, timeout.Token));
            var life = response.Headers.CacheControl is { NoStore: false, NoCache: false, MaxAge: { } age } ? age : response.Headers.CacheControl is null ? UsualLife : ShortestLife;
            place.Take(keys, clock.GetUtcNow(), TimeSpan.FromTicks(Math.Clamp(life.Ticks, ShortestLife.Ticks, LongestLife.Ticks)));
            Fetched(log, url.Host, keys.Count);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or FormatException)
        {
            NotFetched(log, url.Host, failure.GetType().Name);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        return length <= MaxBytes ? buffer.AsMemory(0, length) : throw new FormatException("The JWKS is too large");
    }

    [LoggerMessage(LogLevel.Information, "Keys read from {Host}: {Count} usable")]
    private static partial void Fetched(ILogger log, string host, int count);

    [LoggerMessage(LogLevel.Warning, "Keys could not be read from {Host}: {Type}")]
    private static partial void NotFetched(ILogger log, string host, string type);

    private sealed class Place
    {
        private sealed record Taken(KeySet Keys, DateTimeOffset At, TimeSpan Life);

        private volatile Taken? _taken;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        /// <summary>Written under the gate only.</summary>
        public DateTimeOffset Called { private get; set; } = DateTimeOffset.MinValue;

        public KeySet? KeysAt(DateTimeOffset now) => _taken is { } taken && now - taken.At < LongestLife ? taken.Keys : null;

        public bool NeedsCall(string kid, DateTimeOffset now) =>
            (_taken is not { } taken || now - taken.At >= taken.Life || !taken.Keys.Knows(kid)) && now - Called >= BetweenCalls;

        public void Take(KeySet keys, DateTimeOffset at, TimeSpan life) => _taken = new Taken(keys, at, life);
    }
}
