using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using HpdCds.Explain;
using HpdCds.Store;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace HpdCds.Verbs;

/// <summary>
/// <c>incident CARD-ID [--comments] [--chart FILE]</c>: everything that was kept of the decision behind a card, from the store that
/// the service's own settings name; with what people wrote of it, which may be patient data; and whether a chart that
/// <c>explain --save-chart</c> wrote is what it was made from, for which the settings must hold the AuditKey of that time.
/// Ends with 0; with 1 when there is no such card, or the store cannot be read; with 2 when misused; with 3 when the chart is another.
/// </summary>
public static class IncidentVerb
{
    private const int NotFound = 1;
    private const int Misused = 2;
    private const int Different = 3;

    private const string Usage = "Usage: incident CARD-ID [--comments] [--chart FILE]";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Documents = ["factors", "sources"];

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, Action<WebApplicationBuilder>? configure = null)
    {
        if (Arguments.Parse(args) is not { } arguments)
        {
            await errors.WriteLineAsync(Usage);
            return Misused;
        }

        await using var service = HpdCdsService.Build([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.Configure<KeyManagementOptions>(keys => keys.AutoGenerateKeys = false);
            configure?.Invoke(builder);
        });
        var store = service.Services.GetRequiredService<Database>();
        store.IsReader = true;
        try
        {
            var found = await store.RunAsync(
                async connection => (
                    Decision: (await connection.QueryAsync("SELECT * FROM decisions WHERE card = @Card", arguments)).Cast<IDictionary<string, object?>>().FirstOrDefault(),
                    Feedback: (await connection.QueryAsync("SELECT ehr, outcome, at, reason_system, reason_code, suggestions, comment FROM feedback WHERE card = @Card ORDER BY at", arguments)).Cast<IDictionary<string, object?>>().ToArray()),
                CancellationToken.None);
            if (found.Decision is not { } decision)
            {
                await errors.WriteLineAsync(found.Feedback.Length > 0 ? "There is feedback on this card, and no decision: it was issued elsewhere, or is older than what is kept" : "There is no such card in this store");
                return NotFound;
            }

            var json = Written(decision);
            var journal = service.Services.GetRequiredService<Journal>();
            json["feedback"] = new JsonArray([.. found.Feedback.Select(row => Written(row, arguments.WithComments ? journal.Reveal : null))]);
            bool? isSame = arguments.Chart is null ? null : service.Services.GetRequiredService<Pseudonyms>().Inputs(await SavedAsync(arguments.Chart)) == (string?)json["inputs"];
            if (isSame is { } same)
                json["chart"] = same ? "the same inputs" : "other inputs, or another AuditKey";
            await output.WriteLineAsync(json.ToJsonString(Readable));
            return isSame == false ? Different : 0;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException)
        {
            await errors.WriteLineAsync("The chart is none that explain --save-chart wrote");
            return Misused;
        }
        catch (StoreAwayException)
        {
            await errors.WriteLineAsync("The store cannot be read");
            return NotFound;
        }
    }

    private static async Task<JsonObject> SavedAsync(string file) => SavedChart.Parse(await File.ReadAllTextAsync(file)).Assessment ?? throw new JsonException("It holds no assessment");

    private static JsonObject Written(IDictionary<string, object?> row, Func<string, string?>? reveal)
    {
        var json = Written(row);
        if (json["comment"] is not { } comment)
            return json;
        json.Remove("comment");
        if (reveal is not null)
            json["comment"] = reveal((string)comment!) ?? "The key to this comment is gone";
        return json;
    }

    private static JsonObject Written(IDictionary<string, object?> row)
    {
        var json = new JsonObject();
        foreach (var (name, value) in row.Where(pair => pair.Value is not null))
        {
            json[name] = value switch
            {
                // As it stands, where something damaged it: who looks into an incident wants to see that.
                string text when Documents.Contains(name, StringComparer.Ordinal) => StoredJson.Read(text) ?? text,
                long instant when name == "at" => DateTimeOffset.FromUnixTimeMilliseconds(instant).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                long number => number,
                _ => value!.ToString(),
            };
        }

        return json;
    }

    private sealed record Arguments(string Card, bool WithComments, string? Chart)
    {
        public static Arguments? Parse(string[] args)
        {
            if (args is not [{ Length: > 0 } card, .. var rest] || card.StartsWith("--", StringComparison.Ordinal))
                return null;
            var arguments = new Arguments(FeedbackItem.AsIssued(card), WithComments: false, Chart: null);
            for (; rest.Length > 0; rest = rest[(rest[0] == "--chart" ? 2 : 1)..])
            {
                if (rest[0] == "--comments")
                    arguments = arguments with { WithComments = true };
                else if (rest is ["--chart", var file, ..])
                    arguments = arguments with { Chart = file };
                else
                    return null;
            }

            return arguments;
        }
    }
}
