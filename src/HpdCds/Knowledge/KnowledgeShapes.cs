using System.Text.Json;
using System.Text.Json.Serialization;
using HpdCds.Budget;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>
/// The shapes of the files of <c>fhir-profiles</c>. Their readers are made when the service is compiled: to make them at its start
/// would take a good part of it.
/// </summary>
[JsonSerializable(typeof(AboutModel))]
[JsonSerializable(typeof(AboutService))]
[JsonSerializable(typeof(AlertBudget))]
[JsonSerializable(typeof(ClosedWorldFile))]
[JsonSerializable(typeof(DrugFile))]
[JsonSerializable(typeof(EvidenceFile))]
[JsonSerializable(typeof(FactRulesFile))]
[JsonSerializable(typeof(GrowthFile))]
[JsonSerializable(typeof(HazardLog))]
[JsonSerializable(typeof(ModelFile))]
[JsonSerializable(typeof(OverrideReasonsFile))]
[JsonSerializable(typeof(Simulation))]
[JsonSerializable(typeof(TextTermsFile))]
[JsonSerializable(typeof(UnitFile))]
[JsonSerializable(typeof(VersionFile))]
[JsonSerializable(typeof(WordingFile))]
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class KnowledgeShapes : JsonSerializerContext
{
    /// <summary>A member that is missing, unknown, null or of another kind is an error of the file.</summary>
    public static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.Strict,
        Converters =
        {
            new DrugTargetConverter(), Named<AnswerStatus>(), Named<Band>(), Named<Combination>(), Named<DrugRole>(), Named<Likelihood>(), Named<Severity>(),
        },
        TypeInfoResolver = new KnowledgeShapes(),
    };

    private static JsonStringEnumConverter<T> Named<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
