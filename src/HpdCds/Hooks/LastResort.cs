using Microsoft.AspNetCore.Connections;

namespace HpdCds.Hooks;

/// <summary>What happens when nothing else answered: empty error answers get a body, bugs get a correlation id.</summary>
public static partial class LastResort
{
    public static void UseLastResort(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await next(context);
        }
        catch (RefusedException refused)
        {
            await AnswerAsync(context, refused.Reply);
        }
        catch (BadHttpRequestException broken)
        {
            await AnswerAsync(context, ErrorReply.Generic(broken.StatusCode));
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested || gone is ConnectionResetException)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception bug)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(LastResort));
            await AnswerAsync(context, Explain(bug, context.TraceIdentifier, log));
        }

        // Whoever went reads nothing any more.
        if (context.Response is { StatusCode: >= 400 and not StatusCodes.Status499ClientClosedRequest, HasStarted: false, ContentLength: null })
            await ErrorReply.Generic(context.Response.StatusCode).WriteAsync(context);
    });

    // The message of an exception may quote what was being read: only its type and place are logged.
    private static ErrorReply Explain(Exception bug, string correlation, ILogger log)
    {
        Unexpected(log, correlation, bug.GetType().FullName, bug.StackTrace);
        return new(StatusCodes.Status500InternalServerError, "exception", $"Internal error. Correlation id: {correlation}");
    }

    private static Task AnswerAsync(HttpContext context, ErrorReply reply)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return reply.WriteAsync(context);
    }

    [LoggerMessage(LogLevel.Error, "Unexpected failure {Correlation}: {Type}{Trace}")]
    private static partial void Unexpected(ILogger log, string correlation, string? type, string? trace);
}
