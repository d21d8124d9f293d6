using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>The Patient resource into our record: birth date and the sexes that were recorded.</summary>
internal static class PatientReader
{
    private const string BirthSex = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
    private const string SexForClinicalUse = "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse";

    public static ChartPatient? Read(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone)
    {
        if (FhirReading.ParseRecord<Patient>(bytes) is not { } patient)
            return null;
        var born = FhirReading.Try(() => FhirReading.Text(patient.BirthDateElement));
        var birthDate = ChartTimes.Parse(born, zone);
        var extensions = FhirReading.Each(() => patient.Extension);
        return new ChartPatient(
            reference,
            birthDate,
            FhirReading.Try(() => FhirReading.Text(patient.GenderElement)),
            FhirReading.Try(() => FhirReading.Text(Named(extensions, BirthSex)?.Value as PrimitiveType)),
            ReadClinicalSex(Named(extensions, SexForClinicalUse)))
        {
            IsBirthDateUnreadable = born is not null && birthDate is null,
        };
    }

    // The published extension is complex and holds the concept in a part called "value"; simple forms are met too.
    private static ChartConcept? ReadClinicalSex(Extension? extension)
    {
        var part = extension is null ? null : FhirReading.Each(() => extension.Extension).FirstOrDefault(inner => Url(inner) == "value") ?? extension;
        return FhirReading.Concept(FhirReading.Try(() => part?.Value) as CodeableConcept);
    }

    private static Extension? Named(IEnumerable<Extension> extensions, string url) => extensions.FirstOrDefault(extension => Url(extension) == url);

    private static string? Url(Extension extension) => FhirReading.Try(() => extension.Url);
}
