using System.Globalization;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Pages;

/// <summary>Who somebody is, in the words of the banner.</summary>
public sealed record PatientPerson(string Sex, string Born);

/// <summary>One patient's resources, straight from the store: the FHIR endpoint is for those outside.</summary>
public sealed class PatientRecords(FhirStore store, TimeProvider time)
{
    public IReadOnlyList<T> Of<T>(string patientId)
        where T : Resource =>
        [.. store.All(typeof(T).Name).Where(stored => stored.PatientId == patientId).Select(stored => (T)stored.Resource)];

    public PatientPerson PersonOf(string patientId)
    {
        var patient = (Patient)store.Find("Patient", patientId)!.Resource;
        return new(patient.GenderElement?.JsonValue as string ?? "not recorded", Born(patient.BirthDate));
    }

    /// <summary>With the age in years, where the whole date is known.</summary>
    private string Born(string? birthDate)
    {
        if (!DateOnly.TryParseExact(birthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born))
            return birthDate ?? "not recorded";
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var years = today.Year - born.Year - (today < born.AddYears(today.Year - born.Year) ? 1 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{birthDate} ({years} y)");
    }
}
