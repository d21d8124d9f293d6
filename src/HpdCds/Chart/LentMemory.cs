using System.Buffers;

namespace HpdCds.Chart;

/// <summary>Memory that is lent for as long as a request takes, given in pieces. Nothing that outlives the request may point into it.</summary>
public sealed class LentMemory : IDisposable
{
    private const int FirstPiece = 16_384;

    // Each piece is twice the one before, so that few are lent: who lends keeps few of each size.
    private const int MostDoublings = 6;

    private readonly List<byte[]> _lent = [];
    private int _used;

    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (_lent.Count == 0 || _lent[^1].Length - _used < bytes.Length)
        {
            _lent.Add(ArrayPool<byte>.Shared.Rent(Math.Max(FirstPiece << Math.Min(_lent.Count, MostDoublings), bytes.Length)));
            _used = 0;
        }

        var place = _lent[^1].AsMemory(_used, bytes.Length);
        bytes.CopyTo(place.Span);
        _used += bytes.Length;
        return place;
    }

    public void Dispose()
    {
        foreach (var piece in _lent)
            ArrayPool<byte>.Shared.Return(piece);
        _lent.Clear();
    }
}
