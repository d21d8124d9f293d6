using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>By what a reader sees that the page is about the patient in front of them. Never a part of a chart, an answer or the store.</summary>
/// <param name="Name">The official name, else the usual one, else the first that has words.</param>
/// <param name="BirthDate">As recorded.</param>
/// <param name="RecordNumber">The medical record number that is in use; never a number of another kind.</param>
public sealed record PatientBanner(string? Name, string? BirthDate, string? RecordNumber) : PatientData
{
    /// <summary>The patient record could not be read: nothing is known of what it holds.</summary>
    public static readonly PatientBanner Unread = new(null, null, null) { IsUnread = true };

    private static readonly string?[] Preferred = ["official", "usual", null];

    private static readonly string?[] NotToday = ["old", "maiden", "temp"];

    // Identifier types of HL7 version 2, as FHIR has written their system.
    private static readonly string[] KindsOfNumbers = ["http://terminology.hl7.org/CodeSystem/v2-0203", "http://hl7.org/fhir/v2/0203", "urn:oid:2.16.840.1.113883.18.108"];

    public bool IsUnread { get; init; }

    /// <summary>When the patient died, as recorded, or empty where only that is recorded; null where nothing is.</summary>
    public string? Died { get; init; }

    /// <param name="recordNumberSystems">The systems of this hospital's record numbers, the foremost first; where none is listed, the type MR tells one.</param>
    /// <param name="zone">The hospital's, in which it is told when the patient died.</param>
    /// <returns>Null for what is no Patient, and for another patient than <paramref name="patientId"/>.</returns>
    public static PatientBanner? Read(ReadOnlyMemory<byte> patientResource, string patientId, ImmutableArray<string> recordNumberSystems, DateOnly today, TimeZoneInfo zone) =>
        FhirReading.Read(patientResource, "Patient") is { } patient && patient.Text("id") == patientId
            ? new(NameOf(patient.Many("name")), patient.Text("birthDate"), NumberOf(patient.Many("identifier"), recordNumberSystems, today))
            {
                Died = (patient.Text("deceasedDateTime") is { } died ? ChartTimes.Parse(died, zone)?.Date ?? died : null) ?? (patient.IsTrue("deceasedBoolean") ? "" : null),
            }
            : null;

    private static string? NameOf(IEnumerable<FhirElement> names) => names
        .Select(name => (Use: name.Text("use"), Words: Words(name)))
        .Where(name => name.Words.Length > 0 && !NotToday.Contains(name.Use, StringComparer.Ordinal))
        .OrderBy(name => Array.IndexOf(Preferred, name.Use) is >= 0 and var place ? place : Preferred.Length)
        .Select(name => name.Words)
        .FirstOrDefault();

    private static string Words(FhirElement name)
    {
        if (name.Text("text") is { } text)
            return text;
        var (given, family) = (name.Many("given").Select(FhirElements.AsText).OfType<string>(), name.Text("family"));
        // A name in Chinese characters, or those of its neighbours, begins with the family's and has no spaces.
        return family is not null && given.Prepend(family).All(part => part.All(IsEastAsian))
            ? string.Concat(given.Prepend(family))
            : string.Join(' ', given.Append(family).OfType<string>());
    }

    private static bool IsEastAsian(char letter) => letter is >= '\u3040' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7AF' or >= '\uF900' and <= '\uFAFF' || char.IsSurrogate(letter);

    // A number of another kind, a national one say, has no business on this page, and one that is no longer in use names nobody.
    private static string? NumberOf(IEnumerable<FhirElement> identifiers, ImmutableArray<string> systems, DateOnly today) => identifiers
        .Where(identifier => systems.IsEmpty
            ? identifier.Concept("type")?.Codings.Any(coding => coding.Code == "MR" && (coding.System is null || KindsOfNumbers.Contains(coding.System, StringComparer.Ordinal))) == true
            : identifier.Text("system") is { } system && systems.Contains(system, StringComparer.Ordinal))
        .Where(identifier => !NotToday.Contains(identifier.Text("use"), StringComparer.Ordinal) && !IsOver(identifier.One("period")?.Text("end"), today))
        .OrderBy(identifier => systems.IndexOf(identifier.Text("system") ?? ""))
        .ThenBy(identifier => Array.IndexOf(Preferred, identifier.Text("use")) is >= 0 and var place ? place : Preferred.Length)
        .Select(identifier => identifier.Text("value"))
        .OfType<string>()
        .FirstOrDefault();

    private static bool IsOver(string? end, DateOnly today)
    {
        var now = today.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var length = Math.Min(end?.Length ?? 0, now.Length);
        return end is not null && string.CompareOrdinal(end[..length], now[..length]) < 0;
    }
}
