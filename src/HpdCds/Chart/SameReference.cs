namespace HpdCds.Chart;

/// <summary>Entries that <see cref="BundleSieve.ReferenceOf"/> gives the same name, without making it of each.</summary>
internal sealed class SameReference : IEqualityComparer<WalkedEntry>
{
    public static readonly SameReference Instance = new();

    /// <summary>It says nothing by which to know it again.</summary>
    public static bool IsNone(WalkedEntry entry) => entry.Resource.RawId.TryBytes(entry.Resource.All, out var id) ? id[^1] == '/' : BundleSieve.ReferenceOf(entry).EndsWith('/');

    public bool Equals(WalkedEntry? x, WalkedEntry? y)
    {
        if (x is null || y is null || ReferenceEquals(x, y))
            return ReferenceEquals(x, y);
        return x.Resource.RawId.TryBytes(x.Resource.All, out var one) && y.Resource.RawId.TryBytes(y.Resource.All, out var other) && x.Resource.Type == y.Resource.Type
            ? one.SequenceEqual(other)
            : BundleSieve.ReferenceOf(x) == BundleSieve.ReferenceOf(y);
    }

    public int GetHashCode(WalkedEntry obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (!obj.Resource.RawId.TryBytes(obj.Resource.All, out var id))
            return Hash(0, BundleSieve.ReferenceOf(obj));
        var hash = Next(Hash(0, obj.Resource.Type), '/');
        foreach (var sign in id)
            hash = Next(hash, (char)sign);
        return hash;
    }

    private static int Hash(int hash, string? text)
    {
        foreach (var sign in text ?? "")
            hash = Next(hash, sign);
        return hash;
    }

    private static int Next(int hash, char sign) => (hash * 31) + sign;
}
