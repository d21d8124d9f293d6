using System.Xml.Linq;
using static HpdCds.About.Page;

namespace HpdCds.About;

/// <summary>The card of hpd-growth as a page.</summary>
internal static class GrowthModelPage
{
    public static string Render(GrowthCard card) => Of(
        $"{card.Title} ({card.Id} {card.Versions.Model})",
        new XElement("p", new XAttribute("class", "notice"), card.Disclaimer),
        Paragraph(card.Summary),
        Section("users", "Users", List(card.Users)),
        Section("patients", "Patients", List(card.Patients)),
        Section("inputs", "Inputs", Table(["Input", "Feeds", "Unit", "Read from"], card.Inputs.Select(input => new object?[]
        {
            input.Name, string.Join(", ", input.Factors), input.Unit ?? "none", input.From,
        }))),
        Section("logic", "Logic", List(card.Logic)),
        Section(
            "definitions",
            "Definitions",
            Quiet("They overlap and pick different patients: how many are met means nothing."),
            Table(["Definition", "Compares with growth before the baseline", "Numbers", "Source"], card.Definitions.Select(one => new object?[]
            {
                $"{one.Name} ({one.Id})",
                one.NeedsPreBaseline ? "yes" : "no",
                one.Thresholds.Select(threshold => new XElement("div", $"{threshold.Name}: {threshold.When}")),
                ModelPage.Basis(one.Evidence, one.ProjectChoice),
            })),
            new XElement("h3", "The definition that decides, where a hospital sets none"),
            Table(["Tumour", "Definition", "Why"], card.Primary.Select(one => new object?[] { one.Tumour == "*" ? "all others" : one.Tumour, one.Definition, ModelPage.Basis(one.Evidence, one.ProjectChoice) }))),
        Section("numbers", "Windows and cut-offs", Table(["Name", "Value", "Basis"], card.Numbers.Select(number => new object?[]
        {
            number.Name, number.Value, ModelPage.Basis(number.Evidence, number.ProjectChoice),
        }))),
        Section(
            "evidence",
            "Evidence",
            new XElement("h3", "Where it conflicts"),
            ModelPage.Conflicts(card.Conflicts),
            new XElement("h3", "Citations"),
            ModelPage.Literature(card.Evidence)),
        Section("limits", "Limits", List(card.Limits)),
        ModelPage.Versions(card.Id, card.Versions),
        Section("responsible", "Responsible", List(card.Responsible)),
        new XElement("p", Link($"/about/models/{card.Id}.json", "The same as JSON")));
}
