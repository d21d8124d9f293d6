using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Chart;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Chart;

/// <summary>
/// The readers of the service against Firely, which knows FHIR and reads the same bytes into the same records: every resource
/// of the golden cases, thousands of damaged ones, and shapes that nobody should send.
/// </summary>
public sealed class LeanReadingTests(ITestOutputHelper output)
{
    private const int Seed = 20261128;
    private const int Damages = 12_000;
    private const int DamagesOfImaging = 6_000;

    private const string Nothing = "nothing";
    private const string TrustedLess = "trusted less than by Firely";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What only growth reads, with every member that it reads.</summary>
    private static readonly string[] OfImaging =
    [
        """{"resourceType":"ImagingStudy","id":"s","status":"available","started":"2026-09-01T08:00:00Z","modality":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"CT"}],"series":[{"uid":"1","modality":{"code":"PT"}},{"uid":"2","modality":{"code":"CT"}}],"subject":{"reference":"Patient/pat-1"}}""",
        """{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"CT"},"effectiveDateTime":"2026-09-01","result":[{"reference":"Observation/a"},{"reference":"Observation/b"}],"imagingStudy":[{"reference":"ImagingStudy/s"}]}""",
        """{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"CT"},"effectivePeriod":{"start":"2026-09-01","end":"2026-09-02"},"result":[{"reference":"Observation/a"}]}""",
        """{"resourceType":"ServiceRequest","id":"q","status":"active","intent":"order","doNotPerform":false,"category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}],"text":"Imaging"}],"code":{"coding":[{"code":"CT"}]},"occurrenceDateTime":"2026-11-10","subject":{"reference":"Patient/pat-1"}}""",
        """{"resourceType":"ServiceRequest","id":"q","status":"active","intent":"order","doNotPerform":true,"code":{"text":"CT"},"occurrencePeriod":{"start":"2026-11-10","end":"2026-11-12"},"subject":{"reference":"Patient/pat-1"}}""",
        """{"resourceType":"ServiceRequest","id":"q","status":"active","intent":"order","authoredOn":"2026-10-01","code":{"text":"CT"},"occurrenceTiming":{"event":["2026-11-10","2026-12-10"]},"subject":{"reference":"Patient/pat-1"}}""",
        """{"resourceType":"Appointment","id":"p","status":"booked","serviceCategory":[{"text":"Radiology"}],"serviceType":[{"coding":[{"code":"CT"}]}],"reasonCode":[{"text":"first imaging"}],"start":"2026-11-10T08:00:00Z","created":"2026-10-01","participant":[{"actor":{"reference":"Patient/pat-1"},"status":"accepted"}]}""",
        """{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"33728-7"}]},"focus":[{"identifier":{"system":"urn:lesion","value":"1"}},{"reference":"BodyStructure/b"}],"bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"10200004"}],"text":"liver"},"specimen":{"display":"Liver"},"derivedFrom":[{"reference":"ImagingStudy/s"}],"partOf":[{"reference":"Procedure/p"}],"effectiveDateTime":"2026-09-01","valueQuantity":{"value":45,"unit":"mm","system":"http://unitsofmeasure.org","code":"mm"}}""",
    ];

