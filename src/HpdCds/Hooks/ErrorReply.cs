using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.Hooks;

/// <summary>
/// An answer that is not a success: status, FHIR issue code, a sentence of ours, and the field of the request that is
/// meant. Never a value from the request.
/// </summary>
public sealed record ErrorReply(int Status, string IssueCode, string Diagnostics, string? Expression = null)
{
    private const string FhirJson = "application/fhir+json; charset=utf-8";

    /// <summary>
    /// The connection ends with it, and a client that knows opens another: what is left of a body that is too large or too slow
    /// is not read.
    /// </summary>
    public bool EndsConnection { get; init; } = Status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout;

    public static ErrorReply BadRequest(string expression, string diagnostics, string issueCode = "invalid") =>
        new(StatusCodes.Status400BadRequest, issueCode, diagnostics, expression);

    /// <summary>The same words for everybody: no hint at what exists here.</summary>
    public static ErrorReply Generic(int status) => new(
        status,
        status switch
        {
            StatusCodes.Status404NotFound => "not-found",
            StatusCodes.Status405MethodNotAllowed or StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status406NotAcceptable => "not-supported",
            StatusCodes.Status413PayloadTooLarge => "too-long",
            StatusCodes.Status429TooManyRequests => "throttled",
            StatusCodes.Status401Unauthorized => "login",
            StatusCodes.Status403Forbidden => "forbidden",
            >= 500 => "exception",
            _ => "processing",
        },
        ReasonPhrases.GetReasonPhrase(status));

    public ErrorOutcome ToOutcome() => new([new ErrorIssue("error", IssueCode, Diagnostics, Expression is null ? null : [Expression])]);

    public async Task WriteAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = Status;
        context.Response.ContentType = FhirJson;
        context.Response.Headers.CacheControl = "no-store";
        if (EndsConnection && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(ToOutcome(), HookJson.Options);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

/// <summary>Ends the reading of a request with an answer; caught in one place, <see cref="LastResort"/>.</summary>
public sealed class RefusedException(ErrorReply reply) : Exception(reply.Diagnostics)
{
    public ErrorReply Reply { get; } = reply;
}
