using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Verbs;

/// <summary>What the program does instead of serving when its first argument is a verb: one line and one file each.</summary>
internal static class Verb
{
    private const int Unusable = 2;

    /// <summary>The verb that the arguments name, which ends with an exit code; null when they name none.</summary>
    public static Func<Task<int>>? Named(string[] args) => args switch
    {
        ["simulate", .. var rest] => () => Task.FromResult(SimulateVerb.Run(rest, Console.Out, Console.Error)),
        ["explain", .. var rest] => () => ExplainVerb.RunAsync(rest, Console.Out, Console.Error),
        ["incident", .. var rest] => () => IncidentVerb.RunAsync(rest, Console.Out, Console.Error),
        ["check-fhir", .. var rest] => () => CheckFhirVerb.RunAsync(rest, Console.Out, Console.Error),
        _ => null,
    };

    /// <summary>The service itself. What is wrong with its settings or its knowledge is for an operator to read, not a crash.</summary>
    public static async Task<int> ServeAsync(Func<Task> serve)
    {
        try
        {
            await serve();
            return 0;
        }
        catch (Exception unusable) when (unusable is InvalidSettingsException or KnowledgeException)
        {
            await Console.Error.WriteLineAsync(unusable.Message);
            return Unusable;
        }
    }
}
