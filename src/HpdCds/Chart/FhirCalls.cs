using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>One answer of a FHIR server, before anybody looks at its content.</summary>
/// <param name="State"><see cref="SourceState.Complete"/> when there is a body to read.</param>
public sealed record FhirAnswer(SourceState State, ReadOnlyMemory<byte> Body)
{
    public static readonly FhirAnswer Failed = new(SourceState.Failed, default);
    public static readonly FhirAnswer NotAuthorised = new(SourceState.NotAuthorised, default);
    public static readonly FhirAnswer TooMuch = new(SourceState.Truncated, default);

    /// <summary>The server says that the question is at fault (400): it may answer a plainer one.</summary>
    public bool IsNotUnderstood { get; init; }

    /// <summary>The server does not take the question in this form: it may take it in another one.</summary>
    public bool IsNotTaken { get; init; }
}

/// <summary>
/// The only place from which patients are read. Where it may connect is <see cref="CheckedConnection"/>'s business, and
/// the token goes on the single request that it is for. When another try is made is <see cref="FhirPipelines"/>' business.
/// </summary>
public sealed class FhirCalls(SiteSettings settings, CurrentTrust trust, FhirPipelines pipelines, TimeProvider clock) : IDisposable
{
    private const int LongestGetUrl = 2048;

    /// <summary>What is asked for, as numbers and spans name it; a next page has whatever address its server likes.</summary>
    private static readonly string[] Kinds =
    [
        "Patient", "Condition", "Observation", "Procedure", "Medication", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "metadata",
    ];

    private readonly HttpClient _http = new(CheckedConnection.Handler(trust, settings.CallTimeout)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A read or a search below <paramref name="server"/>; a long search goes as a form, and as a GET where forms are not taken.</summary>
    /// <param name="mayAskAgain">Whether there is a call left for that GET; without it there always is.</param>
    public async Task<FhirAnswer> AskAsync(FhirBase server, string query, FhirAccess access, CancellationToken stop, Func<bool>? mayAskAgain = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(access);
        var url = $"{server.Text}/{query}";
        var (path, parameters) = query.Split('?', 2) is [var head, var tail] ? (head, tail) : (query, "");
        if (url.Length > LongestGetUrl && parameters.Length > 0)
        {
            var tried = await SendAsync(new Uri($"{server.Text}/{path}/_search"), parameters, access, stop);
            if (!tried.Answer.IsNotTaken || mayAskAgain?.Invoke() == false)
                return tried.Answer;
        }

        return await GetAsync(new Uri(url), access, stop);
    }

    public async Task<FhirAnswer> GetAsync(Uri url, FhirAccess access, CancellationToken stop) =>
        (await SendAsync(url, form: null, access, stop)).Answer;

    public void Dispose() => _http.Dispose();

    // Spans and numbers name the host and the kind of resource: an address may hold the patient's id.
    private async Task<FhirAttempt> SendAsync(Uri url, string? form, FhirAccess access, CancellationToken stop)
    {
        var (since, kind) = (clock.GetTimestamp(), KindOf(url));
        using var span = Signals.Spans.StartActivity($"FHIR {kind}", ActivityKind.Client);
        var tried = await TryAsync(url, form, access, stop);
        var state = Kebab.Case(tried.Answer.State);
        span?.SetTag("server.address", url.Host).SetTag("server.port", url.Port).SetTag("fhir.resource", kind).SetTag("fhir.state", state);
        if (tried.Status is { } status)
            span?.SetTag("http.response.status_code", (int)status);
        if (tried.Answer.State != SourceState.Complete)
            span?.SetStatus(ActivityStatusCode.Error);
        Signals.FhirCalls.Record(clock.GetElapsedTime(since).TotalSeconds, Signals.Tag("host", url.Authority), Signals.Tag("resource", kind), Signals.Tag("state", state));
        return tried;
    }

    private static string KindOf(Uri url) => Array.Find(Kinds, kind => Array.Exists(url.Segments, segment => segment.TrimEnd('/') == kind)) ?? "page";

    private Task<FhirAttempt> TryAsync(Uri url, string? form, FhirAccess access, CancellationToken stop) => pipelines.RunAsync(
        url,
        async token =>
        {
            using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, url);
            if (form is not null)
                request.Content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            if (access.Token.Length > 0)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
            request.Headers.Accept.ParseAdd("application/fhir+json");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            return new(response.StatusCode, await ReadAsync(response, access, token), WaitOf(response));
        },
        access.CallTimeout,
        stop);

    // What nobody can read was meant to keep us away, and a number too large for a time surely was.
    private TimeSpan? WaitOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ when response.Headers.NonValidated.Contains("Retry-After") => TimeSpan.MaxValue,
        _ => null,
    };

    private async Task<FhirAnswer> ReadAsync(HttpResponseMessage response, FhirAccess access, CancellationToken stop)
    {
        access.IsRefused |= response.StatusCode == HttpStatusCode.Unauthorized;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return FhirAnswer.NotAuthorised;
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.NotImplemented)
            return FhirAnswer.Failed with { IsNotTaken = true, IsNotUnderstood = response.StatusCode == HttpStatusCode.BadRequest };
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentEncoding.Count > 0)
            return FhirAnswer.Failed;
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        using var body = new MemoryStream();
        var buffer = new byte[65_536];
        while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
        {
            if (body.Length + read > settings.MaxBodyBytes)
                return FhirAnswer.Failed;
            // What one answer may be, times all that may be asked, would still be far more than one call is worth.
            if (access.Count(read) > settings.MaxAnswerBytes)
                return FhirAnswer.TooMuch;
            body.Write(buffer, 0, read);
        }

        return new FhirAnswer(SourceState.Complete, body.GetBuffer().AsMemory(0, (int)body.Length));
    }
}
