using System.Collections.Immutable;

namespace HpdCds.Sandbox.Patients;

/// <summary>What a patient file says about itself, and the answer that the published model demands for it.</summary>
/// <param name="Id">The Patient's id, which is also the name of the file.</param>
/// <param name="Shows">One sentence: what the order screen shows for this patient.</param>
/// <param name="Drug">The checkpoint inhibitor with which <paramref name="Expected"/> was worked out.</param>
/// <param name="Growth">The answer of hpd-growth; null where it has nothing to say.</param>
public sealed record SandboxPatient(string Id, string Title, string Shows, string Drug, ExpectedAnswer Expected, ExpectedGrowth? Growth = null);

/// <summary>The answer, worked out by hand from the model's text. What is absent here is absent on the wire.</summary>
/// <param name="Indicator">Of the one card; null when no card is shown.</param>
/// <param name="NeedsSiteCodes">Holds only while the service knows the sandbox's own codes.</param>
public sealed record ExpectedAnswer(
    string Exposure,
    string? Tumour = null,
    string? Regimen = null,
    string? Model = null,
    bool? Assessable = null,
    string? OutOfScope = null,
    ExpectedRange<int>? Points = null,
    ExpectedRange<string>? Band = null,
    string? Indicator = null,
    string? Settles = null,
    ExpectedReview? Review = null,
    bool NeedsSiteCodes = false);

public sealed record ExpectedRange<T>(T Low, T High);

public sealed record ExpectedReview(int Present, int Unknown);

/// <summary>What hpd-growth says, worked out by hand from the definitions.</summary>
/// <param name="Primary">What the site's own definition says: met, not-met, or why it cannot be said.</param>
/// <param name="Met">The definitions that are met, in display order.</param>
public sealed record ExpectedGrowth(string Situation, string Primary, ImmutableArray<string> Met, string? Indicator = null, bool? ImagingPlanned = null);
