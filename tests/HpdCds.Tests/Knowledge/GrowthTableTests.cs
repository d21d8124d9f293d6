using HpdCds.Clinical;

namespace HpdCds.Tests.Knowledge;

/// <summary>fhir-profiles/models/hpd-growth.json against the clinical model, section 5.</summary>
public sealed class GrowthTableTests
{
    [Fact]
    public void The_thresholds_are_those_of_the_specification()
    {
        var criteria = Profiles.AsShipped.Growth.Criteria;

        Assert.Equal(
            [
                "champiat-2017: tgr-ratio >= 2",
                "ferrara-2018: delta-tgr > 50",
                "kas-2020: delta-tgr > 100",
                "kato-2017: percent > 50, tgk-ratio > 2",
                "kim-2021-hcc: delta-tgr >= 40, tgk-ratio >= 4, tgr-ratio >= 4",
                "lo-russo-2019: ecog >= 2, new-lesions >= 2, percent >= 50, signs >= 3",
                "maesaka-2022-hcc: tgk-ratio >= 2, tgr-ratio >= 2",
                "matos-2020: mm >= 10, organs >= 2, percent >= 40, percent-with-new-lesions > 20",
                "saada-bouzid-2017: tgk-ratio >= 2",
                "yumita-2023-hcc-strict: tgk-ratio > 4, tgr-ratio > 4",
                "yumita-2023-hcc: tgk-ratio > 2, tgr-ratio > 2",
            ],
            criteria.Rules.Select(rule => rule.Key + ": " + string.Join(", ", rule.Value.Select(Words).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Windows_progression_and_the_primary_definitions_are_those_of_the_specification()
    {
        var growth = Profiles.AsShipped.Growth;

        Assert.Equal(
            new(14, 180, 91) { LeastDaysOnTreatment = 14, MostDaysToDose = 28, MostDaysBetweenOrders = 365, MostDaysAroundEvaluation = 28, MostDaysOfBaseline = 28 },
            growth.Criteria.Windows);
        Assert.Contains("SR", growth.DerivedObjects);
        Assert.DoesNotContain("MR", growth.DerivedObjects);
        Assert.Equal((new Threshold(Comparison.AtLeast, 20), new Threshold(Comparison.AtLeast, 5)), growth.Criteria.Progression);
        Assert.Equal((5m, 2m), (growth.Criteria.MeasurementError, growth.Criteria.EarlyMonths));
        Assert.Equal(("maesaka-2022-hcc", "champiat-2017"), (growth.Criteria.PrimaryFor("hcc"), growth.Criteria.PrimaryFor("lung")));
        Assert.All(growth.Rules, rule => Assert.NotEmpty(rule.Value.Evidence));
        Assert.Null(growth.Overlay);
    }

    private static string Words(KeyValuePair<string, Threshold> threshold) =>
        $"{threshold.Key} {(threshold.Value.Comparison == Comparison.AtLeast ? ">=" : threshold.Value.Comparison == Comparison.GreaterThan ? ">" : "?")} {threshold.Value.Value}";
}
