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
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    // Also how long keys stay usable while their issuer does not answer.
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(CheckedConnection.Handler(trust, CallTimeout)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Reads the keys for a token when they are not here, are old, or do not hold its key.</summary>
    public async Task PrepareAsync(TrustedIssuer issuer, string? jku, string kid, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        if (PlaceOf(issuer.Keys, jku) is not { } place || place.HasNoUseFor(kid, clock.GetUtcNow()))
            return;
        await place.Gate.WaitAsync(stop);
        try
        {
            if (place.NeedsReading(kid, clock.GetUtcNow()))
                await ReadAsync(place);
        }
        finally
        {
            place.Gate.Release();
        }
    }

    public SecurityKey? Find(TrustedIssuer issuer, string? jku, string kid, string algorithm)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return PlaceOf(issuer.Keys, jku)?.KeysAt(clock.GetUtcNow())?.Find(kid, algorithm);
    }

    public void Dispose() => _http.Dispose();

    private Place? PlaceOf(KeySource keys, string? jku) => (jku ?? keys.Url, keys.File) switch
    {
        ({ } url, _) => jku is null || keys.Allows(jku) ? _places.GetOrAdd(url, _ => new Place(url, isFile: false, known: null)) : null,
        // Settings that were read again have the file as it was then.
        (_, { } file) => _places.GetOrAdd($"{keys.Fixed?.Hash} {file}", _ => new Place(file, isFile: true, keys.Fixed)),
        _ => null,
    };

    // Not ended by the client that happened to be first: others wait for the same keys.
    private async Task ReadAsync(Place place)
    {
        place.ReadAt(clock.GetUtcNow());
        using var timeout = new CancellationTokenSource(CallTimeout, clock);
        try
        {
            var (keys, life) = place.IsFile ? await OpenAsync(place.Name, timeout.Token) : await CallAsync(new Uri(place.Name), timeout.Token);
            place.Take(keys, clock.GetUtcNow(), life);
            Taken(log, place.Label, keys.Count);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException or OperationCanceledException or FormatException)
        {
            NotTaken(log, place.Label, failure.GetType().Name);
        }
    }

    private async Task<(KeySet Keys, TimeSpan Life)> CallAsync(Uri url, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new FormatException("The answer is not a JWKS");
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        var keys = await ParseAsync(stream, stop);
        var life = response.Headers.CacheControl is { NoStore: false, NoCache: false, MaxAge: { } age } ? age : response.Headers.CacheControl is null ? UsualLife : ShortestLife;
        return (keys, TimeSpan.FromTicks(Math.Clamp(life.Ticks, ShortestLife.Ticks, LongestLife.Ticks)));
    }

    private static async Task<(KeySet Keys, TimeSpan Life)> OpenAsync(string path, CancellationToken stop)
    {
        await using var stream = File.OpenRead(path);
        return (await ParseAsync(stream, stop), BetweenReadings);
    }

    private static async Task<KeySet> ParseAsync(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        return length <= MaxBytes ? KeySet.Parse(buffer.AsMemory(0, length)) : throw new FormatException("The JWKS is too large");
    }

    [LoggerMessage(LogLevel.Information, "Keys read from {Place}: {Count} usable")]
    private static partial void Taken(ILogger log, string place, int count);

    [LoggerMessage(LogLevel.Warning, "Keys could not be read from {Place}: {Type}")]
    private static partial void NotTaken(ILogger log, string place, string type);

    /// <summary>An address, or a file that is read again as if it were one: an address may fall silent for a day, a file for good.</summary>
    private sealed class Place(string name, bool isFile, KeySet? known)
    {
        private sealed record Content(KeySet Keys, DateTimeOffset At, TimeSpan Life);

        private volatile Content? _content = known is null ? null : new Content(known, DateTimeOffset.MinValue, TimeSpan.Zero);
        private long _read = DateTimeOffset.MinValue.UtcTicks;

        public string Name => name;

        public bool IsFile => isFile;

        public string Label => isFile ? Path.GetFileName(name) : new Uri(name).Host;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public KeySet? KeysAt(DateTimeOffset now) => _content is { } content && (isFile || now - content.At < LongestLife) ? content.Keys : null;

        public bool NeedsReading(string kid, DateTimeOffset now) =>
            (_content is not { } content || now - content.At >= content.Life || !content.Keys.Knows(kid)) && now.UtcTicks - Interlocked.Read(ref _read) >= BetweenReadings.Ticks;

        /// <summary>Nothing to read, and nothing to wait for: a key that is not here may be on its way.</summary>
        public bool HasNoUseFor(string kid, DateTimeOffset now) =>
            !NeedsReading(kid, now) && (Gate.CurrentCount > 0 || KeysAt(now)?.Knows(kid) == true);

        public void ReadAt(DateTimeOffset now) => Interlocked.Exchange(ref _read, now.UtcTicks);

        public void Take(KeySet keys, DateTimeOffset at, TimeSpan life) => _content = new Content(keys, at, life);
    }
}
