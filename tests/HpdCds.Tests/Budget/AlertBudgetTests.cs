using HpdCds.Budget;
using HpdCds.Tests.Knowledge;

namespace HpdCds.Tests.Budget;

public sealed class AlertBudgetTests
{
    public static TheoryData<string> Models => [.. Profiles.AsShipped.Models.Select(table => table.Model.Id)];

    [Theory]
    [MemberData(nameof(Models))]
    public void The_published_table_is_what_the_simulation_gives(string model)
    {
        var published = Profiles.AsShipped.Budgets[model];
        var again = AlertBudget.Of(Profiles.AsShipped, model, published.Patients, published.Seed);

        Assert.Equal(published.Table, again.Table);
        Assert.Equal(published.Version, again.Version);
        Assert.Equal((published.AsCoded.Shares, published.EverythingKnown.Shares), (again.AsCoded.Shares, again.EverythingKnown.Shares));
        Assert.Equal(published.AsCoded.Factors, again.AsCoded.Factors);
        Assert.Equal(published.EverythingKnown.Factors, again.EverythingKnown.Factors);
        Assert.Equal((published.QuietThoughInfo, published.QuietThoughWarning), (again.QuietThoughInfo, again.QuietThoughWarning));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_warning_target_holds_for_every_model(string model)
    {
        var (published, target) = (Profiles.AsShipped.Budgets[model], Profiles.AsShipped.Simulation.WarningTargetPercent);

        Assert.InRange(published.AsCoded.Shares.Warning, 0.1m, target);
        Assert.InRange(published.EverythingKnown.Shares.Warning, 0.1m, target);
    }

    [Fact]
    public void An_independent_simulation_of_the_specification_gives_the_same_shares()
    {
        var published = Profiles.AsShipped.Budgets["hpd-hcc"];
        var expected = Assert.Single(Profiles.AsShipped.Simulation.Cohorts, cohort => cohort.Model == "hpd-hcc").Expected!;

        Assert.Equal((41m, 52m, 6m, 0.3m), (expected.AsCoded.None, expected.AsCoded.Info, expected.AsCoded.Warning, expected.AsCoded.Cannot));
        Assert.Equal((45m, 40m, 15m, 0m), (expected.EverythingKnown.None, expected.EverythingKnown.Info, expected.EverythingKnown.Warning, expected.EverythingKnown.Cannot));
        AssertNear(expected.AsCoded, published.AsCoded.Shares);
        AssertNear(expected.EverythingKnown, published.EverythingKnown.Shares);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_shares_of_each_column_make_a_hundred(string model)
    {
        foreach (var shares in new[] { Profiles.AsShipped.Budgets[model].AsCoded.Shares, Profiles.AsShipped.Budgets[model].EverythingKnown.Shares })
            Assert.InRange(shares.None + shares.Info + shares.Warning + shares.Cannot, 99.8m, 100.2m);
    }

    [Fact]
    public void A_cohort_has_the_shares_and_the_correlation_that_it_states()
    {
        var cohort = Profiles.AsShipped.Simulation.Cohorts.Single(cohort => cohort.Model == "hpd-hcc");
        var patients = new SyntheticPatients(cohort, 0.3, 7);
        var drawn = Enumerable.Range(0, 40_000).Select(_ => patients.Next()).ToArray();

        for (var at = 0; at < cohort.Factors.Length; at++)
        {
            var row = cohort.Factors[at];
            Assert.InRange(drawn.Count(patient => patient[at].Value == 0) / 40_000.0 - row.Values[0].Share, -0.01, 0.01);
            var isRecorded = drawn.Where(patient => row.RecordedWhenAbsent || patient[at].Value < row.Values.Length).ToArray();
            Assert.InRange(isRecorded.Count(patient => patient[at].IsRecorded) / (double)isRecorded.Length - row.Recorded, -0.02, 0.02);
        }

        // Two normal variables of correlation 0.3 are both above their 70th percentile in 13.4 %, not in 9 %.
        var both = drawn.Count(patient => patient[2].Value == 0 && patient[3].Value == 0) / 40_000.0;
        Assert.InRange(both, 0.127, 0.141);
    }

    [Fact]
    public void A_seed_gives_its_cohort_and_another_seed_another()
    {
        var cohort = Profiles.AsShipped.Simulation.Cohorts[0];
        static int[] Values(SyntheticPatients patients) => [.. Enumerable.Range(0, 200).SelectMany(_ => patients.Next()).Select(fact => fact.Value)];

        Assert.Equal(Values(new(cohort, 0.3, 1)), Values(new(cohort, 0.3, 1)));
        Assert.NotEqual(Values(new(cohort, 0.3, 1)), Values(new(cohort, 0.3, 2)));
    }

    private static void AssertNear(SituationShares expected, SituationShares actual)
    {
        Assert.InRange(actual.None - expected.None, -1.5m, 1.5m);
        Assert.InRange(actual.Info - expected.Info, -1.5m, 1.5m);
        Assert.InRange(actual.Warning - expected.Warning, -1.5m, 1.5m);
        Assert.InRange(actual.Cannot - expected.Cannot, -0.3m, 0.3m);
    }
}
