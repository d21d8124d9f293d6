using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Knowledge;

namespace HpdCds.Survey;

/// <summary>
/// Files for a hospital to fill in and sign: its own codes as an overlay in which every code is off until somebody sets
/// <c>verified</c>, the same as a ConceptMap for its terminologist, and closed-world rules without names.
/// </summary>
internal static class LocalDrafts
{
    private const string Definitions = "https://hpdcds.org/fhir/StructureDefinition/";
    private const string ToConfirm = "to be confirmed by the hospital: guessed from the name of the code";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<string> Write(SurveyResult survey, KnowledgeFiles files, string folder)
    {
        var readable = SurveyCandidate.Load(files).Where(candidate => candidate.Set.Length > 0).Select(candidate => candidate.Group).ToHashSet(StringComparer.Ordinal);
        var guessed = survey.Codes.Where(code => code.System is not null && code.Candidate is { } group && readable.Contains(group)).ToArray();
        var written = new List<string>();
        void Save(string name, JsonObject content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content.ToJsonString(Written) + "\n");
            written.Add(path);
        }

        if (guessed.Length > 0)
            Save(Path.Combine("overlay", "valuesets", "local-observations.json"), ValueSet(guessed));
        Save("ConceptMap-local-codes.json", ConceptMap(guessed));
        Save("closed-world.json", ClosedWorldRules());
        return written;
    }

    private static JsonObject ValueSet(UnknownCode[] codes) => new()
    {
        ["resourceType"] = "ValueSet",
        ["id"] = "local-observations",
        ["extension"] = new JsonArray(new JsonObject { ["url"] = Definitions + "code-set", ["valueCode"] = "observations" }),
        ["url"] = "https://example.org/fhir/ValueSet/local-observations",
        ["version"] = "0.1.0",
        ["name"] = "LocalObservations",
        ["title"] = "Observations that this hospital records by codes of its own",
        ["status"] = "draft",
        ["copyright"] = "The hospital's own codes.",
        ["compose"] = new JsonObject
        {
            ["include"] = new JsonArray([.. codes.GroupBy(code => code.System, StringComparer.Ordinal).Select(bySystem => new JsonObject
            {
                ["system"] = bySystem.Key,
                ["concept"] = new JsonArray([.. bySystem.Select(Concept)]),
            })]),
        },
    };

    private static JsonObject Concept(UnknownCode code) => new()
    {
        ["code"] = code.Code,
        ["display"] = code.Display ?? code.Code,
        ["extension"] = new JsonArray(
            new JsonObject { ["url"] = Definitions + "group", ["valueString"] = code.Candidate },
            new JsonObject { ["url"] = Definitions + "verified", ["valueBoolean"] = false },
            new JsonObject { ["url"] = Definitions + "source", ["valueString"] = ToConfirm }),
    };

    private static JsonObject ConceptMap(UnknownCode[] codes) => new()
    {
        ["resourceType"] = "ConceptMap",
        ["url"] = "https://example.org/fhir/ConceptMap/local-codes",
        ["status"] = "draft",
        ["description"] = "From codes of this hospital to the groups of HpdCds; every line is a guess until somebody has confirmed it.",
        ["group"] = new JsonArray([.. codes.GroupBy(code => code.System, StringComparer.Ordinal).Select(bySystem => new JsonObject
        {
            ["source"] = bySystem.Key,
            ["target"] = "https://hpdcds.org/groups",
            ["element"] = new JsonArray([.. bySystem.Select(code => new JsonObject
            {
                ["code"] = code.Code,
                ["display"] = code.Display ?? code.Code,
                ["target"] = new JsonArray(new JsonObject { ["code"] = code.Candidate, ["equivalence"] = "inexact", ["comment"] = ToConfirm }),
            })]),
        })]),
    };

    private static JsonObject ClosedWorldRules() => new()
    {
        ["description"] = "What may be presumed absent where a place was read to its end and does not hold it. Keep only rules that hold here, sign and date each, and move the file into the overlay.",
        ["rules"] = new JsonArray([.. ((string[])["pvtt", "spread", "liver-metastasis", "sites"]).Select(fact => new JsonObject
        {
            ["fact"] = fact,
            ["place"] = fact == "pvtt" ? ClosedWorld.StagingObservations : ClosedWorld.DiagnosisLists,
            ["signedBy"] = "",
            ["date"] = null,
        })]),
    };
}
