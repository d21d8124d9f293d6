using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using HpdCds.Budget;
using HpdCds.Knowledge;
using static HpdCds.About.Page;

namespace HpdCds.About;

/// <summary>A model card as a page.</summary>
internal static class ModelPage
{
    public static string Render(ModelCard card) => Of(
        $"{card.Title} ({card.Id} {card.Versions.Model})",
        new XElement("p", new XAttribute("class", "notice"), card.Disclaimer),
        Paragraph(card.Summary),
        Purpose(card),
        Section(
            "inputs",
            "Inputs",
            Table(["Input", "Feeds", "Unit", "Window", "Read from"], card.Inputs.Select(input => new object?[]
            {
                input.Name, Joined(input.Factors), input.Unit ?? "none", input.WindowDays is { } days ? $"{days} days" : "none", input.From,
            }))),
        Section("quality", "Quality of the inputs", List(card.Quality)),
        Section("logic", "Logic", List(card.Logic)),
        TableOf(card),
        Section("intervals", "Windows, intervals and cut-offs", Table(["Name", "Value", "Basis"], card.Intervals.Select(number => new object?[]
        {
            number.Name, number.Value, Basis(number.Evidence, number.ProjectChoice),
        }))),
        Literature(card),
        Section("limits", "Limits", List(card.Limits)),
        Section("options", "Options", List(card.Options)),
        BudgetOf(card.AlertBudget),
        Versions(card.Id, card.Versions),
        Section("responsible", "Responsible", List(card.Responsible)),
        Attributes(card),
        Section(
            "must-show",
            "What has to be shown so that the basis can be reviewed independently",
            Table(["No.", "Item", "Where"], card.MustShow.Select(item => new object?[] { item.Number, item.Item, item.Answer }))),
        new XElement("p", Link($"/about/models/{card.Id}.json", "The same as JSON")));

    private static object[] Purpose(ModelCard card) =>
    [
        Section("intended-use", "Intended use", card.IntendedUse.Select(Paragraph)),
        Section("users", "Users", List(card.Users)),
        Section("patients", "Patients", List(card.Patients)),
        Section("out-of-scope", "Out of scope", List(card.OutOfScope)),
    ];

    private static XElement TableOf(ModelCard card) => Section(
        "table",
        "Table",
        Table(["Row", "Domain", "Counts when", "Tier", "Evidence", "Why this weight"], card.Factors.Select(factor => new object?[]
        {
            factor.Name + (factor.ReviewFeature ? " (feature of the review)" : ""),
            factor.Domain + (factor.Core ? "" : ", not core"),
            Levels(factor),
            factor.Tier,
            Citations(factor.Evidence),
            $"Project choice: {factor.ProjectChoice}",
        })),
        new XElement("h3", "Domains"),
        Table(["Domain", "Its rows", "At most", "Why"], card.Domains.Select(domain => new object?[]
        {
            domain.Name, domain.Combination == "sum" ? "add up" : "the highest counts", domain.Cap, $"Project choice: {domain.ProjectChoice}",
        })),
        new XElement("h3", "Bands"),
        Table(["Band", "Points", "Why"], card.Bands.Select(band => new object?[]
        {
            $"{band.Band}: {band.Name} reported risk factors", $"{band.Low} to {band.High}", $"Project choice: {band.ProjectChoice}",
        })));

    private static object Levels(CardFactor factor) => factor.Levels.IsEmpty
        ? $"{factor.Threshold}: 0"
        : factor.Levels.Select(level => new XElement(
            "div", $"{level.When}: {level.Points} {(level.Points == 1 ? "point" : "points")}. ", Basis(level.Evidence, level.ProjectChoice)));

    private static XElement Literature(ModelCard card) => Section(
        "evidence",
        "Evidence",
        new XElement("h3", "Where it conflicts"),
        Conflicts(card.Conflicts),
        new XElement("h3", "Published rates, each with its own definition, never pooled"),
        card.Rates.IsEmpty
            ? Paragraph("None is shown.")
            : Table(["Regimen", "Rate", "Definition", "Source"], card.Rates.Select(rate => new object?[]
            {
                rate.Agent is { } agent ? $"{rate.Regimen} ({agent})" : rate.Regimen,
                Said($"{rate.Events}/{rate.Of} ({rate.Percent} %)"),
                rate.Definition,
                Citations([rate.Evidence]),
            })),
        new XElement("h3", "Citations"),
        Literature(card.Evidence));

    internal static XElement Conflicts(IEnumerable<AboutConflict> conflicts) =>
        new("ul", conflicts.Select(conflict => new XElement("li", conflict.Text, " ", Citations(conflict.Evidence))));

