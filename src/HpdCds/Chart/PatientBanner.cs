using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>By what a reader sees that the page is about the patient in front of them. Never a part of a chart, an answer or the store.</summary>
/// <param name="Name">The official name, else the usual one, else the first that has words.</param>
/// <param name="BirthDate">As recorded.</param>
/// <param name="RecordNumber">The medical record number, else the first identifier that has a value.</param>
public sealed record PatientBanner(string? Name, string? BirthDate, string? RecordNumber) : PatientData
{
    private static readonly string?[] Preferred = ["official", "usual", null];

    private static readonly string?[] NotToday = ["old", "maiden", "temp"];

    /// <returns>Null for what is no Patient, and for another patient than <paramref name="patientId"/>.</returns>
    public static PatientBanner? Read(ReadOnlyMemory<byte> patientResource, string patientId) =>
        FhirReading.Read(patientResource, "Patient") is { } patient && patient.Text("id") == patientId
            ? new(NameOf(patient.Many("name")), patient.Text("birthDate"), NumberOf(patient.Many("identifier")))
            : null;

    private static string? NameOf(IEnumerable<FhirElement> names) => names
        .Select(name => (Use: name.Text("use"), Words: Words(name)))
        .Where(name => name.Words.Length > 0 && !NotToday.Contains(name.Use, StringComparer.Ordinal))
        .OrderBy(name => Array.IndexOf(Preferred, name.Use) is >= 0 and var place ? place : Preferred.Length)
        .Select(name => name.Words)
        .FirstOrDefault();

    private static string Words(FhirElement name) =>
        name.Text("text") ?? string.Join(' ', name.Many("given").Select(FhirElements.AsText).Append(name.Text("family")).OfType<string>());

    private static string? NumberOf(IEnumerable<FhirElement> identifiers)
    {
        var valued = identifiers.Where(identifier => identifier.Text("value") is not null).ToArray();
        var numbers = valued.Where(identifier => identifier.Concept("type")?.Codings.Any(coding => coding.Code == "MR") == true).Concat(valued);
        return numbers.Select(identifier => identifier.Text("value")).FirstOrDefault();
    }
}
