using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>A drug of the order screen; the code is an RxNorm ingredient, or null when only its name is known.</summary>
/// <param name="Names">Brands and other names, searched as well.</param>
public sealed record OrderableDrug(string Name, string Group, string? RxNorm, IReadOnlyList<string> Names)
{
    public bool Matches(string? wanted) =>
        string.IsNullOrWhiteSpace(wanted)
        || Names.Prepend(Name).Any(name => name.Contains(wanted.Trim(), StringComparison.OrdinalIgnoreCase));
}

/// <summary>The formulary: every inhibitor and partner drug of the published knowledge, and a few that have nothing to do with it.</summary>
public static class OrderableDrugs
{
    public const string Inhibitors = "Checkpoint inhibitors";
    public const string Partners = "Partner drugs";
    public const string Others = "Other drugs";
    private const string RxNormSystem = "http://www.nlm.nih.gov/research/umls/rxnorm";

    public static readonly IReadOnlyList<OrderableDrug> All = [.. Published(), .. Unrelated()];

    public static OrderableDrug? Find(string? name) => All.FirstOrDefault(drug => drug.Name == name);

    private static IEnumerable<OrderableDrug> Published()
    {
        var codes = Ingredients("inhibitors").Concat(Ingredients("partners"))
            .GroupBy(pair => pair.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Code, StringComparer.Ordinal);
        return Read("drugs")["drugs"]!.AsArray().OfType<JsonObject>()
            .Where(drug => (bool?)drug["isClass"] != true)
            .Select(drug => ((string)drug["inn"]!, Drug: drug))
            .Select(pair => new OrderableDrug(
                pair.Item1,
                (string?)pair.Drug["role"] == "inhibitor" ? Inhibitors : Partners,
                codes.GetValueOrDefault(pair.Item1),
                [.. pair.Drug["names"]!.AsArray().Concat((pair.Drug["labels"] as JsonObject ?? []).Select(label => label.Value)).Select(name => (string)name!)]))
            .OrderBy(drug => drug.Group, StringComparer.Ordinal).ThenBy(drug => drug.Name, StringComparer.Ordinal);
    }

    /// <summary>The first code of each drug in the published set is its ingredient; the products follow.</summary>
    private static IEnumerable<(string Name, string Code)> Ingredients(string valueSet) =>
        Read(valueSet)["compose"]!["include"]!.AsArray().OfType<JsonObject>()
            .Where(include => (string?)include["system"] == RxNormSystem)
            .SelectMany(include => include["concept"]!.AsArray())
            .Select(concept => ((string)concept!["display"]!, (string)concept["code"]!));

    private static IEnumerable<OrderableDrug> Unrelated() =>
    [
        new("cisplatin", Others, "2555", []),
        new("dexamethasone", Others, "3264", []),
        new("furosemide", Others, "4603", []),
        new("gemcitabine", Others, "12574", []),
        new("ondansetron", Others, "26225", []),
        new("pantoprazole", Others, "40790", []),
        new("paracetamol", Others, "161", ["acetaminophen", "Tylenol"]),
        new("spironolactone", Others, "9997", []),
        new("warfarin", Others, "11289", []),
    ];

    private static JsonObject Read(string name)
    {
        using var stream = typeof(OrderableDrugs).Assembly.GetManifestResourceStream($"Drugs/{name}.json")!;
        return JsonSerializer.Deserialize<JsonObject>(stream)!;
    }
}
