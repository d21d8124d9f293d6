using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>
/// Albumin-bilirubin score: 0.66 log10(bilirubin umol/L) - 0.085 (albumin g/L); from about -4 (well) to 0 (failing),
/// without unit. Grade 1 up to -2.60, 2 up to -1.39, 3 above; 2a up to -2.27 (clinical model, section 1, "ALBI").
/// </summary>
/// <param name="Range">The scores that are possible.</param>
/// <param name="Value">The score of the stated values.</param>
public sealed record AlbiScore(Interval Range, decimal Value) : PatientData
{
    /// <summary>The grade of a score: <c>1</c>, <c>2a</c>, <c>2b</c> or <c>3</c>.</summary>
    public string Grade => Value switch
    {
        <= -2.60m => "1",
        <= -2.27m => "2a",
        <= -1.39m => "2b",
        _ => "3",
    };

    /// <summary>Computes the score; the two values need not be of one time.</summary>
    public static AlbiScore From(Measure<Bilirubin> bilirubin, Measure<Albumin> albumin)
    {
        ArgumentNullException.ThrowIfNull(bilirubin);
        ArgumentNullException.ThrowIfNull(albumin);
        var least = Of(bilirubin.Range.Low ?? bilirubin.Value, albumin.Range.High ?? albumin.Value);
        var most = Of(bilirubin.Range.High ?? bilirubin.Value, albumin.Range.Low ?? albumin.Value);
        return new(Interval.Between(least, most), Of(bilirubin.Value, albumin.Value));
    }

    /// <summary>The score as a finding.</summary>
    public Finding ToFinding() => new(Range, UnknownReason.BoundOnly, new Shown.Number(Value, Bound: null, "{score}", Limit: null));

    private static decimal Of(decimal bilirubin, decimal albumin) =>
        (decimal)((0.66 * Math.Log10((double)bilirubin)) - (0.085 * (double)albumin));
}

/// <summary>How much of a liver complication there is.</summary>
public enum ComplicationGrade
{
    /// <summary>None: 1 point.</summary>
    None,

    /// <summary>Mild ascites, or encephalopathy grade 1 to 2: 2 points.</summary>
    Mild,

    /// <summary>Moderate or severe ascites, or encephalopathy grade 3 to 4: 3 points.</summary>
    Severe,

    /// <summary>Present without a grade: 2 to 3 points.</summary>
    Ungraded,
}

/// <summary>
/// The cut-offs of the Child-Pugh score, in the units in which they are published (bilirubin mg/dL, albumin g/dL).
/// </summary>
/// <param name="BilirubinMgPerDl">Up to the first: 1 point below it; between, ends included: 2; above the second: 3.</param>
/// <param name="AlbuminGPerDl">Above the first: 1 point; between, ends included: 2; below the second: 3.</param>
/// <param name="Inr">Below the first: 1 point; between, ends included: 2; above the second: 3.</param>
public sealed record ChildPughCutOffs((decimal Low, decimal High) BilirubinMgPerDl, (decimal High, decimal Low) AlbuminGPerDl, (decimal Low, decimal High) Inr)
{
    /// <summary>umol/L of bilirubin in 1 mg/dL (10 000 / 584.66 g/mol).</summary>
    public const decimal BilirubinUmolPerLInMgPerDl = 17.104m;

    /// <summary>g/L of albumin in 1 g/dL.</summary>
    public const decimal AlbuminGPerLInGPerDl = 10m;
}

/// <summary>The five parts of a Child-Pugh score, each as far as the chart knows it.</summary>
/// <param name="Bilirubin">Total bilirubin.</param>
/// <param name="Albumin">Albumin.</param>
/// <param name="Inr">International normalised ratio.</param>
/// <param name="Ascites">Ascites.</param>
/// <param name="Encephalopathy">Hepatic encephalopathy.</param>
/// <param name="IsAnticoagulated">A vitamin K antagonist or direct oral anticoagulant makes the INR part 1 to 3 whatever it reads.</param>
public sealed record ChildPughParts(
    Fact<Measure<Bilirubin>> Bilirubin,
    Fact<Measure<Albumin>> Albumin,
    Fact<Measure<ProthrombinRatio>> Inr,
    Fact<ComplicationGrade> Ascites,
    Fact<ComplicationGrade> Encephalopathy,
    bool IsAnticoagulated) : PatientData
{
    /// <summary>Why it is not known whether there is an anticoagulant, which is then possible; null when it is known.</summary>
    public UnknownReason? MedicationsUnread { get; init; }
}

/// <summary>One part of a Child-Pugh score: 1 to 3 points, as a range where it is not settled.</summary>
/// <param name="Name">bilirubin, albumin, inr, ascites or encephalopathy; medications where only they leave the INR open.</param>
/// <param name="Low">The fewest points.</param>
/// <param name="High">The most points.</param>
/// <param name="WhyOpen">Why the two differ; null when they do not.</param>
/// <param name="IsPresumed">Scored as absent because of a closed-world rule.</param>
public sealed record ChildPughPart(string Name, int Low, int High, UnknownReason? WhyOpen, bool IsPresumed) : PatientData;

/// <summary>
/// Child-Pugh score, 5 to 15 points (A 5-6, B 7-9, C 10-15), in the variant with albumin 2.8 / 3.5 g/dL; a range where
/// parts are not settled (clinical model, section 1, "Child-Pugh").
/// </summary>
public sealed record ChildPughScore : PatientData
{
    private ChildPughScore(ImmutableArray<ChildPughPart> parts, bool isAnticoagulated) =>
        (Parts, IsAnticoagulated, Low, High) = (parts, isAnticoagulated, parts.Sum(part => part.Low), parts.Sum(part => part.High));

