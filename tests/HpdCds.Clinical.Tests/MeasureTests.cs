using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class MeasureTests
{
    [Fact]
    public void A_measurement_is_converted_to_its_canonical_unit_without_rounding()
    {
        Assert.Equal(34.208m, Measured<Bilirubin>(2, factor: 17.104m).Value);
        Assert.Equal(Interval.Exactly(35), Measured<Albumin>(3.5m, factor: 10).Range);
        Assert.Null(Measured<Albumin>(35).Bound);
        Assert.False(Measured<Albumin>(35).IsConverted);
    }

    [Theory]
    [InlineData("neutrophils", "10*9/L", "0", "100")]
    [InlineData("lymphocytes", "10*9/L", "0", "300")]
    [InlineData("leukocytes", "10*9/L", "0", "500")]
    [InlineData("differential-share", "%", "0", "100")]
    [InlineData("nlr", "1", "0", "1000")]
    [InlineData("ldh", "U/L", "10", "50000")]
    [InlineData("afp", "ng/mL", "0", null)]
    [InlineData("albumin", "g/L", "5", "70")]
    [InlineData("bilirubin", "umol/L", "1", "1500")]
    [InlineData("inr", "{INR}", "0.5", "20")]
    [InlineData("haemoglobin", "g/L", "20", "250")]
    [InlineData("crp", "mg/L", "0", "1000")]
    [InlineData("ecog", "{score}", "0", "4")]
    public void The_believable_range_is_the_one_stated_and_its_ends_belong_to_it(string name, string unit, string low, string? high)
    {
        var analyte = Analytes[name];

        Assert.Equal(unit, analyte.Unit);
        Assert.True(analyte.IsBelievable(Number(low)));
        Assert.False(analyte.IsBelievable(Number(low) - 0.0001m));
        if (high is null)
        {
            Assert.True(analyte.IsBelievable(999_999_999));
            return;
        }

        Assert.True(analyte.IsBelievable(Number(high)));
        Assert.False(analyte.IsBelievable(Number(high) + 0.0001m));
    }

    [Fact]
    public void What_is_believable_is_judged_after_the_conversion()
    {
        Assert.Null(Measure<Albumin>.From(35, bound: null, factor: 10));
        Assert.NotNull(Measure<Bilirubin>.From(0.06m, bound: null, factor: 17.104m));
    }

    [Theory]
    [InlineData(1_000_000_000_000, true)]
    [InlineData(1_000_000_000_001, false)]
    [InlineData(-1_000_000_000_001, false)]
    public void A_number_that_no_laboratory_writes_is_not_read(long number, bool isRead) =>
        Assert.Equal(isRead, Measure<AlphaFetoprotein>.From(number, bound: null, factor: 1) is not null);

    [Fact]
    public void The_greatest_number_of_all_is_not_read_either() =>
        Assert.Null(Measure<AlphaFetoprotein>.From(decimal.MaxValue, Comparison.GreaterThan, 1.21m, 1.28m));

    [Fact]
    public void A_bound_leaves_what_it_leaves_within_the_believable_range()
    {
        Assert.Equal(Interval.Of(Comparison.GreaterThan, 60_500), Measured<AlphaFetoprotein>(60_500, Comparison.GreaterThan).Range);
        Assert.Equal((0m, true, 0.2m, false), Ends(Measured<Lymphocytes>(0.2m, Comparison.LessThan).Range));
        Assert.Equal((20m, true, 70m, true), Ends(Measured<Albumin>(2, Comparison.AtLeast, 10).Range));
        Assert.Equal((5m, true, 20m, true), Ends(Measured<Albumin>(2, Comparison.AtMost, 10).Range));
        Assert.Equal(Comparison.AtMost, Measured<Albumin>(2, Comparison.AtMost, 10).Bound);
        Assert.Equal(20, Measured<Albumin>(2, Comparison.AtMost, 10).Value);
    }

    [Fact]
    public void A_bound_at_the_end_of_the_believable_range_is_that_end()
    {
        Assert.Equal(Interval.Exactly(100), Measured<Neutrophils>(100, Comparison.GreaterThan).Range);
        Assert.Equal(Interval.Exactly(0), Measure<AlphaFetoprotein>.From(0, Comparison.LessThan, 1.21m, 1.28m)!.Range);
    }

    [Fact]
    public void Two_defensible_factors_make_a_span_whatever_their_order()
    {
        var low = Measure<AlphaFetoprotein>.From(330, bound: null, 1.21m, 1.28m)!;
        var high = Measure<AlphaFetoprotein>.From(330, bound: null, 1.28m, 1.21m)!;

        Assert.Equal(399.3m, low.Value);
        Assert.Equal(Interval.Between(399.3m, 422.4m), low.Range);
        Assert.Equal(low.Range, high.Range);
        Assert.True(low.IsConverted);
    }

    [Theory]
    [InlineData(312, FactState.Known, 0)]
    [InlineData(313, FactState.Unknown, 0)]
    [InlineData(330, FactState.Unknown, 0)]
    [InlineData(331, FactState.Known, 1)]
    public void An_alpha_fetoprotein_in_international_units_must_settle_by_both_factors(int reported, FactState state, int least)
    {
        var row = Score("afp", Finding.Of(Measure<AlphaFetoprotein>.From(reported, bound: null, 1.21m, 1.28m)!));

        Assert.Equal(state, row.State);
        Assert.Equal(state == FactState.Unknown ? UnknownReason.ConversionUncertain : null, row.Reason);
        Assert.Equal(least, row.Points.Low);
    }

    [Theory]
    [InlineData(331, Comparison.GreaterThan, FactState.Known)]
    [InlineData(330, Comparison.GreaterThan, FactState.Unknown)]
    [InlineData(312, Comparison.LessThan, FactState.Known)]
    [InlineData(313, Comparison.LessThan, FactState.Unknown)]
    public void A_converted_bound_must_settle_by_both_factors_too(int reported, Comparison bound, FactState state)
    {
        var row = Score("afp", Finding.Of(Measure<AlphaFetoprotein>.From(reported, bound, 1.21m, 1.28m)!));

        Assert.Equal(state, row.State);
        Assert.Equal(state == FactState.Unknown ? UnknownReason.BoundOnly : null, row.Reason);
    }

    [Fact]
    public void Why_a_measurement_may_leave_a_threshold_open()
    {
        Assert.Equal(UnknownReason.BoundOnly, Measured<AlphaFetoprotein>(5, Comparison.GreaterThan).WhyOpen);
        Assert.Equal(UnknownReason.BoundOnly, Measured<AlphaFetoprotein>(5).WhyOpen);
        Assert.Equal(UnknownReason.ConversionUncertain, Measure<AlphaFetoprotein>.From(5, bound: null, 1.21m, 1.28m)!.WhyOpen);
        Assert.Equal(UnknownReason.BoundOnly, Measure<AlphaFetoprotein>.From(5, Comparison.LessThan, 1.21m, 1.28m)!.WhyOpen);
    }

    [Fact]
    public void Two_results_of_equal_weight_leave_both_values_possible_and_show_the_higher()
    {
        var lower = Measured<AlphaFetoprotein>(390);
        var higher = Measured<AlphaFetoprotein>(410);

        foreach (var both in new[] { lower.Against(higher), higher.Against(lower) })
        {
            Assert.Equal((410m, true, UnknownReason.Conflicting), (both.Value, both.IsDisputed, both.WhyOpen));
            Assert.Equal(Interval.Between(390, 410), both.Range);
            Assert.Null(both.Bound);
            Assert.False(both.IsConverted);
        }
    }

    [Fact]
    public void Two_equal_results_are_no_dispute()
    {
        var result = Measured<AlphaFetoprotein>(390);

        Assert.Same(result, result.Against(Measured<AlphaFetoprotein>(390)));
        Assert.False(result.IsDisputed);
    }

    [Fact]
    public void A_dispute_with_a_converted_result_is_a_converted_one()
    {
        var converted = Measure<AlphaFetoprotein>.From(330, bound: null, 1.21m, 1.28m)!;

        Assert.True(converted.Against(Measured<AlphaFetoprotein>(390)).IsConverted);
        Assert.True(Measured<AlphaFetoprotein>(390).Against(converted).IsConverted);
        Assert.Equal(UnknownReason.Conflicting, converted.Against(Measured<AlphaFetoprotein>(390)).WhyOpen);
    }

    [Fact]
    public void Of_a_value_and_a_bound_at_the_same_number_the_first_is_shown_and_both_stay_possible()
    {
        var both = Measured<AlphaFetoprotein>(400).Against(Measured<AlphaFetoprotein>(400, Comparison.GreaterThan));

        Assert.Null(both.Bound);
        Assert.Equal(Interval.Of(Comparison.AtLeast, 400), both.Range);
    }

    [Fact]
    public void A_factor_is_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Measure<Albumin>.From(35, bound: null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Measure<Albumin>.From(35, bound: null, 1, 0));
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => Measure<Albumin>.From(35, bound: null, 1, -1));
        Assert.StartsWith("A conversion factor is positive.", fault.Message, StringComparison.Ordinal);
    }

    // Asked anew by every test: what is kept from one to the next hides a change of a name.
    private static Dictionary<string, (string Unit, Func<decimal, bool> IsBelievable)> Analytes => new(StringComparer.Ordinal)
    {
        [Neutrophils.Name] = Analyte<Neutrophils>(),
        [Lymphocytes.Name] = Analyte<Lymphocytes>(),
        [Leukocytes.Name] = Analyte<Leukocytes>(),
        [DifferentialShare.Name] = Analyte<DifferentialShare>(),
        [ReportedRatio.Name] = Analyte<ReportedRatio>(),
        [LactateDehydrogenase.Name] = Analyte<LactateDehydrogenase>(),
        [AlphaFetoprotein.Name] = Analyte<AlphaFetoprotein>(),
        [Albumin.Name] = Analyte<Albumin>(),
        [Bilirubin.Name] = Analyte<Bilirubin>(),
        [ProthrombinRatio.Name] = Analyte<ProthrombinRatio>(),
        [Haemoglobin.Name] = Analyte<Haemoglobin>(),
        [CReactiveProtein.Name] = Analyte<CReactiveProtein>(),
        [EcogGrade.Name] = Analyte<EcogGrade>(),
    };

    private static (string Unit, Func<decimal, bool> IsBelievable) Analyte<TAnalyte>()
        where TAnalyte : IAnalyte => (TAnalyte.Unit, value => Measure<TAnalyte>.From(value, bound: null, factor: 1) is not null);

    private static FactorAssessment Score(string id, Finding finding) => FactorAssessment.Of(HccModel.Factor(id), Known(finding));

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static (decimal? Low, bool LowIncluded, decimal? High, bool HighIncluded) Ends(Interval interval) =>
        (interval.Low, interval.LowIncluded, interval.High, interval.HighIncluded);
}
