using System.Collections.Concurrent;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Patients;

/// <summary>A patient of the list.</summary>
/// <param name="Shows">One sentence: what the order screen shows for this patient.</param>
/// <param name="Drug">The drug to try first.</param>
public sealed record ListedPatient(string Id, string Title, string Shows, string? Drug, bool IsImported = false);

/// <summary>Whom this EHR knows: those built in, and those imported since it started.</summary>
public sealed class PatientRegister(FhirStore store)
{
    private readonly ConcurrentDictionary<string, ListedPatient> _patients = new(StringComparer.Ordinal);

    public IEnumerable<ListedPatient> All => _patients.Values.OrderByDescending(patient => patient.IsImported).ThenBy(patient => patient.Id, StringComparer.Ordinal);

    public ListedPatient? Find(string? id) => id is null ? null : _patients.GetValueOrDefault(id);

    public void Seed(IEnumerable<SeededPatient> patients)
    {
        store.Add(new Practitioner { Id = "synthetic-clinician", Name = [new() { Family = "Clinician", Given = ["Synthetic"] }] });
        foreach (var patient in patients)
        {
            foreach (var resource in patient.Resources)
                store.Add(resource);
            _patients[patient.About.Id] = new(patient.About.Id, patient.About.Title, patient.About.Shows, patient.About.Drug);
        }
    }

    /// <summary>Takes a patient in whole, or not at all.</summary>
    /// <returns>What is in the way; empty when the patient is now in the list.</returns>
    public IReadOnlyList<string> Import(Patient patient, IReadOnlyList<Resource> resources)
    {
        var taken = resources.Where(resource => store.Find(resource.TypeName, resource.Id!) is not null)
            .Select(resource => $"{resource.TypeName}/{resource.Id} is already in this sandbox.").ToList();
        if (taken.Count > 0)
            return taken;
        foreach (var resource in resources)
            store.Add(resource);
        var name = patient.Name.FirstOrDefault() is { } first ? string.Join(' ', first.Given.Append(first.Family)).Trim() : "";
        _patients[patient.Id!] = new(patient.Id!, name.Length > 0 ? name : $"Patient {patient.Id}", "Imported from a file.", null, IsImported: true);
        return [];
    }
}
