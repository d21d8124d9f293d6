using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Knowledge;

/// <summary>
/// fhir-profiles/closed-world.json and a site's file of the same name, which adds to it: what may be presumed absent when a
/// place was read to its end and does not hold it. Laboratory values never are.
/// </summary>
public static class ClosedWorld
{
    public const string FileName = "closed-world.json";

    public const string DiagnosisLists = "problem list and encounter diagnoses";
    public const string StagingObservations = "staging observations";

    /// <summary>Not of the file: what a report says that it looked at.</summary>
    public const string StudiedRegion = "region studied in a report";

    private static readonly string[] Places = [DiagnosisLists, StagingObservations];

    private static readonly string[] Facts = ["ascites", "encephalopathy", "pvtt", "spread", "liver-metastasis", "sites"];

    // These two are named by the clinical model and may stand unsigned in the shipped file.
    private static readonly string[] Unsigned = ["ascites", "encephalopathy"];

    /// <summary>The phrases by which the places are named.</summary>
    public static IEnumerable<string> Phrases => Places.Append(StudiedRegion).Select(PhraseOf);

    public static string PhraseOf(string place) => "place." + place.Replace(' ', '-');

    /// <summary>The rules in force: a site's rule stands in place of a shipped one for the same fact.</summary>
    internal static ImmutableArray<ClosedWorldRule> From(ClosedWorldFile shipped, ClosedWorldFile? site, Action<string> fault)
    {
        var rules = shipped.Rules.Select(rule => Rule(rule, isOfSite: false, fault)).ToList();
        foreach (var rule in (site?.Rules ?? []).Select(rule => Rule(rule, isOfSite: true, fault)))
        {
            // What speaks against a shipped rule speaks against the site's, too.
            var shippedUnless = rules.Where(other => other.Fact == rule.Fact).SelectMany(other => other.Unless);
            var own = rule with { Unless = [.. shippedUnless.Union(rule.Unless, StringComparer.Ordinal)] };
            rules.RemoveAll(other => other.Fact == rule.Fact);
            rules.Add(own);
        }

        return [.. rules];
    }

    private static ClosedWorldRule Rule(ClosedWorldRuleFile rule, bool isOfSite, Action<string> fault)
    {
        if (!Facts.Contains(rule.Fact, StringComparer.Ordinal))
            fault($"closedWorld: {rule.Fact} is not a fact that may be presumed absent, only {string.Join(", ", Facts)}");
        if (!Places.Contains(rule.Place, StringComparer.Ordinal))
            fault($"{rule.Fact}: '{rule.Place}' is no place that is read, only {string.Join(" or ", Places)}");
        var mayBeUnsigned = !isOfSite && Unsigned.Contains(rule.Fact, StringComparer.Ordinal);
        if (!mayBeUnsigned && (string.IsNullOrWhiteSpace(rule.SignedBy) || rule.Date is null))
            fault($"{rule.Fact}: a rule needs signedBy and date");
        var unless = rule.Unless ?? [];
        if (unless.Length > 0 && !Unsigned.Contains(rule.Fact, StringComparer.Ordinal))
            fault($"{rule.Fact}: unless is read only for {string.Join(" and ", Unsigned)}");
        foreach (var unknown in unless.Except(TextTerms.Findings, StringComparer.Ordinal))
            fault($"{rule.Fact}: {unknown} is no finding that is known by words and codes");
        return new(rule.Fact, rule.Place, rule.SignedBy, rule.Date) { Unless = [.. unless] };
    }
}

internal sealed record ClosedWorldFile(string Description, List<ClosedWorldRuleFile> Rules);

internal sealed record ClosedWorldRuleFile(string Fact, string Place, string? SignedBy = null, DateOnly? Date = null, string[]? Unless = null);
