using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Explain;
using HpdCds.Hooks;

namespace HpdCds.Verbs;

/// <summary>
/// <c>explain request.json [--service hpd-growth] [--drop KEY]... [--asOf INSTANT] [--save-chart FILE] [--fhir FILE]</c> answers a hook request from a
/// file and says why, and writes the answer as FHIR resources; resource by resource; what it prints is patient data. <c>explain --chart FILE</c> assesses a saved chart anew.
/// Ends with 0; with 2 when the input was not usable, or a hook call would be refused; with 3 when a saved chart is assessed otherwise than it was.
/// </summary>
public static class ExplainVerb
{
    private const int Unusable = 2;
    private const int Different = 3;

    private const string Usage = "Usage: explain request.json [--service hpd-growth] [--drop KEY]... [--asOf 2026-11-24T12:00:00Z] [--save-chart FILE] [--fhir FILE]\n       explain --chart FILE";

    private static readonly string[] Keys = [.. Enum.GetValues<ChartKey>().Select(ChartKeys.NameOf)];

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        await using var service = HpdCdsService.Build(["--environment=Development"], builder => builder.Logging.ClearProviders());
        var explainer = service.Services.GetRequiredService<Explainer>();
        try
        {
            if (args is ["--chart", var saved])
                return await ReplayAsync(explainer, saved, output, errors);
            if (Arguments.Parse(args) is not { } arguments)
                return await FailAsync(errors, Usage);
            if (arguments.Drop.Except(Keys, StringComparer.Ordinal).FirstOrDefault() is { } stranger)
                return await FailAsync(errors, $"--drop {stranger}: there is no such key; the keys are {string.Join(", ", Keys)}");
            var asOf = arguments.AsOf ?? service.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            var explanation = await explainer.ExplainAsync(await File.ReadAllBytesAsync(arguments.File), arguments.Drop, asOf, CancellationToken.None, arguments.Service);
            await output.WriteLineAsync(explanation.Json.ToJsonString(Readable));
            if (explanation.Refusal is { } refusal)
                return await FailAsync(errors, Told(refusal));
            if (arguments.Fhir is { } resources && await WriteAsync(explanation.Resources, resources, errors) is var written and not 0)
                return written;
            return arguments.SaveChart is { } target ? await SaveAsync(explainer, explanation.Chart, target, errors) : 0;
        }
        catch (RefusedException refused)
        {
            return await FailAsync(errors, Told(refused.Reply));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(errors, unreadable.Message);
        }
    }

    private static async Task<int> WriteAsync(JsonObject? resources, string target, TextWriter errors)
    {
        if (resources is null)
            return await FailAsync(errors, "Nothing was assessed: there is no resource to write");
        await File.WriteAllTextAsync(target, resources.ToJsonString(Readable) + "\n");
        return 0;
    }

    private static string Told(ErrorReply reply) => $"{reply.Status}: {reply.Diagnostics} {reply.Expression}".TrimEnd();

    private static async Task<int> SaveAsync(Explainer explainer, SavedChart? chart, string target, TextWriter errors)
    {
        if (chart is null)
            return await FailAsync(errors, "Nothing was read of a patient for this answer: there is no chart to save");
        if (explainer.WithoutIdentity(chart) is not { } anonymous)
            return await FailAsync(errors, "Without its names and free text this chart would be assessed otherwise: it is not saved");
        await File.WriteAllTextAsync(target, anonymous.ToJson());
        return 0;
    }

    private static async Task<int> ReplayAsync(Explainer explainer, string file, TextWriter output, TextWriter errors)
    {
        SavedChart saved;
        Explanation replayed;
        try
        {
            saved = SavedChart.Parse(await File.ReadAllTextAsync(file));
            replayed = explainer.Replay(saved);
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException or TimeZoneNotFoundException or InvalidOperationException)
        {
            return await FailAsync(errors, "This is no chart that explain --save-chart wrote: " + broken.Message);
        }

        await output.WriteLineAsync(replayed.Json.ToJsonString(Readable));
        if (replayed.Chart!.Knowledge != saved.Knowledge)
            await errors.WriteLineAsync($"The knowledge is {replayed.Chart.Knowledge}, the chart was assessed with {saved.Knowledge}");
        var isSame = saved.IsAssessedAs(replayed.Chart.Assessment);
        if (!isSame)
            await errors.WriteLineAsync("The assessment is not the one that was saved");
        return isSame && replayed.Chart.Knowledge == saved.Knowledge ? 0 : Different;
    }

    private static async Task<int> FailAsync(TextWriter errors, string why)
    {
        await errors.WriteLineAsync(why);
        return Unusable;
    }

    private sealed record Arguments(string File, IReadOnlyList<string> Drop, DateTimeOffset? AsOf, string? SaveChart, string? Fhir, string Service)
    {
        public static Arguments? Parse(string[] args)
        {
            if (args is not [var file, ..] || file.StartsWith('-'))
                return null;
            var drop = new List<string>();
            DateTimeOffset? asOf = null;
            string? target = null;
            string? resources = null;
            var service = HookCatalogue.Risk;
            for (var at = 1; at < args.Length; at += 2)
            {
                if (at + 1 == args.Length)
                    return null;
                if (args[at] == "--drop")
                    drop.Add(args[at + 1]);
                else if (args[at] == "--save-chart")
                    target = args[at + 1];
                else if (args[at] == "--fhir")
                    resources = args[at + 1];
                else if (args[at] == "--service" && HookCatalogue.Names.Contains(args[at + 1], StringComparer.Ordinal))
                    service = args[at + 1];
                else if (args[at] == "--asOf" && DateTimeOffset.TryParse(args[at + 1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given))
                    asOf = given;
                else
                    return null;
            }

            return new(file, drop, asOf, target, resources, service);
        }
    }
}
