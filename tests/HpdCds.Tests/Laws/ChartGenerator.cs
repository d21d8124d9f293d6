using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Laws;

/// <summary>
/// Random charts of patients with hepatocellular carcinoma: results in and out of their windows, in many units, with bounds,
/// statuses and reference ranges, conditions in every state, medications. Written from the clinical model, not from the code.
/// </summary>
internal static class ChartGenerator
{
    private const string Loinc = "http://loinc.org";
    private const string Site = "http://localhost:5080/codes";
    private const string Icd = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";

    /// <summary>One laboratory test. Values are in the first unit; a unit's factor leads to the last one, exactly.</summary>
    private sealed record Test(string Name, string Key, string System, string Code, decimal[] Values, (string Unit, decimal Factor)[] Units, bool HasRange = false);

    private static readonly (string, decimal)[] Counts = [("10*9/L", 1), ("10*3/uL", 1), ("K/uL", 1), ("/uL", 0.001m), ("10*6/L", 0.001m), ("x10E3/uL", 1)];

    private static readonly ImmutableArray<Test> Tests =
    [
        new("neutrophils", "cbc", Loinc, "751-8", [2, 2.9m, 3, 4.125m, 4.2m, 6, 150], Counts),
        new("lymphocytes", "cbc", Loinc, "731-0", [1, 0.5m, 2, 0], Counts),
        new("neutrophils-pct", "cbc", Loinc, "770-8", [40, 60, 75, 120], [("%", 1)]),
        new("lymphocytes-pct", "cbc", Loinc, "736-9", [10, 20, 30], [("%", 1)]),
        new("leukocytes", "cbc", Loinc, "6690-2", [4, 8, 11], Counts),
        new("haemoglobin", "cbc", Loinc, "718-7", [90, 120, 140], [("g/L", 1), ("g/dL", 10)], HasRange: true),
        new("ldh", "chemistry", Loinc, "2532-0", [120, 240, 250, 252, 480, 60_000], [("U/L", 1), ("[IU]/L", 1), ("U/mL", 1000), ("mU/mL", 1)], HasRange: true),
        new("ldh-katals", "chemistry", Loinc, "2532-0", [2, 4, 4.2m, 8], [("ukat/L", 60), ("U/L", 1)], HasRange: true),
        new("crp", "chemistry", Loinc, "1988-5", [2, 10, 40], [("mg/L", 1), ("mg/dL", 10)]),
        new("bilirubin", "liver", Loinc, "1975-2", [0.8m, 2, 2.01m, 3, 3.5m, 100], [("mg/dL", 17.104m), ("umol/L", 1)]),
        new("albumin", "liver", Loinc, "1751-7", [42, 35, 35.1m, 30, 28, 20, 80], [("g/L", 1), ("g/dL", 10), ("mg/mL", 1)]),
        new("inr", "liver", Loinc, "6301-6", [1, 1.7m, 2, 2.3m, 2.4m], [("{INR}", 1), ("1", 1)]),
        new("afp", "markers", Loinc, "1834-1", [5, 399, 400, 1240], [("ng/mL", 1), ("ug/L", 1), ("ug/mL", 1000), ("ng/L", 0.001m)]),
        new("ecog", "performance", Loinc, "89247-1", [0, 1, 2, 7], [("{score}", 1)]),
        new("child-pugh", "staging", Site, "CHILD-PUGH", [5, 6, 7, 9, 20], [("{score}", 1)]),
        new("nlr", "cbc", Site, "NLR", [2, 3, 5.2m], [("{ratio}", 1)]),
    ];

    private static readonly Gen<string> Status = Gen.Frequency(
        (10, Gen.Const("final")), (2, Gen.Const("corrected")), (1, Gen.Const("amended")), (2, Gen.Const("preliminary")), (1, Gen.Const("entered-in-error")), (1, Gen.Const("cancelled")), (1, Gen.Const("registered")));

    // Minutes before now: mostly recent, at few distinct moments so that results meet, some old, some in the future.
    private static readonly Gen<int> Minutes = Gen.Frequency(
        (6, Gen.OneOf(600, 600, 660, 780, 1500)), (5, Gen.Int[0, 60_000]), (2, Gen.Int[60_000, 200_000]), (1, Gen.Int[-3000, 0]), (1, Gen.OneOf(42 * 1440, (42 * 1440) + 1, 90 * 1440)));

    private static readonly Gen<string> When = Gen.Select(Minutes, Gen.Int[0, 11]).Select((minutes, precision) =>
    {
        var time = CaseServers.AsOf.AddMinutes(-minutes);
        return time.ToString(precision switch
        {
            0 => "yyyy-MM",
            1 => "yyyy",
            2 or 3 => "yyyy-MM-dd",
            4 => "yyyy-MM-dd'T'HH:mm:ss",
            _ => "yyyy-MM-dd'T'HH:mm:ss'Z'",
        }, CultureInfo.InvariantCulture);
    });

