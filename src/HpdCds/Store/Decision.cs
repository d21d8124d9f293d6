using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>
/// What was answered, why, and by which knowledge: enough to explain it later and to count, and nothing of the patient.
/// Factors are kept as states and points, never as values.
/// </summary>
public sealed record Decision : PatientData
{
    public required string Id { get; init; }

    public required long At { get; init; }

    /// <summary>The id of the card as the EHR has it, whether or not it was shown.</summary>
    public string? Card { get; init; }

    public required string Ehr { get; init; }

    public string? Issuer { get; init; }

    /// <summary>Empty where an entry speaks for one hospital.</summary>
    public string Tenant { get; init; } = "";

    public required string Service { get; init; }

    public required string Hook { get; init; }

    public required string Mode { get; init; }

    public required string Outcome { get; init; }

    /// <summary>What reached the screen: none, info, warning, cannot-be-assessed; silent, repeat or off where that is why nothing did.</summary>
    public required string Shown { get; init; }

    public required string Recognition { get; init; }

    public required string Agents { get; init; }

    public string? Regimen { get; init; }

    public string? Exposure { get; init; }

    public string? Tumour { get; init; }

    public required string Version { get; init; }

    public required string Knowledge { get; init; }

    public string? Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? BandLow { get; init; }

    public string? BandHigh { get; init; }

    public int? PointsLow { get; init; }

    public int? PointsHigh { get; init; }

    public string? Settles { get; init; }

    public string? Reason { get; init; }

    /// <summary>JSON: for each factor its state, the reason where it is unknown, its points, and a keyed hash of what it was read as where it was.</summary>
    public required string Factors { get; init; }

    /// <summary>JSON: for each input how its reading ended.</summary>
    public required string Sources { get; init; }

    /// <summary>The same for the same patient of the same EHR with the same facts; cannot be turned back into either.</summary>
    public string? RepeatKey { get; init; }

    /// <summary>Whether what stands in it as text is what it should be: whoever counts it relies on that.</summary>
    [JsonIgnore]
    internal bool IsWhole => KeptFactor.AllIn(Factors) is not null && StoredJson.Read(Sources) is JsonObject;

    /// <summary>By which a later growth result of the same patient finds this decision; cannot be turned back into the patient.</summary>
    public string? OutcomeLink { get; init; }

    /// <summary>Of hpd-growth: the definition that the hospital goes by, and what it says: met, not-met or not-evaluable; null of hpd-risk.</summary>
    public string? Growth { get; init; }

    public required long Milliseconds { get; init; }

    /// <summary>Stands for what every factor was read as, without its date: the same for a chart that was saved from it. Cannot be turned back into it.</summary>
    public string? Inputs { get; init; }

    /// <summary>Of them, reading the chart; null where nothing was read.</summary>
    public long? ChartMilliseconds { get; init; }

    /// <summary>Of them, from the chart to the answer.</summary>
    public long? AssessmentMilliseconds { get; init; }

    /// <summary>The hash of the reference that the card's link carries; null without a link.</summary>
    public string? Context { get; init; }

    /// <summary>By which the holder of that reference, and nobody else, can tell whether this is about a patient.</summary>
    public string? Subject { get; init; }

