using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>A part of a rule, judged.</summary>
/// <param name="Name">A stable code, such as <c>tgr-ratio</c>.</param>
/// <param name="Judgement">Whether it is met.</param>
/// <param name="Value">What was compared, where that is a number; in the unit of the threshold.</param>
/// <param name="Threshold">What it was compared with; null for a yes or no.</param>
public sealed record RulePart(string Name, Judgement Judgement, double? Value, Threshold? Threshold) : PatientData
{
    /// <summary>The records by which it was judged, beside the sums of scans.</summary>
    public ImmutableArray<GrowthGround> From { get; init; } = [];
}

/// <summary>What the rules are made of. Every part that a rule asks for is kept, so that the rule can say why.</summary>
internal sealed class GrowthParts(GrowthFigures figures, GrowthCriteria criteria, ImmutableDictionary<string, Threshold> thresholds)
{
    private readonly ImmutableArray<RulePart>.Builder _asked = ImmutableArray.CreateBuilder<RulePart>();

    private GrowthCourse Course => figures.Course;

    public ImmutableArray<RulePart> Asked => _asked.ToImmutable();

    public Judgement Progression() => Kept("progression", figures.Progression, from: figures.ProgressionGrounds);

    public Judgement Early() => Kept("early", figures.Early(criteria.EarlyMonths));

    public Judgement EarlyProgression() =>
        Kept("early-progression", Judgement.All(figures.Progression, figures.Early(criteria.EarlyMonths)), from: figures.ProgressionGrounds);

    public Judgement EarlyStop() => Kept("early-stop", Course.Stopped.Match(
        (day, _) => figures.IsEarly(day, criteria.EarlyMonths),
        _ => Judgement.NotMet,
        _ => Judgement.Open(GrowthGap.StopUnknown),
        _ => Judgement.NotMet));

    public Judgement RateRatio(string name) => Compared(name, figures.RateRatio, figures.WhyNoRatio);

    public Judgement KineticsRatio(string name) => Compared(name, figures.KineticsRatio, figures.WhyNoRatio);

    public Judgement RateRise(string name) => Compared(name, figures.RateRise, figures.WhyNoRise);

    public Judgement Percent(string name) => Compared(name, figures.OnTreatment?.ChangePercent, figures.WhyNoOnTreatment ?? GrowthGap.StartsAtZero);

    public Judgement Millimetres(string name) => Compared(name, figures.OnTreatment?.Change, figures.WhyNoOnTreatment);

    public Judgement NewLesionsInInvolvedOrgan(string name) => Counted(name, lesions => lesions.MostInOneInvolvedOrgan, lesions => lesions.MayBeMoreInOneOrgan);

    public Judgement OrgansWithNewLesions(string name) => Counted(name, lesions => lesions.Organs, lesions => lesions.MayBeInMoreOrgans);

    public Judgement NewOrgan() => Kept("new-organ", figures.NewLesions(lesions => lesions.IsInNewOrgan), from: figures.NewLesionGrounds);

    public Judgement EcogRise(string name)
    {
        var limit = thresholds[name];
        var now = figures.AtEvaluation(Met(Course.EcogNow, grade => limit.IsMetBy((decimal)grade)));
        var before = Met(Course.EcogAtBaseline, grade => !limit.IsMetBy((decimal)grade));
        return Kept(
            name,
            Judgement.All(now, before),
            Course.EcogNow is Fact<int>.Known known ? known.Value : null,
            limit,
            [.. GradeOf(GroundKind.Ecog, Course.EcogNow), .. GradeOf(GroundKind.EcogAtBaseline, Course.EcogAtBaseline)]);
    }

    /// <summary>A number of parts that a rule asks for.</summary>
    public int Whole(string name) => (int)thresholds[name].Value;

    private static Judgement Met(Fact<int> grade, Func<int, bool> isMet) => grade.Match(
        (value, _) => Judgement.Of(isMet(value)),
        _ => Judgement.Open(GrowthGap.EcogUnknown),
        _ => Judgement.Open(GrowthGap.EcogUnknown),
        _ => Judgement.Open(GrowthGap.EcogUnknown));

    // Enough of them are enough; of fewer there may be more than were counted.
    private Judgement Counted(string name, Func<NewLesions, int?> count, Func<NewLesions, bool> mayBeMore)
    {
        var limit = thresholds[name];
        var seen = Course.NewLesions is Fact<NewLesions>.Known known ? count(known.Value) : null;
        return Kept(
            name,
            figures.NewLesions(lesions => count(lesions) is { } number && (limit.IsMetBy((decimal)number) || !mayBeMore(lesions)) ? limit.IsMetBy((decimal)number) : null),
            seen,
            limit,
            figures.NewLesionGrounds);
    }

    private Judgement Compared(string name, decimal? value, GrowthGap? whyNot)
    {
        var limit = thresholds[name];
        return Kept(name, value is { } number ? Judgement.Of(limit.IsMetBy(number)) : Judgement.Open(whyNot!.Value), (double?)value, limit);
    }

    private Judgement Compared(string name, double? value, GrowthGap? whyNot)
    {
        var limit = thresholds[name];
        return Kept(name, value is { } number ? Judgement.Of(limit.IsMetBy(number)) : Judgement.Open(whyNot!.Value), value, limit);
    }

    private static GrowthGround[] GradeOf(GroundKind kind, Fact<int> grade) =>
        grade is Fact<int>.Known known ? [new(kind, known.Provenance) { Grade = known.Value }] : [];

    private Judgement Kept(string name, Judgement judgement, double? value = null, Threshold? threshold = null, ImmutableArray<GrowthGround>? from = null)
    {
        _asked.Add(new(name, judgement, value, threshold) { From = from ?? [] });
        return judgement;
    }
}
