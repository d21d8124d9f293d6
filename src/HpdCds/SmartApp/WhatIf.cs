using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Clinical;

namespace HpdCds.SmartApp;

/// <summary>One answer that a reader may try for a row.</summary>
/// <param name="Code">What the form sends: the place of the level that is met, or <c>none</c>.</param>
/// <param name="Level">The level that is met; null for none.</param>
/// <param name="Points">What the row then gives.</param>
public sealed record WhatIfChoice(string Code, int? Level, Interval Compared, int Points) : PatientData;

/// <summary>A row that the chart leaves open, and what may be tried for it.</summary>
public sealed record WhatIfQuestion(FactorAssessment Row, ImmutableArray<WhatIfChoice> Choices) : PatientData;

/// <summary>
/// What the answer would be if open rows were settled: tried by a reader, not from the chart, and kept nowhere. Only what the chart
/// leaves unknown can be set; what it knows stays as it is.
/// </summary>
/// <param name="Answers">By factor, what was tried.</param>
public sealed record WhatIf(ImmutableSortedDictionary<string, WhatIfChoice> Answers, RiskAssessment Assessment) : PatientData
{
    public const string Field = "set-";

    private const string None = "none";

    /// <summary>The rows that can be set: those of the table that are Unknown and give points.</summary>
    public static ImmutableArray<WhatIfQuestion> Questions(RiskAssessment read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return [.. read.Factors
            .Where(row => row.State == FactState.Unknown && row.Factor.Levels.Any(level => level.Points > 0))
            .Select(row => new WhatIfQuestion(row, ChoicesOf(row)))
            .Where(question => question.Choices.Length > 1)];
    }

    /// <param name="form">As posted: <c>set-pvtt=0</c>. What names no open row, or no choice of it, is passed over.</param>
    /// <returns>Null when nothing was set.</returns>
    public static WhatIf? Of(RiskAssessment read, PatientFacts facts, IEnumerable<KeyValuePair<string, string>> form)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(facts);
        var sent = form.GroupBy(field => field.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Value, StringComparer.Ordinal);
        var answers = Questions(read)
            .Select(question => (question.Row.Factor.Id, Choice: question.Choices.FirstOrDefault(choice => choice.Code == sent.GetValueOrDefault(Field + question.Row.Factor.Id))))
            .Where(answer => answer.Choice is not null)
            .ToImmutableSortedDictionary(answer => answer.Id, answer => answer.Choice!, StringComparer.Ordinal);
        if (answers.IsEmpty)
            return null;
        var tried = facts.With(answers.Select(answer => KeyValuePair.Create(answer.Key, Settled(answer.Value))));
        return new(answers, RiskAssessment.Of(read.Model, tried));
    }

    /// <summary>The band if one open row gave the points of a choice and the others stayed as they are.</summary>
    public static BandRange BandWith(RiskAssessment read, string factor, WhatIfChoice choice)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(choice);
        var total = read.Model.Total(row => row.Id == factor ? new(choice.Points, choice.Points) : read[row.Id].Points);
        return new(read.Model.BandOf(total.Low), read.Model.BandOf(total.High));
    }

    // What is already known of a row stays: of a value above 3.5 nobody can try that it is below 3.
    private static ImmutableArray<WhatIfChoice> ChoicesOf(FactorAssessment row) =>
    [
        .. row.Factor.PartsOf(row.Finding?.Compared ?? Interval.Everything).Select(part => part.Level is { } level
            ? new WhatIfChoice(level.ToString(CultureInfo.InvariantCulture), level, part.Part, row.Factor.Levels[level].Points)
            : new WhatIfChoice(None, Level: null, part.Part, Points: 0)),
    ];

    private static Fact<Finding> Settled(WhatIfChoice choice) => new Fact<Finding>.Known(
        new Finding(choice.Compared, UnknownReason.NotRecorded, new Shown.Flag(choice.Level is not null)), new Provenance(when: null, ""));
}
