using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Verbs;

/// <summary>What the program does instead of serving when its first argument is a verb: one line and one file each.</summary>
public static class Verb
{
    private const int Unusable = 2;

    /// <summary>The verb that the arguments name, which ends with an exit code; null when they name none.</summary>
    public static Func<Task<int>>? Named(string[] args) => args switch
    {
        ["simulate", .. var rest] => () => ToldAsync(() => Task.FromResult(SimulateVerb.Run(rest, Console.Out, Console.Error)), Console.Error),
        ["explain", .. var rest] => () => ToldAsync(() => ExplainVerb.RunAsync(rest, Console.Out, Console.Error), Console.Error),
        ["incident", .. var rest] => () => ToldAsync(() => IncidentVerb.RunAsync(rest, Console.Out, Console.Error), Console.Error),
        ["check-fhir", .. var rest] => () => ToldAsync(() => CheckFhirVerb.RunAsync(rest, Console.Out, Console.Error), Console.Error),
        _ => null,
    };

    /// <summary>The service itself, until it is stopped.</summary>
    public static Task<int> ServeAsync(Func<Task> serve) => ToldAsync(
        async () =>
        {
            await serve();
            return 0;
        },
        Console.Error);

    /// <summary>What is wrong with the settings or the knowledge is for an operator to read, not a crash.</summary>
    public static async Task<int> ToldAsync(Func<Task<int>> run, TextWriter errors)
    {
        try
        {
            return await run();
        }
        catch (Exception unusable) when (unusable is InvalidSettingsException or KnowledgeException)
        {
            await errors.WriteLineAsync(unusable.Message);
            return Unusable;
        }
    }
}
