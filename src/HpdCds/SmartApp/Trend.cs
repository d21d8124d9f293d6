using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.SmartApp;

/// <summary>One result as the facts read it at its own time.</summary>
/// <param name="Drawn">The number that the picture places: the value, or for LDH the multiple of its laboratory's limit.</param>
/// <param name="Limit">The laboratory's own limit, where that is what is compared.</param>
public sealed record TrendPoint(ClinicalTime When, decimal Drawn, decimal Value, Comparison? Bound, string Unit, decimal? Limit, string Source) : PatientData
{
    /// <summary>What qualifies the reading.</summary>
    public ImmutableArray<Mark> Marks { get; init; } = [];

    /// <summary>What else explains it.</summary>
    public ImmutableArray<Confounder> Confounders { get; init; } = [];

    /// <summary>As the laboratory wrote it, where the unit shown is of another quantity; else null.</summary>
    public string? Recorded { get; init; }

    public bool IsMarked => !Marks.IsEmpty || !Confounders.IsEmpty;
}

/// <summary>Results of one kind, oldest first.</summary>
/// <param name="Id">The factor that reads them, or the part of one.</param>
/// <param name="WindowDays">How recent a value has to be to count.</param>
/// <param name="Thresholds">What a value is compared with, in the quantity drawn.</param>
/// <param name="MayLackOlder">The place where they stand was not read to its end.</param>
public sealed record Trend(string Id, ImmutableArray<TrendPoint> Points, int WindowDays, ImmutableArray<decimal> Thresholds, bool IsLog, bool MayLackOlder) : PatientData
{
    /// <summary>There are older results in the time shown than the picture has room for.</summary>
    public bool HasOlder { get; init; }

    /// <summary>How many results of the chart it rests on, usable or not.</summary>
    public int Results { get; init; }

    /// <summary>Why the newest of them could not be used; null where something is drawn, or nothing was recorded.</summary>
    public UnknownReason? WhyNone { get; init; }

    /// <summary>The part that <see cref="WhyNone"/> is about, where the value is made of several; else null.</summary>
    public string? MissingPart { get; init; }

    /// <summary>How the reading of the place where they stand ended.</summary>
    public required SourceState Source { get; init; }
}


/// <summary>A treatment that was begun.</summary>
/// <param name="Kind"><c>inhibitor</c>, <c>antineoplastic</c>, <c>corticosteroid</c>, <c>g-csf</c> or <c>tace</c>.</param>
/// <param name="Agents">INNs, where the kind has any.</param>
public sealed record TreatmentMark(string Kind, ImmutableArray<string> Agents, ClinicalTime When, string Source) : PatientData;
