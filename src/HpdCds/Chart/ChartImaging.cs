using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>What the chart holds of imaging, beside the results that were measured on it.</summary>
public sealed record ChartImaging(
    ImmutableArray<ChartLesion> Lesions, ImmutableArray<ChartStudy> Studies, ImmutableArray<ChartReport> Reports, ImmutableArray<ChartPlan> Plans) : PatientData
{
    public static readonly ChartImaging None = new([], [], [], []);
}

/// <summary>What an Observation says of the lesion that it measures and of the images that it was measured on.</summary>
/// <param name="Identifiers">Of the lesion, where the result names it by one: <c>system|value</c>.</param>
/// <param name="From">What it was derived from or is a part of, as written.</param>
public sealed record ChartLesion(string Reference, ChartConcept? BodySite, ImmutableArray<string> Identifiers, ImmutableArray<string> From) : PatientData
{
    /// <summary>It names a specimen, in whatever shape: it was measured by pathology.</summary>
    public bool IsOfSpecimen { get; init; }
}

/// <param name="Modalities">Codes such as <c>CT</c>, in a fixed order.</param>
public sealed record ChartStudy(string Reference, string? Status, ChartTime? Time, ImmutableArray<string> Modalities) : PatientData;

/// <param name="Results">The Observations that it reports, as written.</param>
/// <param name="Studies">The ImagingStudies that it reports on, as written.</param>
public sealed record ChartReport(string Reference, string? Status, ChartTime? Time, ImmutableArray<string> Results, ImmutableArray<string> Studies) : PatientData;

/// <summary>A ServiceRequest or an Appointment.</summary>
/// <param name="Kinds">Every concept by which it may be known as imaging: category, code, service type.</param>
public sealed record ChartPlan(string Reference, string? Status, bool DoNotPerform, ImmutableArray<ChartConcept> Kinds, ChartTime? Time) : PatientData
{
    /// <summary>When it was ordered, or the appointment made.</summary>
    public ChartTime? Authored { get; init; }

    /// <summary>The end of the period for which it is meant; null where it is meant for days.</summary>
    public ChartTime? Until { get; init; }

    /// <summary>The days for which it is meant, where it is for several.</summary>
    public ImmutableArray<ChartTime> Days { get; init; } = [];
}
