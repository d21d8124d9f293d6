using System.Collections.Immutable;
using System.Text.Json;
using HpdCds.Knowledge;

namespace HpdCds.Survey;

/// <summary>fhir-profiles/survey.json: names under which hospitals record what the service looks for.</summary>
/// <param name="Group">The group that such a code would get.</param>
/// <param name="Set">The code set that it would go to; empty where the service reads none yet.</param>
internal sealed record SurveyCandidate(string Group, string Set, ImmutableArray<string> Words)
{
    public const string FileName = "survey.json";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public bool IsNamedIn(IEnumerable<string> texts) => texts.Any(text => Words.Any(word => DrugText.Contains(text, word)));

    /// <exception cref="InvalidOperationException">The file is missing.</exception>
    public static ImmutableArray<SurveyCandidate> Load(KnowledgeFiles files) => files.Find(FileName) is { } found
        ? [.. found.Root.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.Deserialize<SurveyCandidate>(Strict)!)]
        : throw new InvalidOperationException($"{FileName} is missing");
}
