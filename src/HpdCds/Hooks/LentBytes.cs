using System.Buffers;

namespace HpdCds.Hooks;

/// <summary>Bytes that come one after the other, in memory that is lent: it grows with what has come, not with what was announced.</summary>
internal sealed class LentBytes(int first) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(first);
    private int _start;

    public int Length { get; private set; }

    /// <summary>Until the next of these calls.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, Length);

    public void Add(ReadOnlySpan<byte> more)
    {
        if (_start + Length + more.Length > _bytes.Length)
            MakeRoom(more.Length);
        more.CopyTo(_bytes.AsSpan(_start + Length));
        Length += more.Length;
    }

    /// <summary>Forgets the first ones.</summary>
    public void Drop(int count)
    {
        _start += count;
        Length -= count;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, Length) = ([], 0, 0);
    }

    private void MakeRoom(int more)
    {
        var before = _bytes;
        if (Length + more > _bytes.Length)
            _bytes = ArrayPool<byte>.Shared.Rent(2 * (Length + more));
        before.AsSpan(_start, Length).CopyTo(_bytes);
        _start = 0;
        if (!ReferenceEquals(before, _bytes))
            ArrayPool<byte>.Shared.Return(before);
    }
}
