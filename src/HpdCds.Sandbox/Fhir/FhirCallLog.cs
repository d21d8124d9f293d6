using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace HpdCds.Sandbox.Fhir;

/// <summary>One call that the service made to this EHR's FHIR server.</summary>
/// <param name="Form">The body of a search by POST.</param>
/// <param name="Status">Null when the caller hung up before the answer.</param>
public sealed record FhirCall(string Method, string Url, string? Form, string Token, int? Status, string Response, long Started, TimeSpan Elapsed);

/// <summary>The calls to the FHIR server, kept by the hook instance whose token they carried: two orders never mix.</summary>
public sealed class FhirCallLog(AccessTokens tokens)
{
    private const int KeptInstances = 500;

    private readonly ConcurrentDictionary<string, ImmutableList<FhirCall>> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public IReadOnlyList<FhirCall> Of(string hookInstance) => _calls.GetValueOrDefault(hookInstance, []);

    /// <summary>Middleware around the FHIR server: lets the call pass and keeps what went by.</summary>
    public async Task RecordAsync(HttpContext http, RequestDelegate next)
    {
        var token = AccessTokens.BearerOf(http.Request);
        if (tokens.HookInstanceOf(token) is not { } instance)
        {
            await next(http);
            return;
        }
        var started = Stopwatch.GetTimestamp();
        http.Request.EnableBuffering();
        var wire = http.Response.Body;
        using var kept = new MemoryStream();
        http.Response.Body = kept;
        int? status = null;
        try
        {
            await next(http);
            status = http.Response.StatusCode;
            kept.Position = 0;
            await kept.CopyToAsync(wire, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller gave up, which is what the log is to show.
            status = null;
        }
        finally
        {
            http.Response.Body = wire;
            var request = http.Request;
            var call = new FhirCall(
                request.Method,
                $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}",
                await FormOfAsync(request),
                token,
                status,
                Encoding.UTF8.GetString(kept.ToArray()),
                started,
                Stopwatch.GetElapsedTime(started));
            Keep(instance, call);
        }
    }

    private static async Task<string?> FormOfAsync(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || request.HttpContext.RequestAborted.IsCancellationRequested)
            return null;
        request.Body.Position = 0;
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }

    private void Keep(string instance, FhirCall call)
    {
        if (!_calls.ContainsKey(instance))
            _order.Enqueue(instance);
        _calls.AddOrUpdate(instance, [call], (_, calls) => calls.Add(call));
        while (_order.Count > KeptInstances && _order.TryDequeue(out var oldest))
            _calls.TryRemove(oldest, out _);
    }
}
