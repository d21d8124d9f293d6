using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace HpdCds.Sandbox.Patients;

/// <summary>One patient as seeded: what the file says about itself, and its resources with today's dates.</summary>
public sealed record SeededPatient(SandboxPatient About, IReadOnlyList<Resource> Resources);

/// <summary>Reads the patients that are built into this program.</summary>
public static class PatientFiles
{
    private const string Folder = "Patients/";

    /// <summary>Who has not been seen before, and so has no trends.</summary>
    private const string FirstVisit = "alpha";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IEnumerable<SeededPatient> Load(DateTimeOffset now) =>
        Names.Select(name => Parse(name, RelativeDates.Expand(Text(name), now)))
            .Select(patient => patient.About.Id == FirstVisit ? patient : WithPast(patient, now))
            .Append(LargeChart.Make(now))
            .OrderBy(patient => patient.About.Id, StringComparer.Ordinal);

    public static IEnumerable<string> Names =>
        typeof(PatientFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static string Text(string name)
    {
        using var stream = typeof(PatientFiles).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static SeededPatient WithPast(SeededPatient patient, DateTimeOffset now) =>
        patient with { Resources = [.. patient.Resources, .. EarlierResults.Before(patient.Resources, now)] };

    private static SeededPatient Parse(string name, string text)
    {
        using var document = JsonDocument.Parse(text);
        var about = document.RootElement.GetProperty("meta").Deserialize<SandboxPatient>(Json)!;
        var bundle = Encoding.UTF8.GetBytes(document.RootElement.GetProperty("bundle").GetRawText());
        var reader = new Utf8JsonReader(bundle);
        if (!FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out var issues))
            throw new InvalidDataException($"{name}: {string.Join("; ", issues.Select(issue => issue.Message))}");
        return new(about, [.. ((Bundle)resource!).Entry.Select(entry => entry.Resource!)]);
    }
}
