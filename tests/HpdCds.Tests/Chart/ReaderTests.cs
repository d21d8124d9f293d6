using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Chart;

/// <summary>FHIR resources into our records, odd ones included.</summary>
public sealed class ReaderTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    public static TheoryData<string, ChartValue?> Values() => new()
    {
        { """ "valueQuantity":{"value":180,"unit":"U/L","system":"http://unitsofmeasure.org","code":"U/L"} """, new ChartValue.Quantity(180, null, "U/L", true) { WrittenUnit = "U/L" } },
        { """ "valueQuantity":{"value":0.50,"comparator":"<","unit":"mg/dL"} """, new ChartValue.Quantity(0.50m, "<", "mg/dL", false) },
        { """ "valueQuantity":{"value":5,"comparator":"~","unit":"mg/dL"} """, new ChartValue.Unreadable("unknown comparator") },
        { """ "valueQuantity":{"value":"5.1","unit":"x"} """, new ChartValue.Unreadable("not a number") },
        { """ "valueQuantity":{"value":1e400,"unit":"x"} """, new ChartValue.Unreadable("not a number") },
        { """ "valueQuantity":"5" """, new ChartValue.Unreadable("not of a FHIR type") },
        { """ "valueQuantity":{"unit":"x"} """, null },
        { """ "valueQuantity":{"value":5,"unit":"K/uL","system":"urn:local","code":"kul"} """, new ChartValue.Quantity(5, null, "K/uL", false) },
        { """ "valueInteger":2 """, new ChartValue.Number(2) },
        { """ "valueString":"3.5" """, new ChartValue.Number(3.5m) },
        { """ "valueString":" < 0.5 mg/L " """, new ChartValue.Quantity(0.5m, "<", "mg/L", false) },
        { """ "valueString":"12 10*9/L" """, new ChartValue.Quantity(12, null, "10*9/L", false) },
        { """ "valueString":"≥400" """, new ChartValue.Quantity(400, ">=", null, false) },
        { """ "valueString":"not done" """, new ChartValue.Text("not done") },
        { """ "valueString":"1,240" """, new ChartValue.Text("1,240") },
        { """ "valueBoolean":true """, new ChartValue.Flag(true) },
        { """ "valueRatio":{} """, new ChartValue.Unreadable("Ratio") },
        { """ "dataAbsentReason":{"text":"haemolysed"} """, null },
        { """ "valueQuantity":{"value":5},"dataAbsentReason":{"text":"error"} """, null },
        { """ "note":[] """, null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    [Trait("Req", "FS-14")]
    public void A_value_is_read_as_what_it_is(string json, ChartValue? expected) => Assert.Equal(expected, Read(Json.Observation("a", value: json)).Single().Value);

    [Fact]
    [Trait("Req", "FS-14")]
    public void A_coded_value_keeps_every_coding()
    {
        var value = Read(Json.Observation("a", value: """ "valueCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"LA9633-4"},{"code":"x"}],"text":"Present"} """)).Single().Value;

        var concept = Assert.IsType<ChartValue.Concept>(value).Value;
        Assert.Equal(["LA9633-4", "x"], concept.Codings.Select(coding => coding.Code));
        Assert.Equal("Present", concept.Text);
    }

    [Theory]
    [Trait("Req", "FS-03")]
    [Trait("Req", "FS-04")]
    [InlineData("""{"effectiveDateTime":"2026-10-20T08:00:00+02:00"}""", "2026-10-20T06:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectiveDateTime":"2026-10-20T08:00:00"}""", "2026-10-20T06:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectiveDateTime":"2026-10-20T08:00:00.123456789Z"}""", "2026-10-20T08:00:00.1234567Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectiveDateTime":"2026-10-20"}""", "2026-10-19T22:00:00Z", TimePrecision.Day, TimeOrigin.Effective)]
    [InlineData("""{"effectiveDateTime":"2026-10"}""", "2026-09-30T22:00:00Z", TimePrecision.Month, TimeOrigin.Effective)]
    [InlineData("""{"effectiveDateTime":"2026"}""", "2025-12-31T23:00:00Z", TimePrecision.Year, TimeOrigin.Effective)]
    [InlineData("""{"effectiveInstant":"2026-10-20T08:00:00Z"}""", "2026-10-20T08:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectivePeriod":{"start":"2026-10-18","end":"2026-10-20T08:00:00Z"}}""", "2026-10-20T08:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectivePeriod":{"start":"2026-10-18T08:00:00Z"}}""", "2026-10-18T08:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"effectiveTiming":{"event":["2026-10-18T08:00:00Z","2026-10-19T08:00:00Z"]}}""", "2026-10-18T08:00:00Z", TimePrecision.Instant, TimeOrigin.Effective)]
    [InlineData("""{"issued":"2026-10-20T08:00:00Z"}""", "2026-10-20T08:00:00Z", TimePrecision.Instant, TimeOrigin.Issued)]
    public void The_time_of_a_result_is_read_in_the_zone_of_the_hospital(string members, string earliest, TimePrecision precision, TimeOrigin origin)
    {
        var time = Read("""{"resourceType":"Observation","id":"a","code":{"text":"x"},""" + members[1..]).Single().Time;

        Assert.Equal(DateTimeOffset.Parse(earliest, System.Globalization.CultureInfo.InvariantCulture), time!.When.Earliest);
        Assert.Equal(precision, time.When.Precision);
        Assert.Equal(origin, time.Origin);
    }

    [Theory]
    [Trait("Req", "FS-04")]
    [InlineData("\"2026-13-01\"")]
    [InlineData("\"0001-01-01\"")]
    [InlineData("\"9999\"")]
    [InlineData("\"yesterday\"")]
    [InlineData("5")]
    public void A_time_that_cannot_be_read_is_no_time(string text) =>
        Assert.Null(Read($$"""{"resourceType":"Observation","id":"a","code":{"text":"x"},"effectiveDateTime":{{text}}}""").Single().Time);

    [Fact]
    [Trait("Req", "FS-14")]
    public void Components_become_observations_of_their_own()
    {
        var all = Read("""
            {"resourceType":"Observation","id":"p","status":"final","code":{"text":"panel"},"effectiveDateTime":"2026-10-20","specimen":{"reference":"Specimen/s"},
             "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"751-8"}]},"valueQuantity":{"value":4,"unit":"10*9/L"}},{"code":{"text":"b"}}]}
            """);

        Assert.Equal(["Observation/a", "Observation/a#0", "Observation/a#1"], all.Select(item => item.Reference));
        Assert.Equal("Observation/a", all[1].Panel);
        Assert.Equal("Specimen/s", all[1].Specimen);
        Assert.Equal(new ChartValue.Quantity(4, null, "10*9/L", false), all[1].Value);
        Assert.Equal(all[0].Time, all[2].Time);
    }

    [Fact]
    public async Task Members_of_a_panel_know_their_panel()
    {
        await using var service = await RunningService.StartAsync();
        var panel = Json.Observation("p", "58410-2", value: """ "hasMember":[{"reference":"Observation/a"},{"reference":"http://localhost:5080/fhir/Observation/b"}] """);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"cbc":{{Json.Bundle(panel, Json.Observation("a", "751-8"), Json.Observation("b", "731-0"), Json.Observation("c", "718-7"))}}}"""));

        Assert.Equal(["Observation/p", "Observation/p", null], chart.Observations.Select(item => item.Panel));
    }

    [Fact]
    public void Reference_ranges_keep_what_decides_between_them()
    {
        var range = Read(Json.Observation("a", value: """
            "referenceRange":[{"low":{"value":135,"unit":"U/L"},"high":{"value":250,"unit":"U/L"},"type":{"coding":[{"code":"normal"}]},
              "appliesTo":[{"coding":[{"code":"female"}]}],"age":{"low":{"value":216,"code":"mo"},"high":{"value":90,"code":"a"}},"text":"135 - 250"},{"high":{"value":"x"}}]
            """)).Single().ReferenceRanges;

        Assert.Equal((135m, 250m, "U/L", 18m, 90m), (range[0].Low, range[0].High, range[0].Unit, range[0].AgeLowYears, range[0].AgeHighYears));
        Assert.Equal("normal", range[0].Type!.Codings[0].Code);
        Assert.Equal("135 - 250", range[0].Text);
        Assert.Null(range[1].High);
    }

    [Fact]
    [Trait("Req", "FS-18")]
    [Trait("Req", "NET-02")]
    [Trait("Req", "E-01")]
    public void Ids_longer_than_fhir_allows_are_read()
    {
        var id = new string('x', 194);

        Assert.Equal("female", PatientReader.Read(Bytes(Json.Patient(id)), "Patient/x", Berlin)!.AdministrativeGender);
        Assert.Single(Read(Json.Observation(id)));
    }

    [Fact]
    [Trait("Req", "FS-13")]
    public void A_status_that_fhir_does_not_know_is_kept_as_text() => Assert.Equal("weird", Read(Json.Observation("a", status: "weird")).Single().Status);

    [Fact]
    [Trait("Req", "FS-15")]
    public void A_condition_keeps_its_statuses_severity_and_site()
    {
        var condition = ConditionReader.Read(
            Bytes("""
                {"resourceType":"Condition","id":"c","code":{"coding":[{"system":"http://snomed.info/sct","code":"389026000"}],"text":"Ascites"},
                 "clinicalStatus":{"coding":[{"code":"relapse"}]},"verificationStatus":{"coding":[{"code":"refuted"}]},
                 "severity":{"coding":[{"code":"255604002"}]},"bodySite":[{"text":"abdomen"}],"onsetDateTime":"2026-03"}
                """),
            "Condition/c",
            ChartKey.Problems,
            Berlin)!;

        Assert.Equal(("relapse", "refuted"), (condition.ClinicalStatus, condition.VerificationStatus));
        Assert.Equal("255604002", condition.Severity!.Codings[0].Code);
        Assert.Equal("abdomen", condition.BodySite.Single().Text);
        Assert.Equal(TimePrecision.Month, condition.Time!.When.Precision);
    }

    [Fact]
    public void A_condition_of_another_shape_is_still_a_condition()
    {
        var condition = ConditionReader.Read(Bytes("""{"resourceType":"Condition","clinicalStatus":"active","category":{"text":"x"},"code":{"coding":{"code":"a"},"text":"t"},"bodySite":{"text":"y"}}"""), "Condition/c", ChartKey.Problems, Berlin)!;

        Assert.Equal("t", condition.Code.Text);
        Assert.Null(condition.ClinicalStatus);
        Assert.Empty(condition.BodySite);
    }

    [Fact]
    public void A_patient_keeps_birth_sex_and_sex_for_clinical_use()
    {
        var patient = PatientReader.Read(
            Bytes("""
                {"resourceType":"Patient","id":"p","birthDate":"1960","gender":"male","extension":[
                  {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"},
                  {"url":"http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse","extension":[{"url":"value","valueCodeableConcept":{"coding":[{"code":"female-typical"}]}}]}]}
                """),
            "Patient/p",
            Berlin)!;

        Assert.Equal(TimePrecision.Year, patient.BirthDate!.Value.Precision);
        Assert.Equal(("male", "F", "female-typical"), (patient.AdministrativeGender, patient.BirthSex, patient.SexForClinicalUse!.Codings[0].Code));
    }

    [Fact]
    public async Task Medications_are_resolved_from_contained_and_accompanying_resources()
    {
        await using var service = await RunningService.StartAsync();
        const string subject = """ "subject":{"reference":"Patient/pat-1"} """;
        var requests = Json.Bundle(
            $$"""{"resourceType":"MedicationRequest","id":"r","status":"completed","authoredOn":"2026-05-01","identifier":[{"system":"urn:x","value":"7"}],"medicationReference":{"reference":"Medication/m"},{{subject}} }""",
            """{"resourceType":"Medication","id":"m","code":{"text":"kit"},"ingredient":[{"itemCodeableConcept":{"text":"nivolumab"}}]}""");
        var given = Json.Bundle($$$"""{"resourceType":"MedicationAdministration","id":"g","status":"completed","effectivePeriod":{"start":"2026-06-01"},"contained":[{"resourceType":"Medication","id":"c","code":{"text":"inner"}}],"medicationReference":{"reference":"#c"},{{{subject}}} }""");
        var stated = Json.Bundle($$"""{"resourceType":"MedicationStatement","id":"s","status":"active","effectiveDateTime":"2026-07-01","medicationReference":{"reference":"Medication/unknown","display":"shown"},{{subject}} }""");

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"medications":{{requests}},"administrations":{{given}},"statements":{{stated}}}"""));

        Assert.Equal([ChartMedicationKind.Request, ChartMedicationKind.Statement, ChartMedicationKind.Administration], chart.Medications.Select(item => item.Kind));
        Assert.Equal(["kit,nivolumab", "shown", "inner"], chart.Medications.Select(item => string.Join(',', item.Concepts.Select(concept => concept.Text))));
        Assert.Equal("urn:x|7", chart.Medications[0].Identifiers.Single());
        Assert.All(chart.Medications, item => Assert.NotNull(item.Time));
    }

    private static System.Collections.Immutable.ImmutableArray<ChartObservation> Read(string json) => ObservationReader.Read(Bytes(json), "Observation/a", ChartKey.Chemistry, Berlin);

    private static ReadOnlyMemory<byte> Bytes(string json) => System.Text.Encoding.UTF8.GetBytes(json);
}
