using System.Buffers;

namespace HpdCds.Hooks;

/// <summary>
/// Memory into which a thread writes one thing after another, each to its end and without waiting: none is made for each, and
/// nothing stays in it.
/// </summary>
internal readonly ref struct ThreadBuffer : IDisposable
{
    private const int Usual = 16_384;
    private const int MostKept = 8 * Usual;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _free;

    public ThreadBuffer()
    {
        Bytes = _free ?? new(Usual);
        // Who writes meanwhile writes elsewhere.
        _free = null;
    }

    public ArrayBufferWriter<byte> Bytes { get; }

    public void Dispose()
    {
        Bytes.Clear();
        _free = Bytes.Capacity > MostKept ? null : Bytes;
    }
}
