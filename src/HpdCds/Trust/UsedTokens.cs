using System.Security.Cryptography;
using System.Text;

namespace HpdCds.Trust;

/// <summary>
/// Which tokens were used: each counts once, until it ends. In memory, so for one process; several need one store.
/// Only tokens with a good signature get here, which is what keeps it small.
/// </summary>
public sealed class UsedTokens(TimeProvider clock, int mostTokensOfOne)
{
    /// <summary>An hour of a thousand calls each second. When it is full nobody gets in: forgetting would let a replay through.</summary>
    private const int MostTokens = 3_600_000;

    /// <summary>No issuer may fill it for the others.</summary>
    private const int MostTokensOfOne = MostTokens / 4;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _used = [];
    private readonly PriorityQueue<(UInt128 Key, string Issuer), DateTimeOffset> _ends = new();
    private readonly Dictionary<string, int> _ofIssuer = new(StringComparer.Ordinal);

    public UsedTokens(TimeProvider clock)
        : this(clock, MostTokensOfOne)
    {
    }

    /// <returns>Whether this was the first use.</returns>
    public ValueTask<bool> SpendAsync(string issuer, string id, DateTimeOffset until)
    {
        var key = KeyOf(issuer, id);
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            while (_ends.TryPeek(out var old, out var end) && end <= now)
            {
                _ends.Dequeue();
                _used.Remove(old.Key);
                _ofIssuer[old.Issuer]--;
            }

            var already = _ofIssuer.GetValueOrDefault(issuer);
            if (_used.Count >= MostTokens || already >= mostTokensOfOne || !_used.Add(key))
                return ValueTask.FromResult(false);
            _ofIssuer[issuer] = already + 1;
            _ends.Enqueue((key, issuer), until);
            return ValueTask.FromResult(true);
        }
    }

    // The length keeps one pair from reading as another.
    private static UInt128 KeyOf(string issuer, string id) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(HashOf(issuer, id));

    internal static byte[] HashOf(string issuer, string id) => SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Length}:{issuer}{id}"));
}
