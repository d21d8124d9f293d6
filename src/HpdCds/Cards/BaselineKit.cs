using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>
/// What makes growth after the first dose judgeable, whatever the band (clinical model, section 6): recent laboratory values,
/// and the scans that this service does not see.
/// </summary>
internal static class BaselineKit
{
    private static readonly string[] Laboratory = ["nlr", "ldh", "afp"];

    /// <param name="model">The model that speaks; without one, every part of the kit is named.</param>
    public static string Line(Wording wording, KnowledgeBase knowledge, PatientFacts facts, RiskModel? model)
    {
        var days = knowledge.Rules.BaselineKitDays;
        var line = new FactorLine(wording);
        var kit = Laboratory.Where(id => model is null || model.Factors.Any(factor => factor.Id == id)).ToArray();
        var missing = kit.Where(id => !IsFresh(facts[id], days, facts.AsOf)).ToArray();
        string Names(IEnumerable<string> ids) => string.Join(wording["list-separator"], ids.Select(line.ShortName));
        return wording.Say(
            "detail.kit",
            ("labs", Names(kit)),
            ("days", days.ToString(CultureInfo.InvariantCulture)),
            ("answer", missing.Length == 0 ? wording["detail.kit-complete"]
                : missing.Length == kit.Length ? wording["detail.kit-none"]
                : wording.Say("detail.kit-missing", ("missing", Names(missing)))));
    }

    private static bool IsFresh(Fact<Finding> fact, int days, DateTimeOffset asOf) =>
        fact is Fact<Finding>.Known { Provenance.When: { } when } && when.IsWithin(days, asOf);
}
