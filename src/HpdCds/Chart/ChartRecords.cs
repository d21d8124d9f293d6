using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>One coding of a concept. The system is as sent: it may be missing.</summary>
public sealed record ChartCoding(string? System, string Code, string? Display) : PatientData
{
    /// <summary>The version of the system, which for a stage is the edition of its manual.</summary>
    public string? Version { get; init; }
}

/// <summary>A CodeableConcept: every coding that came, and the text beside them.</summary>
public sealed record ChartConcept(ImmutableArray<ChartCoding> Codings, string? Text) : PatientData
{
    public static readonly ChartConcept Empty = new([], null);

    /// <summary>Displays of codings that came without a code: words, no more.</summary>
    public ImmutableArray<string> UncodedDisplays { get; init; } = [];

    /// <summary>There is a code of a stated system, or words.</summary>
    [JsonIgnore]
    public bool SaysAnything => Codings.Any(coding => coding.System is not null) || Texts.Any();

    /// <summary>Every human-readable string of the concept, in order: text first, then displays.</summary>
    public IEnumerable<string> Texts
    {
        get
        {
            if (Text is { Length: > 0 })
                yield return Text;
            foreach (var coding in Codings)
            {
                if (coding.Display is { Length: > 0 } display)
                    yield return display;
            }

            foreach (var display in UncodedDisplays)
            {
                if (display.Length > 0)
                    yield return display;
            }
        }
    }
}

/// <summary>Where the time of a result came from.</summary>
public enum TimeOrigin
{
    Effective,
    Issued,
}

public sealed record ChartTime(ClinicalTime When, TimeOrigin Origin) : PatientData;

/// <summary>Why a FHIR Quantity, string or other value could not be read is kept as a value, never dropped.</summary>
[JsonDerivedType(typeof(Quantity), "quantity")]
[JsonDerivedType(typeof(Number), "number")]
[JsonDerivedType(typeof(Concept), "concept")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Flag), "flag")]
[JsonDerivedType(typeof(Unreadable), "unreadable")]
public abstract record ChartValue : PatientData
{
    private ChartValue()
    {
    }

    /// <summary>A Quantity. The unit is the UCUM code when one came (<see cref="IsUcum"/>), else the display unit.</summary>
    public sealed record Quantity(decimal Value, string? Comparator, string? Unit, bool IsUcum) : ChartValue
    {
        /// <summary>The display unit beside a UCUM code.</summary>
        public string? WrittenUnit { get; init; }
    }

    public sealed record Number(decimal Value) : ChartValue;

    public sealed record Concept(ChartConcept Value) : ChartValue;

    public sealed record Text(string Value) : ChartValue;

    public sealed record Flag(bool Value) : ChartValue;

    public sealed record Unreadable(string Why) : ChartValue;
}

/// <summary>One entry of Observation.referenceRange, limits in the unit stated there (none: the value's unit).</summary>
public sealed record ChartReferenceRange(
    decimal? Low,
    decimal? High,
    string? Unit,
    ChartConcept? Type,
    ImmutableArray<ChartConcept> AppliesTo,
    decimal? AgeLowYears,
    decimal? AgeHighYears,
    string? Text) : PatientData;

/// <summary>
/// An Observation, or one component of one (then <see cref="Reference"/> ends in <c>#</c> and the component's place,
/// and status, time, specimen and the rest are its Observation's).
/// </summary>
public sealed record ChartObservation(
    string Reference,
    ChartKey Source,
    string? Status,
    ChartConcept Code,
    ChartTime? Time,
    ChartValue? Value,
    ImmutableArray<ChartReferenceRange> ReferenceRanges,
    ImmutableArray<ChartConcept> Interpretation,
    string? Specimen,
    string? Panel) : PatientData
{
    /// <summary>How it was found; for a stage, the edition by which it was staged.</summary>
    public ChartConcept? Method { get; init; }

    /// <summary>What it is about, where that is not the patient as a whole.</summary>
    public ImmutableArray<string> Focus { get; init; } = [];

    /// <summary>What the laboratory wrote beside the result.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

public sealed record ChartCondition(
    string Reference,
    ChartKey Source,
    ChartConcept Code,
    ImmutableArray<ChartConcept> BodySite,
    string? ClinicalStatus,
    string? VerificationStatus,
    ChartConcept? Severity,
    ChartTime? Time) : PatientData;

/// <summary>Something that was done to the patient.</summary>
public sealed record ChartProcedure(string Reference, ChartKey Source, string? Status, ChartConcept Code, ChartTime? Time) : PatientData;

public enum ChartMedicationKind
{
    Request,
    Administration,
    Statement,
}

/// <summary>A medication that the chart (not the draft) says was ordered, given or taken.</summary>
public sealed record ChartMedication(
    string Reference,
    ChartKey Source,
    ChartMedicationKind Kind,
    string? Status,
    bool DoNotPerform,
    ImmutableArray<ChartConcept> Concepts,
    ImmutableArray<string> Identifiers,
    ChartTime? Time) : PatientData
{
    /// <summary>The reference to a Medication that did not come along.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>When a course began of which <see cref="Time"/> is the end.</summary>
    public ChartTime? Began { get; init; }

    /// <summary><see cref="Time"/> is the end of a course, and nobody says when that began.</summary>
    public bool HasOnlyEnd { get; init; }
}

/// <summary>The context patient. A birth date is a span when it was recorded as a year or a month.</summary>
public sealed record ChartPatient(
    string Reference,
    ClinicalTime? BirthDate,
    string? AdministrativeGender,
    string? BirthSex,
    ChartConcept? SexForClinicalUse) : PatientData
{
    /// <summary>A birth date was recorded, but is no date.</summary>
    public bool IsBirthDateUnreadable { get; init; }
}

/// <summary>
/// An order of <c>draftOrders</c>. <see cref="Concepts"/> holds the drug as coded, the resolved Medication and its
/// ingredients, or only display text; none at all means that nothing could be matched.
/// </summary>
public sealed record ChartOrder(
    string Reference,
    string ResourceType,
    string? Status,
    bool DoNotPerform,
    string? Subject,
    ImmutableArray<ChartConcept> Concepts,
    ImmutableArray<string> Identifiers,
    ImmutableArray<ChartConcept> ReasonCodes,
    ImmutableArray<string> ReasonReferences) : PatientData
{
    /// <summary>The reference to a Medication that did not come along.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>What kind of service is asked for: a test is not the drug that it is named after.</summary>
    public ImmutableArray<ChartConcept> Categories { get; init; } = [];

    /// <summary>The request groups of the drafts in whose actions this order stands or may stand, as <c>RequestGroup/id</c>.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>What the treatment is meant for, as mCODE records it on an order.</summary>
    public ImmutableArray<ChartConcept> Intents { get; init; } = [];
}
