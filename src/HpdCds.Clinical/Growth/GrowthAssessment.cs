using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>What one rule says of a course.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Judgement">Met, not met, or not evaluable with the reason.</param>
/// <param name="Parts">What it was judged by.</param>
public sealed record RuleResult(GrowthRule Rule, Judgement Judgement, ImmutableArray<RulePart> Parts) : PatientData;

/// <summary>All rules on one course. They overlap, so that how many are met means nothing.</summary>
/// <param name="Figures">Inputs, intervals and rates.</param>
/// <param name="Progression">Whether the first evaluation is progression.</param>
/// <param name="Results">By rule, in display order.</param>
/// <param name="Primary">The definition that the site goes by for this tumour.</param>
public sealed record GrowthAssessment(GrowthFigures Figures, Judgement Progression, ImmutableArray<RuleResult> Results, string Primary) : PatientData
{
    /// <summary>What the primary definition says.</summary>
    public RuleResult PrimaryResult => this[Primary];

    /// <summary>Progression since a dose that is recorded, and the primary definition is met; a warning only where it is known, too, which tumour is treated.</summary>
    public bool IsWarning =>
        Figures.Course.FirstDoseKind == FirstDoseKind.Given && Progression.Verdict == Verdict.Met && PrimaryResult.Judgement.Verdict == Verdict.Met;

    /// <summary>Any rule is met.</summary>
    public bool IsAnyMet => Results.Any(result => result.Judgement.Verdict == Verdict.Met);

    /// <summary>The result of a rule.</summary>
    /// <exception cref="InvalidOperationException">There is no such definition.</exception>
    public RuleResult this[string rule] => Results.First(result => result.Rule.Id == rule);

    /// <summary>Judges a course.</summary>
    /// <param name="course">The scans around the first dose, and what goes with them.</param>
    /// <param name="criteria">The numbers.</param>
    /// <param name="primary">The id of the definition that the site goes by for this tumour.</param>
    /// <exception cref="ArgumentException">There is no such definition.</exception>
    public static GrowthAssessment Of(GrowthCourse course, GrowthCriteria criteria, string primary)
    {
        if (GrowthRule.Every.All(rule => rule.Id != primary))
            throw new ArgumentException("No definition has this id.", nameof(primary));
        var figures = new GrowthFigures(course, criteria);
        return new(figures, figures.Progression, [.. GrowthRule.Every.Select(rule => ResultOf(rule, figures, criteria))], primary);
    }

    private static RuleResult ResultOf(GrowthRule rule, GrowthFigures figures, GrowthCriteria criteria)
    {
        var parts = new GrowthParts(figures, criteria, criteria.Rules[rule.Id]);
        var judgement = rule.Judge(parts);
        return new(rule, judgement, parts.Asked);
    }
}
