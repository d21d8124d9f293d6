using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Survey;
using HpdCds.Trust;

namespace HpdCds.Verbs;

/// <summary>
/// <c>check-fhir URL --patient ID [--token T] [--json] [--drafts FOLDER]</c>: what this server can deliver of this patient. It
/// prints codes, counts, units and days, never a value. Ends with 0; with 1 when the server could not be asked; with 2 when misused.
/// </summary>
public static class CheckFhirVerb
{
    private const int Unreachable = 1;
    private const int Misused = 2;
    private const string Usage = "Usage: check-fhir URL --patient ID [--token T, or the variable HPDCDS_TOKEN] [--json] [--drafts FOLDER]";

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (Arguments.Parse(args) is not { } arguments || FhirBase.Parse(arguments.Url) is not { IsSafe: true } server)
        {
            await errors.WriteLineAsync(Usage);
            return Misused;
        }

        await using var service = HpdCdsService.Build(["--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["HpdCds:CallTimeout"] = "00:00:30",
                ["HpdCds:MaxAnswerBytes"] = "1073741824",
                ["HpdCds:Ehrs:0:Name"] = "checked",
                ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = server.Text,
                ["HpdCds:Ehrs:0:AllowPrivateAddresses:0"] = server.Host,
            });
        });
        var services = service.Services;
        var knowledge = services.GetRequiredService<KnowledgeBase>();
        var survey = await new ServerSurvey(
                services.GetRequiredService<ChartReader>(), services.GetRequiredService<FhirCalls>(), services.GetRequiredService<PrefetchTable>(), knowledge, services.GetRequiredService<SiteSettings>())
            .RunAsync(server, arguments.Patient, new FhirAccess(arguments.Token ?? "", DateTimeOffset.MaxValue), CancellationToken.None);

        await output.WriteLineAsync(arguments.IsJson ? JsonSerializer.Serialize(survey, Readable) : SurveyReport.Text(survey));
        foreach (var path in arguments.Drafts is { } folder ? LocalDrafts.Write(survey, knowledge.Files, folder) : [])
            await errors.WriteLineAsync($"Draft to fill in: {path}");
        return survey.Inputs.Any(input => input.State is "complete" or "truncated") ? 0 : Unreachable;
    }

    private sealed record Arguments(string Url, string Patient, string? Token, bool IsJson, string? Drafts) : PatientData
    {
        public static Arguments? Parse(string[] args)
        {
            if (args is not [var url, ..])
                return null;
            string? patient = null, drafts = null;
            var token = Environment.GetEnvironmentVariable("HPDCDS_TOKEN");
            var isJson = false;
            for (var at = 1; at < args.Length; at++)
            {
                if (args[at] == "--json")
                    isJson = true;
                else if (at + 1 == args.Length)
                    return null;
                else if (args[at] == "--patient")
                    patient = args[++at];
                else if (args[at] == "--token")
                    token = args[++at];
                else if (args[at] == "--drafts")
                    drafts = args[++at];
                else
                    return null;
            }

            return patient is { Length: > 0 } ? new(url, patient, token, isJson, drafts) : null;
        }
    }
}
