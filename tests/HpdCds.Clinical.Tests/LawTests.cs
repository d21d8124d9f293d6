using System.Collections.Immutable;
using CsCheck;
using static HpdCds.Clinical.Tests.Generators;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

/// <summary>The laws of the clinical model, section 2, and the model against the long way round.</summary>
public sealed class LawTests
{
    private static readonly ChildPughCutOffs CutOffs = new((2, 3), (3.5m, 2.8m), (1.7m, 2.3m));

    [Fact]
    public void The_total_is_what_trying_every_value_gives() => Patient.Sample(
        patient => patient.Assess().Points == Oracle.Total(Possible(patient)), iter: Iterations);

    [Fact]
    public void What_settles_is_what_trying_every_value_gives() => Patient.Sample(
        patient => patient.Assess().Settles == Named(patient, Oracle.Settles(Possible(patient))), iter: Iterations);

    [Fact]
    public void Something_settles_exactly_where_the_bands_differ() => Patient.Sample(
        patient => patient.Assess().Settles is null == patient.Assess().Band.IsSettled, iter: Iterations);

    [Fact]
    public void The_band_is_that_of_the_points() => Patient.Sample(
        patient =>
        {
            var answer = patient.Assess();
            Assert.Equal(Oracle.BandOf(answer.Points.Low), (int)answer.Band.Low);
            Assert.Equal(Oracle.BandOf(answer.Points.High), (int)answer.Band.High);
            Assert.InRange(answer.BandWithUncodedAtLeast.High, answer.Band.Low, answer.Band.High);
            Assert.Equal(answer.Band.Low, answer.BandWithUncodedAtLeast.Low);
        },
        iter: Iterations);

    [Fact]
    public void Learning_one_unknown_never_widens_the_points() => Learning
        .Sample(
            (patient, factor, unknown, learnt) =>
            {
                var before = patient.But(factor, unknown).Assess().Points;
                var after = patient.But(factor, learnt).Assess().Points;
                Assert.True(after.High - after.Low <= before.High - before.Low);
                if (HccModel.Core.Contains(factor, StringComparer.Ordinal))
                    Assert.True(after.Low >= before.Low && after.High <= before.High);
            },
            iter: Iterations);

    [Fact]
    public void An_unknown_core_factor_never_scores_as_a_no() => Gen.Select(Patient, Gen.OneOf(HccModel.Core.ToArray()), Gap).Sample(
        (patient, factor, unknown) =>
        {
            var open = patient.But(factor, unknown).Assess();
            var yes = patient.But(factor, Number(Values[factor][^1])).Assess();
            Assert.Equal(FactState.Unknown, open[factor].State);
            Assert.True(open[factor].Points.High > 0);
            Assert.Equal(yes.Points.High, open.Points.High);
        },
        iter: Iterations);

    [Fact]
    public void A_presumed_absence_and_an_explicit_no_score_alike() => Gen.Select(Patient, FactorId).Sample(
        (patient, factor) =>
        {
            var presumed = patient.But(factor, Presumed()).Assess();
            var no = patient.But(factor, Number(Values[factor][0])).Assess();
            Assert.Equal((no.Points, no.Band, no.Settles, no.Review), (presumed.Points, presumed.Band, presumed.Settles, presumed.Review));
            Assert.Equal((no[factor].Points, no[factor].IsMet), (presumed[factor].Points, presumed[factor].IsMet));
        },
        iter: Iterations);

    [Fact]
    public void The_order_in_which_facts_are_read_never_matters() => Gen.Select(Patient, Gen.Int).Sample(
        (patient, seed) =>
        {
            var ids = patient.Factors.Keys.OrderBy(id => HashCode.Combine(seed, id.Length, id[0], id[^1]));
            var shuffled = Of([.. ids.Select(id => (id, patient[id]))]).Assess();
            var answer = patient.Assess();
            Assert.Equal((answer.Points, answer.Settles, answer.Review), (shuffled.Points, shuffled.Settles, shuffled.Review));
        },
        iter: Iterations);

