using Hl7.Fhir.Model;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>By what a reader sees that the page is about the patient in front of them. Never a part of a chart, an answer or the store.</summary>
/// <param name="Name">The official name, else the usual one, else the first that has words.</param>
/// <param name="BirthDate">As recorded.</param>
/// <param name="RecordNumber">The medical record number, else the first identifier that has a value.</param>
public sealed record PatientBanner(string? Name, string? BirthDate, string? RecordNumber) : PatientData
{
    private static readonly HumanName.NameUse?[] Preferred = [HumanName.NameUse.Official, HumanName.NameUse.Usual, null];

    private static readonly HumanName.NameUse?[] NotToday = [HumanName.NameUse.Old, HumanName.NameUse.Maiden, HumanName.NameUse.Temp];

    /// <returns>Null for what is no Patient, and for another patient than <paramref name="patientId"/>.</returns>
    public static PatientBanner? Read(ReadOnlyMemory<byte> patientResource, string patientId)
    {
        if (FhirReading.Parse<Patient>(patientResource) is not { } patient || patient.Id != patientId)
            return null;
        return new(
            NameOf(FhirReading.Each(() => patient.Name)),
            FhirReading.Try(() => FhirReading.Text(patient.BirthDateElement)),
            NumberOf(FhirReading.Each(() => patient.Identifier)));
    }

    private static string? NameOf(IReadOnlyList<HumanName> names) => names
        .Select(name => (Use: FhirReading.Try(() => name.Use), Words: Words(name)))
        .Where(name => name.Words.Length > 0 && !NotToday.Contains(name.Use))
        .OrderBy(name => Array.IndexOf(Preferred, name.Use) is >= 0 and var place ? place : Preferred.Length)
        .Select(name => name.Words)
        .FirstOrDefault();

    private static string Words(HumanName name)
    {
        if (FhirReading.Try(() => FhirReading.Text(name.TextElement)) is { } text)
            return text;
        var given = FhirReading.Each(() => name.GivenElement).Select(FhirReading.Text);
        return string.Join(' ', given.Append(FhirReading.Try(() => FhirReading.Text(name.FamilyElement))).OfType<string>());
    }

    private static string? NumberOf(IReadOnlyList<Identifier> identifiers)
    {
        var valued = identifiers.Where(identifier => Value(identifier) is not null).ToArray();
        var number = Array.Find(valued, identifier => FhirReading.Concept(FhirReading.Try(() => identifier.Type))?.Codings.Any(coding => coding.Code == "MR") == true)
            ?? valued.FirstOrDefault();
        return number is null ? null : Value(number);
    }

    private static string? Value(Identifier identifier) => FhirReading.Try(() => FhirReading.Text(identifier.ValueElement));
}
