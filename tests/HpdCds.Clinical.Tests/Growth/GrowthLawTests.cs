using System.Collections.Immutable;
using CsCheck;
using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>What holds of every course.</summary>
public sealed class GrowthLawTests
{
    private static readonly Gen<decimal> Sum = Gen.Int[1, 400].Select(tenths => tenths * 0.5m);

    private static readonly Gen<(decimal Before, decimal Baseline, decimal After, int DaysBefore, int DaysAfter)> Numbers =
        Gen.Select(Sum, Sum, Sum, Gen.Int[14, 180], Gen.Int[1, 91]);

    private static readonly Gen<GrowthCourse> Courses = Gen.Select(
        Numbers,
        Maybe(Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Bool, (count, most, organs, isNew) => count == 0 ? NewLesions.None : new NewLesions(count, most, organs, isNew))),
        Maybe(Gen.Bool),
        Maybe(Gen.Int[1, 91].Select(days => Day("2024-03-01").AddDays(days))),
        Maybe(Gen.Int[0, 4]),
        Maybe(Gen.Int[0, 4]),
        (at, lesions, progression, stopped, before, now) => Course(at.Before, at.Baseline, at.After, at.DaysBefore, at.DaysAfter) with
        {
            NewLesions = lesions,
            RecordedProgression = progression,
            Stopped = stopped,
            EcogAtBaseline = before,
            EcogNow = now,
        });

    [Fact]
    public void Ratios_do_not_change_with_scale() => Gen.Select(Numbers, Gen.Int[2, 10]).Sample(
        (at, factor) =>
        {
            var plain = Course(at.Before, at.Baseline, at.After, at.DaysBefore, at.DaysAfter).Assess().Figures;
            var scaled = Course(at.Before * factor, at.Baseline * factor, at.After * factor, at.DaysBefore, at.DaysAfter).Assess().Figures;
            Assert.Equal(plain.RateRatio, scaled.RateRatio);
            Assert.Equal(plain.RateRise, scaled.RateRise);
            Assert.True(plain.KineticsRatio is null ? scaled.KineticsRatio is null : Math.Abs(plain.KineticsRatio.Value - scaled.KineticsRatio!.Value) < 1e-20m);
        },
        iter: Generators.Iterations);

    [Fact]
    public void Nothing_changes_with_a_shift_in_time() => Gen.Select(Courses, Gen.Int[-5000, 5000]).Sample(
        (course, days) =>
        {
            var shifted = course with
            {
                FirstDose = course.FirstDose!.Value.AddDays(days),
                PreBaseline = Moved(course.PreBaseline, days),
                Baseline = Moved(course.Baseline, days),
                OnTreatment = Moved(course.OnTreatment, days),
                Stopped = course.Stopped.Map(day => day.AddDays(days)),
            };
            Assert.Equal(All(course), All(shifted));
            Assert.Equal(course.Assess().Figures.RateRatio, shifted.Assess().Figures.RateRatio);
        },
        iter: Generators.Iterations);

    [Fact]
    public void A_tumour_that_did_not_grow_before_never_misses_a_ratio() => Courses.Sample(
        course =>
        {
            var assessment = course.Assess();
            var parts = assessment.Results.SelectMany(result => result.Parts).Where(part => part.Name.EndsWith("-ratio", StringComparison.Ordinal)).ToArray();
            if (assessment.Figures.Reference!.Change <= 0)
                Assert.All(parts, part => Assert.Equal("reference-not-positive", Words(part.Judgement)));
            else
                Assert.All(parts, part => Assert.NotEqual(Verdict.NotEvaluable, part.Judgement.Verdict));
        },
        iter: Generators.Iterations);

    [Fact]
    public void What_becomes_known_never_turns_an_answer_round() => Gen.Select(Courses, Courses).Sample(
        (course, other) =>
        {
            var learnt = course with
            {
                NewLesions = Learn(course.NewLesions, other.NewLesions),
                Stopped = Learn(course.Stopped, other.Stopped),
                EcogAtBaseline = Learn(course.EcogAtBaseline, other.EcogAtBaseline),
                EcogNow = Learn(course.EcogNow, other.EcogNow),
            };
            // A recorded response other than progression says that there are no new lesions: a report of some is a contradiction, not news.
            if (course.RecordedProgression is Fact<bool>.Known && course.NewLesions is Fact<NewLesions>.Unknown)
                return;
            foreach (var (before, after) in course.Assess().Results.Zip(learnt.Assess().Results))
            {
                if (before.Judgement.Verdict != Verdict.NotEvaluable)
                    Assert.Equal(before.Judgement, after.Judgement);
            }
        },
        iter: Generators.Iterations);

    [Fact]
    public void A_rule_agrees_with_the_long_way_round() => Courses.Sample(
        course =>
        {
            var figures = course.Assess().Figures;
            var on = figures.OnTreatment!;
            var progression = new bool?[]
            {
                on.To.Sum.Value >= on.From.Sum.Value * 1.2m && on.To.Sum.Value - on.From.Sum.Value >= 5,
                course.RecordedProgression is Fact<bool>.Known { Value: true },
                course.NewLesions is Fact<NewLesions>.Known lesions ? lesions.Value.Count > 0 : course.RecordedProgression is Fact<bool>.Known { Value: false } ? false : null,
            };
            var isProgression = progression.Contains(true) ? true : progression.Contains(null) ? null : (bool?)false;
            var early = on.Days <= 60;
            Assert.Equal(isProgression, Plain(course.Assess().Progression));
            Assert.Equal(And(isProgression, figures.RateRise > 50), Plain(course.Assess()["ferrara-2018"].Judgement));
            Assert.Equal(And(isProgression, figures.RateRatio is { } ratio ? ratio >= 2 : null), Plain(course.Assess()["champiat-2017"].Judgement));
            var organs = course.NewLesions is Fact<NewLesions>.Known where ? where.Value.Organs >= 2 : course.RecordedProgression is Fact<bool>.Known { Value: false } ? false : (bool?)null;
            var spread = on.ChangePercent >= 40 ? true : And(on.ChangePercent > 20, organs);
            Assert.Equal(And(And(And(isProgression, early), on.Change >= 10), spread), Plain(course.Assess()["matos-2020"].Judgement));
        },
        iter: Generators.Iterations);

    private static bool? And(bool? one, bool? other) => one == false || other == false ? false : one is null || other is null ? null : true;

    private static bool? Plain(Judgement judgement) => judgement.Verdict switch { Verdict.Met => true, Verdict.NotMet => false, _ => null };

    private static Fact<T> Learn<T>(Fact<T> now, Fact<T> other)
        where T : notnull => now is Fact<T>.Known ? now : other;

    private static string[] All(GrowthCourse course) => [.. course.Assess().Results.Select(result => Words(result.Judgement))];

    private static ScanInRole Moved(ScanInRole role, int days) => role with { Scan = role.Scan! with { Date = role.Scan.Date.AddDays(days) } };

    private static Gen<Fact<T>> Maybe<T>(Gen<T> value)
        where T : notnull => Gen.OneOf(value.Select(Known), Gen.Const(Unknown<T>(UnknownReason.NotRecorded)));
}
