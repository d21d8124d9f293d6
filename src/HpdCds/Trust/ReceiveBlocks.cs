using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace HpdCds.Trust;

/// <summary>
/// What the server reads from its connections into. Its own blocks of four kilobytes are filled five hundred times by one call
/// with a large chart, and each time costs more than what is done with the bytes. There are so many large ones and no more: who
/// opens thousands of connections gets small ones.
/// </summary>
internal sealed class ReceiveBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int Size = 65_536;
    private const int SmallSize = 4_096;
    private const int Most = 256;

    private readonly ConcurrentQueue<Memory<byte>> _free = [];
    private int _made;

    public override int MaxBufferSize => Size;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Size);
        if (_free.TryDequeue(out var block))
            return new Lease(this, block);
        if (Interlocked.Increment(ref _made) <= Most)
            return new Lease(this, MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(Size, pinned: true), 0, Size));
        Interlocked.Decrement(ref _made);
        return Shared.Rent(Math.Max(minBufferSize, SmallSize));
    }

    // The server gives a pool back when it ends, and another one may still use it.
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>One use of a block. Given back twice, a block would be lent to two requests.</summary>
    private sealed class Lease(ReceiveBlocks blocks, Memory<byte> block) : IMemoryOwner<byte>
    {
        private bool _isOver;

        public Memory<byte> Memory => _isOver ? throw new ObjectDisposedException(nameof(Lease)) : block;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isOver, true))
                blocks._free.Enqueue(block);
        }
    }
}
