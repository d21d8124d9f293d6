using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using HpdCds.Store;

namespace HpdCds.Verbs;

/// <summary>
/// <c>incident CARD-ID</c>: everything that was kept of the decision behind a card, from the store that the service's own
/// settings name. Ends with 0; with 1 when there is no such card, or the store cannot be read; with 2 when misused.
/// </summary>
public static class IncidentVerb
{
    private const int NotFound = 1;
    private const int Misused = 2;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Documents = ["factors", "sources"];

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, Action<WebApplicationBuilder>? configure = null)
    {
        if (args is not [{ Length: > 0 } card])
        {
            await errors.WriteLineAsync("Usage: incident CARD-ID");
            return Misused;
        }

        await using var service = HpdCdsService.Build([], builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
        try
        {
            var found = await service.Services.GetRequiredService<Database>().RunAsync(
                async connection => (
                    Decision: (await connection.QueryAsync("SELECT * FROM decisions WHERE card = @card", new { card })).Cast<IDictionary<string, object?>>().FirstOrDefault(),
                    Feedback: (await connection.QueryAsync("SELECT ehr, outcome, at, reason_system, reason_code, suggestions FROM feedback WHERE card = @card ORDER BY at", new { card })).Cast<IDictionary<string, object?>>().ToArray()),
                CancellationToken.None);
            if (found.Decision is not { } decision)
            {
                await errors.WriteLineAsync(found.Feedback.Length > 0 ? "There is feedback on this card, and no decision: it was issued elsewhere, or is older than what is kept" : "There is no such card in this store");
                return NotFound;
            }

            var json = Written(decision);
            json["feedback"] = new JsonArray([.. found.Feedback.Select(Written)]);
            await output.WriteLineAsync(json.ToJsonString(Readable));
            return 0;
        }
        catch (StoreAwayException)
        {
            await errors.WriteLineAsync("The store cannot be read");
            return NotFound;
        }
    }

    private static JsonObject Written(IDictionary<string, object?> row)
    {
        var json = new JsonObject();
        foreach (var (name, value) in row.Where(pair => pair.Value is not null))
        {
            json[name] = value switch
            {
                string text when Documents.Contains(name, StringComparer.Ordinal) => JsonNode.Parse(text),
                long instant when name == "at" => DateTimeOffset.FromUnixTimeMilliseconds(instant).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                long number => number,
                _ => value!.ToString(),
            };
        }

        return json;
    }
}