    [Fact]
    [Trait("Req", "PFD-06")]
    public void What_growth_reads_reads_as_Firely_reads_it()
    {
        Assert.Empty(OfImaging.Select(Difference).OfType<string>());
        Assert.All(OfImaging, resource => Assert.DoesNotContain(Nothing, Both(resource).Ours, StringComparison.Ordinal));
        CompareDamaged(OfImaging, DamagesOfImaging);
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public void Every_resource_of_the_golden_cases_reads_as_Firely_reads_it()
    {
        var resources = ResourcesOfCases().ToList();
        Assert.True(resources.Count > 3_000, FormattableString.Invariant($"{resources.Count} resources"));
        Assert.Empty(resources.Select(resource => Difference(resource.ToJsonString(Readable))).OfType<string>().Take(10));
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public void Damaged_resources_read_as_Firely_reads_them() =>
        CompareDamaged([.. ResourcesOfCases().Select(resource => resource.ToJsonString()).Distinct(StringComparer.Ordinal)], Damages);

    private void CompareDamaged(string[] resources, int damages)
    {
        var faults = new List<string>();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at < damages; at++)
        {
            var dice = new Random(Seed + at);
            var text = ResourceDamage.Of(resources[dice.Next(resources.Length)], dice);
            Firely.FhirReading.IsBroken = false;
            var (ours, theirs) = Both(text);
            var kind = ours == theirs ? KindOf(ours)
                : Firely.FhirReading.IsBroken ? "not compared: Firely fails"
                : ours.Split('\n').Zip(theirs.Split('\n')).All(pair => pair.First == pair.Second || pair.First == Nothing || IsLess(JsonNode.Parse(pair.First), JsonNode.Parse(pair.Second), "")) ? TrustedLess
                : "differ";
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (kind == "differ")
                faults.Add($"{text}\n  ours   {ours}\n  Firely {theirs}");
        }

        foreach (var (kind, count) in counts)
            output.WriteLine(FormattableString.Invariant($"{count,6} {kind}"));
        Assert.True(counts.GetValueOrDefault(TrustedLess) < damages / 50);
        Assert.True(faults.Count == 0, FormattableString.Invariant($"{faults.Count} differ:\n") + string.Join('\n', faults.OrderBy(fault => fault.Length).Take(40)));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [Trait("Req", "PFD-06")]
    public void Shapes_that_nobody_should_send_read_as_Firely_reads_them(string members) =>
        Assert.Null(Difference($$"""{"resourceType":"Observation","id":"a",{{members}}}"""));

    /// <summary>Where we read otherwise on purpose: what may mean the opposite, or is said in two ways, is not believed.</summary>
    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"a","valueInteger":1,"modifierExtension":{"url":"x"}}""", "nothing")]
    [InlineData("""{"resourceType":"Observation","id":"a","valueInteger":1,"modifierExtension":"x"}""", "nothing")]
    [InlineData("""{"resourceType":"Observation","resourceType":"Observation","valueInteger":1}""", "nothing")]
    [InlineData("""{"resourceType":"Observation","id":"a","\u0076alueInteger":1}""", "nothing")]
    [InlineData("""{"resourceType":"Observation","id":"a","valueInteger":1,"_valueString":{"id":"x"}}""", "nothing")]
    [InlineData("""{"resourceType":"Observation","id":"a","ValueInteger":1}""", "no value")]
    [InlineData("""{"resourceType":"Observation","id":"a","valueInteger":1,"dataAbsentReason":[{"text":"x"}]}""", "no value")]
    public void Some_shapes_are_trusted_less_than_Firely_trusts_them(string json, string expected)
    {
        var (ours, theirs) = Both(json);
        Assert.DoesNotContain("nothing", theirs, StringComparison.Ordinal);
        Assert.Equal(expected, ours.Contains("nothing", StringComparison.Ordinal) ? "nothing" : ours.Contains("\"Value\":null", StringComparison.Ordinal) ? "no value" : ours);
    }

    public static TheoryData<string> Shapes() => [.. ResourceDamage.Shapes];

    private static IEnumerable<JsonObject> ResourcesOfCases() => GoldenCase.Every
        .SelectMany(golden => ResourcesIn(Parse(golden.Request)).Concat(ResourcesIn(golden.Fhir)));

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonObject> ResourcesIn(JsonNode? node)
    {
        if (node is JsonObject { Count: > 0 } members && members["resourceType"] is JsonValue type && type.GetValueKind() == JsonValueKind.String && (string?)type is not ("Bundle" or "OperationOutcome"))
            return [members];
        return node switch
        {
            JsonObject parts => parts.SelectMany(part => ResourcesIn(part.Value)),
            JsonArray items => items.SelectMany(ResourcesIn),
            _ => [],
        };
    }

    private static string? TypeOf(string text)
    {
        var resource = default(ResourceGlance);
        var scanner = new JsonScanner(Encoding.UTF8.GetBytes(text), mostDepth: 64);
        return resource.Read(ref scanner, new WalkMemory(text.Length)) && scanner.State == ScanState.Sound ? resource.Type : null;
    }

    private static string? Difference(string text)
    {
        var (ours, theirs) = Both(text);
        return ours == theirs ? null : $"{text}\n  ours   {ours}\n  Firely {theirs}";
    }

    private static (string Ours, string Theirs) Both(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var zone = TimeZoneInfo.Utc;
        var walk = BundleWalk.Read(Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","entry":[{"resource":{{text}}}]}"""), 100);
        return TypeOf(text) switch
        {
            "Observation" => (
                Written(ObservationReader.Read(bytes, "r", ChartKey.Cbc, zone)) + "\n" + Written(ImagingReaders.ReadLesion(bytes, "r")),
                Written(Firely.ObservationReader.Read(bytes, "r", ChartKey.Cbc, zone)) + "\n" + Written(Firely.ImagingReaders.ReadLesion(bytes, "r"))),
            "ImagingStudy" => (Written(ImagingReaders.ReadStudy(bytes, "r", zone)), Written(Firely.ImagingReaders.ReadStudy(bytes, "r", zone))),
            "DiagnosticReport" => (Written(ImagingReaders.ReadReport(bytes, "r", zone)), Written(Firely.ImagingReaders.ReadReport(bytes, "r", zone))),
            "Appointment" => (Written(ImagingReaders.ReadAppointment(bytes, "r", zone)), Written(Firely.ImagingReaders.ReadAppointment(bytes, "r", zone))),
            "Condition" => (Written(ConditionReader.Read(bytes, "r", ChartKey.Problems, zone)), Written(Firely.ConditionReader.Read(bytes, "r", ChartKey.Problems, zone))),
            "Procedure" => (Written(ProcedureReader.Read(bytes, "r", ChartKey.Procedures, zone)), Written(Firely.ProcedureReader.Read(bytes, "r", ChartKey.Procedures, zone))),
            "Patient" => (Written(PatientReader.Read(bytes, "r", zone)), Written(Firely.PatientReader.Read(bytes, "r", zone))),
            "Medication" => (Written(OfShelf(walk)), Written(OfFirelyShelf(walk))),
            "ServiceRequest" => (
                Written(OrderReader.Read(walk)) + "\n" + Written(ImagingReaders.ReadRequest(bytes, "r", zone)),
                Written(Firely.OrderReader.Read(walk)) + "\n" + Written(Firely.ImagingReaders.ReadRequest(bytes, "r", zone))),
            "RequestGroup" => (Written(OrderReader.Read(walk)), Written(Firely.OrderReader.Read(walk))),
            "MedicationRequest" => (
                Written(OrderReader.Read(walk)) + "\n" + Written(MedicationReaders.Read(bytes, "MedicationRequest", "r", ChartKey.Medications, zone, new MedicationShelf())),
                Written(Firely.OrderReader.Read(walk)) + "\n" + Written(Firely.MedicationReaders.Read(bytes, "MedicationRequest", "r", ChartKey.Medications, zone, new Firely.MedicationShelf()))),
            { } type => (
                Written(MedicationReaders.Read(bytes, type, "r", ChartKey.Medications, zone, new MedicationShelf())),
                Written(Firely.MedicationReaders.Read(bytes, type, "r", ChartKey.Medications, zone, new Firely.MedicationShelf()))),
            null => ("", ""),
        };
    }

    private static System.Collections.Immutable.ImmutableArray<ChartConcept> OfShelf(BundleWalk walk)
    {
        var shelf = new MedicationShelf();
        foreach (var entry in walk.Entries)
            shelf.Add(entry);
        return shelf.ConceptsOf("Medication/" + (walk.Entries is [var only, ..] ? only.Resource.Id : ""));
    }

    private static System.Collections.Immutable.ImmutableArray<ChartConcept> OfFirelyShelf(BundleWalk walk)
    {
        var shelf = new Firely.MedicationShelf();
        foreach (var entry in walk.Entries)
            shelf.Add(entry);
        return shelf.ConceptsOf("Medication/" + (walk.Entries is [var only, ..] ? only.Resource.Id : ""));
    }

    private static string KindOf(string read) => read.StartsWith("nothing", StringComparison.Ordinal) ? "alike: nothing" : read.Contains("unreadable", StringComparison.Ordinal) ? "alike: an unreadable value" : "alike: read";

    /// <summary>What was read, but for values and limits that are unreadable to us.</summary>
    private static bool IsLess(JsonNode? ours, JsonNode? theirs, string name) => (ours, theirs) switch
    {
        (null, _) => theirs is null || name is "Value" or "Low" or "High" or "Unit" or "AgeLowYears" or "AgeHighYears",
        (JsonObject value, _) when (string?)value["$type"] == "unreadable" => true,
        (JsonObject one, JsonObject other) => one.Count == other.Count && one.All(member => IsLess(member.Value, other[member.Key], member.Key)),
        (JsonArray some, JsonArray others) => some.Count == others.Count && some.Zip(others).All(pair => IsLess(pair.First, pair.Second, "")),
        _ => JsonNode.DeepEquals(ours, theirs),
    };

    private static string Written<T>(T? record) => record is null or System.Collections.ICollection { Count: 0 } ? Nothing : JsonSerializer.Serialize(record, Readable);
}
