using System.Diagnostics;
using System.Text;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Store;
using HpdCds.Telemetry;
using HpdCds.Trust;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.SmartApp;

/// <summary>What a person looks at: there a refusal is a page, too.</summary>
internal sealed class IsPage;

/// <summary>
/// The SMART app, from an EHR's launch to the picture: a browser is sent to sign in, comes back, and looks at the page of its launch. These
/// addresses are open to everybody: who comes is known by the EHR's sign-in and by a cookie of one launch.
/// </summary>
internal sealed partial class LaunchEndpoints(
    LaunchDesk desk, LaunchReadings readings, PictureMaker pictures, LaunchAudit audit, CurrentTrust trust, KnowledgeBase knowledge, SiteSettings settings, TimeProvider clock, ILogger<LaunchEndpoints> log)
{
    public const string Stylesheet = "/smart/picture.css";
    public const string Script = "/smart/picture.js";
    public const string Jwks = "/smart/jwks.json";

    private const string FormField = "form";
    private const string LanguageField = "language";
    private const int MostFormBytes = 16 * 1024;

    /// <summary>How long a page waits for a chart before it says that it is being read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The same where something was sent that a page which looks again would lose.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(10);

    public static void Add(IServiceCollection services) => services.AddSingleton<SmartHttp>().AddSingleton<SmartDiscovery>().AddSingleton<SmartTokens>().AddSingleton<SmartIdentity>()
        .AddSingleton<LaunchDesk>().AddSingleton<LaunchReadings>().AddSingleton<LaunchAudit>().AddSingleton<PictureMaker>().AddSingleton<LaunchEndpoints>();

    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var endpoints = app.Services.GetRequiredService<LaunchEndpoints>();
        // No page elsewhere may read them, whatever it may ask the services.
        var open = app.MapGroup("").AllowAnonymous().WithMetadata(new DisableCorsAttribute());
        var pages = open.MapGroup("").WithMetadata(new IsPage());
        pages.MapGet(LaunchDesk.Launch, (HttpContext context) => endpoints.RunAsync(context, "launch", endpoints.LaunchAsync));
        pages.MapGet(LaunchDesk.Callback, (HttpContext context) => endpoints.RunAsync(context, "callback", endpoints.CallbackAsync));
        pages.MapGet($"{LaunchDesk.Launches}/{{id}}", (HttpContext context, string id) => endpoints.RunAsync(context, "page", page => endpoints.ShowAsync(page, id, form: null)));
        // Who looks again at what was tried, by the address bar or a list of pages, sees the chart.
        pages.MapGet($"{LaunchDesk.Launches}/{{id}}/what-if", (HttpContext context, string id) => endpoints.RunAsync(context, "what-if", page => endpoints.ReturnAsync(page, id)));
        pages.MapPost($"{LaunchDesk.Launches}/{{id}}/what-if", (HttpContext context, string id) => endpoints.RunAsync(context, "what-if", page => endpoints.TryAsync(page, id)));
        pages.MapPost($"{LaunchDesk.Launches}/{{id}}/end", (HttpContext context, string id) => endpoints.RunAsync(context, "end", page => endpoints.EndAsync(page, id)));
        open.MapGet(Jwks, endpoints.PublishAsync);
        MapFile(open, Stylesheet, PicturePage.StyleResource, "text/css; charset=utf-8");
        MapFile(open, Script, PicturePage.ScriptResource, "text/javascript; charset=utf-8");
    }

    /// <summary>The answer to a browser that asks more than it may.</summary>
    public Task RefuseAsync(HttpContext context) => RunAsync(context, "refused", _ => throw new LaunchProblemException(LaunchProblem.Busy));

    private async Task RunAsync(HttpContext context, string step, Func<LaunchExchange, Task> take)
    {
        var page = new LaunchExchange(context, trust.Table.PublicBase);
        var since = Stopwatch.GetTimestamp();
        try
        {
            page.SetHeaders(Frames(ehr: null));
            await SayWhyNotAsync(page, take);
        }
        finally
        {
            LaunchSignals.Record(step, page.Ehr, page.Outcome, page.Status, Stopwatch.GetElapsedTime(since));
        }
    }

    private async Task SayWhyNotAsync(LaunchExchange page, Func<LaunchExchange, Task> take)
    {
        try
        {
            await take(page);
        }
        catch (LaunchProblemException problem)
        {
            page.Ehr ??= problem.Ehr?.Name;
            await SayAsync(page, problem.Problem, problem.Language ?? page.Single(LanguageField) ?? problem.Ehr?.Language, problem.Status);
        }
        catch (StoreAwayException)
        {
            var away = new LaunchProblemException(LaunchProblem.StoreAway);
            await SayAsync(page, away.Problem, page.Single(LanguageField), away.Status);
        }
        catch (RefusedException refused) when (refused.Reply.Status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            await SayAsync(page, LaunchProblem.NotOurForm, page.Single(LanguageField), refused.Reply.Status);
        }
        catch (Exception bug) when (!page.Gone.IsCancellationRequested && !page.HasBegun)
        {
            // The message may quote what was being read.
            Unexpected(log, bug.GetType().FullName, bug.StackTrace);
            await SayAsync(page, LaunchProblem.NotMade, language: null, StatusCodes.Status500InternalServerError);
        }
    }

    private async Task LaunchAsync(LaunchExchange page)
    {
        // A parameter that comes twice is none.
        var sent = await desk.BeginAsync(page.Single("iss"), page.Single("launch"), page.Gone);
        (page.Ehr, page.Outcome) = (sent.Ehr, "sent");
        page.Keep(sent);
        page.Send(sent.Address, StatusCodes.Status302Found);
    }

    private async Task CallbackAsync(LaunchExchange page)
    {
        var sent = await desk.FinishAsync(page.Query, page.CookieOf, page.Gone);
        if (page.Single("state") is { } state)
            page.Forget(LaunchDesk.PlaceOf(state));
        (page.Ehr, page.Outcome) = (sent.Ehr, "opened");
        page.Keep(sent);
        // Code and state leave the address bar, the history and the referrer with it.
        page.Send(sent.Address, StatusCodes.Status303SeeOther);
    }

    private async Task ShowAsync(LaunchExchange page, string id, IEnumerable<KeyValuePair<string, string>>? form)
    {
        var (launch, ehr) = await FindAsync(page, id);
        var asked = page.Single(LanguageField);
        var words = knowledge.Wordings.GetValueOrDefault(asked ?? ehr.Language) ?? knowledge.Wordings[ehr.Language];
        var here = desk.PathOf($"{LaunchDesk.Launches}/{id}");
        var language = words.Language == ehr.Language ? "" : $"?{LanguageField}={words.Language}";
        var reading = readings.Of(id, launch, ehr, anew: form is null);
        LaunchResult result;
        try
        {
            result = await reading.Result.WaitAsync(form is null ? Patience : LongPatience, clock, page.Gone);
        }
        catch (TimeoutException)
        {
            page.Outcome = "reading";
            await page.WriteAsync(LaunchPages.Reading(reading.Ended, readings.SourcesFor(ehr), words, page.Nonce, desk.PathOf(Stylesheet), desk.PathOf(Script), here + language), StatusCodes.Status200OK);
            return;
        }
        catch (Exception) when (reading.Result.IsFaulted || reading.Result.IsCanceled)
        {
            // Whoever looks again gets another try.
            readings.Forget(id);
            throw;
        }

        // A script that looks again only has to know that it is done: a picture that nobody saw is not in the audit.
        if (page.IsFromScript && form is null)
        {
            page.Outcome = "read";
            page.SendNothing();
            return;
        }

        if (result.Request is not { } request)
        {
            var problem = result.End == ReadingEnd.AnotherPatient ? LaunchProblem.AnotherPatient : LaunchProblem.Over;
            audit.Write("shown", problem.ToString(), ehr, launch, request: null);
            readings.Forget(id);
            await desk.EndAsync(id, page.Gone);
            page.Forget(LaunchDesk.PlaceOf(id));
            throw new LaunchProblemException(problem, ehr) { Language = words.Language };
        }

        var picture = pictures.Make(request with { Language = words.Language });
        var tried = form is not null && picture is { Assessment: { } assessment, Reading: { } read } ? WhatIf.Of(assessment, read.Factors, form) : null;
        page.Outcome = Kebab.Case(picture.Kind);
        audit.Write(form is null ? "shown" : "tried", picture.Kind.ToString(), ehr, launch, request);
        var formToken = LaunchDesk.FormTokenOf(page.CookieOf(LaunchDesk.PlaceOf(id))!);
        var frame = new PictureFrame(page.Nonce, desk.PathOf(Stylesheet), desk.PathOf(Script), here, $"{here}/what-if{language}", FormField, formToken)
        {
            Models = desk.PathOf("/about/models"),
            Query = language,
            IsTried = form is not null,
            Below = LaunchPages.End($"{here}/end{language}", FormField, formToken, words),
        };
        await page.WriteAsync(PicturePage.Render(picture, tried, frame), StatusCodes.Status200OK);
    }

    private async Task ReturnAsync(LaunchExchange page, string id)
    {
        await FindAsync(page, id);
        page.Outcome = "returned";
        var language = page.Single(LanguageField) is { } asked && knowledge.Wordings.ContainsKey(asked) ? $"?{LanguageField}={asked}" : "";
        page.Send(desk.PathOf($"{LaunchDesk.Launches}/{id}") + language, StatusCodes.Status303SeeOther);
    }

    private async Task<(OpenLaunch Launch, TrustedEhr Ehr)> FindAsync(LaunchExchange page, string id)
    {
        var (launch, ehr) = await desk.FindAsync(id, page.CookieOf, page.Gone);
        page.SetHeaders(Frames(ehr));
        page.Ehr = ehr.Name;
        return (launch, ehr);
    }

    private async Task TryAsync(LaunchExchange page, string id) => await ShowAsync(page, id, await FormAsync(page, id));

    private async Task EndAsync(LaunchExchange page, string id)
    {
        var (launch, ehr) = await FindAsync(page, id);
        await FormAsync(page, id);
        readings.Forget(id);
        var isHandedBack = await desk.EndAsync(id, page.Gone);
        audit.Write("ended", "Ended", ehr, launch, request: null);
        page.Forget(LaunchDesk.PlaceOf(id));
        throw new LaunchProblemException(isHandedBack ? LaunchProblem.Ended : LaunchProblem.EndedHere, ehr);
    }

    /// <summary>A form that our own page sent, from our own page. The cookie goes wherever a frame is, so that it proves nothing here.</summary>
    private async Task<KeyValuePair<string, string>[]> FormAsync(LaunchExchange page, string id)
    {
        if (!page.IsFromOurPage || page.CookieOf(LaunchDesk.PlaceOf(id)) is not { } secret || !page.HasForm)
            throw new LaunchProblemException(LaunchProblem.NotOurForm);
        var body = await RequestBody.ReadAsync(page.Request, MostFormBytes, settings.BodyTimeout, clock);
        try
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body.Span));
            var form = reader.ReadForm();
            return form.TryGetValue(FormField, out var token) && token is [{ } text] && LaunchDesk.IsSame(Unguessable.HashOf(text), LaunchDesk.FormTokenOf(secret))
                ? [.. form.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")))]
                : throw new LaunchProblemException(LaunchProblem.NotOurForm);
        }
        catch (InvalidDataException)
        {
            throw new LaunchProblemException(LaunchProblem.NotOurForm);
        }
    }

    private string StylesheetAddress => trust.Table.PublicBase is null ? Stylesheet : desk.PathOf(Stylesheet);

    private Task SayAsync(LaunchExchange page, LaunchProblem problem, string? language, int status)
    {
        page.Outcome = Kebab.Case(problem);
        var words = knowledge.Wordings.GetValueOrDefault(language ?? WordingCheck.Reference) ?? knowledge.Wordings[WordingCheck.Reference];
        return page.WriteAsync(LaunchPages.Problem(problem, words, page.Nonce, StylesheetAddress), status);
    }

    // Before it is known from which EHR somebody comes, a page that says nothing of anybody may stand in the frame of each.
    private IEnumerable<string> Frames(TrustedEhr? ehr) =>
        (ehr is null ? trust.Table.Ehrs.Select(entry => entry.Smart) : [ehr.Smart]).OfType<SmartClient>().SelectMany(client => client.FrameAncestors).Distinct(StringComparer.Ordinal);

    private Task PublishAsync(HttpContext context)
    {
        var keys = new System.Text.Json.Nodes.JsonArray([.. trust.Table.Ehrs.Select(ehr => ehr.Smart).OfType<SmartClient>()
            .SelectMany(client => client.Keys.Published).DistinctBy(key => key.ToJsonString(), StringComparer.Ordinal).Select(key => key.DeepClone())]);
        context.Response.Headers.CacheControl = "public, max-age=300";
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(new System.Text.Json.Nodes.JsonObject { ["keys"] = keys }.ToJsonString(), context.RequestAborted);
    }

    private static void MapFile(IEndpointRouteBuilder open, string path, string resource, string type)
    {
        using var stream = typeof(LaunchEndpoints).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        open.MapGet(path, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=300";
            context.Response.ContentType = type;
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
        });
    }

    [LoggerMessage(LogLevel.Error, "A page of a launch could not be made: {Type} {Place}")]
    private static partial void Unexpected(ILogger log, string? type, string? place);
}
