using System.Collections.Immutable;
using static HpdCds.Clinical.Tests.HccModel;

namespace HpdCds.Clinical.Tests;

public sealed class RiskModelTests
{
    [Fact]
    public void The_table_of_the_specification_makes_a_model()
    {
        Assert.Equal(("hpd-hcc", "1.0.0", 6), (Model.Id, Model.Version, Model.MostPoints));
        Assert.Equal(string.Join(' ', Core), string.Join(' ', Model.Factors.Where(factor => factor.IsCore).Select(factor => factor.Id)));
        Assert.Equal(Domains, Model.Domains);
        Assert.Equal(HccModel.Bands, Model.Bands);
    }

    [Theory]
    [InlineData(0, Band.Baseline)]
    [InlineData(1, Band.Baseline)]
    [InlineData(2, Band.Raised)]
    [InlineData(3, Band.Raised)]
    [InlineData(4, Band.High)]
    [InlineData(5, Band.High)]
    [InlineData(6, Band.High)]
    public void Bands_are_0_to_1_and_2_to_3_and_4_to_6(int points, Band band) => Assert.Equal(band, Model.BandOf(points));

    [Fact]
    public void Evidence_tiers_run_from_the_best_to_the_worst() =>
        Assert.Equal([Tier.A, Tier.AMinus, Tier.B, Tier.C, Tier.D, Tier.E], Enum.GetValues<Tier>().Order());

    [Fact]
    public void A_domain_gives_its_cap_at_most_and_the_highest_or_the_sum()
    {
        Assert.Equal(new PointsRange(2, 2), DomainTotal("inflammation", ("nlr", new(2, 2)), ("ldh", new(1, 1))));
        Assert.Equal(new PointsRange(1, 2), DomainTotal("inflammation", ("nlr", new(0, 2)), ("ldh", new(1, 1))));
        Assert.Equal(new PointsRange(1, 1), DomainTotal("invasion", ("pvtt", new(1, 1))));
        Assert.Equal(new PointsRange(2, 2), DomainTotal("invasion", ("pvtt", new(1, 1)), ("afp", new(1, 1))));
        Assert.Equal(new PointsRange(2, 2), DomainTotal("invasion", ("pvtt", new(1, 1)), ("afp", new(1, 1)), ("spread", new(1, 1))));
        Assert.Equal(new PointsRange(1, 2), DomainTotal("invasion", ("pvtt", new(0, 1)), ("afp", new(1, 1)), ("spread", new(0, 1))));
        Assert.Equal(new PointsRange(1, 1), DomainTotal("genomics", ("amp-11q13", new(1, 1)), ("amp-mdm2", new(1, 1))));
        Assert.Equal(new PointsRange(0, 0), DomainTotal("context", ("sex", new(1, 1))));
    }

    [Fact]
    public void A_domain_without_factors_gives_nothing()
    {
        var model = Build(domains: Domains.Add(new("nutrition", Combination.Highest, 0)));

        Assert.Equal(new PointsRange(0, 0), model.DomainTotal(model.Domains[^1], _ => new(1, 1)));
    }

    [Fact]
    public void The_total_is_the_sum_of_the_domains_after_their_caps()
    {
        Assert.Equal(new PointsRange(6, 6), Model.Total(_ => new(2, 2)));
        Assert.Equal(new PointsRange(0, 6), Model.Total(_ => new(0, 2)));
        Assert.Equal(new PointsRange(4, 4), Model.Total(factor => factor.IsCore ? new(1, 1) : new(0, 0)));
    }

    [Fact]
    public void A_domain_or_a_factor_that_stands_twice_is_refused()
    {
        AssertFault("a domain stands twice", () => Build(domains: Domains.Add(Domains[4])));
        AssertFault("a factor stands twice", () => Build(factors: HccModel.Factors.Add(HccModel.Factors[0])));
    }

    [Fact]
    public void A_domain_that_does_not_exist_is_refused() =>
        AssertFault("factor nlr names the domain nowhere, which does not exist", () => With(Factor("nlr") with { Domain = "nowhere" }));

    [Fact]
    public void A_cap_below_0_is_refused() =>
        AssertFault("domain context has a cap below 0", () => Build(domains: Domains.SetItem(4, Domains[4] with { Cap = -1 })));

