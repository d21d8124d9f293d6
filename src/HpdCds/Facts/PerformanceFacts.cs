using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>ECOG performance status in the ways in which it is recorded: a number, an answer code in value or interpretation, a finding.</summary>
internal sealed class PerformanceFacts(Results results, KnowledgeBase knowledge, bool readsKarnofsky)
{
    private const string GradePrefix = "ecog-";
    private const string Karnofsky = "karnofsky";

    public Fact<Finding> Ecog => results.Latest(new ResultQuestion<Measure<EcogGrade>>(
        "ecog",
        readsKarnofsky ? ["ecog", Karnofsky] : ["ecog"],
        knowledge.Rules.Window("ecog"),
        ChartKey.Performance,
        Grade,
        (one, other) => one.Against(other))
    {
        TakesInterpretation = true,
    }).Map(Finding.Of);

    private Reading<Measure<EcogGrade>> Grade(ChartObservation observation)
    {
        if (Array.Exists(knowledge.Codes.Observations.FindAll(observation.Code), entry => entry.Group == Karnofsky))
            return FromKarnofsky(observation);
        var stated = observation.Value switch
        {
            ChartValue.Concept concept => Coded(observation, [concept.Value]),
            null => null,
            _ => WholeOf(results.Measured<EcogGrade>(observation, "score")),
        };
        // mCODE has the number as the value and the answer code beside it; where they differ, both stay possible.
        var beside = Coded(observation, observation.Interpretation);
        return (stated, beside) switch
        {
            ({ Value: { } value }, { Value: { } other }) => new(observation, value.Against(other), Problem: null),
            ({ Value: null }, { Value: not null }) or (null, not null) => beside,
            (not null, _) => stated,
            _ => new(observation, Value: null, UnknownReason.Ambiguous),
        };
    }

    private static Reading<Measure<EcogGrade>> WholeOf(Reading<Measure<EcogGrade>> grade) =>
        grade.Value is { Value: var value } && value != decimal.Truncate(value) ? new(grade.Observation, Value: null, UnknownReason.Unreadable) : grade;

    private Reading<Measure<EcogGrade>>? Coded(ChartObservation observation, ImmutableArray<ChartConcept> answers)
    {
        var grade = answers.Select(answer => knowledge.Codes.Answers.Find(answer)?.Group)
            .FirstOrDefault(group => group?.StartsWith(GradePrefix, StringComparison.Ordinal) == true);
        return grade is null ? null : Of(observation, int.Parse(grade[GradePrefix.Length..], CultureInfo.InvariantCulture));
    }

    private Reading<Measure<EcogGrade>> FromKarnofsky(ChartObservation observation)
    {
        var score = results.Measured<KarnofskyScore>(observation, "score");
        if (score.Value is not { Bound: null, Value: var value })
            return new(observation, Value: null, score.Problem ?? UnknownReason.BoundOnly);
        var grade = knowledge.Rules.LeastKarnofskyOfEcog.Select((least, at) => (Least: least, Grade: at)).FirstOrDefault(step => value >= step.Least, (Least: 0, Grade: 5));
        return Of(observation, grade.Grade);
    }

    private static Reading<Measure<EcogGrade>> Of(ChartObservation observation, int grade)
    {
        var measure = Measure<EcogGrade>.From(grade, bound: null, factor: 1);
        return new(observation, measure, measure is null ? UnknownReason.Implausible : null);
    }
}

/// <summary>Karnofsky performance status, 0 to 100.</summary>
internal abstract class KarnofskyScore : IAnalyte
{
    public static string Name => "karnofsky";

    public static string Unit => "{score}";

    public static Interval Plausible => Interval.Between(0, 100);
}
