using System.Globalization;
using System.Text.Json.Nodes;
using static HpdCds.Explain.WrittenFhir;

namespace HpdCds.Explain;

/// <summary>Growth as Observations: the sums of each day, the rates of the two intervals, and each definition, every one with what it is derived from.</summary>
internal sealed class GrowthResources
{
    /// <summary>What a definition is made of, with the unit of the number that was found.</summary>
    private static readonly Dictionary<string, (string Told, string Unit)> Parts = new(StringComparer.Ordinal)
    {
        ["progression"] = ("Progression at the first evaluation", ""),
        ["early"] = ("Within two months of the first dose", ""),
        ["early-progression"] = ("Progression within two months", ""),
        ["early-stop"] = ("Treatment stopped within two months", ""),
        ["tgr-ratio"] = ("Ratio of growth rates", "1"),
        ["tgk-ratio"] = ("Ratio of growth kinetics", "1"),
        ["delta-tgr"] = ("Rise of the growth rate, percentage points", "%/mo"),
        ["percent"] = ("Rise of the sum", "%"),
        ["percent-with-new-lesions"] = ("Rise of the sum beside new lesions", "%"),
        ["mm"] = ("Rise of the sum", "mm"),
        ["organs"] = ("Organs with new lesions", "1"),
        ["new-lesions"] = ("New lesions in an organ involved before", "1"),
        ["new-organ"] = ("Lesion in a new organ", ""),
        ["ecog"] = ("ECOG grade at the first evaluation", "{score}"),
    };

    private static readonly string[] Judged = ["pre-baseline", "baseline", "on-treatment"];

    private readonly JsonObject _assessment;
    private readonly JsonObject _growth;
    private readonly JsonObject _subject;
    private readonly JsonArray _scans;
    private readonly List<JsonObject> _entries = [];

    // By role, the entry that holds the sum of its scan.
    private readonly Dictionary<string, (string Url, string Date, bool IsPreliminary)> _sums = new(StringComparer.Ordinal);

    private GrowthResources(JsonObject assessment, JsonObject subject)
    {
        (_assessment, _growth, _subject) = (assessment, assessment["growth"]!.AsObject(), subject);
        _scans = _growth["scans"] as JsonArray ?? [];
    }

    // The day of an order is the day of no dose, and where there may be an earlier dose a recorded one is not the first.
    private string? FirstDose => (string?)_growth["firstDoseIs"] == "given" ? (string?)_growth["firstDose"] : null;

    // What awaits its scan is said of now, and of no day before the first dose.
    private string Effective => _sums.TryGetValue("on-treatment", out var evaluation) ? evaluation.Date : (string)_assessment["asOf"]!;

    public static IEnumerable<JsonObject> EntriesOf(JsonObject assessment, JsonObject subject) => new GrowthResources(assessment, subject).Make();

    private List<JsonObject> Make()
    {
        foreach (var scan in _scans)
            AddSum(scan!);
        if (_growth["reference"] is not null || _growth["onTreatment"] is not null)
            Add(Rates());
        var rates = _growth["reference"] is not null || _growth["onTreatment"] is not null ? (string?)_entries[^1]["fullUrl"] : null;
        foreach (var rule in _growth["rules"]!.AsArray())
            Add(Definition(rule!, rates));
        return _entries;
    }

    private void Add(JsonObject resource) => _entries.Add(Entry(resource));

    private void AddSum(JsonNode scan)
    {
        var isPreliminary = scan["marks"] is not null;
        var resource = Observation("growth-sum", isPreliminary, Concept("growth", "sum-of-diameters", "Sum of longest diameters"), (string)scan["date"]!);
        if (scan["summed"] is not null)
        {
            resource["dataAbsentReason"] = Absent("unknown", (string?)scan["reason"] == "cancer-unclear"
                ? "The sizes are, or may be, of different cancers, or of one that was not read."
                : "A size could not be read.");
        }
        else
        {
            var quantity = Quantity(scan["value"]!, "mm");
            if (scan["comparator"] is { } comparator)
                quantity["comparator"] = comparator.DeepClone();
            resource["valueQuantity"] = quantity;
        }

        resource["derivedFrom"] = References(Sources(scan));
        Add(resource);
        if ((string?)scan["role"] is { } role)
            _sums[role] = ((string)_entries[^1]["fullUrl"]!, (string)scan["date"]!, isPreliminary);
    }

