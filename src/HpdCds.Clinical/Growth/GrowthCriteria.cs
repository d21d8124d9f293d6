using System.Collections.Immutable;

namespace HpdCds.Clinical.Growth;

/// <summary>How far the scans may lie apart, days, ends included (clinical model, section 5).</summary>
/// <param name="LeastDaysBefore">From the scan before the baseline to the baseline, at least.</param>
/// <param name="MostDaysBefore">The same, at most.</param>
/// <param name="MostDaysOnTreatment">From the first dose to the first evaluation, at most.</param>
public sealed record ScanWindows(int LeastDaysBefore, int MostDaysBefore, int MostDaysOnTreatment)
{
    /// <summary>From the first dose to the first evaluation, at least: what comes sooner is shown and never judged.</summary>
    public required int LeastDaysOnTreatment { get; init; }

    /// <summary>From an order to the first dose, at most: a scan in between may lie before the dose.</summary>
    public required int MostDaysToDose { get; init; }

    /// <summary>From one order to the next of the same course, at most.</summary>
    public required int MostDaysBetweenOrders { get; init; }

    /// <summary>From the first evaluation to the response, or to the ECOG grade, that belongs to it, at most.</summary>
    public required int MostDaysAroundEvaluation { get; init; }

    /// <summary>From the baseline to the first dose, before the age of the baseline has to be said.</summary>
    public required int MostDaysOfBaseline { get; init; }

    internal bool AreInOrder =>
        LeastDaysBefore >= 1 && MostDaysBefore >= LeastDaysBefore && LeastDaysOnTreatment >= 1 && MostDaysOnTreatment >= LeastDaysOnTreatment
        && MostDaysToDose >= 0 && MostDaysBetweenOrders >= 1 && MostDaysAroundEvaluation >= 0 && MostDaysOfBaseline >= 0;

    internal bool IsPreBaseline(int days) => days >= LeastDaysBefore && days <= MostDaysBefore;
}

/// <summary>
/// The numbers of the growth criteria. Their shape is <see cref="GrowthRule"/>; the numbers are data with a citation each.
/// Checked when built.
/// </summary>
public sealed record GrowthCriteria
{
    /// <summary>Builds the criteria from their data.</summary>
    /// <param name="id">The id on the wire.</param>
    /// <param name="version">The semantic version of the numbers.</param>
    /// <param name="windows">How far scans may lie apart.</param>
    /// <param name="progression">The rise over the nadir that is progression: % and mm, both (RECIST 1.1).</param>
    /// <param name="measurementError">Changes below this, mm, lie within the error of measurement.</param>
    /// <param name="earlyMonths">What is early: months from the first dose, that included.</param>
    /// <param name="rules">By rule, its thresholds by name.</param>
    /// <param name="primary">By tumour group, <c>*</c> for all others: the definition that a site goes by.</param>
    /// <exception cref="ArgumentException">A rule or a threshold is missing or unknown; the message lists every fault.</exception>
    public GrowthCriteria(
        string id,
        string version,
        ScanWindows windows,
        (Threshold Percent, Threshold Millimetres) progression,
        decimal measurementError,
        decimal earlyMonths,
        ImmutableDictionary<string, ImmutableDictionary<string, Threshold>> rules,
        ImmutableDictionary<string, string> primary)
    {
        (Id, Version, Windows, Progression) = (id, version, windows, progression);
        (MeasurementError, EarlyMonths, Rules, Primary) = (measurementError, earlyMonths, rules, primary);
        var faults = Faults().ToArray();
        if (faults.Length > 0)
            throw new ArgumentException($"Growth criteria {id}: {string.Join("; ", faults)}.", nameof(rules));
    }

    /// <summary>The id on the wire.</summary>
    public string Id { get; }

    /// <summary>The semantic version of the numbers.</summary>
    public string Version { get; }

    /// <summary>How far scans may lie apart.</summary>
    public ScanWindows Windows { get; }

    /// <summary>The rise over the nadir that is progression: % and mm, both.</summary>
    public (Threshold Percent, Threshold Millimetres) Progression { get; }

    /// <summary>Changes below this, mm, lie within the error of measurement.</summary>
    public decimal MeasurementError { get; }

    /// <summary>What is early: months from the first dose, that included.</summary>
    public decimal EarlyMonths { get; }

    /// <summary>By rule, its thresholds by name.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, Threshold>> Rules { get; }

    /// <summary>By tumour group, <c>*</c> for all others: the definition that a site goes by.</summary>
    public ImmutableDictionary<string, string> Primary { get; }

    /// <summary>The definition that decides for a tumour group.</summary>
    public string PrimaryFor(string tumour) => Primary.TryGetValue(tumour, out var rule) ? rule : Primary["*"];

    private IEnumerable<string> Faults()
    {
        if (!Windows.AreInOrder)
            yield return "the windows must be positive and in order";
        if (MeasurementError <= 0 || EarlyMonths <= 0)
            yield return "the error of measurement and the early months must be positive";
        foreach (var rule in GrowthRule.Every)
        {
            if (!Rules.TryGetValue(rule.Id, out var thresholds))
                yield return $"the rule {rule.Id} is missing";
            else if (!thresholds.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(rule.Thresholds))
                yield return $"the rule {rule.Id} needs exactly {string.Join(", ", rule.Thresholds)}";
        }

        foreach (var unknown in Rules.Keys.Concat(Primary.Values).Where(name => GrowthRule.Every.All(rule => rule.Id != name)))
            yield return $"the rule {unknown} does not exist";
        if (!Primary.ContainsKey("*"))
            yield return "no definition decides for all tumours that have none of their own (*)";
    }
}