    private static readonly Gen<ChartItem> Result = Gen.Select(Gen.OneOf(Tests.ToArray()), Gen.Int[0, 99], Gen.Int[0, 99], When, Status, Gen.Int[0, 29], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5]))
        .Select((test, value, unit, when, status, odd, range) => Make(test, test.Values[value % test.Values.Length], unit % test.Units.Length, when, status, odd, range.Item1, range.Item2));

    private static readonly Gen<(string? Clinical, string? Verification)> State = Gen.Select(
        Gen.OneOf<string?>("active", "active", "recurrence", "relapse", "resolved", "inactive", "remission", null),
        Gen.OneOf<string?>("confirmed", "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error", null));

    private static readonly ImmutableArray<string[]> Findings =
        [["R18.8"], ["R18.0", "R18.8"], ["K76.82", "K72.91"], ["I81"], ["I81"], ["C78.00", "C78.01"], ["C78.02"], ["C77.2"], ["C79.9", "C79.51"]];

    private static readonly Gen<ImmutableArray<ChartItem>> Conditions = Gen.Select(
        Gen.Int[0, 511], Gen.Int[0, 1].Array[9], State.Array[9], Gen.OneOf("problems", "encounterDx").Array[9], Gen.OneOf<string?>("255604002", "6736007", "24484000", null).Array[9])
        .Select((which, code, states, keys, severities) => Enumerable.Range(0, Findings.Length).Where(at => (which & (1 << at)) != 0)
            .Select(at => new ChartItem(keys[at], ConditionOf(Findings[at][code[at] % Findings[at].Length], states[at].Clinical, states[at].Verification, severities[at]))).ToImmutableArray());

    private static readonly Gen<ChartItem[]> Thrombus = Gen.Select(Gen.Bool, When, Status).Select((answer, when, status) =>
        new ChartItem("staging", Observation(Site, "PVTT", when, status, new JsonObject { ["valueBoolean"] = answer }))).Array[0, 2];

    private static readonly Gen<ImmutableArray<ChartItem>> Medications = Gen.Select(Gen.Int[0, 5], Gen.OneOf("active", "active", "completed", "stopped"), When)
        .Select((which, status, when) => which > 1 ? ImmutableArray<ChartItem>.Empty : [new ChartItem("medications", Medication(which == 0 ? "1114195" : "308460", status, when))]);

    private static readonly Gen<JsonObject> Person = Gen.Select(Gen.OneOf<string?>("female", "male", "other", null), Gen.OneOf<string?>("1956-03-03", "1961", "1961-11", "1980-01-01", null)).Select((sex, born) =>
    {
        var patient = new JsonObject { ["resourceType"] = "Patient" };
        if (sex is not null)
            patient["gender"] = sex;
        if (born is not null)
            patient["birthDate"] = born;
        return patient;
    });

    private static int _patients;

    public static readonly Gen<RandomChart> Chart = Gen.Select(Person, Result.Array[0, 14], Conditions, Thrombus, Medications, Gen.Bool, Gen.OneOf("problems", "encounterDx"))
        .Select((person, results, conditions, thrombus, medications, reasonOnTheOrder, key) => Assemble(
            person, [.. results, .. conditions, .. thrombus, .. medications, new ChartItem(key, ConditionOf("C22.0", "active", "confirmed", severity: null))], reasonOnTheOrder));

    /// <summary>A final result of now that any window holds, usable whatever else there is: the missing datum.</summary>
    public static Gen<ImmutableArray<ChartItem>> Learnt(string datum)
    {
        ImmutableArray<string> names = datum switch
        {
            "nlr" => ["neutrophils", "lymphocytes"],
            "child-pugh" => ["bilirubin", "albumin", "inr"],
            _ => [datum],
        };
        return Gen.Select(Gen.Int[0, 99], Gen.Int[0, 99]).Select((value, unit) => names.Select((name, at) =>
        {
            var test = Tests.First(test => test.Name == name);
            var sound = test.Values.Where(number => number is > 0 and < 100 || (name is "afp" or "ldh" && number < 50_000)).Where(number => name != "bilirubin" || number < 50).Where(number => name != "albumin" || number < 70).ToArray();
            return Named(Make(test, sound[(value + at) % sound.Length], unit % test.Units.Length, CaseServers.AsOf.AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), "final", odd: 9, range: 9, sexOfRange: 9), $"learnt-{name}");
        }).ToImmutableArray());
    }

    private static RandomChart Assemble(JsonObject person, IEnumerable<ChartItem> items, bool reasonOnTheOrder)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"pat-{Interlocked.Increment(ref _patients)}");
        var patient = person.DeepClone().AsObject();
        patient["id"] = id;
        var named = items.Select((item, at) => Named(item, string.Create(CultureInfo.InvariantCulture, $"r{at:00}"))).ToImmutableArray();
        return new(id, patient, [.. named.Select(item => Of(item, id))], reasonOnTheOrder);
    }

    public static ChartItem Of(ChartItem item, string patientId)
    {
        foreach (var resource in new[] { item.Resource, item.Other }.OfType<JsonObject>())
            resource["subject"] = new JsonObject { ["reference"] = "Patient/" + patientId };
        return item;
    }

    private static ChartItem Named(ChartItem item, string id)
    {
        var (resource, other) = (item.Resource.DeepClone().AsObject(), item.Other?.DeepClone().AsObject());
        resource["id"] = id;
        if (other is not null)
            other["id"] = id;
        return item with { Resource = resource, Other = other };
    }

    private static ChartItem Make(Test test, decimal value, int unit, string when, string status, int odd, int range, int sexOfRange)
    {
        var oddUnit = odd switch { 0 => "furlongs", 1 => test.Name == "inr" ? "s" : "%", _ => null };
        JsonObject In(int place)
        {
            var result = Observation(test.System, test.Code, when, status, new JsonObject { ["valueQuantity"] = Quantity(test, value, place, oddUnit, odd switch { 2 => "<", 3 => ">", 4 => ">=", 5 => "<=", _ => null }) });
            if (test.HasRange && range > 0)
                result["referenceRange"] = Ranges(test, place, range, sexOfRange);
            return result;
        }

        // Any unit of the table, the last included, can be reached from the first without a remainder.
        return new(test.Key, In(unit), oddUnit is null && test.Units.Length > 1 ? In((unit + 1) % test.Units.Length) : null);
    }

    // Values stand in the first unit: in another one they are value x factor of the first / factor of that.
    private static decimal Convert(Test test, decimal value, int place) => value * test.Units[0].Factor / test.Units[place].Factor;

    private static JsonObject Quantity(Test test, decimal value, int place, string? oddUnit = null, string? comparator = null)
    {
        var unit = oddUnit ?? test.Units[place].Unit;
        var quantity = new JsonObject { ["value"] = Convert(test, value, place), ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = unit };
        if (comparator is not null)
            quantity["comparator"] = comparator;
        return quantity;
    }

    private static JsonArray Ranges(Test test, int place, int kind, int sexOfRange)
    {
        var (low, high) = test.Name switch { "haemoglobin" => (110m, 150m), "ldh-katals" => (2m, 4.1m), _ => (125m, 250m) };
        var range = new JsonObject { ["low"] = Quantity(test, low, place), ["high"] = Quantity(test, high, place) };
        if (sexOfRange < 2)
            range["appliesTo"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://snomed.info/sct", ["code"] = sexOfRange == 0 ? "248153007" : "248152002" }) });
        return kind switch
        {
            1 => [range, new JsonObject { ["low"] = Quantity(test, low, place), ["high"] = Quantity(test, high * 1.2m, place) }],
            2 => [new JsonObject { ["low"] = Quantity(test, high, place), ["high"] = Quantity(test, low, place) }],
            _ => [range],
        };
    }

    private static JsonObject Observation(string system, string code, string when, string status, JsonObject value)
    {
        var observation = new JsonObject
        {
            ["resourceType"] = "Observation",
            ["status"] = status,
            ["code"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) },
            ["effectiveDateTime"] = when,
        };
        foreach (var (name, node) in value.ToArray())
        {
            value.Remove(name);
            observation[name] = node;
        }

        return observation;
    }

    private static JsonObject ConditionOf(string code, string? clinical, string? verification, string? severity)
    {
        var condition = new JsonObject
        {
            ["resourceType"] = "Condition",
            ["code"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = Icd, ["code"] = code }) },
        };
        if (clinical is not null)
            condition["clinicalStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-clinical", clinical);
        if (verification is not null)
            condition["verificationStatus"] = Concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification);
        if (severity is not null)
            condition["severity"] = Concept("http://snomed.info/sct", severity);
        return condition;
    }

    private static JsonObject Medication(string code, string status, string when) => new()
    {
        ["resourceType"] = "MedicationRequest",
        ["status"] = status,
        ["intent"] = "order",
        ["authoredOn"] = when,
        ["medicationCodeableConcept"] = Concept(RxNorm, code),
    };

    private static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };
}
