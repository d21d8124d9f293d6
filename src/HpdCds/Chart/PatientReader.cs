namespace HpdCds.Chart;

/// <summary>The Patient resource into our record: birth date and the sexes that were recorded.</summary>
public static class PatientReader
{
    private const string BirthSex = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
    private const string SexForClinicalUse = "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse";

    public static ChartPatient? Read(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone)
    {
        using var document = FhirReading.OpenRecord(bytes, "Patient");
        if (document?.RootElement is not { } patient)
            return null;
        var born = patient.Text("birthDate");
        var birthDate = ChartTimes.Parse(born, zone);
        return new ChartPatient(
            reference,
            birthDate,
            patient.Text("gender"),
            Named(patient, BirthSex)?.Choice("value"u8)?.Json.AsText(),
            ReadClinicalSex(Named(patient, SexForClinicalUse)))
        {
            IsBirthDateUnreadable = born is not null && birthDate is null,
        };
    }

    // The published extension is complex and holds the concept in a part called "value"; simple forms are met too.
    private static ChartConcept? ReadClinicalSex(FhirElement? extension) =>
        extension is { } whole && (Named(whole, "value") ?? whole).Choice("value"u8) is { Type: "CodeableConcept", IsList: false } said ? said.Json.AsConcept() : null;

    private static FhirElement? Named(FhirElement owner, string url)
    {
        foreach (var extension in owner.Many("extension"))
        {
            if (extension.Text("url") == url)
                return extension;
        }

        return null;
    }
}
