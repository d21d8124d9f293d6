using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>The four states in which a clinical fact can be (clinical model, section 1).</summary>
public enum FactState
{
    /// <summary>A value, or a yes, or an explicit no, with date and source.</summary>
    Known,

    /// <summary>A signed closed-world rule says that the fact would stand in a place that was read completely, and it does not.</summary>
    PresumedAbsent,

    /// <summary>The chart does not say, for a stated reason. Never a no.</summary>
    Unknown,

    /// <summary>The question does not arise for this patient.</summary>
    NotApplicable,
}

/// <summary>
/// What the chart supports about one fact. There is no default, no conversion to <typeparamref name="T"/> and no fifth
/// state: whoever wants the value has to say what happens in the other three (<see cref="Match{TResult}"/>).
/// </summary>
/// <typeparam name="T">The value of the fact when it is known.</typeparam>
public abstract record Fact<T> : PatientData
    where T : notnull
{
    private Fact()
    {
    }

    /// <summary>The chart holds the value.</summary>
    /// <param name="Value">The value, in the unit and range of its type.</param>
    /// <param name="Provenance">Where and when it was recorded.</param>
    public sealed record Known(T Value, Provenance Provenance) : Fact<T>;

    /// <summary>Presumed absent by a signed rule.</summary>
    /// <param name="Rule">The rule that was applied.</param>
    public sealed record PresumedAbsent(ClosedWorldRule Rule) : Fact<T>
    {
        /// <summary>The resources that are the place, where it is not a whole list; else null.</summary>
        public Provenance? Place { get; init; }
    }

    /// <summary>Not known.</summary>
    /// <param name="Reason">Why not.</param>
    /// <param name="Datum">The single datum that would settle the fact, when it is a part of it; else null.</param>
    /// <param name="Seen">What was seen although it cannot be used (too old, implausible), for display only.</param>
    public sealed record Unknown(UnknownReason Reason, string? Datum = null, SeenValue? Seen = null) : Fact<T>;

    /// <summary>The question does not arise.</summary>
    /// <param name="Why">A stable kebab-case code, such as <c>not-tested</c>.</param>
    public sealed record NotApplicable(string Why) : Fact<T>;

    /// <summary>The state as a plain value.</summary>
    public FactState State => Match(
        (_, _) => FactState.Known,
        _ => FactState.PresumedAbsent,
        _ => FactState.Unknown,
        _ => FactState.NotApplicable);

    /// <summary>Answers for each of the four states; the only way to the value.</summary>
    public TResult Match<TResult>(
        Func<T, Provenance, TResult> known,
        Func<ClosedWorldRule, TResult> presumedAbsent,
        Func<Unknown, TResult> unknown,
        Func<string, TResult> notApplicable) => this switch
        {
            Known fact => known(fact.Value, fact.Provenance),
            PresumedAbsent fact => presumedAbsent(fact.Rule),
            Unknown fact => unknown(fact),
            NotApplicable fact => notApplicable(fact.Why),
            _ => throw new InvalidOperationException("A fact has four states."),
        };

    /// <summary>The same fact about a value derived from this one; the other three states stay as they are.</summary>
    public Fact<TOther> Map<TOther>(Func<T, TOther> derive)
        where TOther : notnull
    {
        ArgumentNullException.ThrowIfNull(derive);
        return this switch
        {
            Known fact => new Fact<TOther>.Known(derive(fact.Value), fact.Provenance),
            PresumedAbsent fact => new Fact<TOther>.PresumedAbsent(fact.Rule) { Place = fact.Place },
            Unknown fact => new Fact<TOther>.Unknown(fact.Reason, fact.Datum, fact.Seen),
            _ => new Fact<TOther>.NotApplicable(((NotApplicable)this).Why),
        };
    }
}

/// <summary>Where and when a fact was recorded, and what a reader should know about how it was read.</summary>
/// <param name="When">The clinical time; null only where the chart gives none (a Condition without dates).</param>
/// <param name="Source">The resource, as <c>Type/id</c>; empty where the fact rests on no single one.</param>
/// <param name="Marks">What qualifies the reading; in the order in which it happened, without repeats.</param>
public sealed record Provenance(ClinicalTime? When, string Source, ImmutableArray<Mark> Marks) : PatientData
{
    /// <summary>A provenance without marks.</summary>
    public Provenance(ClinicalTime? when, string source)
        : this(when, source, [])
    {
    }

    /// <summary>The parts that <see cref="Mark.PresumedPart"/> speaks of.</summary>
    public ImmutableArray<string> PresumedParts { get; init; } = [];

    /// <summary>The same provenance with one mark more.</summary>
    public Provenance With(Mark mark) => Marks.Contains(mark) ? this : this with { Marks = Marks.Add(mark) };

    /// <summary>Compares marks and parts by content, so that two equal readings are equal.</summary>
    public bool Equals(Provenance? other) =>
        other is not null && When == other.When && Source == other.Source && Marks.SequenceEqual(other.Marks)
        && PresumedParts.SequenceEqual(other.PresumedParts);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(When, Source, Marks.Length);
}

/// <summary>What qualifies a reading (clinical model, section 8, "Wire").</summary>
public enum Mark
{
    /// <summary>Recognised in text, not in a code.</summary>
    TextDerived,

    /// <summary>The result is preliminary, or its status is otherwise not final, amended or corrected.</summary>
    Preliminary,

    /// <summary>The only time on the result is when it was issued.</summary>
    IssuedOnly,

    /// <summary>A newer value exists and could not be used.</summary>
    FallbackFromNewer,

    /// <summary>Converted between quantities with an assay-dependent factor.</summary>
    Converted,

    /// <summary>A part of the fact is presumed absent by a closed-world rule.</summary>
    PresumedPart,

    /// <summary>A condition without a clinical status, counted as present.</summary>
    StatusUnstated,

    /// <summary>A place where an explanation of the value would stand was not read to its end.</summary>
    ConfoundersUnread,
}

/// <summary>A value that was seen but cannot be used: shown with its reason, never scored.</summary>
/// <param name="Text">The value as recorded, without unit.</param>
/// <param name="Unit">The unit as recorded; null when there was none.</param>
/// <param name="When">When it was recorded.</param>
/// <param name="Source">The resource, as <c>Type/id</c>.</param>
public sealed record SeenValue(string Text, string? Unit, ClinicalTime? When, string Source) : PatientData;

/// <summary>
/// A signed statement that a fact, if true, always stands in a named place, so that its absence there means no.
/// </summary>
/// <param name="Fact">The fact, such as <c>ascites</c>.</param>
/// <param name="Place">The place that must have been read completely.</param>
/// <param name="SignedBy">Who answers for the rule; null while it is shipped unsigned.</param>
/// <param name="SignedOn">When it was signed; null while it is shipped unsigned.</param>
public sealed record ClosedWorldRule(string Fact, string Place, string? SignedBy, DateOnly? SignedOn)
{
    /// <summary>Findings that the fact may be a part of: where one of them stands, nothing is presumed.</summary>
    public ImmutableArray<string> Unless { get; init; } = [];
}
