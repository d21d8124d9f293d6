using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

public static class PatientListPage
{
    public static Html Render(IEnumerable<SandboxPatient> patients, SandboxLinks links) => Layout.Page("Patients", Html.Of($"""
        <h1>Patients</h1>
        <p class="quiet">FHIR R4 at {links.Fhir}, the service at {links.Discovery}</p>
        <ul class="patients">{patients.Select(Row)}</ul>
        """));

    private static Html Row(SandboxPatient patient) => Html.Of($"""
        <li><a href="/patients/{patient.Id}">{patient.Title}</a><span>{patient.Shows}</span></li>
        """);
}

/// <summary>The addresses shown on the first page.</summary>
public sealed record SandboxLinks(string Fhir, string Discovery);