    /// <summary>Null for calls about which nothing is to be remembered: no immunotherapy was ordered, or nothing was evaluated.</summary>
    public static Decision? Of(CallRecord call, Caller? caller, int status, DateTimeOffset at, TimeSpan took, Pseudonyms pseudonyms, string version, string knowledge)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(pseudonyms);
        if (call is not { Ehr: { } ehr, Request: { } request, Service: { } service, Recognition: { } recognition } || (recognition.Outcome == RecognitionOutcome.None && call.Assessment?.Growth is null))
            return null;
        var found = call.Assessment;
        // One that is later sorts behind those before it: an index grows at its end.
        var id = Guid.CreateVersion7(at).ToString();
        return new()
        {
            Id = id,
            At = at.ToUnixTimeMilliseconds(),
            Card = call.Answer?.Cards is [var card, ..] ? card.Uuid : null,
            Ehr = ehr.Name,
            Issuer = caller?.Issuer.Name,
            Tenant = caller?.Tenant ?? "",
            Service = service.Name,
            Hook = request.Hook,
            Mode = Kebab.Case(call.Mode ?? ServiceMode.Off),
            Outcome = call.Outcome(status),
            Shown = ShownOf(call, status),
            Recognition = AssessmentExtension.CodeOf(recognition.Outcome),
            Agents = string.Join(',', recognition.Agents),
            Regimen = found?.Regimen?.Code(),
            Exposure = found?.ExposureCode,
            Tumour = found?.Tumour,
            Version = version,
            Knowledge = knowledge,
            Model = found?.Model,
            ModelVersion = found?.Version,
            BandLow = found?.BandLow,
            BandHigh = found?.BandHigh,
            PointsLow = found?.Points?.Low,
            PointsHigh = found?.Points?.High,
            Settles = found?.Settles,
            Reason = found?.Reason ?? found?.OutOfScope,
            Factors = FactorsOf(found, id, pseudonyms),
            Sources = SourcesOf(call),
            RepeatKey = call.RepeatKey,
            OutcomeLink = IsFirstDose(recognition, found) || found?.Growth is not null ? pseudonyms.OutcomeLink(Hospital.Of(ehr, caller), request.PatientId) : null,
            Growth = GrowthOf(found?.Growth),
            Milliseconds = (long)took.TotalMilliseconds,
            Inputs = found is null ? null : pseudonyms.Inputs(found),
            ChartMilliseconds = (long?)call.ChartTook?.TotalMilliseconds,
            AssessmentMilliseconds = (long?)call.AssessmentTook?.TotalMilliseconds,
            Context = call.AppContext is { } context ? Unguessable.HashOf(context) : null,
            Subject = call.AppContext is { } reference ? CardContexts.SubjectOf(reference, Hospital.Of(ehr, caller), request.FhirServer ?? (ehr.FhirBases is [var only] ? only : null), request.PatientId) : null,
        };
    }

    private static string? GrowthOf(JsonObject? growth)
    {
        if (growth is null)
            return null;
        var primary = growth["rules"]!.AsArray().First(rule => (string?)rule!["id"] == (string?)growth["primary"])!;
        return $"{(string?)growth["primary"]}:{(string?)primary["result"]}:{(string?)growth["firstDose"]}:{(string?)primary["reason"]}";
    }

    private static bool IsFirstDose(Recognition recognition, AssessmentExtension? found) =>
        recognition.Outcome == RecognitionOutcome.Inhibitor && found?.OutOfScope is null && found?.Exposure is null or Clinical.Exposure.None or Clinical.Exposure.Unknown;

    private static string ShownOf(CallRecord call, int status) => call switch
    {
        _ when status != StatusCodes.Status200OK => "cannot-be-assessed",
        { Mode: ServiceMode.Silent } => "silent",
        { Mode: ServiceMode.Off } => "off",
        { IsRepeat: true } => "repeat",
        { Answer.Cards: [] } => "none",
        { Assessment.IsAssessable: false } => "cannot-be-assessed",
        { Answer.Cards: [var card, ..] } => card.Indicator,
        _ => "none",
    };

    /// <summary>What is kept of the factors by the decision of that id.</summary>
    internal static string FactorsOf(AssessmentExtension? found, string id, Pseudonyms pseudonyms) => StoredJson.Written(json =>
    {
        json.WriteStartObject();
        foreach (var row in found?.Factors ?? [])
        {
            json.WriteStartObject(row.Factor.Id);
            json.WriteString("state"u8, Kebab.Case(row.State));
            FactorRow.WriteRange(json, "points"u8, row.Points);
            // Of what is not known, state and reason say all there is; what is known may be as open and has a value.
            if (row.Fact is Fact<Finding>.Known)
                pseudonyms.WriteInput(json, "read"u8, id, row);
            FactorRow.WriteText(json, "reason"u8, row.Reason?.Code());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static string SourcesOf(CallRecord call) => StoredJson.Written(json =>
    {
        json.WriteStartObject();
        foreach (var source in call.Sources)
            json.WriteString(ChartKeys.NameOf(source.Key), Audit.EndOf(source));
        json.WriteEndObject();
    });
}
