using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace HpdCds.Trust;

/// <summary>
/// What the server reads from its connections into. Its own blocks of four kilobytes are filled five hundred times by one call
/// with a large chart, and each time costs more than what is done with the bytes.
/// </summary>
internal sealed class ReceiveBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>How much of a body is read before somebody asks for it.</summary>
    public const int ReadAhead = 2 * Size;

    private const int Size = 65_536;

    // What comes back beyond these is left to the collector: a busy minute is not paid for all day.
    private const int MostIdle = 64;

    private readonly ConcurrentQueue<Block> _idle = [];

    public override int MaxBufferSize => Size;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Size);
        return (_idle.TryDequeue(out var block) ? block : new Block(this)).Lent();
    }

    // The server gives a pool back when it ends, and another one may still use it.
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(ReceiveBlocks blocks) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(Size, pinned: true), 0, Size);

        private bool _isLent;

        public Block Lent()
        {
            _isLent = true;
            return this;
        }

        // Given back twice, it would be lent to two requests.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLent, false) && blocks._idle.Count < MostIdle)
                blocks._idle.Enqueue(this);
        }
    }
}