    private JsonObject Rates()
    {
        (string Code, string Told, JsonNode? Value, string Unit)[] figures =
        [
            ("tgr-before", "Growth rate before the baseline", _growth["reference"]?["tgr"], "%/mo"),
            ("tgr-since", "Growth rate since the baseline", _growth["onTreatment"]?["tgr"], "%/mo"),
            ("delta-tgr", "Rise of the growth rate, percentage points", _growth["deltaTgr"], "%/mo"),
            ("tgr-ratio", "Ratio of growth rates", _growth["tgrRatio"], "1"),
            ("tgk-before", "Growth kinetics before the baseline", _growth["reference"]?["tgk"], "mm/mo"),
            ("tgk-since", "Growth kinetics since the baseline", _growth["onTreatment"]?["tgk"], "mm/mo"),
            ("tgk-ratio", "Ratio of growth kinetics", _growth["tgkRatio"], "1"),
            ("change", "Change of the sum since the baseline", _growth["onTreatment"]?["change"], "mm"),
        ];
        var resource = Observation("growth-rates", IsPreliminary, Concept("growth", "growth-rates", "Growth before the baseline and since"), Effective);
        AddSources(resource, rates: null, []);
        resource["component"] = new JsonArray(
        [
            .. Interval("interval-before", "The scans of the growth before the baseline", "pre-baseline", "baseline", "reference"),
            .. Interval("interval-since", "The scans of the growth since the baseline", "baseline", "on-treatment", "onTreatment"),
            .. FirstDoseComponent(),
            .. figures.Select(figure => (JsonNode)Component(
                Concept("growth", figure.Code, figure.Told),
                figure.Value is { } value ? ("valueQuantity", Quantity(value, figure.Unit)) : ("dataAbsentReason", WhyNoFigure(figure.Code)))),
        ]);
        return resource;
    }

    private IEnumerable<JsonNode> Interval(string code, string told, string from, string to, string member) =>
        _growth[member] is null || !_sums.TryGetValue(from, out var first) || !_sums.TryGetValue(to, out var last)
            ? []
            : [Component(Concept("growth", code, told), ("valuePeriod", new JsonObject { ["start"] = first.Date, ["end"] = last.Date }))];

    private IEnumerable<JsonNode> FirstDoseComponent() => FirstDose is { } day ? [Component(Concept("growth", "first-dose", "First dose of the checkpoint inhibitor"), ("valueDateTime", day))] : [];

    private JsonObject WhyNoFigure(string code) => (code.Split('-')[^1], _growth["reference"], _growth["onTreatment"]) switch
    {
        ("before", { } reference, _) => OfInterval(reference),
        ("since", _, { } since) => OfInterval(since),
        ("before", null, _) => Absent("unknown", "There is no growth before the baseline to measure."),
        ("since" or "change", _, null) => Absent("unknown", "There is no growth since the baseline to measure."),
        (_, { } reference, { }) when (decimal)reference["change"]! <= 0 && code.EndsWith("ratio", StringComparison.Ordinal) => Absent("not-applicable", "reference-not-positive"),
        (_, { } reference, { } since) => IsFromZero(reference) ? OfInterval(reference) : OfInterval(since),
        _ => Absent("unknown", "There are not two intervals to compare."),
    };

    private static JsonObject OfInterval(JsonNode interval) => IsFromZero(interval) ? Absent("not-applicable", "starts-at-zero") : Absent("unknown", "Larger than any number that is written here.");

    private static bool IsFromZero(JsonNode interval) => interval["changePercent"] is null;

