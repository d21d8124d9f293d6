using System.Globalization;
using System.Text;
using HpdCds.Knowledge;

namespace HpdCds.Budget;

/// <summary>An alert budget as text: the shares, what makes the warnings, and what of it was not as expected.</summary>
internal sealed class BudgetReport(AlertBudget budget, KnowledgeBase knowledge)
{
    private const decimal WorthTelling = 1.5m;

    private readonly StringBuilder _text = new();

    public string Text()
    {
        Line($"{budget.Model} {budget.Version}: {budget.Patients} synthetic first doses, seed {budget.Seed}");
        Line($"per 100 first doses      none   info  warning  cannot");
        Row("as coded", budget.AsCoded.Shares);
        Row("everything known", budget.EverythingKnown.Shares);
        Line($"");
        Line($"of the warnings          as coded: with points / decided by   everything known: with points / decided by");
        foreach (var (coded, known) in budget.AsCoded.Factors.Zip(budget.EverythingKnown.Factors))
            Line($"  {coded.Factor,-20} {coded.InWarnings,20:0.0} / {coded.DecidesWarnings,10:0.0}   {known.InWarnings,28:0.0} / {known.DecidesWarnings,10:0.0}");
        Line($"");
        foreach (var sentence in Verdict(budget, knowledge.Simulation))
            Line($"{sentence}");
        return _text.ToString();
    }

    /// <summary>Whether the target holds, by which factors it fails, and where an independent expectation differs.</summary>
    public static IEnumerable<string> Verdict(AlertBudget budget, Simulation simulation)
    {
        foreach (var (name, column) in new[] { ("As coded", budget.AsCoded), ("With everything known", budget.EverythingKnown) })
        {
            var holds = column.Shares.Warning <= simulation.WarningTargetPercent;
            yield return Said($"{name}: warning {column.Shares.Warning} per 100, target at most {simulation.WarningTargetPercent}: {(holds ? "met" : "NOT met")}.");
            if (!holds)
                yield return Said($"{name}: most warnings turn on {string.Join(", ", column.Factors.OrderByDescending(factor => factor.DecidesWarnings).Take(2).Select(factor => factor.Factor))}.");
        }

        yield return Said($"No card as coded, although everything known would give an info card: {budget.QuietThoughInfo} per 100, a warning: {budget.QuietThoughWarning} per 100.");
        if (simulation.Cohorts.Single(cohort => cohort.Model == budget.Model).Expected is not { } expected)
            yield break;
        var differences = Differences("as coded", budget.AsCoded.Shares, expected.AsCoded)
            .Concat(Differences("everything known", budget.EverythingKnown.Shares, expected.EverythingKnown)).ToArray();
        yield return differences.Length == 0
            ? Said($"No share differs by more than {WorthTelling} from {expected.Source}.")
            : Said($"Differs from {expected.Source}: {string.Join("; ", differences)}.");
    }

    private static IEnumerable<string> Differences(string column, SituationShares found, SituationShares expected) =>
        new[]
        {
            ("none", found.None, expected.None),
            ("info", found.Info, expected.Info),
            ("warning", found.Warning, expected.Warning),
            ("cannot", found.Cannot, expected.Cannot),
        }
        .Where(share => Math.Abs(share.Item2 - share.Item3) > WorthTelling)
        .Select(share => Said($"{column}, {share.Item1}: {share.Item2}, expected {share.Item3}"));

    private void Row(string name, SituationShares shares) =>
        Line($"  {name,-20} {shares.None,6:0.0} {shares.Info,6:0.0} {shares.Warning,8:0.0} {shares.Cannot,7:0.0}");

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Line(FormattableString text) => _text.Append(Said(text)).Append('\n');
}
