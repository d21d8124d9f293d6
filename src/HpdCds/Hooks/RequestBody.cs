namespace HpdCds.Hooks;

/// <summary>Takes a body in, up to a size and a time and never further.</summary>
internal static class RequestBody
{
    /// <exception cref="RefusedException">It is larger, or says that it is, or it does not come.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int mostBytes, TimeSpan patience, TimeProvider clock)
    {
        if (request.ContentLength > mostBytes)
            throw Refuse(StatusCodes.Status413PayloadTooLarge);
        var gone = request.HttpContext.RequestAborted;
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        // Not the announced length: memory is given for what has come.
        using var body = new MemoryStream(16_384);
        var buffer = new byte[65_536];
        try
        {
            while (await request.Body.ReadAsync(buffer, either.Token) is > 0 and var read)
            {
                if (body.Length + read > mostBytes)
                    throw Refuse(StatusCodes.Status413PayloadTooLarge);
                body.Write(buffer, 0, read);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw Refuse(StatusCodes.Status408RequestTimeout);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static RefusedException Refuse(int status) => new(ErrorReply.Generic(status));
}
