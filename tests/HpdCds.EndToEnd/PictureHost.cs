using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<int, int> _looks = new();

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
        _app.MapGet("/waiting/{looks:int}", WaitAsync);
        _app.MapGet("/problem/{problem}", (HttpContext context, string problem) =>
            WriteAsync(context, LaunchPages.Problem(Enum.Parse<LaunchProblem>(problem), _pictures.Knowledge.Wordings["en"], Nonce, "/picture.css")));
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
        var self = $"/picture/{patient}";
        var query = $"?language={language}";
        await WriteAsync(context, PicturePage.Render(picture, whatIf, new(Nonce, "/picture.css", "/picture.js", self, self + query, "__token", "antiforgery") { Query = query }));
    }

    private static Task WriteAsync(HttpContext context, string page)
    {
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'self'; style-src 'nonce-{Nonce}'; script-src 'nonce-{Nonce}'; img-src 'self' data:; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(page);
    }

    /// <summary>A chart of which more was read at each look, until all of it was.</summary>
    private Task WaitAsync(HttpContext context, int looks)
    {
        var isLook = context.Request.Headers["Sec-Fetch-Dest"] == "empty";
        var looked = _looks.AddOrUpdate(looks, 0, (_, before) => isLook ? before + 1 : before);
        if (looked < looks)
            return WriteAsync(context, LaunchPages.Reading([.. Enum.GetValues<ChartKey>().Take(looked)], Enum.GetValues<ChartKey>().Length, _pictures.Knowledge.Wordings["en"], Nonce, "/picture.css", "/picture.js", context.Request.Path + context.Request.QueryString));
        if (!isLook)
            return WriteAsync(context, "bravo", []);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
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
            "framed" => _pictures.OfSandboxAsync("bravo", language, request => WithBanner(request) with { NeedsBanner = false }),
            "long" => _pictures.OfSandboxAsync("bravo", language, request => request with { Banner = new(string.Concat(Enumerable.Repeat("王小明 Maximiliana ", 60)), "1964-10-26", "MRN 7") }),
            "changed" => _pictures.ChangedAsync(language, WithBanner),
            _ => _pictures.OfSandboxAsync(name, language, WithBanner),
        };
    }
}
