using System.Xml.Linq;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using static HpdCds.About.Page;

namespace HpdCds.About;

/// <summary>What the service offers and needs, and what may go wrong with it.</summary>
internal static class AboutPages
{
    public static string Index(IEnumerable<(string Id, string Title, string Summary, string Version)> models, AboutService about, IReadOnlyList<DiscoveredService> services) => Of(
        "Risk of hyperprogressive disease",
        new XElement("p", new XAttribute("class", "notice"), about.Disclaimer),
        about.IntendedUse.Select(Paragraph),
        Section("models", "Models", new XElement("ul", models.Select(model => new XElement(
            "li", Link($"/about/models/{model.Id}", $"{model.Id} {model.Version}"), $": {model.Title}")))),
        Section(
            "services",
            "Hooks",
            services.Select(service => new object[]
            {
                new XElement("h3", $"{service.Hook}: /cds-services/{service.Id}"),
                Paragraph(service.Description),
                Paragraph(service.UsageRequirements ?? ""),
            })),
        Section(
            "data",
            "Data that are read",
            Table(["Prefetch key", "Template"], (services[0].Prefetch ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(pair => new object?[] { pair.Key, pair.Value }))),
        Section("hazards", "Safety", new XElement("p", Link("/about/hazards", "Hazard log"))));

    public static string Hazards(HazardLog log) => Of(
        "Hazard log",
        Paragraph(log.Method),
        Quiet($"Owner of every residual risk: {log.Owner}"),
        log.Hazards.Select(hazard => Section(
            hazard.Id,
            $"{hazard.Id}: {hazard.Name}",
            new XElement(
                "dl",
                Term("Cause", hazard.Cause),
                Term("Harm", hazard.Harm),
                Term("Without control", Words(hazard.Before)),
                Term("Control", hazard.Control),
                Term("With control", Words(hazard.After)),
                Term("Residual risk", hazard.Residual),
                Term("Tests", string.Join(", ", hazard.Tests)),
                hazard.Cases is { Length: > 0 } cases ? Term("Golden cases", string.Join(", ", cases)) : []))));

    private static object[] Term(string term, string text) => [new XElement("dt", term), new XElement("dd", text)];

    private static string Words(Risk risk) => $"{Clinical.Kebab.Case(risk.Severity)} harm, {Clinical.Kebab.Case(risk.Likelihood).Replace('-', ' ')} likelihood";
}
