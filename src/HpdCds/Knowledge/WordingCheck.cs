using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.SmartApp;

namespace HpdCds.Knowledge;

/// <summary>
/// No card may find a phrase missing: every language, and a site's own wording, has the keys and placeholders of the English
/// that was shipped with the code, and every row, domain, reason, mark and confounder that can reach a card has its name.
/// </summary>
public static class WordingCheck
{
    public const string Reference = "en";
    private const string Folder = "wording/";
    private const string ReferenceFile = Folder + Reference + ".json";

    private static readonly string[] GeneralReasons = ["liver-not-hcc", "unspecified-cancer"];
    private static readonly string[] Instabilities = ["high", "low", "stable", "unstable"];
    private static readonly string[] Parts = ["neutrophils", "lymphocytes", "bilirubin", "albumin", "inr", "medications", "ascites", "encephalopathy"];
    private static readonly string[] Counts = ["bands", "leukocytes"];
    private static readonly string[] Tumours = ["ambiguous", "not-found"];
    private static readonly string[] Grounds =
    [
        .. ((GroundKind[])[GroundKind.Sum, GroundKind.NewLesion, GroundKind.Recorded]).Select(ground => $"growth.ground-{GrowthWords.CodeOf(ground)}"),
        .. Enum.GetValues<GroundKind>().Where(ground => ground != GroundKind.Sum).Select(ground => $"page.growth-from-{GrowthWords.CodeOf(ground)}"),
    ];

    private static readonly string[] Roles = ["pre-baseline", "baseline", "on-treatment", "shown"];
    private static readonly string[] Sexes = ["female", "male"];

    public static ImmutableDictionary<string, Wording> Load(KnowledgeFiles files, ImmutableArray<ModelTable> models, KnowledgeErrors errors)
    {
        var wordings = ImmutableDictionary.CreateBuilder<string, Wording>(StringComparer.Ordinal);
        foreach (var found in files.Under(Folder))
        {
            if (KnowledgeLoader.Read<WordingFile>(found, found.File.Name, errors) is not { } file)
                continue;
            foreach (var key in file.Phrases.Where(phrase => string.IsNullOrEmpty(phrase.Value)).Select(phrase => phrase.Key))
                errors.Add(found.File.Name, $"the phrase {key} is empty");
            var wording = new Wording(file.Language, file.Phrases.ToDictionary(phrase => phrase.Key, phrase => phrase.Value ?? "", StringComparer.Ordinal));
            if (!wordings.TryAdd(file.Language, wording))
                errors.Add(found.File.Name, $"the language {file.Language} stands in another file too");
            if (Shipped(files, errors) is { } reference)
                Compare(reference, wording, [.. Needed(models)], found.File.Name, errors);
        }

        if (!wordings.ContainsKey(Reference))
            errors.Add(ReferenceFile, "is missing");
        return wordings.ToImmutable();
    }

    private static Wording? Shipped(KnowledgeFiles files, KnowledgeErrors errors)
    {
        if (files.FindShipped(ReferenceFile) is not { } found)
            return null;
        var shipped = KnowledgeLoader.Read<WordingFile>(found, ReferenceFile, errors);
        return shipped is null ? null : new Wording(Reference, shipped.Phrases);
    }

    private static void Compare(Wording reference, Wording wording, HashSet<string> needed, string file, KnowledgeErrors errors)
    {
        foreach (var key in reference.Keys.Concat(needed).Except(wording.Keys, StringComparer.Ordinal))
            errors.Add(file, $"lacks the phrase {key}");
        foreach (var key in wording.Keys.Except(reference.Keys, StringComparer.Ordinal).Except(needed, StringComparer.Ordinal))
            errors.Add(file, $"has the phrase {key}, which no card uses");
        foreach (var key in reference.Keys.Intersect(wording.Keys, StringComparer.Ordinal))
        {
            if (!Wording.PlaceholdersOf(reference[key]).ToHashSet(StringComparer.Ordinal).SetEquals(Wording.PlaceholdersOf(wording[key])))
                errors.Add(file, $"the phrase {key} has other placeholders than in {Reference}");
        }
    }

    /// <summary>The phrases whose keys are put together from what the models, the facts and the cards can hold.</summary>
    public static IEnumerable<string> Needed(IEnumerable<ModelTable> models) =>
        models.SelectMany(table => table.Model.Factors.Select(factor => $"name.{factor.Id}")
                .Concat(table.Model.Domains.Select(domain => $"domain.{domain.Id}"))
                .Concat(table.Rates.Select(rate => $"regimen.{rate.Regimen}"))
                .Concat(table.Model.Factors.Select(FactorText.ThresholdPhraseOf).OfType<string>())
                .Append($"model.{table.Model.Id}"))
            .Concat(GeneralReasons.Select(reason => $"model-reason.{reason}"))
            .Concat(Instabilities.Select(found => $"msi.{found}"))
            .Concat(Enum.GetValues<UnknownReason>().Select(reason => $"reason.{reason.Code()}"))
            .Concat(Enum.GetValues<Mark>().Select(mark => $"mark.{Kebab.Case(mark)}"))
            .Concat(Enum.GetValues<Confounder>().Select(confounder => $"confounder.{Kebab.Case(confounder)}"))
            .Concat(Enum.GetValues<Band>().Select(band => $"band.{Kebab.Case(band)}"))
            .Concat(Parts.SelectMany(part => new[] { $"part.{part}", $"datum.{part}" }))
            .Concat(Counts.Select(part => $"part.{part}"))
            .Concat(Tumours.SelectMany(state => new[] { $"missing.tumour-{state}", $"detail.tumour-{state}" }))
            .Concat(GrowthRule.Every.Select(rule => $"growth.rule.{rule.Id}"))
            .Concat(Enum.GetValues<GrowthGap>().Select(gap => $"growth.gap.{gap.Code()}"))
            .Concat(GrowthRules.Parts.Concat(GrowthRule.Every.SelectMany(rule => rule.Thresholds)).Distinct(StringComparer.Ordinal).Select(part => $"page.growth-part-{part}"))
            .Concat(Grounds)
            .Concat(Roles.Select(role => $"page.growth-role-{role}"))
            .Concat(Sexes.Select(sex => $"sex.{sex}"))
            .Concat(OrderSuggestions.Orderable.Select(name => $"order.{name}"))
            .Concat(Enum.GetValues<ChartKey>().Select(key => $"page.key-{Kebab.Case(key)}"))
            .Concat(Enum.GetNames<LaunchProblem>().SelectMany(problem => new[] { $"launch.{Kebab.Case(problem)}", $"launch.title-{Kebab.Case(problem)}" }))
            .Concat(ClosedWorld.Phrases)
            .Concat(TrendReader.Ids.Select(id => $"page.trend-{id}"))
            .Concat(Enum.GetValues<ComplicationGrade>().Select(grade => $"grade.{Kebab.Case(grade)}"))
            .Concat(((string[])[CardComparison.TumourItself, CardComparison.Exposure]).Select(what => $"page.not-compared-{what}"))
            .Concat(TrendReader.Kinds.Select(kind => $"page.treatment-{kind}"));
}
