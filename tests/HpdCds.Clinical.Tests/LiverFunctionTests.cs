using System.Globalization;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests;

public sealed class AlbiScoreTests
{
    [Theory]
    [InlineData("10", "45", -3.1650, "1")]
    [InlineData("17.1", "40", -2.5862, "2a")]
    [InlineData("20", "35", -2.1163, "2b")]
    [InlineData("34.2", "30", -1.5375, "2b")]
    [InlineData("60", "25", -0.9514, "3")]
    public void The_published_vectors_come_out(string bilirubin, string albumin, double score, string grade)
    {
        var albi = AlbiScore.From(Measured<Bilirubin>(N(bilirubin)), Measured<Albumin>(N(albumin)));

        Assert.Equal(score, (double)albi.Value, precision: 4);
        Assert.Equal(Interval.Exactly(albi.Value), albi.Range);
        Assert.Equal(grade, albi.Grade);
    }

    [Theory]
    [InlineData("-2.61", "1")]
    [InlineData("-2.60", "1")]
    [InlineData("-2.59999", "2a")]
    [InlineData("-2.27", "2a")]
    [InlineData("-2.26999", "2b")]
    [InlineData("-1.39", "2b")]
    [InlineData("-1.38999", "3")]
    public void A_grade_reaches_up_to_its_limit(string score, string grade) =>
        Assert.Equal(grade, new AlbiScore(Interval.Exactly(N(score)), N(score)).Grade);

    [Fact]
    public void A_bounded_part_makes_a_span_of_scores()
    {
        var lowBilirubin = AlbiScore.From(Measured<Bilirubin>(10, Comparison.LessThan), Measured<Albumin>(45));
        var highAlbumin = AlbiScore.From(Measured<Bilirubin>(10), Measured<Albumin>(45, Comparison.GreaterThan));

        var highBilirubin = AlbiScore.From(Measured<Bilirubin>(10, Comparison.GreaterThan), Measured<Albumin>(45));
        var lowAlbumin = AlbiScore.From(Measured<Bilirubin>(10), Measured<Albumin>(45, Comparison.LessThan));

        Assert.Equal((0.66 * Math.Log10(1500)) - (0.085 * 45), (double)highBilirubin.Range.High!.Value, precision: 4);
        Assert.Equal(0.66 - (0.085 * 5), (double)lowAlbumin.Range.High!.Value, precision: 4);
        Assert.Equal(-3.825, (double)lowBilirubin.Range.Low!.Value, precision: 4);
        Assert.Equal(-3.1650, (double)lowBilirubin.Range.High!.Value, precision: 4);
        Assert.Equal(0.66 - (0.085 * 70), (double)highAlbumin.Range.Low!.Value, precision: 4);
        Assert.Equal(-3.1650, (double)highAlbumin.Range.High!.Value, precision: 4);
    }

    [Theory]
    [InlineData("17.1", "36.7", false)]
    [InlineData("17.1", "36.6", true)]
    public void The_score_counts_as_context_from_minus_2_30(string bilirubin, string albumin, bool isMet)
    {
        var finding = AlbiScore.From(Measured<Bilirubin>(N(bilirubin)), Measured<Albumin>(N(albumin))).ToFinding();

        Assert.Equal(isMet, HccModel.Factor("albi").IsMet(finding.Compared));
        Assert.Equal(UnknownReason.BoundOnly, finding.WhyOpen);
        Assert.Equal(("{score}", null, null), finding.Shown is Shown.Number number ? (number.Unit, number.Bound, number.Limit) : default);
    }

