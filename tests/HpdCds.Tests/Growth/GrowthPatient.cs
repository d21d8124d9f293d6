using System.Globalization;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Growth;

/// <summary>A patient on nivolumab since 1 September 2026 with scans around it, and what hpd-growth answers about them on 1 November.</summary>
internal sealed class GrowthPatient
{
    public const string Service = "/cds-services/hpd-growth";
    public const string Before = "2026-07-03";
    public const string Baseline = "2026-09-01";
    public const string After = "2026-10-13";
    private const string OverlaySetting = "Overlay";

    public static readonly Dictionary<string, string?> On = new(StringComparer.Ordinal)
    {
        ["HpdCds:Ehrs:0:Services:hpd-risk"] = "live",
        ["HpdCds:Ehrs:0:Services:hpd-growth"] = "live",
    };

    private readonly Dictionary<string, List<string>> _prefetch = new(StringComparer.Ordinal);

    public GrowthPatient(bool isTreated = true)
    {
        Add("problems", """{"resourceType":"Condition","id":"hcc","code":{"coding":[{"system":"http://snomed.info/sct","code":"109841003"}]},"clinicalStatus":{"coding":[{"code":"active"}]},"subject":{"reference":"Patient/pat-1"} }""");
        if (isTreated)
            Add("administrations", Dose("dose-1", "2026-09-01"));
    }

    /// <summary>The three scans of a vector; null for one that was not made.</summary>
    public static GrowthPatient WithScans(double? before, double? baseline, double? after) => new GrowthPatient().Measured(before, baseline, after);

    /// <summary>The same without a record of any dose.</summary>
    public static GrowthPatient Untreated(double? before, double? baseline, double? after) => new GrowthPatient(isTreated: false).Measured(before, baseline, after);

    public static string Dose(string id, string day, string code = "1597876", string status = "completed") =>
        $$"""
        {"resourceType":"MedicationAdministration","id":"{{id}}","status":"{{status}}","effectiveDateTime":"{{day}}","subject":{"reference":"Patient/pat-1"},
         "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{{code}}"}]} }
        """;

