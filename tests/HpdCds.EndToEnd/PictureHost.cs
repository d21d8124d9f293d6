using HpdCds.Chart;
using HpdCds.SmartApp;
using HpdCds.Tests.SmartApp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HpdCds.EndToEnd;

/// <summary>Serves pictures of the sandbox's patients under the policy of the page, as a launch will: <c>/picture/{patient}</c>.</summary>
public sealed class PictureHost : IAsyncLifetime
{
    private const string Nonce = "r4nd0m";

    private readonly Pictures _pictures = new();
    private readonly WebApplication _app;

    public PictureHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/picture.css", () => Results.Stream(Resource(PicturePage.StyleResource), "text/css"));
        _app.MapGet("/picture.js", () => Results.Stream(Resource(PicturePage.ScriptResource), "text/javascript"));
        _app.MapGet("/picture/{patient}", (HttpContext context, string patient) => WriteAsync(context, patient, []));
        _app.MapPost("/picture/{patient}", async (HttpContext context, string patient) =>
            await WriteAsync(context, patient, (await context.Request.ReadFormAsync()).Select(field => KeyValuePair.Create(field.Key, field.Value.ToString()))));
    }

    public string Url => _app.Urls.First();

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _pictures.DisposeAsync();
    }

    private static Stream Resource(string name) => typeof(PicturePage).Assembly.GetManifestResourceStream(name)!;

    private async Task WriteAsync(HttpContext context, string patient, IEnumerable<KeyValuePair<string, string>> form)
    {
        var language = context.Request.Query["language"].ToString() is { Length: > 0 } asked ? asked : "en";
        var picture = await PictureAsync(patient, language);
        var whatIf = picture is { Assessment: { } read, Reading: { } reading } ? WhatIf.Of(read, reading.Factors, form) : null;
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{Nonce}'; script-src 'nonce-{Nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
        context.Response.ContentType = "text/html; charset=utf-8";
        var self = $"/picture/{patient}";
        await context.Response.WriteAsync(PicturePage.Render(picture, whatIf, new(Nonce, "/picture.css", "/picture.js", self, $"{self}?language={language}", "__token", "antiforgery")));
    }

    private Task<Picture> PictureAsync(string name, string language)
    {
        PictureRequest WithBanner(PictureRequest request) => request with { Banner = new("Synthetic Patient", "1964-10-26", "MRN 00412") };
        return name switch
        {
            "nodata" => _pictures.OfGoldenAsync("precondition-failed-without-data-or-token", language, WithBanner),
            "another" => _pictures.OfGoldenAsync("precondition-failed-for-another-patient", language, WithBanner),
            "rich" => _pictures.OfGoldenAsync("high-all-seven-review-features", language, WithBanner),
            "partial" => _pictures.OfSandboxAsync("delta", language, request => Pictures.Cut(WithBanner(request), ChartKey.Problems, ChartKey.Chemistry)),
            "hostile" => _pictures.OfSandboxAsync("bravo", language, request => request with { Banner = new("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u0000", "1964", "&lt;b&gt;") }),
            "changed" => _pictures.ChangedAsync(language, WithBanner),
            _ => _pictures.OfSandboxAsync(name, language, WithBanner),
        };
    }
}
