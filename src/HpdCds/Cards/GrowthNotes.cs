using System.Globalization;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>How sure what growth was judged by is: the first dose, the definition, the baseline, what was not read, the markers.</summary>
internal static class GrowthNotes
{
    public static string CodeOf(FirstDoseKind kind) => Kebab.Case(kind);

    /// <summary>The day of the first dose, and how well it is known.</summary>
    public static string FirstDose(GrowthReading growth, Wording wording) => growth.Course is not { FirstDose: { } day, FirstDoseKind: var kind }
        ? growth.WasTreatmentRead ? wording.Say("growth.dose-given", ("date", wording["growth.dose-unknown"])) : wording["growth.dose-unread"]
        : wording.Say(
            kind switch
            {
                FirstDoseKind.Ordered => "growth.dose-ordered",
                FirstDoseKind.AtTheLatest => "growth.dose-at-the-latest",
                _ => "growth.dose-given",
            },
            ("date", GrowthWords.Day(day)),
            ("source", Markdown.Escape(growth.FirstDoseSource ?? wording["page.no-source"])));

    /// <summary>That the definition is not that of a tumour which is known for certain.</summary>
    public static string? OfDefinition(GrowthSubject subject, Wording wording) => subject.IsTumourKnown ? null : wording["growth.definition-of-any"];

    /// <summary>What goes beside the figures, where there are any.</summary>
    public static IEnumerable<string> Of(GrowthSubject subject, Wording wording)
    {
        var growth = subject.Growth;
        var figures = subject.Assessment.Figures;
        if ((figures.OnTreatment ?? figures.Reference) is { } compared && compared.From.Lesions == TumourScans.SumGroup)
            yield return wording["growth.stated-sums"];
        if (figures.OnTreatment is null)
            yield break;
        if (figures.DaysOfOldBaseline is { } days)
            yield return wording.Say("growth.baseline-age", ("days", days.ToString(CultureInfo.InvariantCulture)));
        if (!growth.WereProceduresRead && !growth.HasEmbolisation)
            yield return wording["growth.procedures-unread"];
        if (!growth.WereStudiesRead)
            yield return wording["growth.studies-unread"];
    }

    /// <summary>Markers at the first dose and now, each with its marks; null where neither is recorded of any.</summary>
    public static string? Markers(GrowthReading growth, Wording wording)
    {
        var lines = growth.Markers
            .Where(marker => IsSomething(marker.AtFirstDose) || IsSomething(marker.Now))
            .Select(marker => wording.Say(
                "growth.marker", ("name", wording[$"name.{marker.Marker}"]), ("before", Value(marker.AtFirstDose, wording)), ("after", Value(marker.Now, wording)))).ToArray();
        return lines.Length == 0 ? null : string.Join(wording["item-separator"], lines);
    }

    private static bool IsSomething(Fact<Finding> fact) => fact is Fact<Finding>.Known or Fact<Finding>.Unknown { Seen: not null };

    private static string Value(Fact<Finding> fact, Wording wording) => fact switch
    {
        Fact<Finding>.Known { Value: { Shown: Shown.Number number } finding, Provenance: var provenance } =>
            (number.Bound is { } bound ? FactorText.Sign(bound) : "") + number.Value.ToString("#,##0.#", CultureInfo.InvariantCulture) + (number.Unit is "1" or "{ratio}" ? "" : " " + number.Unit)
            + " (" + string.Join(wording["mark-separator"], [provenance.When?.Date ?? "?", .. Marks(finding, provenance, wording)]) + ")",
        Fact<Finding>.Unknown { Reason: var reason } => wording.Say("growth.marker-unknown", ("reason", wording[$"reason.{reason.Code()}"])),
        _ => "?",
    };

    /// <summary>What qualifies a marker.</summary>
    public static IEnumerable<string> Marks(Finding finding, Provenance provenance, Wording wording) =>
        (finding.Confounders.IsDefaultOrEmpty ? [] : finding.Confounders).Select(confounder => wording.Say("mark.confounder", ("confounder", wording[$"confounder.{Kebab.Case(confounder)}"])))
            .Concat(provenance.Marks.Where(mark => mark != Mark.PresumedPart).Select(mark => wording[$"mark.{Kebab.Case(mark)}"]));
}
