using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Patients;

/// <summary>Fifteen hundred results over almost three years, from a recipe: how the service does with a long history.</summary>
public static class LargeChart
{
    public const string PatientId = "quebec";
    private const int Weeks = 125;

    private static readonly Series[] Recipe =
    [
        new("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 6.4m, 0.1m),
        new("751-8", "Neutrophils [#/volume] in Blood by Automated count", "10*3/uL", 3.6m, 0.1m),
        new("731-0", "Lymphocytes [#/volume] in Blood by Automated count", "10*3/uL", 1.0m, 0m),
        new("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 13.1m, 0.1m),
        new("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 140m, 2m),
        new("2532-0", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 190m, 3m, Low: 120m, High: 250m),
        new("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 4.0m, 0.02m),
        new("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.9m, 0.01m),
        new("6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 1.1m, 0.01m),
        new("1834-1", "Alpha-1-Fetoprotein [Mass/volume] in Serum or Plasma", "ng/mL", 610m, -4m),
        new("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", 6m, 0.2m),
        new("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.9m, 0m),
    ];

    public static SeededPatient Make(DateTimeOffset now)
    {
        var about = new SandboxPatient(
            PatientId,
            "Synthetic Quebec",
            "A long chart: 1,500 results over 125 weeks; only the newest of each kind counts.",
            "nivolumab",
            new(
                Exposure: "none",
                Tumour: "hcc",
                Regimen: "pd1",
                Model: "hpd-hcc",
                Assessable: true,
                Points: new(2, 2),
                Band: new("raised", "raised"),
                Indicator: "info",
                Review: new(2, 0)));
        return new(about, [Person(now), .. Problems(now), .. Results(now)]);
    }

    private static Patient Person(DateTimeOffset now) => new()
    {
        Id = PatientId,
        Name = [new() { Family = "Quebec", Given = ["Synthetic"] }],
        Gender = AdministrativeGender.Male,
        BirthDate = RelativeDates.Expand("{{today-57y-210d}}", now),
    };

    private static IEnumerable<Condition> Problems(DateTimeOffset now) =>
    [
        Problem("hcc", "C22.0", "Liver cell carcinoma", "confirmed", now),
        Problem("pvt", "I81", "Portal vein thrombosis", "refuted", now),
        Problem("nodes", "C77.9", "Secondary and unspecified malignant neoplasm of lymph node, unspecified", "refuted", now),
        Problem("lung", "C78.00", "Secondary malignant neoplasm of unspecified lung", "refuted", now),
    ];

    private static Condition Problem(string id, string code, string display, string verification, DateTimeOffset now) => new()
    {
        Id = $"{PatientId}-{id}",
        ClinicalStatus = verification == "refuted" ? null : new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        VerificationStatus = new("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification),
        Category = [new("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")],
        Code = new("http://hl7.org/fhir/sid/icd-10-cm", code, display, display),
        Subject = new($"Patient/{PatientId}"),
        RecordedDate = RelativeDates.Expand("{{today-40d}}", now),
    };

    private static IEnumerable<Observation> Results(DateTimeOffset now) =>
        from week in Enumerable.Range(0, Weeks)
        from series in Recipe
        select series.At(week, now);

    /// <param name="Newest">The value of the last draw, five days ago.</param>
    /// <param name="Step">What is added for each week further back, over a cycle of seven weeks.</param>
    private sealed record Series(string Code, string Display, string Unit, decimal Newest, decimal Step, decimal? Low = null, decimal? High = null)
    {
        public Observation At(int week, DateTimeOffset now) => new()
        {
            Id = $"{PatientId}-{Code}-{week}",
            Status = ObservationStatus.Final,
            Category = [new("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
            Code = new("http://loinc.org", Code, Display, Display),
            Subject = new($"Patient/{PatientId}"),
            Effective = new FhirDateTime(RelativeDates.Expand($"{{{{now-{5 + (7 * week)}d}}}}", now)),
            Value = Amount(Newest + (Step * (week % 7))),
            ReferenceRange = Low is null && High is null ? [] : [new() { Low = Amount(Low), High = Amount(High) }],
        };

        private Quantity? Amount(decimal? value) =>
            value is { } number ? new Quantity(number, Unit, "http://unitsofmeasure.org") : null;
    }
}
