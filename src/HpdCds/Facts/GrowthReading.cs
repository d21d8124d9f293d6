using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;

namespace HpdCds.Facts;

/// <summary>What the chart says about growth under a checkpoint inhibitor.</summary>
/// <param name="Course">What the definitions are judged by.</param>
/// <param name="Scans">Every scan that was read, oldest first.</param>
/// <param name="Agents">The inhibitors of the course.</param>
public sealed record GrowthReading(GrowthCourse Course, ImmutableArray<Scan> Scans, ImmutableArray<string> Agents) : PatientData
{
    /// <summary>Marker by marker: at the first dose and now.</summary>
    public required ImmutableArray<(string Marker, Fact<Finding> AtFirstDose, Fact<Finding> Now)> Markers { get; init; }

    /// <summary>Whether imaging is ordered or booked; null where the orders could not all be read, or one of them may be for something else.</summary>
    public bool? IsImagingPlanned => Plan is not null ? true : UnclearPlan is null && PlanOfUnknownKind is null && !HoldsUnknownOrder && WerePlansRead ? false : null;

    /// <summary>The imaging that comes next, of those that are ordered or booked.</summary>
    public ChartPlan? Plan { get; init; }

    /// <summary>Imaging that is open and says no day, or one that is over: it may be late, under way, or an earlier one that nobody closed.</summary>
    public ChartPlan? UnclearPlan { get; init; }

    /// <summary>What lies ahead and may be imaging: nothing by which it is known says what it is.</summary>
    public ChartPlan? PlanOfUnknownKind { get; init; }

    /// <summary>Something was ordered since the first dose that has no day and is not known for anything: it may be imaging.</summary>
    public bool HoldsUnknownOrder { get; init; }

    /// <summary>Whether orders and appointments were read to the end, so that finding none means something.</summary>
    public bool WerePlansRead { get; init; }

    /// <summary>Measurements of which nobody says when the images were made.</summary>
    public int Undated { get; init; }

    /// <summary>The days of scans in whose sums a result stands that is not final.</summary>
    public ImmutableHashSet<DateOnly> Preliminary { get; init; } = [];

    /// <summary>The record of the first dose, or of the order that stands for it; null where no day of it is known.</summary>
    public string? FirstDoseSource { get; init; }

    /// <summary>Embolisation between shortly before the first scan that is compared and the first evaluation: dead tissue distorts sums.</summary>
    public bool HasEmbolisation { get; init; }

    /// <summary>Whether procedures were read to the end, so that no embolisation means that there was none.</summary>
    public bool WereProceduresRead { get; init; }

    /// <summary>Whether imaging studies were read to the end, so that no change of modality means that there was none.</summary>
    public bool WereStudiesRead { get; init; }

    /// <summary>Whether orders, statements and administrations were read to the end, so that the first dose found is the first one.</summary>
    public bool WasTreatmentRead { get; init; }

    /// <summary>A kinase inhibitor that ended shortly before the first dose, or of which nobody says when: growth may rebound.</summary>
    public bool HasStoppedKinaseInhibitor { get; init; }

    /// <summary>The doses of the course that have a day, oldest first; an order is none.</summary>
    public ImmutableArray<TreatmentDose> Doses { get; init; } = [];

    /// <summary>Other systemic cancer treatment that began before the first dose, or has no day, the latest first: growth before is growth under it, or after it.</summary>
    public ImmutableArray<EarlierTreatment> EarlierTreatments { get; init; } = [];

    /// <summary>The lesions that were measured, each over time.</summary>
    public ImmutableArray<LesionCourse> Lesions { get; init; } = [];

    /// <summary>The results that a sum was made of.</summary>
    public static string[] SourcesOf(Scan scan) => scan.Source.Split(", ");
}

/// <summary>A day on which an inhibitor was given, or a course of it began.</summary>
/// <param name="Agents">INNs.</param>
public sealed record TreatmentDose(DateOnly Day, ImmutableArray<string> Agents, string Source) : PatientData;

/// <summary>A cancer drug, or several that are given as one, of an earlier line.</summary>
/// <param name="Agents">INNs; empty for one that is known by its code only.</param>
/// <param name="Last">When it was last recorded, as taken or as ordered; null where no record has a day.</param>
/// <param name="Source">The record of that.</param>
public sealed record EarlierTreatment(ImmutableArray<string> Agents, ClinicalTime? Last, string Source) : PatientData;

/// <summary>One size of a lesion.</summary>
/// <param name="Size">Null where it could not be read as one.</param>
public sealed record LesionSize(DateOnly Date, Measure<TumourSum>? Size, string Source) : PatientData;

/// <summary>What was measured under one name, or at one place where lesions have no names.</summary>
/// <param name="Site">Where it is, as recorded; null where nobody says.</param>
/// <param name="Sizes">Oldest first.</param>
public sealed record LesionCourse(string Key, string? Site, ImmutableArray<LesionSize> Sizes) : PatientData
{
    /// <summary>Two sizes of one day are two lesions of one place: which is which on another day, nobody says.</summary>
    public bool IsOneLesion => Sizes.GroupBy(size => size.Date).All(day => day.Count() == 1);
}