    internal static XElement Literature(IEnumerable<Citation> evidence) =>
        Table(["Id", "Citation", "Population", "Finding", "Confidence"], evidence.Select(citation => new object?[]
        {
            new XElement("span", new XAttribute("id", $"cite-{citation.Id}"), citation.Id),
            new object[] { citation.Text, Doi(citation), Pmid(citation) },
            citation.Population,
            citation.Finding,
            citation.Confidence,
        }));

    private static object[] Doi(Citation citation) => citation.Doi is { } doi ? [" ", Link($"https://doi.org/{doi}", $"doi {doi}")] : [];

    private static object[] Pmid(Citation citation) => citation.Pmid is { } pmid ? [" ", Link($"https://pubmed.ncbi.nlm.nih.gov/{pmid}/", $"PubMed {pmid}")] : [];

    private static XElement BudgetOf(CardBudget? budget) => budget is null
        ? Section("alert-budget", "Alert budget", Paragraph("Not simulated for this model."))
        : Section(
            "alert-budget",
            "Alert budget",
            Paragraph(Said($"Of 100 first doses, from {budget.Patients} synthetic patients (seed {budget.Seed}); target: warning at most {budget.WarningTargetPercent}.")),
            budget.IsOfThisTable ? null : new XElement("p", new XAttribute("class", "notice"), "The table in force is not the one that was simulated: these shares do not hold for it."),
            Table(["Charts", "No card", "Info", "Warning", "Cannot be assessed"], [Shares("As coded", budget.AsCoded), Shares("Everything known", budget.EverythingKnown)]),
            List(budget.Verdict),
            new XElement("h3", "What makes the warnings (percent of them)"),
            Table(
                ["Row", "As coded: gives points", "As coded: none without it", "Known: gives points", "Known: none without it"],
                budget.AsCoded.Factors.Zip(budget.EverythingKnown.Factors, (coded, known) => new object?[] { coded.Factor, coded.InWarnings, coded.DecidesWarnings, known.InWarnings, known.DecidesWarnings })),
            new XElement("h3", "The synthetic patients"),
            Quiet($"Project choice: {budget.CohortProjectChoice} Target: {budget.TargetProjectChoice}"),
            Table(["Row", "Present in %", "Basis", "Recorded in %", "Why"], budget.Cohort.Select(row => new object?[]
            {
                row.Name, row.SharePercent, Basis(row.Evidence, row.ProjectChoice), row.RecordedPercent, $"Project choice: {row.RecordedReason}",
            })));

    private static object?[] Shares(string name, BudgetColumn column) =>
        [name, column.Shares.None, column.Shares.Info, column.Shares.Warning, column.Shares.Cannot];

    internal static XElement Versions(string id, CardVersions versions) => Section(
        "versions",
        "Versions",
        List(
        [
            $"Service {versions.Service}",
            $"Model {id} {versions.Model}",
            $"Knowledge {versions.KnowledgeVersion} ({versions.Knowledge})",
            $"Evidence read to {versions.EvidenceUntil}",
            versions.Overlay is { } overlay ? $"Changed by this site: {overlay}" : "Not changed by this site",
        ]));

    private static XElement Attributes(ModelCard card) => Section(
        "source-attributes",
        "Source attributes of 45 CFR 170.315(b)(11)(iv)",
        Quiet("The table is written by hand from literature, which makes it evidence-based; it weighs and classifies, so that the attributes of predictive interventions are answered too."),
        new XElement("h3", "Predictive: 31"),
        Table(["No.", "Group", "Attribute", "Status", "Answer"], card.PredictiveAttributes.Select(attribute => new object?[]
        {
            attribute.Number, attribute.Group, attribute.Attribute, Status(attribute.Status), attribute.Answer,
        })),
        new XElement("h3", "Evidence-based: 13"),
        Table(["No.", "Attribute", "Status", "Answer"], card.EvidenceBasedAttributes.Select(attribute => new object?[]
        {
            attribute.Number, attribute.Attribute, Status(attribute.Status), attribute.Answer,
        })));

    private static string Status(AnswerStatus status) => status switch
    {
        AnswerStatus.Answered => "answered",
        AnswerStatus.NotDone => "not done",
        _ => "not applicable",
    };

    internal static object[] Basis(ImmutableArray<string> evidence, string? choice) =>
        [.. Citations(evidence), choice is null ? "" : evidence.IsEmpty ? $"Project choice: {choice}" : $". Project choice: {choice}"];

    private static object[] Citations(IEnumerable<string> ids) =>
        [.. ids.SelectMany((id, at) => new object[] { at == 0 ? "" : ", ", Link($"#cite-{id}", id) })];

    private static string Joined(IEnumerable<string> items) => string.Join(", ", items);

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