    private JsonObject Definition(JsonNode rule, string? rates)
    {
        var id = (string)rule["id"]!;
        JsonNode[] records = [.. rule["parts"]!.AsArray().SelectMany(part => part!["from"] as JsonArray ?? []).OfType<JsonNode>()];
        var resource = Observation("growth-definition", IsPreliminary || records.Any(IsNotFinal), Concept("growth-definitions", id, id), Effective);
        var (name, answer) = Answer(rule);
        resource[name] = answer;
        resource["method"] = Method(_assessment);
        resource["note"] = Notes(
        [
            Notice,
            id == (string?)_growth["primary"] ? "The definition that this hospital goes by." : "Another definition than the one that this hospital goes by.",
            $"Knowledge {(string?)_assessment["knowledge"]}",
        ]);
        AddSources(resource, rates, records);
        resource["component"] = new JsonArray([.. FirstDoseComponent(), .. rule["parts"]!.AsArray().Select(part => (JsonNode)Part(part!))]);
        return resource;
    }

    // A component has one value: where a number was compared it is that, with what it was compared with and how that came out beside it.
    private static JsonObject Part(JsonNode part)
    {
        var (name, judged) = ((string)part["name"]!, Answer(part));
        var (told, unit) = Parts[name];
        var code = Concept("growth-parts", name, told);
        var component = part["value"] is { } value && judged.Name != "dataAbsentReason"
            ? Component(code, ("valueQuantity", Quantity(value, unit)))
            : Component(code, judged);
        if (component["valueQuantity"] is not null)
            component["interpretation"] = new JsonArray(judged.Value);
        if ((string?)part["threshold"] is { } threshold)
        {
            component["referenceRange"] = new JsonArray(new JsonObject
            {
                ["low"] = Quantity(JsonValue.Create(decimal.Parse(threshold.TrimStart('>', '='), CultureInfo.InvariantCulture)), unit),
                ["text"] = $"Met if {threshold}",
            });
        }

        return component;
    }

    private static (string Name, JsonNode Value) Answer(JsonNode judged) => ((string)judged["result"]!, (string?)judged["reason"]) switch
    {
        ("not-evaluable", "reference-not-positive" or "starts-at-zero") => ("dataAbsentReason", Absent("not-applicable", (string)judged["reason"]!)),
        ("not-evaluable", _) => ("dataAbsentReason", Absent("unknown", (string)judged["reason"]!)),
        (var result, _) => ("valueCodeableConcept", Concept("growth-results", result, result == "met" ? "Met" : "Not met")),
    };

    private bool IsPreliminary => _sums.Values.Any(sum => sum.IsPreliminary);

    private static bool IsNotFinal(JsonNode record) => record["marks"] is JsonArray marks && marks.Any(mark => (string?)mark == "preliminary");

    // A result inside a panel has no address of its own.
    private static IEnumerable<string> Sources(JsonNode record) =>
        ((string)record["source"]!).Split(", ").Select(source => source.Split('#')[0]).Distinct(StringComparer.Ordinal);

    private void AddSources(JsonObject resource, string? rates, JsonNode[] records)
    {
        string[] sources =
        [
            .. rates is null ? Array.Empty<string>() : [rates],
            .. Judged.Where(_sums.ContainsKey).Select(role => _sums[role].Url),
            .. records.SelectMany(Sources).Distinct(StringComparer.Ordinal),
        ];
        if (sources.Length > 0)
            resource["derivedFrom"] = References(sources);
    }

    private JsonObject Observation(string profile, bool isPreliminary, JsonObject code, string effective) => new()
    {
        ["resourceType"] = "Observation",
        ["meta"] = Profile(profile),
        ["status"] = isPreliminary ? "preliminary" : "final",
        ["code"] = code,
        ["subject"] = _subject.DeepClone(),
        ["effectiveDateTime"] = effective,
    };

    private static JsonObject Component(JsonObject code, (string Name, JsonNode Value) said) => new() { ["code"] = code, [said.Name] = said.Value };
}
