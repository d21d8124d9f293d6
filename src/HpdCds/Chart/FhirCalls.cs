using System.Net;
using System.Net.Http.Headers;
using HpdCds.Hooks;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>One answer of a FHIR server, before anybody looks at its content.</summary>
/// <param name="State"><see cref="SourceState.Complete"/> when there is a body to read.</param>
public sealed record FhirAnswer(SourceState State, ReadOnlyMemory<byte> Body)
{
    public static readonly FhirAnswer Failed = new(SourceState.Failed, default);
    public static readonly FhirAnswer NotAuthorised = new(SourceState.NotAuthorised, default);
    public static readonly FhirAnswer NotUnderstood = Failed with { IsNotUnderstood = true };

    /// <summary>The server says that the question is at fault (400): it may answer a plainer one.</summary>
    public bool IsNotUnderstood { get; init; }
}

/// <summary>
/// The only place from which patients are read. Where it may connect is <see cref="CheckedConnection"/>'s business, and
/// the token goes on the single request that it is for. Nothing is asked twice by us; where a kept connection turns out to
/// be closed before a byte of an answer came, the handler itself sends the same request on another one.
/// </summary>
public sealed class FhirCalls(SiteSettings settings, CurrentTrust trust, TimeProvider clock) : IDisposable
{
    private const int LongestGetUrl = 2048;

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
            var form = new StringContent(parameters, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            var (status, answer) = await SendAsync(HttpMethod.Post, new Uri($"{server.Text}/{path}/_search"), form, access, stop);
            if (status is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed) || mayAskAgain?.Invoke() == false)
                return answer;
        }

        return await GetAsync(new Uri(url), access, stop);
    }

    public async Task<FhirAnswer> GetAsync(Uri url, FhirAccess access, CancellationToken stop) =>
        (await SendAsync(HttpMethod.Get, url, null, access, stop)).Answer;

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode? Status, FhirAnswer Answer)> SendAsync(
        HttpMethod method, Uri url, HttpContent? content, FhirAccess access, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(settings.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        using var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
        request.Headers.Accept.ParseAdd("application/fhir+json");
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (response.StatusCode, await ReadAsync(response, either.Token));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return (null, FhirAnswer.Failed);
        }
    }

    private async Task<FhirAnswer> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return FhirAnswer.NotAuthorised;
        if (response.StatusCode == HttpStatusCode.BadRequest)
            return FhirAnswer.NotUnderstood;
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentEncoding.Count > 0)
            return FhirAnswer.Failed;
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        using var body = new MemoryStream();
        var buffer = new byte[65_536];
        while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
        {
            if (body.Length + read > settings.MaxBodyBytes)
                return FhirAnswer.Failed;
            body.Write(buffer, 0, read);
        }

        return new FhirAnswer(SourceState.Complete, body.GetBuffer().AsMemory(0, (int)body.Length));
    }
}
