using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HpdCds.Explain;
using HpdCds.Hooks;

namespace HpdCds.Verbs;

/// <summary>
/// <c>explain request.json [--drop KEY]... [--asOf INSTANT]</c>: answers a hook request from a file and says why, resource
/// by resource. What it prints is patient data. Ends with 0 when the request was usable, 2 when it was not.
/// </summary>
public static class ExplainVerb
{
    private const int Unusable = 2;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (Arguments.Parse(args) is not { } arguments)
        {
            await errors.WriteLineAsync("Usage: explain request.json [--drop KEY]... [--asOf 2026-11-24T12:00:00Z]");
            return Unusable;
        }

        await using var service = HpdCdsService.Build([], builder => builder.Logging.ClearProviders());
        var asOf = arguments.AsOf ?? service.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        try
        {
            var body = await File.ReadAllBytesAsync(arguments.File);
            var explanation = await service.Services.GetRequiredService<Explainer>().ExplainAsync(body, arguments.Drop, asOf, CancellationToken.None);
            await output.WriteLineAsync(explanation.ToJsonString(Readable));
            return 0;
        }
        catch (RefusedException refused)
        {
            await errors.WriteLineAsync($"{refused.Reply.Status}: {refused.Reply.Diagnostics} {refused.Reply.Expression}".TrimEnd());
            return Unusable;
        }
        catch (IOException unreadable)
        {
            await errors.WriteLineAsync(unreadable.Message);
            return Unusable;
        }
    }

    private sealed record Arguments(string File, IReadOnlyList<string> Drop, DateTimeOffset? AsOf)
    {
        public static Arguments? Parse(string[] args)
        {
            if (args is not [var file, ..] || file.StartsWith('-'))
                return null;
            var drop = new List<string>();
            DateTimeOffset? asOf = null;
            for (var at = 1; at < args.Length; at += 2)
            {
                if (at + 1 == args.Length)
                    return null;
                if (args[at] == "--drop")
                    drop.Add(args[at + 1]);
                else if (args[at] == "--asOf" && DateTimeOffset.TryParse(args[at + 1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given))
                    asOf = given;
                else
                    return null;
            }

            return new(file, drop, asOf);
        }
    }
}
