using System.Collections.Immutable;
using CsCheck;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

/// <summary>Random facts and patients, dense around the thresholds where mistakes would live.</summary>
internal static class Generators
{
    /// <summary>Many where nobody says otherwise; the mutation run asks for fewer through CsCheck_Iter.</summary>
    public static readonly long Iterations = Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? 2_000 : -1;

    /// <summary>Values at, just below and just above each threshold, by factor; the first is surely a no.</summary>
    public static readonly ImmutableDictionary<string, ImmutableArray<decimal>> Values = new Dictionary<string, ImmutableArray<decimal>>(StringComparer.Ordinal)
    {
        ["nlr"] = [1, 2.999m, 3, 3.001m, 4, 4.125m, 4.126m, 9],
        ["ldh"] = [0.5m, 0.999m, 1, 1.001m, 3],
        ["pvtt"] = [0, 1],
        ["spread"] = [0, 1],
        ["afp"] = [3, 399.999m, 400, 400.001m, 9000],
        ["child-pugh"] = [5, 6, 7, 8, 12],
        ["amp-11q13"] = [0, 1],
        ["amp-mdm2"] = [0, 1],
        ["sex"] = [0, 1],
        ["age"] = [40, 64, 65, 66],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static readonly Gen<UnknownReason> Reason = Gen.Enum<UnknownReason>();

    public static readonly Gen<Comparison> Bound = Gen.Enum<Comparison>();

    public static readonly Gen<Interval> Range = Gen.OneOf(
        Gen.Int[0, 12].Select(value => Interval.Exactly(value)),
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 6], (low, width) => Interval.Between(low, low + width)),
        Gen.Select(Bound, Gen.Int[0, 12], (bound, value) => Interval.Of(bound, value)),
        Gen.Select(Gen.Int[0, 12], Gen.Int[1, 6], Gen.Bool, (low, width, lowSide) => HalfOpen(low, low + width, lowSide)),
        Gen.Const(Interval.Everything));

    public static Gen<string> FactorId => Gen.OneOf(Values.Keys.Order(StringComparer.Ordinal).ToArray());

    public static Gen<Fact<Finding>> Fact(string factor) => Gen.OneOf(
        Reading(factor),
        Gen.Const(Presumed()),
        Gen.Const(DoesNotArise()),
        Gap);

    public static Gen<Fact<Finding>> Gap => Reason.Select(reason => Missing(reason));

    public static Gen<Fact<Finding>> Settled(string factor) => Gen.OneOf(Reading(factor), Gen.Const(Presumed()), Gen.Const(DoesNotArise()));

    public static Gen<Fact<Finding>> Reading(string factor)
    {
        var value = Gen.OneOf(Values[factor].ToArray());
        var exactly = value.Select(at => Interval.Exactly(at));
        var range = Gen.OneOf(
            exactly,
            Gen.Select(value, value, (one, other) => Interval.Between(Math.Min(one, other), Math.Max(one, other))),
            Gen.Select(Bound, value, (bound, at) => Interval.Of(bound, at)));
        var canBeConfounded = factor is "nlr" or "ldh";
        return Gen.Select(range, Gen.Bool, (possible, confounded) => canBeConfounded && confounded
            ? Known(new Finding(possible, UnknownReason.BoundOnly, new Shown.Flag(Value: true)) { IsConfounded = true, Confounders = [Confounder.GCsf] })
            : Within(possible));
    }

    public static Gen<PatientFacts> Patient { get; } = Values.Keys.Order(StringComparer.Ordinal).Aggregate(
        Gen.Const(Of()),
        (patient, factor) => Gen.Select(patient, Fact(factor), (soFar, fact) => soFar.But(factor, fact)));

    public static bool Holds(this Interval interval, decimal value) =>
        (interval.Low is not { } low || value > low || (value == low && interval.LowIncluded))
        && (interval.High is not { } high || value < high || (value == high && interval.HighIncluded));

    private static Interval HalfOpen(decimal low, decimal high, bool withoutLow) => Interval.Between(low, high)
        .Intersect(withoutLow ? Interval.Of(Comparison.GreaterThan, low) : Interval.Of(Comparison.LessThan, high))!.Value;
}
