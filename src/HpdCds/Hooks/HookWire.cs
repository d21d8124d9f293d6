using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using HpdCds.Cards;
using HpdCds.Clinical;

namespace HpdCds.Hooks;

// The JSON of CDS Hooks as we send it. Absent members are null or empty here and are then not written at all.

/// <summary>The answer to a hook call. <see cref="Cards"/> is always written, even when empty.</summary>
public sealed record HookResponse(IReadOnlyList<Card> Cards) : PatientData
{
    public static readonly HookResponse Nothing = new([]);

    // An empty list alone reads as "evaluated, nothing found". Where that is not so, it says so; a word tells nothing of the patient.
    public static readonly HookResponse NothingBecauseSilent = Nothing with { Extension = new("silent") };
    public static readonly HookResponse NothingBecauseOff = Nothing with { Extension = new("off") };

    public HookExtension? Extension { get; init; }

    /// <param name="card">Null where nothing is shown of what was found.</param>
    internal static HookResponse Of(Card? card, AssessmentExtension assessment) => new(card is null ? [] : [card]) { Extension = new(assessment) };
}

/// <summary>One of the two: what was found, or why nothing is said of it.</summary>
public sealed record HookExtension : PatientData
{
    public const string OfAssessment = "org.hpdcds.assessment";

    public HookExtension(AssessmentExtension assessment) => Assessment = assessment;

    public HookExtension(string mode) => Mode = mode;

    [JsonPropertyName(OfAssessment)]
    public AssessmentExtension? Assessment { get; }

    /// <summary>How the service is switched.</summary>
    [JsonPropertyName("org.hpdcds.mode")]
    public string? Mode { get; }
}

public sealed record Card(string Summary, string Indicator, CardSource Source) : PatientData
{
    public string? Uuid { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyList<Suggestion>? Suggestions { get; init; }

    /// <summary>Required exactly when there are suggestions.</summary>
    public string? SelectionBehavior { get; init; }

    public IReadOnlyList<HookCoding>? OverrideReasons { get; init; }

    public IReadOnlyList<CardLink>? Links { get; init; }
}

public sealed record CardSource(string Label, string? Url = null, HookCoding? Topic = null);

public sealed record HookCoding(string System, string Code, string? Display = null);

public sealed record Suggestion(string Label) : PatientData
{
    public string? Uuid { get; init; }

    public bool? IsRecommended { get; init; }

    public IReadOnlyList<SuggestedAction>? Actions { get; init; }
}

public sealed record SuggestedAction(string Type, string Description, JsonObject? Resource = null) : PatientData;

public sealed record CardLink(string Label, string Url, string Type, string? AppContext = null);

public sealed record DiscoveryDocument(IReadOnlyList<DiscoveredService> Services);

public sealed record DiscoveredService(
    string Hook,
    string Title,
    string Description,
    string Id,
    IReadOnlyDictionary<string, string> Prefetch,
    string UsageRequirements);

/// <summary>The body of every answer that is not a success. It never carries a value from the request.</summary>
public sealed record ErrorOutcome(IReadOnlyList<ErrorIssue> Issue)
{
    [JsonPropertyOrder(-1)]
    public string ResourceType => "OperationOutcome";
}

public sealed record ErrorIssue(string Severity, string Code, string Diagnostics, IReadOnlyList<string>? Expression = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HookResponse))]
[JsonSerializable(typeof(DiscoveryDocument))]
[JsonSerializable(typeof(ErrorOutcome))]
internal sealed partial class HookJsonContext : JsonSerializerContext;
