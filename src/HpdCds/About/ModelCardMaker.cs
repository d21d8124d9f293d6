using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Budget;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.About;

/// <summary>Puts a card together from the knowledge in force.</summary>
internal sealed class ModelCardMaker(KnowledgeBase knowledge, ModelTable table)
{
    internal static readonly string ServiceVersion = typeof(ModelCard).Assembly.GetName().Version!.ToString(fieldCount: 3);

    private readonly Wording _wording = knowledge.Wordings[WordingCheck.Reference];
    private readonly AboutService _service = knowledge.About.Service;
    private readonly AboutModel _about = knowledge.About.Models[table.Model.Id];

    public ModelCard Make()
    {
        var evidence = Evidence();
        return new(
            table.Model.Id,
            _about.Title,
            _about.Summary,
            _service.Disclaimer,
            new(ServiceVersion, table.Model.Version, knowledge.Version, knowledge.Hash, knowledge.EvidenceUntil, table.Overlay),
            _service.IntendedUse,
            _service.Users,
            _about.Patients,
            _service.OutOfScope,
            [.. _about.Inputs.Select(Input)],
            _service.Quality,
            [.. _about.Logic.Concat(_service.Logic)],
            [.. table.Model.Bands.Select(band => new CardBand(Kebab.Case(band.Band), BandName(band.Band), band.Points.Low, band.Points.High, table.Reasons.Bands[band.Band]))],
            [.. table.Model.Domains.Select(domain => new CardDomain(
                domain.Id, _wording[$"domain.{domain.Id}"], Kebab.Case(domain.Combination), domain.Cap, table.Reasons.Domains[domain.Id]))],
            [.. table.Model.Factors.Select(FactorOf)],
            [.. IntervalNumbers()],
            [.. table.Rates.Select(rate => new CardRate(rate.Regimen, rate.Agent, rate.Events, rate.Of, Percent(rate.Events, rate.Of), rate.Definition, rate.Evidence))],
            evidence,
            _about.Conflicts,
            [.. _about.Limits.Concat(_service.Limits)],
            _service.Options,
            Budget(),
            _service.Responsible,
            [.. _service.PredictiveAttributes.Select(attribute => attribute with { Answer = Filled(attribute.Answer, evidence.Length) })],
            [.. _service.EvidenceBasedAttributes.Select(attribute => attribute with { Answer = Filled(attribute.Answer, evidence.Length) })],
            _service.MustShow);
    }

    private static decimal Percent(int part, int whole) => Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero);

    private string BandName(Band band) => _wording[$"band.{Kebab.Case(band)}"];

    private CardInput Input(AboutInput input) => new(
        input.Name,
        input.Factors,
        input.Analyte is { } analyte ? knowledge.Units.CanonicalOf(analyte) : null,
        input.Window is { } window ? knowledge.Rules.Window(window) : null,
        input.From);

    private CardFactor FactorOf(Factor factor) => new(
        factor.Id,
        _wording[$"name.{factor.Id}"],
        factor.Domain,
        factor.IsCore,
        factor.Threshold,
        [.. factor.Levels.Zip(table.Reasons.CutOffs[factor.Id], (level, basis) => new CardLevel(When(factor, level), level.Points, basis.Evidence, basis.ProjectChoice))],
        FactorText.TierOf(factor.Tier),
        factor.Evidence,
        factor.ReviewFeature,
        table.Reasons.Weights[factor.Id]);

    // With one level the table's own words say it better: a limit of the laboratory is compared as 1.
    private static string When(Factor factor, ScoringLevel level) => factor.Levels.Length == 1
        ? factor.Threshold
        : FactorText.Sign(level.Threshold.Comparison) + level.Threshold.Value.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<CardNumber> IntervalNumbers()
    {
        var rules = knowledge.Rules;
        var values = rules.WindowsInDays.Select(window => ($"windowsInDays.{window.Key}", Said(window.Value)))
            .Append(("pairingHours", Said(rules.PairingHours)))
            .Append(("futureMinutes", Said(rules.FutureMinutes)))
            .Append(("recentExposureDays", Said(rules.RecentExposureDays)))
            .Append(("baselineKitDays", Said(rules.BaselineKitDays)))
            .Append(("childPugh.bilirubinMgPerDl", Said(rules.ChildPugh.BilirubinMgPerDl)))
            .Append(("childPugh.albuminGPerDl", Said(rules.ChildPugh.AlbuminGPerDl)))
            .Append(("childPugh.inr", Said(rules.ChildPugh.Inr)));
        return values.Select(pair => new CardNumber(pair.Item1, pair.Item2, rules.Basis[pair.Item1].Evidence, rules.Basis[pair.Item1].ProjectChoice));
    }

    private static string Said(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Said((decimal One, decimal Two) pair) => FormattableString.Invariant($"{pair.One} and {pair.Two}");

    private ImmutableArray<Citation> Evidence() =>
    [
        .. table.Model.Factors.SelectMany(factor => factor.Evidence.Concat(table.Reasons.CutOffs[factor.Id].SelectMany(basis => basis.Evidence)))
            .Concat(table.Rates.Select(rate => rate.Evidence))
            .Concat(_about.Conflicts.SelectMany(conflict => conflict.Evidence))
            .Concat(knowledge.Rules.Basis.Values.SelectMany(basis => basis.Evidence))
            .Concat(Marginals.SelectMany(row => row.Evidence ?? []))
            .Distinct(StringComparer.Ordinal)
            .Select(id => knowledge.Evidence[id]),
    ];

    private IEnumerable<Marginal> Marginals =>
        knowledge.Simulation.Cohorts.Where(cohort => cohort.Model == table.Model.Id).SelectMany(cohort => cohort.Factors);

    private CardBudget? Budget()
    {
        if (!knowledge.Budgets.TryGetValue(table.Model.Id, out var budget))
            return null;
        return new(
            budget.Table == AlertBudget.TableOf(knowledge.Files, table.Model.Id),
            budget.Patients,
            budget.Seed,
            knowledge.Simulation.WarningTargetPercent,
            budget.AsCoded,
            budget.EverythingKnown,
            [.. BudgetReport.Verdict(budget, knowledge.Simulation)],
            [.. Marginals.Select(CohortRow)],
            knowledge.Simulation.ProjectChoice,
            knowledge.Simulation.TargetProjectChoice);
    }

    private CardMarginal CohortRow(Marginal row) => new(
        row.Factor,
        _wording[$"name.{row.Factor}"],
        Math.Round(100 * (decimal)row.Values.Sum(value => value.Share), 1),
        Math.Round(100 * (decimal)row.Recorded, 1),
        row.Evidence ?? [],
        row.ProjectChoice,
        row.RecordedReason);

    private string Filled(string answer, int citations) => answer
        .Replace("{most}", Said(table.Model.MostPoints), StringComparison.Ordinal)
        .Replace("{patients}", string.Join(' ', _about.Patients), StringComparison.Ordinal)
        .Replace("{evidenceUntil}", knowledge.EvidenceUntil, StringComparison.Ordinal)
        .Replace("{version}", table.Model.Version, StringComparison.Ordinal)
        .Replace("{citations}", Said(citations), StringComparison.Ordinal)
        .Replace("{ecog}", Ecog(), StringComparison.Ordinal);

    private string Ecog() => table.Model.Factors.FirstOrDefault(factor => factor.Id == "ecog") is { } ecog
        ? ecog.Levels.Any(level => level.Points > 0) ? $"{ecog.Threshold} gives points" : "shown, no points"
        : "not in this table";
}
