using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Laws;

/// <summary>
/// What is said twice is never read by its half: a coding or a text added to a record that decides a yes leaves no "no"
/// behind, and the place of a coding among its fellows changes nothing.
/// </summary>
public sealed class SecondStatementTests(LawService service) : IClassFixture<LawService>
{
    private const string Icd = "http://hl7.org/fhir/sid/icd-10-cm";

    private static readonly (string System, string Code)[] Others =
    [
        (Icd, "K74.60"), (Icd, "I81"), (Icd, "C79.51"), (Icd, "C79.9"), (Icd, "C77.9"), (Icd, "K72.90"), (Icd, "K76.82"), (Icd, "Z99.9"),
        ("http://loinc.org", "99999-9"), ("http://example.org/local", "X1"), ("http://snomed.info/sct", "2667000"), ("http://snomed.info/sct", "52101004"),
    ];

    private static readonly string[] Texts = ["no", "none", "no change", "not excluded", "A/B", "T2?", "N0-1", "absent", "No ascites", "无门静脉癌栓", "1.240"];

    [Fact]
    [Trait("Req", "PFD-06")]
    public async Task A_second_coding_or_text_never_turns_a_yes_into_a_no_and_its_place_never_matters()
    {
        var faults = new List<string>();
        foreach (var item in DamagedChart.Sound.Items)
        {
            foreach (var (what, first, last) in Changes(item.Resource))
            {
                var one = await service.AskAsync(CallWith(item.Id, first));
                var other = await service.AskAsync(CallWith(item.Id, last));
                if (one.Status != 200 || Likeness.Differences(one.Assessment, other.Assessment).Any())
                    faults.Add($"{item.Id} with {what}: its place matters");
                if (DamagedChart.DecidedBy(item.Id) is { } decided && one.Core[decided] is { High: 0 } row)
                    faults.Add($"{item.Id} with {what}: {row}");
            }
        }

        Assert.Empty(faults);
    }

    // Each change in two places of the list of codings; a text has but one place.
    private static IEnumerable<(string What, JsonObject First, JsonObject Last)> Changes(JsonObject resource)
    {
        foreach (var name in new[] { "code", "severity" }.Where(resource.ContainsKey))
        {
            foreach (var (system, code) in Others.Where(other => name != "code" || (string?)resource["resourceType"] == "Condition" || !IsOfSnomed(other.System)))
            {
                var (first, last) = (resource.DeepClone().AsObject(), resource.DeepClone().AsObject());
                first[name]!["coding"]!.AsArray().Insert(0, Coding(system, code));
                last[name]!["coding"]!.AsArray().Add(Coding(system, code));
                yield return ($"{name} {code}", first, last);
            }

            foreach (var text in Texts)
            {
                var said = resource.DeepClone().AsObject();
                said[name]!["text"] = text;
                yield return ($"{name} in words: {text}", said, said);
            }
        }
    }

    private static bool IsOfSnomed(string system) => system == "http://snomed.info/sct";

    private static JsonObject Coding(string system, string code) => new JsonObject { ["system"] = system, ["code"] = code };

    private static string CallWith(string id, JsonObject resource) => (DamagedChart.Sound with
    {
        Items = [.. DamagedChart.Sound.Items.Select(item => item.Id == id ? item with { Resource = resource } : item)],
    }).Call();
}