    [Fact]
    public void The_order_of_two_statements_never_matters()
    {
        var statement = Gen.Select(Generators.Range, Gen.Int[0, 3], (range, value) =>
            new Finding(range, UnknownReason.BoundOnly, new Shown.Number(value, Bound: null, "1", Limit: null)));
        Gen.Select(statement, statement).Sample(
            (one, other) =>
            {
                var (first, second) = (one.Against(other), other.Against(one));
                Assert.Equal((first.Compared, first.WhyOpen, first.Shown), (second.Compared, second.WhyOpen, second.Shown));
            },
            iter: Iterations);
    }

    [Fact]
    public void The_three_review_counts_add_up() => Patient.Sample(
        patient => patient.Assess().Review is { Features: 7, Present: >= 0, Unknown: >= 0 } review && review.Present + review.Unknown <= 7, iter: Iterations);

    [Fact]
    public void Reading_another_unit_never_changes_the_liver() => Gen.Select(Gen.Int[6, 8700], Gen.Int[50, 700], Gen.Nullable(Bound)).Sample(
        (bilirubin, albumin, bound) =>
        {
            var published = (Measured<Bilirubin>(bilirubin / 100m, bound, 17.104m), Measured<Albumin>(albumin / 100m, bound, 10));
            var canonical = (Measured<Bilirubin>(bilirubin * 0.17104m, bound), Measured<Albumin>(albumin / 10m, bound));
            Assert.Equal(canonical, published);
            Assert.Equal(Liver(canonical.Item1, canonical.Item2), Liver(published.Item1, published.Item2));
            Assert.Equal(AlbiScore.From(canonical.Item1, canonical.Item2), AlbiScore.From(published.Item1, published.Item2));
        },
        iter: Iterations);

    [Fact]
    public void Reading_another_unit_never_changes_a_comparison_with_a_limit() => Gen.Select(Gen.Int[20, 900], Gen.Int[100, 500]).Sample(
        (katals, limit) =>
        {
            var converted = Finding.AgainstLimit(Measured<LactateDehydrogenase>(katals / 100m, factor: 60), limit / 100m * 60);
            Assert.Equal(converted.Compared, Finding.AgainstLimit(Measured<LactateDehydrogenase>(katals * 0.6m), limit * 0.6m).Compared);
            Assert.Equal(katals > limit ? 1 : 0, HccModel.Factor("ldh").PointsFor(converted.Compared).Low);
        },
        iter: Iterations);

    [Fact]
    public void Units_make_the_round_trip() => Gen.Select(Gen.Decimal[0.001m, 99], Gen.OneOf(1m, 0.001m, 10m, 0.01m)).Sample(
        (value, factor) => Measured<Neutrophils>(decimal.Round(value, 6) / factor, factor: factor).Value == decimal.Round(value, 6), iter: Iterations);

    [Fact]
    public void Counts_and_shares_of_one_differential_give_one_ratio() => Gen.Select(Gen.Int[1, 99], Gen.Int[1, 99], Gen.Int[1, 99]).Sample(
        (neutrophils, lymphocytes, leukocytes) =>
        {
            var shares = NeutrophilLymphocyteRatio.From(Measured<DifferentialShare>(neutrophils), Measured<DifferentialShare>(lymphocytes));
            var counts = NeutrophilLymphocyteRatio.From(
                Measured<Neutrophils>(neutrophils * leukocytes / 100m), Measured<Lymphocytes>(lymphocytes * leukocytes / 100m));
            Assert.Equal(shares, counts);
        },
        iter: Iterations);

    [Fact]
    public void Learning_a_part_of_a_liver_score_never_widens_it() => Gen.Select(Gen.Int[6, 600], Gen.Int[50, 700], Reason).Sample(
        (bilirubin, albumin, reason) =>
        {
            var known = Known(Measured<Bilirubin>(bilirubin / 100m, factor: 17.104m));
            var (before, after) = (Score(Unknown<Measure<Bilirubin>>(reason), albumin), Score(known, albumin));
            Assert.Equal(2, before.High - before.Low);
            Assert.Equal(after.Low, after.High);
            Assert.InRange(after.Low, before.Low, before.High);
        },
        iter: Iterations);