    /// <summary>The five parts, in the order in which a missing one is named.</summary>
    public ImmutableArray<ChildPughPart> Parts { get; }

    /// <summary>Whether an anticoagulant opens the INR part.</summary>
    public bool IsAnticoagulated { get; }

    /// <summary>The fewest points.</summary>
    public int Low { get; }

    /// <summary>The most points.</summary>
    public int High { get; }

    /// <summary>The class, such as <c>A</c>, or the span of classes, such as <c>A-B</c>.</summary>
    public string Class => ClassOf(Low) == ClassOf(High) ? ClassOf(Low) : $"{ClassOf(Low)}-{ClassOf(High)}";

    /// <summary>The class of a score.</summary>
    public static string ClassOf(int score) => score switch
    {
        <= 6 => "A",
        <= 9 => "B",
        _ => "C",
    };

    /// <summary>The fewest and the most points of a class.</summary>
    public static (int Least, int Most) ScoresOf(string itsClass) => itsClass switch
    {
        "A" => (5, 6),
        "B" => (7, 9),
        _ => (10, 15),
    };

    /// <summary>Scores the parts.</summary>
    public static ChildPughScore From(ChildPughParts parts, ChildPughCutOffs cutOffs)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(cutOffs);
        var (bilirubinLow, bilirubinHigh) = cutOffs.BilirubinMgPerDl;
        var (albuminHigh, albuminLow) = cutOffs.AlbuminGPerDl;
        const decimal umol = ChildPughCutOffs.BilirubinUmolPerLInMgPerDl;
        const decimal gramPerLitre = ChildPughCutOffs.AlbuminGPerLInGPerDl;
        return new(
            [
                Rising("bilirubin", parts.Bilirubin, bilirubinLow * umol, bilirubinHigh * umol),
                Falling("albumin", parts.Albumin, albuminHigh * gramPerLitre, albuminLow * gramPerLitre),
                parts.IsAnticoagulated
                    ? new ChildPughPart("inr", 1, 3, UnknownReason.Confounded, IsPresumed: false)
                    : Clotting(parts, cutOffs.Inr),
                Graded("ascites", parts.Ascites),
                Graded("encephalopathy", parts.Encephalopathy),
            ],
            parts.IsAnticoagulated);
    }

    /// <summary>The score as a finding: open for the reason of the first part that is not settled.</summary>
    public Finding ToFinding()
    {
        var open = Parts.FirstOrDefault(part => part.WhyOpen is not null);
        return new(Interval.Between(Low, High), open?.WhyOpen ?? UnknownReason.ComponentUnknown, new Shown.Span(Low, High, "{score}", Class))
        {
            Datum = open?.Name,
            Confounders = IsAnticoagulated ? [Confounder.Anticoagulant] : [],
        };
    }

    // An INR says nothing about the liver while an anticoagulant may stand in a list that nobody read.
    private static ChildPughPart Clotting(ChildPughParts parts, (decimal Low, decimal High) inr) =>
        parts is { MedicationsUnread: { } why, Inr: Fact<Measure<ProthrombinRatio>>.Known }
            ? new("medications", 1, 3, why, IsPresumed: false)
            : Rising("inr", parts.Inr, inr.Low, inr.High);

    private static ChildPughPart Rising<TAnalyte>(string name, Fact<Measure<TAnalyte>> fact, decimal two, decimal three)
        where TAnalyte : IAnalyte => Laboratory(name, fact, new Threshold(Comparison.AtLeast, two), new Threshold(Comparison.GreaterThan, three));

    private static ChildPughPart Falling<TAnalyte>(string name, Fact<Measure<TAnalyte>> fact, decimal two, decimal three)
        where TAnalyte : IAnalyte => Laboratory(name, fact, new Threshold(Comparison.AtMost, two), new Threshold(Comparison.LessThan, three));

    private static (int Low, int High) Points(Interval range, Threshold two, Threshold three) => (
        three.Missing(range) is null ? 3 : two.Missing(range) is null ? 2 : 1,
        three.Meeting(range) is not null ? 3 : two.Meeting(range) is not null ? 2 : 1);

    private static ChildPughPart Laboratory<TAnalyte>(string name, Fact<Measure<TAnalyte>> fact, Threshold two, Threshold three)
        where TAnalyte : IAnalyte
    {
        if (fact is not Fact<Measure<TAnalyte>>.Known { Value: var measure })
            return NotKnown(name, fact);
        var (low, high) = Points(measure.Range, two, three);
        return new(name, low, high, low == high ? null : measure.WhyOpen, IsPresumed: false);
    }

    private static ChildPughPart Graded(string name, Fact<ComplicationGrade> fact) => fact switch
    {
        Fact<ComplicationGrade>.Known { Value: ComplicationGrade.None } => new(name, 1, 1, WhyOpen: null, IsPresumed: false),
        Fact<ComplicationGrade>.Known { Value: ComplicationGrade.Mild } => new(name, 2, 2, WhyOpen: null, IsPresumed: false),
        Fact<ComplicationGrade>.Known { Value: ComplicationGrade.Severe } => new(name, 3, 3, WhyOpen: null, IsPresumed: false),
        Fact<ComplicationGrade>.Known => new(name, 2, 3, UnknownReason.ComponentUnknown, IsPresumed: false),
        _ => NotKnown(name, fact),
    };

    private static ChildPughPart NotKnown<T>(string name, Fact<T> fact)
        where T : notnull => fact switch
        {
            Fact<T>.PresumedAbsent => new(name, 1, 1, WhyOpen: null, IsPresumed: true),
            Fact<T>.Unknown unknown => new(name, 1, 3, unknown.Reason, IsPresumed: false),
            _ => new(name, 1, 3, UnknownReason.NotRecorded, IsPresumed: false),
        };
}
