using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Cards;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.About;

/// <summary>What hpd-growth is, for whoever has to trust it or not: the definitions in force, and the words of fhir-profiles/about.</summary>
public sealed record GrowthCard(
    string Id,
    string Title,
    string Summary,
    string Disclaimer,
    CardVersions Versions,
    ImmutableArray<string> Users,
    ImmutableArray<string> Patients,
    ImmutableArray<CardInput> Inputs,
    ImmutableArray<string> Logic,
    ImmutableArray<CardDefinition> Definitions,
    ImmutableArray<CardPrimary> Primary,
    ImmutableArray<CardNumber> Numbers,
    ImmutableArray<Citation> Evidence,
    ImmutableArray<AboutConflict> Conflicts,
    ImmutableArray<string> Limits,
    ImmutableArray<string> Responsible)
{
    internal static GrowthCard Of(KnowledgeBase knowledge)
    {
        var (table, about, service) = (knowledge.Growth, knowledge.About.Models[knowledge.Growth.Criteria.Id], knowledge.About.Service);
        var wording = knowledge.Wordings[WordingCheck.Reference];
        ImmutableArray<CardDefinition> definitions = [.. GrowthRule.Every.Select(rule => new CardDefinition(
            rule.Id,
            wording[$"growth.rule.{rule.Id}"],
            rule.NeedsPreBaseline,
            [.. rule.Thresholds.Select(name => new CardThreshold(name, wording[$"page.growth-part-{name}"], Said(table.Criteria.Rules[rule.Id][name])))],
            table.Rules[rule.Id].Evidence,
            table.Rules[rule.Id].ProjectChoice))];
        ImmutableArray<CardPrimary> primary = [.. table.Primary.OrderByDescending(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new CardPrimary(pair.Key, table.Criteria.PrimaryFor(pair.Key), pair.Value.Evidence, pair.Value.ProjectChoice))];
        ImmutableArray<CardNumber> numbers = [.. NumbersOf(table.Criteria).Select(number => new CardNumber(number.Name, number.Value, table.Settings[number.Name].Evidence, table.Settings[number.Name].ProjectChoice))];
        return new(
            table.Criteria.Id,
            about.Title,
            about.Summary,
            service.Disclaimer,
            new(ModelCardMaker.ServiceVersion, table.Criteria.Version, knowledge.Version, knowledge.Hash, knowledge.EvidenceUntil, table.Overlay),
            service.Users,
            about.Patients,
            [.. about.Inputs.Select(input => new CardInput(input.Name, input.Factors, input.Analyte is { } analyte ? knowledge.Units.CanonicalOf(analyte) : null, WindowDays: null, input.From))],
            about.Logic,
            definitions,
            primary,
            numbers,
            [.. definitions.SelectMany(one => one.Evidence).Concat(primary.SelectMany(one => one.Evidence)).Concat(numbers.SelectMany(one => one.Evidence)).Concat(about.Conflicts.SelectMany(one => one.Evidence))
                .Distinct(StringComparer.Ordinal).Select(id => knowledge.Evidence[id])],
            about.Conflicts,
            about.Limits,
            service.Responsible);
    }

    private static IEnumerable<(string Name, string Value)> NumbersOf(GrowthCriteria criteria) =>
    [
        ("leastDaysBefore", Said(criteria.Windows.LeastDaysBefore)),
        ("mostDaysBefore", Said(criteria.Windows.MostDaysBefore)),
        ("leastDaysOnTreatment", Said(criteria.Windows.LeastDaysOnTreatment)),
        ("mostDaysOnTreatment", Said(criteria.Windows.MostDaysOnTreatment)),
        ("mostDaysToDose", Said(criteria.Windows.MostDaysToDose)),
        ("mostDaysBetweenOrders", Said(criteria.Windows.MostDaysBetweenOrders)),
        ("mostDaysAroundEvaluation", Said(criteria.Windows.MostDaysAroundEvaluation)),
        ("mostDaysOfBaseline", Said(criteria.Windows.MostDaysOfBaseline)),
        ("progressionPercent", Said(criteria.Progression.Percent)),
        ("progressionMillimetres", Said(criteria.Progression.Millimetres)),
        ("measurementErrorMillimetres", Said(criteria.MeasurementError)),
        ("earlyMonths", Said(criteria.EarlyMonths)),
    ];

    private static string Said(Clinical.Threshold threshold) => FactorText.Sign(threshold.Comparison) + Said(threshold.Value);

    private static string Said(IFormattable number) => number.ToString(format: null, CultureInfo.InvariantCulture);
}

/// <param name="NeedsPreBaseline">Whether it compares with growth before the baseline.</param>
public sealed record CardDefinition(string Id, string Name, bool NeedsPreBaseline, ImmutableArray<CardThreshold> Thresholds, ImmutableArray<string> Evidence, string? ProjectChoice);

public sealed record CardThreshold(string Part, string Name, string When);

/// <param name="Tumour">A group, or <c>*</c> for all others.</param>
public sealed record CardPrimary(string Tumour, string Definition, ImmutableArray<string> Evidence, string? ProjectChoice);