    private static decimal N(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

public sealed class ChildPughScoreTests
{
    private static readonly ChildPughCutOffs CutOffs = new((2, 3), (3.5m, 2.8m), (1.7m, 2.3m));

    private static readonly ChildPughParts Best = new(
        Known(Measured<Bilirubin>(10)),
        Known(Measured<Albumin>(45)),
        Known(Measured<ProthrombinRatio>(1)),
        Known(ComplicationGrade.None),
        Known(ComplicationGrade.None),
        IsAnticoagulated: false);

    [Theory]
    [InlineData("1.9", 1)]
    [InlineData("1.999", 1)]
    [InlineData("2", 2)]
    [InlineData("2.001", 2)]
    [InlineData("2.999", 2)]
    [InlineData("3", 2)]
    [InlineData("3.001", 3)]
    public void Bilirubin_below_2_from_2_to_3_and_above_3_mg_per_dl(string milligrams, int points)
    {
        AssertPart("bilirubin", points, Best with { Bilirubin = Known(Measured<Bilirubin>(N(milligrams), factor: 17.104m)) });
        AssertPart("bilirubin", points, Best with { Bilirubin = Known(Measured<Bilirubin>(N(milligrams) * 10, factor: 1.7104m)) });
        AssertPart("bilirubin", points, Best with { Bilirubin = Known(Measured<Bilirubin>(N(milligrams) * 17.104m)) });
    }

    [Theory]
    [InlineData("34.207", 1)]
    [InlineData("34.208", 2)]
    [InlineData("51.312", 2)]
    [InlineData("51.313", 3)]
    public void Bilirubin_in_umol_per_litre_meets_the_same_cut_offs(string micromoles, int points) =>
        AssertPart("bilirubin", points, Best with { Bilirubin = Known(Measured<Bilirubin>(N(micromoles))) });

    [Theory]
    [InlineData("3.51", 1)]
    [InlineData("3.501", 1)]
    [InlineData("3.5", 2)]
    [InlineData("3.499", 2)]
    [InlineData("2.801", 2)]
    [InlineData("2.8", 2)]
    [InlineData("2.799", 3)]
    public void Albumin_above_3_5_from_3_5_to_2_8_and_below_2_8_g_per_dl(string grams, int points)
    {
        AssertPart("albumin", points, Best with { Albumin = Known(Measured<Albumin>(N(grams), factor: 10)) });
        AssertPart("albumin", points, Best with { Albumin = Known(Measured<Albumin>(N(grams) * 10)) });
        AssertPart("albumin", points, Best with { Albumin = Known(Measured<Albumin>(N(grams) * 1000, factor: 0.01m)) });
    }

    [Theory]
    [InlineData("1.69", 1)]
    [InlineData("1.7", 2)]
    [InlineData("1.71", 2)]
    [InlineData("2.29", 2)]
    [InlineData("2.3", 2)]
    [InlineData("2.31", 3)]
    public void Inr_below_1_7_from_1_7_to_2_3_and_above_2_3(string ratio, int points) =>
        AssertPart("inr", points, Best with { Inr = Known(Measured<ProthrombinRatio>(N(ratio))) });

    [Theory]
    [InlineData(ComplicationGrade.None, 1)]
    [InlineData(ComplicationGrade.Mild, 2)]
    [InlineData(ComplicationGrade.Severe, 3)]
    public void Ascites_and_encephalopathy_score_by_their_grade(ComplicationGrade grade, int points)
    {
        AssertPart("ascites", points, Best with { Ascites = Known(grade) });
        AssertPart("encephalopathy", points, Best with { Encephalopathy = Known(grade) });
    }

    [Fact]
    public void A_complication_without_grade_is_2_to_3()
    {
        AssertOpen("ascites", 2, 3, UnknownReason.ComponentUnknown, Best with { Ascites = Known(ComplicationGrade.Ungraded) });
        AssertOpen("encephalopathy", 2, 3, UnknownReason.ComponentUnknown, Best with { Encephalopathy = Known(ComplicationGrade.Ungraded) });
    }

    [Fact]
    public void An_unknown_part_is_1_to_3_for_its_own_reason()
    {
        AssertOpen("bilirubin", 1, 3, UnknownReason.TooOld, Best with { Bilirubin = Unknown<Measure<Bilirubin>>(UnknownReason.TooOld) });
        AssertOpen("albumin", 1, 3, UnknownReason.Truncated, Best with { Albumin = Unknown<Measure<Albumin>>(UnknownReason.Truncated) });
        AssertOpen("inr", 1, 3, UnknownReason.UnknownUnit, Best with { Inr = Unknown<Measure<ProthrombinRatio>>(UnknownReason.UnknownUnit) });
        AssertOpen("ascites", 1, 3, UnknownReason.NotRecorded, Best with { Ascites = Unknown<ComplicationGrade>(UnknownReason.NotRecorded) });
        AssertOpen("encephalopathy", 1, 3, UnknownReason.SourceFailed, Best with { Encephalopathy = Unknown<ComplicationGrade>(UnknownReason.SourceFailed) });
    }

    [Fact]
    public void A_part_that_does_not_arise_is_not_a_no()
    {
        AssertOpen("inr", 1, 3, UnknownReason.NotRecorded, Best with { Inr = new Fact<Measure<ProthrombinRatio>>.NotApplicable("none") });
        AssertOpen("ascites", 1, 3, UnknownReason.NotRecorded, Best with { Ascites = new Fact<ComplicationGrade>.NotApplicable("none") });
    }

    [Fact]
    public void A_presumed_absence_scores_as_a_no_and_says_so()
    {
        var score = Score(Best with { Ascites = new Fact<ComplicationGrade>.PresumedAbsent(Rule) });

        Assert.Equal((5, 5), (score.Low, score.High));
        Assert.Equal(new ChildPughPart("ascites", 1, 1, WhyOpen: null, IsPresumed: true), Part(score, "ascites"));
        Assert.Equal(1, score.Parts.Count(part => part.IsPresumed));
        Assert.Equal(
            new ChildPughPart("inr", 1, 1, WhyOpen: null, IsPresumed: true),
            Part(Score(Best with { Inr = new Fact<Measure<ProthrombinRatio>>.PresumedAbsent(Rule) }), "inr"));
    }

    [Fact]
    public void An_anticoagulant_opens_the_inr_part_whatever_it_reads()
    {
        foreach (var inr in new[] { 1, 2, 5m })
        {
            var parts = Best with { Inr = Known(Measured<ProthrombinRatio>(inr)), IsAnticoagulated = true };
            AssertOpen("inr", 1, 3, UnknownReason.Confounded, parts);
            var finding = Score(parts).ToFinding();
            Assert.Equal((UnknownReason.Confounded, "inr", false), (finding.WhyOpen, finding.Datum, finding.IsConfounded));
            Assert.Equal([Confounder.Anticoagulant], finding.Confounders);
        }
    }

    [Fact]
    public void An_anticoagulated_patient_whose_other_parts_settle_it_is_known()
    {
        var finding = Score(Best with { Albumin = Known(Measured<Albumin>(20)), IsAnticoagulated = true }).ToFinding();
        var row = FactorAssessment.Of(HccModel.Factor("child-pugh"), Known(finding));

        Assert.Equal((FactState.Known, new PointsRange(1, 1)), (row.State, row.Points));
    }

    [Theory]
    [InlineData("2", Comparison.GreaterThan, 2, 3)]
    [InlineData("3", Comparison.GreaterThan, 3, 3)]
    [InlineData("3", Comparison.AtLeast, 2, 3)]
    [InlineData("2", Comparison.LessThan, 1, 1)]
    [InlineData("2", Comparison.AtMost, 1, 2)]
    [InlineData("3", Comparison.AtMost, 1, 2)]
    [InlineData("4", Comparison.LessThan, 1, 3)]
    public void A_bounded_bilirubin_takes_the_points_that_it_leaves(string milligrams, Comparison bound, int low, int high)
    {
        var part = Part(Score(Best with { Bilirubin = Known(Measured<Bilirubin>(N(milligrams), bound, 17.104m)) }), "bilirubin");

        Assert.Equal(new ChildPughPart("bilirubin", low, high, low == high ? null : UnknownReason.BoundOnly, IsPresumed: false), part);
    }

    [Theory]
    [InlineData("2.8", Comparison.LessThan, 3, 3)]
    [InlineData("2.8", Comparison.AtMost, 2, 3)]
    [InlineData("3.5", Comparison.GreaterThan, 1, 1)]
    [InlineData("3.5", Comparison.AtLeast, 1, 2)]
    [InlineData("2.8", Comparison.AtLeast, 1, 2)]
    public void A_bounded_albumin_takes_the_points_that_it_leaves(string grams, Comparison bound, int low, int high)
    {
        var part = Part(Score(Best with { Albumin = Known(Measured<Albumin>(N(grams), bound, 10)) }), "albumin");

        Assert.Equal((low, high), (part.Low, part.High));
    }

    [Fact]
    public void The_score_runs_from_5_to_15()
    {
        var worst = new ChildPughParts(
            Known(Measured<Bilirubin>(100)),
            Known(Measured<Albumin>(20)),
            Known(Measured<ProthrombinRatio>(3)),
            Known(ComplicationGrade.Severe),
            Known(ComplicationGrade.Severe),
            IsAnticoagulated: false);

        Assert.Equal((5, 5, "A", false), (Score(Best).Low, Score(Best).High, Score(Best).Class, Score(Best).IsAnticoagulated));
        Assert.Equal((15, 15, "C"), (Score(worst).Low, Score(worst).High, Score(worst).Class));
        Assert.Equal("bilirubin albumin inr ascites encephalopathy", string.Join(' ', Score(Best).Parts.Select(part => part.Name)));
    }

    [Fact]
    public void An_INR_is_open_while_nobody_could_read_whether_an_anticoagulant_is_taken()
    {
        var unread = Best with { MedicationsUnread = UnknownReason.NotAuthorised };

        Assert.Equal(new ChildPughPart("medications", 1, 3, UnknownReason.NotAuthorised, IsPresumed: false), Score(unread).Parts[2]);
        Assert.Equal(("medications", UnknownReason.NotAuthorised), (Score(unread).ToFinding().Datum, Score(unread).ToFinding().WhyOpen));
        Assert.Equal("inr", Score(unread with { Inr = new Fact<Measure<ProthrombinRatio>>.Unknown(UnknownReason.TooOld) }).Parts[2].Name);
    }

    [Theory]
    [InlineData(5, "A")]
    [InlineData(6, "A")]
    [InlineData(7, "B")]
    [InlineData(9, "B")]
    [InlineData(10, "C")]
    [InlineData(15, "C")]
    public void The_classes_are_5_to_6_and_7_to_9_and_10_to_15(int score, string expected) =>
        Assert.Equal(expected, ChildPughScore.ClassOf(score));

    [Theory]
    [InlineData("A", 5, 6)]
    [InlineData("B", 7, 9)]
    [InlineData("C", 10, 15)]
    public void A_class_stands_for_its_scores(string itsClass, int least, int most) =>
        Assert.Equal((least, most), ChildPughScore.ScoresOf(itsClass));

    [Fact]
    public void A_range_of_scores_names_the_classes_at_its_ends()
    {
        var nothing = Best with
        {
            Bilirubin = Unknown<Measure<Bilirubin>>(UnknownReason.NotRecorded),
            Albumin = Unknown<Measure<Albumin>>(UnknownReason.NotRecorded),
            Inr = Unknown<Measure<ProthrombinRatio>>(UnknownReason.NotRecorded),
        };

        Assert.Equal("A-C", Score(nothing).Class);
        Assert.Equal("A-B", Score(Best with { Inr = Unknown<Measure<ProthrombinRatio>>(UnknownReason.NotRecorded) }).Class);
        Assert.Equal(new Shown.Span(5, 11, "{score}", "A-C"), Score(nothing).ToFinding().Shown);
        Assert.Equal(new Shown.Span(5, 5, "{score}", "A"), Score(Best).ToFinding().Shown);
    }

    [Fact]
    public void The_reason_and_the_datum_are_those_of_the_first_part_that_is_not_settled()
    {
        var parts = Best with
        {
            Albumin = Unknown<Measure<Albumin>>(UnknownReason.TooOld),
            Inr = Unknown<Measure<ProthrombinRatio>>(UnknownReason.UnknownUnit),
            Ascites = Known(ComplicationGrade.Ungraded),
        };
        var finding = Score(parts).ToFinding();

        Assert.Equal((UnknownReason.TooOld, "albumin"), (finding.WhyOpen, finding.Datum));
        Assert.Empty(finding.Confounders);
    }

    [Theory]
    [InlineData(45, 10, ComplicationGrade.None, FactState.Unknown, 0, 1)]
    [InlineData(30, 40, ComplicationGrade.None, FactState.Known, 1, 1)]
    [InlineData(45, 40, ComplicationGrade.None, FactState.Unknown, 0, 1)]
    [InlineData(45, 10, ComplicationGrade.Severe, FactState.Known, 1, 1)]
    public void The_factor_is_known_when_both_ends_lie_on_one_side_of_7(
        int albumin, int bilirubin, ComplicationGrade ascites, FactState state, int low, int high)
    {
        var score = Score(Best with
        {
            Albumin = Known(Measured<Albumin>(albumin)),
            Bilirubin = Known(Measured<Bilirubin>(bilirubin)),
            Ascites = Known(ascites),
            Inr = Unknown<Measure<ProthrombinRatio>>(UnknownReason.NotRecorded),
        });
        var row = FactorAssessment.Of(HccModel.Factor("child-pugh"), Known(score.ToFinding()));

        Assert.Equal((state, new PointsRange(low, high)), (row.State, row.Points));
        Assert.Equal(state == FactState.Unknown ? UnknownReason.NotRecorded : null, row.Reason);
    }

    [Fact]
    public void A_settled_score_finding_keeps_the_default_reason_that_nobody_sees()
    {
        var finding = Score(Best).ToFinding();

        Assert.Equal((UnknownReason.ComponentUnknown, null), (finding.WhyOpen, finding.Datum));
        Assert.Null(FactorAssessment.Of(HccModel.Factor("child-pugh"), Known(finding)).Reason);
    }

    private static void AssertPart(string name, int points, ChildPughParts parts)
    {
        var score = Score(parts);
        Assert.Equal(new ChildPughPart(name, points, points, WhyOpen: null, IsPresumed: false), Part(score, name));
        Assert.Equal((4 + points, 4 + points), (score.Low, score.High));
    }

    private static void AssertOpen(string name, int low, int high, UnknownReason reason, ChildPughParts parts)
    {
        var score = Score(parts);
        Assert.Equal(new ChildPughPart(name, low, high, reason, IsPresumed: false), Part(score, name));
        Assert.Equal((4 + low, 4 + high), (score.Low, score.High));
    }

    private static ChildPughScore Score(ChildPughParts parts) => ChildPughScore.From(parts, CutOffs);

    private static ChildPughPart Part(ChildPughScore score, string name) => score.Parts.Single(part => part.Name == name);

    private static decimal N(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
