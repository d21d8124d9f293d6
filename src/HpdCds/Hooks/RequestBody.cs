namespace HpdCds.Hooks;

/// <summary>Takes a body in, up to a size and never further.</summary>
internal static class RequestBody
{
    /// <exception cref="RefusedException">It is larger, or says that it is.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int mostBytes, CancellationToken stop)
    {
        if (request.ContentLength > mostBytes)
            throw TooLarge();
        // Not the announced length: memory is given for what has come.
        using var body = new MemoryStream(16_384);
        var buffer = new byte[65_536];
        while (await request.Body.ReadAsync(buffer, stop) is > 0 and var read)
        {
            if (body.Length + read > mostBytes)
                throw TooLarge();
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static RefusedException TooLarge() => new(ErrorReply.Generic(StatusCodes.Status413PayloadTooLarge));
}