    [Fact]
    public void A_core_factor_that_gives_no_points_is_refused()
    {
        const string fault = "core factor nlr gives no points";
        AssertFault(fault, () => With(Factor("nlr") with { Levels = [] }));
        AssertFault(fault, () => With(Factor("nlr") with { Levels = [AtLeast(3, 0)] }));
    }

    [Fact]
    public void Points_below_0_are_refused()
    {
        const string fault = "factor nlr has points below 0";
        AssertFault(fault, () => With(Factor("nlr") with { Levels = [AtLeast(3, -1)] }));
        AssertFault(fault, () => With(Factor("nlr") with { Levels = [AtLeast(4, 1), AtLeast(3, -1)] }));
    }

    [Fact]
    public void A_factor_that_is_only_shown_needs_no_level() =>
        Assert.False(With(Factor("sex") with { Levels = [] }).Factors.IsEmpty);

    [Fact]
    public void Levels_that_do_not_start_with_the_most_points_are_refused()
    {
        AssertFault("factor nlr does not list its levels by falling points", () => With(Factor("nlr") with { Levels = [AtLeast(3, 1), Above(4.125m, 2)] }));
        AssertFault("factor nlr does not list its levels by falling points", () => With(Factor("nlr") with { Levels = [AtLeast(4, 1), AtLeast(3, 1)] }));
    }

    [Fact]
    public void A_factor_without_evidence_is_refused()
    {
        AssertFault("factor nlr has no evidence", () => With(Factor("nlr") with { Evidence = [] }));
        AssertFault("factor nlr has no evidence", () => With(Factor("nlr") with { Evidence = default }));
    }

    [Fact]
    public void A_rule_about_a_factor_that_does_not_exist_is_refused()
    {
        AssertFault("factor psa is named and does not exist", () => Build(assessableWithAnyOf: ["nlr", "psa"]));
        AssertFault("factor psa is named and does not exist", () => Build(leastWhenNotRecorded: ["psa"]));
    }

    [Fact]
    public void A_gap_and_an_overlap_of_bands_are_refused()
    {
        AssertFault("4 points belong to no band or to more than one", () => WithBands((Band.Baseline, 0, 1), (Band.Raised, 2, 3), (Band.High, 5, 6)));
        AssertFault("3 points belong to no band or to more than one", () => WithBands((Band.Baseline, 0, 1), (Band.Raised, 2, 3), (Band.High, 3, 6)));
        AssertFault("0 points belong to no band or to more than one", () => WithBands((Band.Baseline, 1, 1), (Band.Raised, 2, 3), (Band.High, 4, 6)));
        AssertFault("6 points belong to no band or to more than one", () => WithBands((Band.Baseline, 0, 1), (Band.Raised, 2, 3), (Band.High, 4, 5)));
    }

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        var fault = Assert.Throws<ArgumentException>(() => Build(
            factors: HccModel.Factors.Add(HccModel.Factors[0]),
            leastWhenNotRecorded: ["psa"]));

        Assert.StartsWith("Model hpd-hcc: a factor stands twice; factor psa is named and does not exist.", fault.Message, StringComparison.Ordinal);
        Assert.Equal("factors", fault.ParamName);
    }

    private static RiskModel With(Factor factor) => Build(factors: HccModel.Factors.Replace(Factor(factor.Id), factor));

    private static RiskModel WithBands(params (Band Band, int Low, int High)[] bands) =>
        Build(bands: [.. bands.Select(band => (band.Band, new PointsRange(band.Low, band.High)))]);

    private static void AssertFault(string fault, Func<RiskModel> build)
    {
        var message = Assert.Throws<ArgumentException>(() => build()).Message;
        Assert.StartsWith($"Model hpd-hcc: {fault}.", message, StringComparison.Ordinal);
    }

    private static PointsRange DomainTotal(string id, params (string Factor, PointsRange Points)[] points)
    {
        var given = points.ToImmutableDictionary(row => row.Factor, row => row.Points, StringComparer.Ordinal);
        return Model.DomainTotal(Domains.Single(domain => domain.Id == id), factor => given.GetValueOrDefault(factor.Id));
    }
}