    public static string Size(string id, string? day, double millimetres, string site = "10200004", string unit = "mm", string more = "") =>
        $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"subject":{"reference":"Patient/pat-1"},
         {{(day is null ? "" : $"\"effectiveDateTime\":\"{day}\",")}}"bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"{{site}}"}]},{{more}}
         "valueQuantity":{"value":{{millimetres.ToString(CultureInfo.InvariantCulture)}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"} }
        """;

    /// <summary>A clinician's word of a day: not worse, and so nothing new.</summary>
    public static string NoNewLesion(string day, string answer = "359746009") =>
        $$"""
        {"resourceType":"Observation","id":"status-{{day}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"97509-4"}]},"subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"{{day}}","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"{{answer}}"}]} }
        """;

    /// <summary>New lesions at the first evaluation, by the code of a site.</summary>
    public static string NewLesion(string id, string value, string? site, string status = "final") =>
        $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"{{status}}","code":{"coding":[{"system":"http://localhost:5080/codes","code":"NEW-LESIONS"}]},"subject":{"reference":"Patient/pat-1"},
         "effectiveDateTime":"{{After}}",{{(site is null ? "" : $$""" "bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"{{site}}"}]}, """)}}{{value}} }
        """;

    public static string Ecog(string id, string day, int grade, string status = "final") =>
        $$"""{"resourceType":"Observation","id":"{{id}}","status":"{{status}}","code":{"coding":[{"system":"http://loinc.org","code":"89247-1"}]},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{day}}","valueInteger":{{grade}} }""";

    /// <summary>The day and the size of each scan.</summary>
    public static IEnumerable<string> Scans(JsonObject found) => (found["growth"]!["scans"] as JsonArray ?? [])
        .Select(scan => $"{(string?)scan!["date"]} {((decimal)scan["value"]!).ToString(CultureInfo.InvariantCulture)}");

    /// <summary>What is found of a patient who is looked at.</summary>
    public static async Task<JsonObject> FoundAsync(RunningService service, GrowthPatient patient)
    {
        ArgumentNullException.ThrowIfNull(patient);
        var found = (await AskAsync(service, patient.View())).Found;
        Assert.Empty(GrowthServiceTests.Faults(found));
        return found;
    }

    public GrowthPatient Add(string key, string resource)
    {
        if (!_prefetch.TryGetValue(key, out var list))
            _prefetch[key] = list = [];
        list.Add(resource);
        return this;
    }

    private GrowthPatient Measured(double? before, double? baseline, double? after)
    {
        foreach (var (day, size) in new[] { (Before, before), (Baseline, baseline), (After, after) })
        {
            if (size is { } millimetres)
                Add("growth", Size("size-" + day, day, millimetres));
        }

        return Add("growth", NoNewLesion(After));
    }

    public string Prefetch(params string[] withoutKeys)
    {
        string[] keys = ["problems", "encounterDx", "cbc", "markers", "performance", "growth", "medications", "statements", "administrations", "procedures", "reports", "studies", "plans", "appointments"];
        return $$"""{"patient":{{Json.Patient()}},{{string.Join(',', keys.Except(withoutKeys).Select(key => $"\"{key}\":" + (_prefetch.TryGetValue(key, out var list) ? Json.Bundle([.. list]) : "null")))}} }""";
    }

    public string View(string hook = "patient-view", params string[] withoutKeys) =>
        $$"""
        {"hook":"{{hook}}","hookInstance":"c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33","context":{"userId":"Practitioner/dr-1","patientId":"pat-1","encounterId":"enc-1"},"prefetch":{{Prefetch(withoutKeys)}} }
        """;

    public string Order(string hook = "order-sign", string code = "1597876") => Json.Call(
        hook,
        prefetch: Prefetch(),
        drafts: Json.BundleOf("collection", null, Json.Order(medication: $$""" "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{{code}}"}]} """)));

    public static async Task<RunningService> StartAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(On, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
            all[(name == OverlaySetting ? "HpdCds:" : "HpdCds:Ehrs:0:") + name] = value;
        return await RunningService.StartAsync(settings: all, withSmallCodeSets: false);
    }

    /// <summary>With the codes that the hospital of the example has for sums and for new lesions.</summary>
    public static Task<RunningService> StartWithSiteCodesAsync(params (string Name, string Value)[] settings) =>
        StartAsync([(OverlaySetting, Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay")), .. settings]);

    /// <summary>The card, if there is one, and the extension.</summary>
    public static async Task<(JsonNode? Card, JsonObject Found)> AskAsync(RunningService service, string body, string path = Service)
    {
        var (status, answer) = await service.AnswerAsync(body, path);
        Assert.Equal((200, answer?.ToJsonString()), (status, answer?.ToJsonString()));
        return (answer!["cards"]!.AsArray().SingleOrDefault(), answer["extension"]!["org.hpdcds.assessment"]!.AsObject());
    }

    public static string Focus(string reference) => $$""" "focus":[{"reference":"{{reference}}"}], """;

    /// <summary>Whether the first evaluation is progression, or why that is open.</summary>
    public static string Progression(JsonObject found) => (string?)found["growth"]!["progression"]!["reason"] ?? (string)found["growth"]!["progression"]!["result"]!;

    /// <summary>What a part of a rule says.</summary>
    public static string Part(JsonObject found, string rule, string name)
    {
        var part = found["growth"]!["rules"]!.AsArray().Single(row => (string?)row!["id"] == rule)!["parts"]!.AsArray().Single(row => (string?)row!["name"] == name)!;
        return (string?)part["reason"] ?? (string)part["result"]!;
    }

    /// <summary>The day of the first dose, how well it is known, and who says so.</summary>
    public static (string? Day, string? Kind, string? Source) FirstDose(JsonObject found) =>
        ((string?)found["growth"]!["firstDose"], (string?)found["growth"]!["firstDoseIs"], (string?)found["growth"]!["firstDoseSource"]);

    public static string OrderOf(string id, string? authored, string status = "active", string code = "1597876") =>
        $$"""
        {"resourceType":"MedicationRequest","id":"{{id}}","status":"{{status}}","intent":"order",{{(authored is null ? "" : $"\"authoredOn\":\"{authored}\",")}}"subject":{"reference":"Patient/pat-1"},
         "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{{code}}"}]} }
        """;

    public static string Statement(string id, string status, string effective, string code = "1597876") =>
        $$"""
        {"resourceType":"MedicationStatement","id":"{{id}}","status":"{{status}}",{{effective}}"subject":{"reference":"Patient/pat-1"},
         "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{{code}}"}]} }
        """;

    public static string Rule(JsonObject found, string rule)
    {
        var result = found["growth"]!["rules"]!.AsArray().Single(row => (string?)row!["id"] == rule)!;
        return (string?)result["reason"] ?? (string)result["result"]!;
    }
}
