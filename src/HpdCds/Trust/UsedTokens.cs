using System.Security.Cryptography;
using System.Text;

namespace HpdCds.Trust;

/// <summary>
/// Which tokens were used: each counts once, until it ends. In memory, so for one process; several need one store.
/// Only tokens with a good signature get here, which is what keeps it small.
/// </summary>
public sealed class UsedTokens(TimeProvider clock)
{
    /// <summary>An hour of a thousand calls each second. When it is full nobody gets in: forgetting would let a replay through.</summary>
    private const int MostTokens = 3_600_000;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _used = [];
    private readonly PriorityQueue<UInt128, DateTimeOffset> _ends = new();

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
                _used.Remove(old);
            }

            if (_used.Count >= MostTokens || !_used.Add(key))
                return ValueTask.FromResult(false);
            _ends.Enqueue(key, until);
            return ValueTask.FromResult(true);
        }
    }

    // The length keeps one pair from reading as another.
    private static UInt128 KeyOf(string issuer, string id) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Length}:{issuer}{id}")));
}
