namespace HpdCds.Tests.SecondReading;

// What a second reader is handed: the patient as the reports print them, in words and numbers of this folder alone.
internal enum Why
{
    NotRecorded,
    NotSupplied,
    NotAuthorised,
    SourceFailed,
    Truncated,
    TooOld,
    UnknownUnit,
    Implausible,
    NoReferenceRange,
    ImpreciseDate,
    Conflicting,
    BoundOnly,
    ConversionUncertain,
    Ambiguous,
    NotPaired,
    ComponentUnknown,
    Confounded,
}

internal enum Drawer
{
    Read,
    CutShort,
    NotSent,
    Locked,
    Broken,
}

internal enum Sign
{
    Exactly,
    Below,
    AtMost,
    Above,
    AtLeast,
}

internal enum Note
{
    Nothing,
    Yes,
    Refuted,
    Suspected,
    StagedFree,
}

internal enum Fluid
{
    NotListed,
    Refuted,
    Suspected,
    Mild,
    Moderate,
    Ungraded,
    Resolved,
}

internal enum Genes
{
    NotMentioned,
    Amplified,
    AllAbsent,
    Covered,
}

internal enum Cancer
{
    Liver,
    Elsewhere,
    LiverButNotHepatocellular,
    SecondaryOnly,
    Blood,
    Two,
    None,
}

internal enum Earlier
{
    Never,
    NobodyKnows,
    LastMonth,
    LastYear,
}

/// <summary>One result as its report prints it; `DaysOld` counts back from the order.</summary>
internal sealed record Printed(Sign Sign, decimal Number, string Unit, int DaysOld, bool MonthOnly)
{
    /// <summary>A second final result of the same moment.</summary>
    public decimal? Twin { get; init; }
}

/// <summary>A Child-Pugh that somebody wrote down: a score, or the letter of a class.</summary>
internal sealed record Written(int Score, char? Letter, int DaysOld);

internal sealed record Given
{
    public Cancer Cancer { get; init; }
    public Earlier Earlier { get; init; }
    public bool Perioperative { get; init; }
    public DateOnly Today { get; init; } = new(2026, 11, 20);
    public int? BirthYear { get; init; } = 1970;
    public int? BirthMonth { get; init; }
    public int? BirthDay { get; init; }
    public string? Gender { get; init; } = "male";
    public Drawer BloodCounts { get; init; }
    public Drawer Chemistry { get; init; }
    public Drawer LiverTests { get; init; }
    public Drawer Markers { get; init; }
    public Drawer Performance { get; init; }
    public Drawer Molecular { get; init; }
    public Drawer Diagnoses { get; init; }
    public Printed? Neutrophils { get; init; }
    public Printed? Lymphocytes { get; init; }
    public bool Paired { get; init; } = true;
    public decimal? ReportedNlr { get; init; }
    public Printed? Ldh { get; init; }
    public decimal? LdhLimit { get; init; }
    public decimal? OtherLdhLimit { get; init; }
    public Printed? Afp { get; init; }
    public Note Pvtt { get; init; }
    public Note Spread { get; init; }
    public Printed? Bilirubin { get; init; }
    public Printed? Albumin { get; init; }
    public Printed? Inr { get; init; }
    public Fluid Ascites { get; init; }
    public Fluid Encephalopathy { get; init; }
    public bool Anticoagulated { get; init; }
    public Written? ChildPugh { get; init; }
    public Genes Amp11q13 { get; init; }
    public Genes AmpMdm2 { get; init; }
    public Note LiverMetastasis { get; init; }
    public bool ThreeOrgans { get; init; }
    public Printed? Ecog { get; init; }
    public bool OnSteroid { get; init; }
    public bool Haemolysed { get; init; }
    public Printed? Crp { get; init; }
}
