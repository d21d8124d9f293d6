using System.Collections.Immutable;
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

    private const string Missing = "detail.kit-gap";
    private const string Unread = "detail.kit-unread";

    /// <param name="model">The model that speaks; without one, every part of the kit is named.</param>
    /// <param name="seesScans">Scans and what is planned were read: then it is not said that they were not.</param>
    public static string Line(Wording wording, KnowledgeBase knowledge, PatientFacts facts, RiskModel? model, bool seesScans = false)
    {
        var days = knowledge.Rules.BaselineKitDays;
        var line = new FactorLine(wording);
        var kit = Laboratory.Where(id => model is null || model.Factors.Any(factor => factor.Id == id)).ToArray();
        var gaps = kit.Select(id => (Id: id, Gap: GapIn(facts[id], days, facts.AsOf))).Where(item => item.Gap is not null).ToArray();
        string Names(IEnumerable<string> ids) => string.Join(wording["list-separator"], ids.Select(line.ShortName));
        return wording.Say(
            seesScans ? "page.kit" : "detail.kit",
            ("labs", Names(kit)),
            ("days", days.ToString(CultureInfo.InvariantCulture)),
            ("answer", gaps.Length == 0 ? wording["detail.kit-complete"]
                : IsAll(Missing) ? wording["detail.kit-none"]
                : IsAll(Unread) ? wording["detail.kit-none-read"]
                : wording.Say("detail.kit-missing", ("gaps", string.Join(wording["item-separator"], gaps.GroupBy(item => item.Gap!, item => item.Id, StringComparer.Ordinal)
                    .Select(group => wording.Say(group.Key, ("names", Names(group)))))))));

        bool IsAll(string gap) => gaps.Length == kit.Length && Array.TrueForAll(gaps, item => item.Gap == gap);
    }

    /// <summary>The kit where no source gave anything.</summary>
    public static string LineWithoutData(Wording wording, KnowledgeBase knowledge, DateTimeOffset asOf) => Line(
        wording, knowledge, new PatientFacts(asOf, Laboratory.ToImmutableDictionary(id => id, _ => (Fact<Finding>)new Fact<Finding>.Unknown(UnknownReason.SourceFailed), StringComparer.Ordinal)), model: null);

    // What could not be looked up may be there; a value without the laboratory's limit, or one that cannot be used, is there.
    private static string? GapIn(Fact<Finding> fact, int days, DateTimeOffset asOf) => fact switch
    {
        Fact<Finding>.Known { Provenance.When: { } when } when when.IsWithin(days, asOf) => null,
        Fact<Finding>.Unknown { Reason: UnknownReason.NoReferenceRange, Seen.When: { } seen } when seen.IsWithin(days, asOf) => "detail.kit-no-limit",
        Fact<Finding>.Unknown { Reason: UnknownReason.NotSupplied or UnknownReason.NotAuthorised or UnknownReason.SourceFailed or UnknownReason.Truncated } => Unread,
        Fact<Finding>.Unknown { Reason: not UnknownReason.TooOld, Seen.When: { } seen } when seen.IsWithin(days, asOf) => "detail.kit-unusable",
        _ => Missing,
    };
}
