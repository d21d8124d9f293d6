using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>Every patient with a line on what is to be seen there.</summary>
public static class PatientListPage
{
    public static Html Render(IEnumerable<ListedPatient> patients, PatientRecords records, SandboxLinks links) => Layout.Page("Patients", Html.Of($"""
        <h1>Patients</h1>
        <p class="quiet lead">Choose a patient, order an immune checkpoint inhibitor, and see what the service advises.</p>
        <ul class="patients">{patients.Select(patient => Row(patient, records.PersonOf(patient.Id)))}</ul>
        <p class="quiet">FHIR R4 server <code>{links.Fhir}</code><br>CDS service <code>{links.Discovery}</code></p>
        """));

    private static Html Row(ListedPatient patient, PatientPerson person) => Html.Of($"""
        <li>
          <a href="/patients/{patient.Id}">{patient.Title}</a>
          <span class="quiet">{person.Sex}, born {person.Born}</span>
          <span>{patient.Shows}</span>
        </li>
        """);
}

/// <summary>The addresses shown on the first page.</summary>
public sealed record SandboxLinks(string Fhir, string Discovery);
