using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>
/// The machine-readable answer, in the root of the response whenever orders were read (clinical model, section 6). Members
/// without a value are left out, never null. It becomes JSON only where it is written.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed record AssessmentExtension(Recognition Recognition) : PatientData
{
    public Regimen? Regimen { get; init; }

    public Exposure? Exposure { get; init; }

    public string? Tumour { get; init; }

    /// <summary>Why nothing is said of this patient.</summary>
    public string? OutOfScope { get; init; }

    public string? Model { get; init; }

    /// <summary>Why this model speaks.</summary>
    public string? ModelReason { get; init; }

    public string? Version { get; init; }

    /// <summary>The hash of the knowledge that assessed it.</summary>
    public string? Knowledge { get; init; }

    public DateTimeOffset? AsOf { get; init; }

    public bool? IsAssessable { get; init; }

    /// <summary>The code of why it is not assessable.</summary>
    public string? Reason { get; init; }

    public PointsRange? Points { get; init; }

    public BandRange? Band { get; init; }

    /// <summary>The datum that would narrow the band most.</summary>
    public string? Settles { get; init; }

    public ReviewLens? Review { get; init; }

    public PointsRange? RoyalMarsden { get; init; }

    /// <summary>The rows of the model; none where no model speaks.</summary>
    public ImmutableArray<FactorAssessment> Factors { get; init; } = [];

    /// <summary>Of hpd-growth: what growth was judged by and how.</summary>
    public JsonObject? Growth { get; init; }

    /// <summary>Since when the same is overridden, where that is why there is no card.</summary>
    public DateTimeOffset? Suppressed { get; init; }

    public string RecognitionCode => CodeOf(Recognition.Outcome);

    public string? ExposureCode => Exposure is { } exposure ? Kebab.Case(exposure) : null;

    public string? BandLow => Band is { } band ? Kebab.Case(band.Low) : null;

    public string? BandHigh => Band is { } band ? Kebab.Case(band.High) : null;

    /// <summary>Nothing at all could be read.</summary>
    public static AssessmentExtension WithoutData(Recognition recognition, UnknownReason why) => new(recognition) { IsAssessable = false, Reason = why.Code() };

    public static AssessmentExtension WithoutTumour(Recognition recognition, PatientReading reading, KnowledgeBase knowledge)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(knowledge);
        return new(recognition)
        {
            Regimen = reading.Regimen,
            Exposure = reading.Exposure,
            Tumour = reading.Tumour,
            Knowledge = knowledge.Hash,
            AsOf = reading.Factors.AsOf,
            IsAssessable = false,
            Reason = (reading.TumourReason ?? UnknownReason.NotRecorded).Code(),
        };
    }

    public static AssessmentExtension Of(Recognition recognition, PatientReading reading, ModelTable table, RiskAssessment assessment, KnowledgeBase knowledge)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(assessment);
        ArgumentNullException.ThrowIfNull(knowledge);
        var isAssessable = assessment.IsAssessable;
        return new(recognition)
        {
            Regimen = reading.Regimen,
            Exposure = reading.Exposure,
            Tumour = reading.Tumour,
            Model = table.Model.Id,
            ModelReason = table.ReasonFor(reading.Tumour, reading.ReasonForGeneralModel),
            Version = table.Model.Version,
            Knowledge = knowledge.Hash,
            AsOf = assessment.AsOf,
            IsAssessable = isAssessable,
            Reason = isAssessable ? null : (assessment[table.Model.AssessableWithAnyOf[0]].Reason ?? UnknownReason.NotRecorded).Code(),
            Points = isAssessable ? assessment.Points : null,
            Band = isAssessable ? assessment.Band : null,
            Settles = isAssessable ? assessment.Settles : null,
            Review = table.HasReviewLens ? assessment.Review : null,
            RoyalMarsden = table.RoyalMarsdenOf(assessment),
            Factors = assessment.Factors,
        };
    }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();

    /// <param name="withMoment">Whether with the moment of the assessment, in which two answers differ that are otherwise the same.</param>
    internal void WriteTo(Utf8JsonWriter json, bool withMoment = true)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("recognition"u8, RecognitionCode);
        if (!Recognition.Agents.IsEmpty)
        {
            json.WritePropertyName("agents"u8);
            FactorRow.WriteTexts(json, Recognition.Agents);
        }

        FactorRow.WriteText(json, "regimen"u8, Regimen?.Code());
        FactorRow.WriteText(json, "exposure"u8, ExposureCode);
        FactorRow.WriteText(json, "tumour"u8, Tumour);
        FactorRow.WriteText(json, "outOfScope"u8, OutOfScope);
        FactorRow.WriteText(json, "model"u8, Model);
        FactorRow.WriteText(json, "modelReason"u8, ModelReason);
        FactorRow.WriteText(json, "version"u8, Version);
        FactorRow.WriteText(json, "knowledge"u8, Knowledge);
        FactorRow.WriteText(json, "asOf"u8, withMoment && AsOf is { } asOf ? Instant(asOf) : null);
        if (IsAssessable is { } isAssessable)
            json.WriteBoolean("assessable"u8, isAssessable);
        FactorRow.WriteText(json, "reason"u8, Reason);
        WriteFindings(json);
        if (Growth is { } growth)
        {
            json.WritePropertyName("growth"u8);
            growth.WriteTo(json);
        }

        FactorRow.WriteText(json, "suppressed"u8, Suppressed is { } since ? Instant(since) : null);
        json.WriteEndObject();
    }

    private void WriteFindings(Utf8JsonWriter json)
    {
        if (Points is { } points)
            FactorRow.WriteRange(json, "points"u8, points);
        if (Band is not null)
        {
            json.WriteStartObject("band"u8);
            json.WriteString("low"u8, BandLow);
            json.WriteString("high"u8, BandHigh);
            json.WriteEndObject();
        }

        FactorRow.WriteText(json, "settles"u8, Settles);
        if (Review is { } review)
        {
            json.WriteStartObject("review"u8);
            json.WriteNumber("features"u8, review.Features);
            json.WriteNumber("present"u8, review.Present);
            json.WriteNumber("unknown"u8, review.Unknown);
            json.WriteEndObject();
        }

        if (RoyalMarsden is { } score)
            FactorRow.WriteRange(json, "royalMarsden"u8, score);
        if (Factors.IsEmpty)
            return;
        json.WriteStartArray("factors"u8);
        foreach (var row in Factors)
            FactorRow.WriteTo(json, row);
        json.WriteEndArray();
    }

    internal static string CodeOf(RecognitionOutcome outcome) => outcome == RecognitionOutcome.Inhibitor ? "ici" : Kebab.Case(outcome);

    internal static string Instant(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal sealed class Converter : JsonConverter<AssessmentExtension>
    {
        public override AssessmentExtension Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written");

        public override void Write(Utf8JsonWriter writer, AssessmentExtension value, JsonSerializerOptions options) => value.WriteTo(writer);
    }
}
