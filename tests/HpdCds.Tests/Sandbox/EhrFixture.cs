using System.Net.Http.Headers;
using System.Text;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Sandbox;
using HpdCds.Sandbox.Fhir;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Sandbox;

/// <summary>The real EHR on a real port, at a fixed time.</summary>
public sealed class EhrFixture : IAsyncLifetime
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    private WebApplication? _app;

    public FakeTimeProvider Time { get; } = new(Start);

    public HttpClient Http { get; } = new();

    public IServiceProvider Services => _app!.Services;

    public string Fhir => $"{Http.BaseAddress}fhir";

    public ValueTask InitializeAsync() => StartAsync("http://127.0.0.1:1");

    public async ValueTask StartAsync(string serviceUrl)
    {
        _app = EhrHost.Build(
            ["--urls", "http://127.0.0.1:0", "--cds-url", serviceUrl],
            builder => builder.Services.AddSingleton<TimeProvider>(Time));
        await _app.StartAsync();
        Http.BaseAddress = new(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.DisposeAsync();
    }

    public string TokenFor(string patientId) => Services.GetRequiredService<AccessTokens>().Issue(patientId, TimeSpan.FromHours(1));

    public Task<HttpResponseMessage> GetAsync(string patientId, string path, string? prefer = null) =>
        SendAsync(TokenFor(patientId), HttpMethod.Get, path, null, prefer);

    public async Task<HttpResponseMessage> SendAsync(string? token, HttpMethod method, string path, HttpContent? content = null, string? prefer = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("http", StringComparison.Ordinal) ? path : $"{Fhir}/{path}") { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<Bundle> SearchAsync(string patientId, string path)
    {
        using var response = await GetAsync(patientId, path);
        response.EnsureSuccessStatusCode();
        return await ReadAsync<Bundle>(response);
    }

    public async Task<string[]> IdsAsync(string patientId, string path) =>
        [.. (await SearchAsync(patientId, path)).Entry.Select(entry => entry.Resource!.Id!)];

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response)
        where T : Resource
    {
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType?.MediaType);
        return Parse<T>(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public static T Parse<T>(byte[] json)
        where T : Resource
    {
        var reader = new System.Text.Json.Utf8JsonReader(json);
        Assert.True(FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out var issues), string.Join("; ", issues.Select(issue => issue.Message)));
        return Assert.IsType<T>(resource, exactMatch: false);
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/fhir+json");
}
