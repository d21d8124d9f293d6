using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using HpdCds.Chart;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>
/// Takes what became of cards. Whatever can be used is kept, also of a card that nobody here knows; an item that cannot be
/// is named in the answer. The same item twice is one.
/// </summary>
public sealed class FeedbackEndpoint(CurrentTrust trust, Journal journal, SiteSettings settings, TimeProvider clock)
{
    private const int MaxBodyBytes = 512 * 1024;
    private const int MostItems = 1_000;
    private const int MaxCardCharacters = 200;
    private const int MaxCodeCharacters = 200;
    private const int MaxCommentCharacters = 4_000;

    private const string UnreadableText = "A text here is no Unicode";

    private static readonly TimeSpan Future = TimeSpan.FromHours(24);

    // Where nobody is asked, feedback counts for whoever issued the card.
    private static readonly Hospital Nobody = new("", "");

    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var endpoint = app.Services.GetRequiredService<FeedbackEndpoint>();
        foreach (var document in HookCatalogue.Documents)
            app.MapPost($"{document}/cds-services/{{id}}/feedback", (HttpContext context, string id) => endpoint.TakeAsync(context, document, id));
    }

    private async Task TakeAsync(HttpContext context, string document, string id)
    {
        var record = CallRecord.Of(context);
        record.Service = HookCatalogue.Find(document, id) ?? throw new RefusedException(ErrorReply.Generic(StatusCodes.Status404NotFound));
        HookEndpoints.RequireJson(context.Request);
        var items = await ItemsAsync(context.Request);
        record.Ehr = Caller.Of(context)?.Ehr;
        record.Feedback = items.Count;

        var (faults, refusals) = (new List<ErrorIssue>(), 0);
        for (var at = 0; at < items.Count; at++)
        {
            var place = FormattableString.Invariant($"feedback[{at}]");
            try
            {
                var item = Read(items[at], place, record.Ehr is { } ehr && !trust.Table.IsAnonymous ? Hospital.Of(ehr, Caller.Of(context)) : Nobody);
                journal.Add(item);
                if (item is { Outcome: "accepted", Suggestions: "" })
                    faults.Add(new("warning", "required", "An accepted card names its suggestion; the item is kept without", [$"{place}.acceptedSuggestions"]));
                if (items[at]!["overrideReasons"] is JsonArray { Count: > 1 })
                    faults.Add(new("warning", "informational", "Only the first reason is kept", [$"{place}.overrideReasons"]));
            }
            catch (RefusedException refused)
            {
                refusals++;
                faults.Add(new("error", refused.Reply.IssueCode, refused.Reply.Diagnostics, [refused.Reply.Expression!]));
            }
            catch (InvalidOperationException)
            {
                refusals++;
                faults.Add(new("error", "structure", UnreadableText, [place]));
            }
        }

        if (refusals == items.Count)
            throw new RefusedException(ErrorReply.BadRequest(faults[0].Expression![0], faults[0].Diagnostics, faults[0].Code));
        context.Response.Headers.CacheControl = "no-store";
        await HookEndpoints.WriteAsync(context, new ErrorOutcome(faults.Count > 0 ? faults : [new("information", "informational", "Taken")]));
    }

    private async Task<JsonArray> ItemsAsync(HttpRequest request)
    {
        var body = BundleWalk.WithoutMark(await RequestBody.ReadAsync(request, MaxBodyBytes, settings.BodyTimeout, clock));
        try
        {
            if (!Utf8.IsValid(body.Span))
                throw new RefusedException(new(StatusCodes.Status400BadRequest, "structure", UnreadableText));
            var root = JsonNode.Parse(body.Span, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = 32 });
            return root is JsonObject named && named["feedback"] is JsonArray { Count: > 0 and <= MostItems } items
                ? items
                : throw new RefusedException(ErrorReply.BadRequest("feedback", string.Create(CultureInfo.InvariantCulture, $"An array of 1 to {MostItems} items is expected here")));
        }
        catch (JsonException)
        {
            throw new RefusedException(new(StatusCodes.Status400BadRequest, "structure", "The body is not one valid JSON document, or says something twice"));
        }
        catch (InvalidOperationException)
        {
            throw new RefusedException(new(StatusCodes.Status400BadRequest, "structure", UnreadableText));
        }
    }

    private FeedbackItem Read(JsonNode? node, string place, Hospital hospital)
    {
        var item = node as JsonObject ?? throw Refuse(place, "An object is expected here");
        var now = clock.GetUtcNow();
        var card = Text(item["card"]) is { Length: > 0 and <= MaxCardCharacters } named ? FeedbackItem.AsIssued(named) : throw Refuse($"{place}.card", "The id of a card is expected here");
        var outcome = Text(item["outcome"]) is "accepted" or "overridden" ? Text(item["outcome"])! : throw Refuse($"{place}.outcome", "accepted or overridden is expected here");
        var when = Text(item["outcomeTimestamp"]) is { } text && IsInstant(text, out var at) ? at : throw Refuse($"{place}.outcomeTimestamp", "An instant with its offset is expected here");
        if (when > now + Future)
            throw Refuse($"{place}.outcomeTimestamp", "It lies in the future");
        var suggestions = (item["acceptedSuggestions"] as JsonArray ?? []).OfType<JsonObject>().Select(one => Text(one["id"])).OfType<string>().Where(IsToken).ToArray();
        // One large EHR writes the plural.
        var why = item["overrideReason"] as JsonObject ?? item["overrideReasons"] as JsonObject ?? (item["overrideReasons"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault();
        var reason = why?["reason"] as JsonObject;
        var (system, code) = (Text(reason?["system"]), Text(reason?["code"]));
        // What is no code is what a person wrote, and is kept like it.
        string?[] words = IsToken(code) ? [Text(why?["userComment"])] : [Text(why?["userComment"]), code];
        return new(hospital.Ehr, hospital.Tenant, card, outcome, when, now, IsToken(system) ? system : null, IsToken(code) ? code : null, string.Join(',', suggestions), Comment(string.Join('\n', words.Where(text => !string.IsNullOrEmpty(text)))));
    }

    private static bool IsToken([NotNullWhen(true)] string? text) => text is { Length: > 0 and <= MaxCodeCharacters } && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains(',', StringComparison.Ordinal);

    private static bool IsInstant(string text, out DateTimeOffset instant)
    {
        // Without its offset it could be any of a day's hours.
        var hasOffset = text.EndsWith('Z') || text.EndsWith('z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out instant)
            && hasOffset && text.Length >= "2026-11-24T12:00:00Z".Length && text[10] is 'T' or 't' && instant.Year >= 2000;
    }

    private static string? Comment(string text) => !string.IsNullOrWhiteSpace(text)
        ? text[..(text.Length <= MaxCommentCharacters ? text.Length : char.IsHighSurrogate(text[MaxCommentCharacters - 1]) ? MaxCommentCharacters - 1 : MaxCommentCharacters)]
        : null;

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is var text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;

    private static RefusedException Refuse(string place, string diagnostics) => new(ErrorReply.BadRequest(place, diagnostics));
}