    [Fact]
    public void Intervals_agree_with_their_members() => Gen.Select(Generators.Range, Generators.Range, Gen.Int[-2, 30]).Sample(
        (one, other, halves) =>
        {
            var value = halves / 2m;
            var (inOne, inOther) = (one.Holds(value), other.Holds(value));
            Assert.Equal(inOne && inOther, one.Intersect(other)?.Holds(value) ?? false);
            Assert.True(one.Hull(other).Holds(value) || (!inOne && !inOther));
            Assert.Equal(inOne, one.Times(3).Holds(value * 3));
            Assert.Equal(inOne, one.DividedBy(4).Holds(value / 4));
            Assert.Equal((one.Intersect(other), one.Hull(other)), (other.Intersect(one), other.Hull(one)));
        },
        iter: Iterations);

    [Fact]
    public void A_quotient_holds_every_quotient_of_members() => Gen.Select(Generators.Range, Generators.Range, Gen.Int[0, 30], Gen.Int[1, 30]).Sample(
        (dividend, divisor, some, other) =>
        {
            if (divisor.High is <= 0 || !dividend.Holds(some / 2m) || !divisor.Holds(other / 2m))
                return;
            Assert.True(dividend.DividedBy(divisor).Holds((decimal)some / other));
        },
        iter: Iterations);

    [Fact]
    public void A_threshold_leaves_nothing_out_and_nothing_twice() => Gen.Select(Generators.Range, Bound, Gen.Int[0, 12], Gen.Int[-2, 30]).Sample(
        (reading, comparison, at, halves) =>
        {
            var (threshold, value) = (new Threshold(comparison, at), halves / 2m);
            var met = threshold.Meeting(reading)?.Holds(value) ?? false;
            var missed = threshold.Missing(reading)?.Holds(value) ?? false;
            Assert.Equal(reading.Holds(value), met ^ missed);
            Assert.False(met && missed);
        },
        iter: Iterations);

    [Fact]
    public void Ages_agree_with_counting_birthdays()
    {
        var day = Gen.Int[0, 40_000].Select(days => new DateOnly(1920, 1, 1).AddDays(days));
        Gen.Select(day, day).Sample(
            (one, other) =>
            {
                var (birth, today) = one < other ? (one, other) : (other, one);
                var birthdays = Enumerable.Range(birth.Year + 1, today.Year - birth.Year).Count(year => Birthday(birth, year) <= today);
                Assert.Equal(new Age(birthdays, birthdays), Age.At(today, birth, birth));
            },
            iter: Iterations);
    }

    private static Gen<(PatientFacts Patient, string Factor, Fact<Finding> Unknown, Fact<Finding> Learnt)> Learning =>
        from patient in Patient
        from factor in FactorId
        from unknown in Gap
        from learnt in Settled(factor)
        select (patient, factor, unknown, learnt);

    private static DateOnly Birthday(DateOnly birth, int year) => birth is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(year)
        ? new DateOnly(year, 3, 1)
        : new DateOnly(year, birth.Month, birth.Day);

    private static Dictionary<string, int[]> Possible(PatientFacts patient) =>
        patient.Factors.ToDictionary(fact => fact.Key, fact => Oracle.Possible(fact.Key, fact.Value), StringComparer.Ordinal);

    private static string? Named(PatientFacts patient, string? factor) => factor is null ? null
        : patient.Assess()[factor].State == FactState.Known ? $"repeat-{factor}" : factor;

    private static (int Low, int High, string Class) Liver(Measure<Bilirubin> bilirubin, Measure<Albumin> albumin)
    {
        var score = ChildPughScore.From(Parts(Known(bilirubin), albumin), CutOffs);
        return (score.Low, score.High, score.Class);
    }

    private static ChildPughScore Score(Fact<Measure<Bilirubin>> bilirubin, int albumin) =>
        ChildPughScore.From(Parts(bilirubin, Measured<Albumin>(albumin / 10m)), CutOffs);

    private static ChildPughParts Parts(Fact<Measure<Bilirubin>> bilirubin, Measure<Albumin> albumin) => new(
        bilirubin,
        Known(albumin),
        Known(Measured<ProthrombinRatio>(1)),
        Known(ComplicationGrade.Mild),
        new Fact<ComplicationGrade>.PresumedAbsent(Rule),
        IsAnticoagulated: false);
}
