using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using Microsoft.Net.Http.Headers;

namespace HpdCds.About;

/// <summary>
/// <c>/about/models</c>, <c>/about/models/{id}</c> and <c>/about/hazards</c>: pages for people, and the same as JSON with
/// the suffix <c>.json</c> or by Accept. Nothing here depends on a patient, so that everything is made once: when somebody first asks.
/// </summary>
public static class AboutEndpoints
{
    /// <summary>What a page of ours may do: show itself and our stylesheet.</summary>
    internal const string PagePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Json = "application/json; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";
    private const string Css = "text/css; charset=utf-8";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // Never part of a page: it is served as JSON, with nosniff.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var knowledge = app.Services.GetRequiredService<KnowledgeBase>();
        var services = app.Services.GetRequiredService<HookCatalogue>().Discovery("", ehr: null).Services;
        var cards = new Lazy<ImmutableArray<ModelCard>>(() => [.. knowledge.Models.Select(table => new ModelCardMaker(knowledge, table).Make())]);
        var growth = new Lazy<GrowthCard>(() => GrowthCard.Of(knowledge));
        var models = new Lazy<ImmutableArray<(string Id, string Title, string Summary, string Version)>>(() =>
            [.. cards.Value.Select(card => (card.Id, card.Title, card.Summary, card.Versions.Model)), (growth.Value.Id, growth.Value.Title, growth.Value.Summary, growth.Value.Versions.Model)]);

        MapBoth(app, "/about/models", () => AboutPages.Index(models.Value, knowledge.About.Service, services), () => new
        {
            knowledge.About.Service.Disclaimer,
            Models = models.Value.Select(model => new { model.Id, model.Title, model.Summary, model.Version, Url = $"/about/models/{model.Id}.json" }),
            Services = services.Select(service => new { service.Hook, service.Id, service.Description, service.UsageRequirements, service.Prefetch }),
        });
        foreach (var (table, place) in knowledge.Models.Select((table, place) => (table, place)))
            MapBoth(app, $"/about/models/{table.Model.Id}", () => ModelPage.Render(cards.Value[place]), () => cards.Value[place]);
        MapBoth(app, $"/about/models/{knowledge.Growth.Criteria.Id}", () => GrowthModelPage.Render(growth.Value), () => growth.Value);
        MapBoth(app, "/about/hazards", () => AboutPages.Hazards(knowledge.Hazards), () => knowledge.Hazards);
        var css = Stylesheet();
        app.MapGet(Page.Stylesheet, context => WriteAsync(context, css, Css)).AllowAnonymous();
    }

    private static void MapBoth<T>(WebApplication app, string path, Func<string> page, Func<T> data)
    {
        var html = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(page()));
        var json = new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(data(), Options));
        app.MapGet($"{path}.json", context => WriteAsync(context, json.Value, Json)).AllowAnonymous();
        app.MapGet(path, context =>
        {
            context.Response.Headers.Vary = "Accept";
            return PrefersJson(context.Request) ? WriteAsync(context, json.Value, Json) : WriteAsync(context, html.Value, Html);
        }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, byte[] body, string contentType)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PagePolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "public, max-age=300";
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    // Whoever says nothing, or anything, is taken for a person.
    private static bool PrefersJson(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        double Wish(params string[] types) => accepted
            .Where(range => types.Contains(range.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            .Max(range => (double?)(range.Quality ?? 1)) ?? -1;
        var (json, html, any) = (Wish("application/json"), Wish("text/html", "application/xhtml+xml"), Wish("*/*"));
        if (Math.Max(Math.Max(json, html), Math.Max(any, Wish("text/*", "application/*"))) <= 0)
            throw new RefusedException(ErrorReply.Generic(StatusCodes.Status406NotAcceptable));
        return json > Math.Max(html, 0);
    }

    private static byte[] Stylesheet()
    {
        using var stream = typeof(AboutEndpoints).Assembly.GetManifestResourceStream("About/about.css")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
