using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>
/// No card may find a phrase missing: every language has the same keys with the same placeholders, and every row, domain,
/// reason, mark and confounder that can reach a card has its name.
/// </summary>
internal static class WordingCheck
{
    public const string Reference = "en";

    private static readonly string[] GeneralReasons = ["liver-not-hcc", "unspecified-cancer", "other-solid-tumour"];

    public static void Check(ImmutableDictionary<string, Wording> wordings, ImmutableArray<ModelTable> models, KnowledgeErrors errors)
    {
        if (!wordings.TryGetValue(Reference, out var reference))
        {
            errors.Add("wording/en.json", "is missing");
            return;
        }

        foreach (var key in Needed(models).Except(reference.Keys, StringComparer.Ordinal))
            errors.Add("wording/en.json", $"lacks the phrase {key}");
        foreach (var (language, wording) in wordings.Where(pair => pair.Key != Reference))
            Compare(reference, wording, $"wording/{language}.json", errors);
    }

    private static void Compare(Wording reference, Wording wording, string file, KnowledgeErrors errors)
    {
        foreach (var key in reference.Keys.Except(wording.Keys, StringComparer.Ordinal))
            errors.Add(file, $"lacks the phrase {key}");
        foreach (var key in wording.Keys.Except(reference.Keys, StringComparer.Ordinal))
            errors.Add(file, $"has the phrase {key}, which no card uses");
        foreach (var key in reference.Keys.Intersect(wording.Keys, StringComparer.Ordinal))
        {
            if (!Wording.PlaceholdersOf(reference[key]).ToHashSet(StringComparer.Ordinal).SetEquals(Wording.PlaceholdersOf(wording[key])))
                errors.Add(file, $"the phrase {key} has other placeholders than in {Reference}");
        }
    }

    private static IEnumerable<string> Needed(ImmutableArray<ModelTable> models) =>
        models.SelectMany(table => table.Model.Factors.Select(factor => $"name.{factor.Id}")
                .Concat(table.Model.Domains.Select(domain => $"domain.{domain.Id}")))
            .Concat(models.SelectMany(table => table.Tumours).Where(tumour => tumour != "*").Select(tumour => $"model-reason.tumour-{tumour}"))
            .Concat(GeneralReasons.Select(reason => $"model-reason.{reason}"))
            .Concat(Enum.GetValues<UnknownReason>().Select(reason => $"reason.{reason.Code()}"))
            .Concat(Enum.GetValues<Mark>().Select(mark => $"mark.{Kebab.Case(mark.ToString())}"))
            .Concat(Enum.GetValues<Confounder>().Select(confounder => $"confounder.{Kebab.Case(confounder.ToString())}"))
            .Concat(Enum.GetValues<Band>().Select(band => $"band.{Kebab.Case(band.ToString())}"))
            .Concat(OrderSuggestions.Orderable.Select(name => $"order.{name}"))
            .Distinct(StringComparer.Ordinal);
}
