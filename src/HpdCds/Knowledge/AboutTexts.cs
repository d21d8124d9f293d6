using System.Collections.Immutable;
using HpdCds.SmartApp;

namespace HpdCds.Knowledge;

/// <summary>fhir-profiles/about: what the model cards say in words. What the tables say is not repeated here.</summary>
public sealed record AboutTexts(AboutService Service, ImmutableDictionary<string, AboutModel> Models)
{
    private const int PredictiveAttributes = 31;
    private const int EvidenceBasedAttributes = 13;
    private const int MustShowItems = 11;

    internal void Check(IEnumerable<ModelTable> models, string? growth, FactRules rules, UnitTable units, CitationUse citations, Action<string, string> fault)
    {
        void OfService(string what) => fault("service", what);
        CheckNumbers(Service.PredictiveAttributes.Select(attribute => (attribute.Number, attribute.Answer)), PredictiveAttributes, "predictiveAttributes", OfService);
        CheckNumbers(Service.EvidenceBasedAttributes.Select(attribute => (attribute.Number, attribute.Answer)), EvidenceBasedAttributes, "evidenceBasedAttributes", OfService);
        CheckNumbers(Service.MustShow.Select(item => (item.Number, item.Answer)), MustShowItems, "mustShow", OfService);
        foreach (var table in models)
        {
            if (Models.TryGetValue(table.Model.Id, out var about))
                about.Check(table, rules, units, citations, what => fault(table.Model.Id, what));
            else
                fault(table.Model.Id, "is missing");
        }

        if (growth is not null && !Models.ContainsKey(growth))
            fault(growth, "is missing");
        else if (growth is not null)
            Models[growth].CheckGrowth(units, citations, what => fault(growth, what));
    }

    private static void CheckNumbers(IEnumerable<(int Number, string Answer)> answers, int most, string where, Action<string> fault)
    {
        var all = answers.ToArray();
        if (!all.Select(answer => answer.Number).SequenceEqual(Enumerable.Range(1, most)))
            fault($"{where} must be numbered from 1 to {most}");
        foreach (var (number, _) in all.Where(answer => string.IsNullOrWhiteSpace(answer.Answer)))
            fault($"{where}: {number} has no answer");
    }
}

/// <summary>What is true of every model.</summary>
public sealed record AboutService(
    string Disclaimer,
    ImmutableArray<string> IntendedUse,
    ImmutableArray<string> Users,
    ImmutableArray<string> OutOfScope,
    ImmutableArray<string> Quality,
    ImmutableArray<string> Logic,
    ImmutableArray<string> Limits,
    ImmutableArray<string> Options,
    ImmutableArray<string> Responsible,
    ImmutableArray<SourceAnswer> PredictiveAttributes,
    ImmutableArray<SourceAnswer> EvidenceBasedAttributes,
    ImmutableArray<MustShowItem> MustShow);

public sealed record AboutModel(
    string Title,
    string Summary,
    ImmutableArray<string> Patients,
    ImmutableArray<AboutInput> Inputs,
    ImmutableArray<string> Logic,
    ImmutableArray<AboutConflict> Conflicts,
    ImmutableArray<string> Limits)
{
    internal void Check(ModelTable table, FactRules rules, UnitTable units, CitationUse citations, Action<string> fault)
    {
        foreach (var factor in table.Model.Factors.Where(factor => factor.IsCore && Inputs.All(input => !input.Factors.Contains(factor.Id, StringComparer.Ordinal))))
            fault($"no input feeds the core factor {factor.Id}");
        Check([.. table.Model.Factors.Select(factor => factor.Id)], units, citations, fault);
        foreach (var input in Inputs.Where(input => input.Window is { } window && !rules.WindowsInDays.ContainsKey(window)))
            fault($"{input.Name}: there is no window {input.Window}");
    }

    internal void CheckGrowth(UnitTable units, CitationUse citations, Action<string> fault) => Check(GrowthRules.Parts, units, citations, fault);

    private void Check(IReadOnlyCollection<string> factors, UnitTable units, CitationUse citations, Action<string> fault)
    {
        foreach (var input in Inputs)
        {
            foreach (var factor in input.Factors.Where(factor => !factors.Contains(factor, StringComparer.Ordinal)))
                fault($"{input.Name}: the model has no factor {factor}");
            if (input.Analyte is { } analyte && !units.Analytes.Contains(analyte, StringComparer.Ordinal))
                fault($"{input.Name}: there are no units for {analyte}");
        }

        foreach (var conflict in Conflicts)
        {
            citations.Cite(conflict.Evidence, "conflicts", fault);
            foreach (var factor in conflict.Factors.Where(factor => !factors.Contains(factor, StringComparer.Ordinal)))
                fault($"conflicts: the model has no factor {factor}");
        }
    }
}

/// <param name="Factors">The rows of the table that it feeds.</param>
/// <param name="Analyte">Of units.json, for the unit; null for what has none.</param>
/// <param name="Window">Of facts.json, for the window; null for what is not bound to one.</param>
/// <param name="From">Where it is read.</param>
public sealed record AboutInput(string Name, ImmutableArray<string> Factors, string From, string? Analyte = null, string? Window = null);

/// <param name="Factors">The rows that it is about; none where it is about the model as a whole.</param>
public sealed record AboutConflict(string Text, ImmutableArray<string> Factors, ImmutableArray<string> Evidence);

/// <summary>How far an answer is one.</summary>
public enum AnswerStatus
{
    Answered,
    NotDone,
    NotApplicable,
}

/// <summary>A source attribute of 45 CFR 170.315(b)(11)(iv).</summary>
public sealed record SourceAnswer(int Number, string Attribute, AnswerStatus Status, string Answer, string? Group = null);

/// <summary>What software has to show so that its basis can be reviewed independently (FDA, clinical decision support).</summary>
public sealed record MustShowItem(int Number, string Item, string Answer);
