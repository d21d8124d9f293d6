using System.Buffers;

namespace HpdCds.Hooks;

/// <summary>
/// Takes a body in, up to a size and a time and never further. Its memory is lent and goes back when the answer has left:
/// nothing that outlives the request may point into it.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int First = 32_768;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(First);
    private int _length;

    private RequestBody()
    {
    }

    /// <exception cref="RefusedException">It is larger, or says that it is, or it does not come.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int mostBytes, TimeSpan patience, TimeProvider clock)
    {
        if (request.ContentLength > mostBytes)
            throw Refuse(StatusCodes.Status413PayloadTooLarge);
        var gone = request.HttpContext.RequestAborted;
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        var body = new RequestBody();
        request.HttpContext.Response.RegisterForDispose(body);
        try
        {
            for (var isMore = true; isMore;)
            {
                var read = await request.BodyReader.ReadAsync(either.Token);
                var isTooLarge = body._length + read.Buffer.Length > mostBytes;
                if (!isTooLarge)
                    body.Add(read.Buffer);
                // Also where it is refused: the server passes the rest, so that the refusal arrives.
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (isTooLarge)
                    throw Refuse(StatusCodes.Status413PayloadTooLarge);
                isMore = !read.IsCompleted;
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw Refuse(StatusCodes.Status408RequestTimeout);
        }

        return body._bytes.AsMemory(0, body._length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    // Not the announced length: memory is given for what has come, and as much again.
    private void Add(ReadOnlySequence<byte> more)
    {
        var length = _length + (int)more.Length;
        if (length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * length);
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        more.CopyTo(_bytes.AsSpan(_length));
        _length = length;
    }

    private static RefusedException Refuse(int status) => new(ErrorReply.Generic(status));
}
