using System.Buffers;

namespace HpdCds.Hooks;

/// <summary>
/// Takes a body in, up to a size and a time and never further. Its memory is lent and goes back when the answer has left:
/// nothing that outlives the request may point into it.
/// </summary>
internal static class RequestBody
{
    private const int First = 32_768;

    /// <exception cref="RefusedException">It is larger, or says that it is, or it does not come.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int mostBytes, TimeSpan patience, TimeProvider clock)
    {
        var body = new LentBytes(First);
        request.HttpContext.Response.RegisterForDispose(body);
        await PassAsync(request, mostBytes, patience, clock, body.Add);
        return body.Memory;
    }

    /// <param name="take">Is given the bytes as they come, which are there for as long as that takes.</param>
    /// <exception cref="RefusedException">It is larger, or says that it is, or it does not come.</exception>
    public static async Task PassAsync(HttpRequest request, int mostBytes, TimeSpan patience, TimeProvider clock, Action<ReadOnlySpan<byte>> take)
    {
        if (request.ContentLength > mostBytes)
            throw Refuse(StatusCodes.Status413PayloadTooLarge);
        var gone = request.HttpContext.RequestAborted;
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        try
        {
            var come = 0L;
            for (var isMore = true; isMore;)
            {
                var read = await request.BodyReader.ReadAsync(either.Token);
                come += read.Buffer.Length;
                try
                {
                    if (come > mostBytes)
                        throw Refuse(StatusCodes.Status413PayloadTooLarge);
                    foreach (var some in read.Buffer)
                        take(some.Span);
                }
                finally
                {
                    // Also where it is refused: the server passes the rest, so that the refusal arrives.
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                }

                isMore = !read.IsCompleted;
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw Refuse(StatusCodes.Status408RequestTimeout);
        }
    }

    private static RefusedException Refuse(int status) => new(ErrorReply.Generic(status));
}
