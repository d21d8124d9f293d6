using System.Globalization;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>A patient's chart as a clinician reads it: problems, results with units, dates and trends, medications.</summary>
public static class ChartPage
{
    public static Html Render(ListedPatient patient, PatientRecords records) => Layout.PatientPage(patient, records.PersonOf(patient.Id), "Chart", Html.Of($"""
        <form method="post" action="/patients/{patient.Id}/view" data-busy="Asking the service"><button>Advice on opening this chart (patient-view)</button></form>
        <h2>Problems</h2>
        {Problems(records.Of<Condition>(patient.Id))}
        {Results(records.Of<Observation>(patient.Id))}
        <h2>Medications</h2>
        {Medications(records, patient.Id)}
        """));

    /// <summary>The same results, short, to stand beside an order.</summary>
    public static Html Aside(IReadOnlyList<Observation> observations)
    {
        var rows = LabSeries.Of(observations).Select(series => Html.Of($"""
            <li><span class="name">{series.Name}</span>{Sparkline.Of(series)}<span class="value">{Wording.Value(series.Newest.Value)}{Flag(series)}</span><span class="quiet when">{series.When}</span></li>
            """)).ToList();
        return rows.Count == 0 ? Html.Nothing : Html.Of($"""
            <aside class="results" aria-label="Latest results"><h2>Latest results</h2><ul>{rows}</ul><p class="quiet">Times are UTC; the shaded band is the reference range.</p></aside>
            """);
    }

    private static Html Problems(IReadOnlyList<Condition> conditions) => Table.Of(
        ["Problem", "Code", "Status", "Recorded"],
        conditions.Select(condition => Html.Of($"""
            <tr><td>{Wording.Name(condition.Code)}</td><td data-head="Code" class="code">{Wording.Codes(condition.Code)}</td><td data-head="Status">{Status(condition)}</td><td data-head="Recorded" class="date">{Wording.Date(condition.RecordedDate)}</td></tr>
            """)));

    private static Html Results(IReadOnlyList<Observation> observations)
    {
        var groups = LabSeries.Of(observations).GroupBy(series => series.Group, StringComparer.Ordinal)
            .Select(group => Html.Of($"<h2>{group.Key}</h2>{Table.Of(["Result", "Newest", "Reference", "Date (UTC)", "Trend"], group.Select(Row), "labs")}"))
            .ToList();
        return groups.Count == 0 ? Html.Of($"""<h2>Results</h2><p class="quiet">Nothing recorded.</p>""") : Html.Join(groups);
    }

    private static Html Row(LabSeries series) => Html.Of($"""
        <tr><td>{series.Name} <span class="quiet code">{series.Code}</span></td><td data-head="Newest" class="number">{Wording.Value(series.Newest.Value)}{Flag(series)}</td><td data-head="Reference" class="{(series.Range is null ? "none" : "number")}">{Wording.Reference(series.Range)}</td><td data-head="Date (UTC)" class="date">{series.When}</td><td data-head="Trend" class="trend">{Sparkline.Of(series)} <span class="quiet">{Counted(series)}</span></td></tr>
        """);

    private static string Counted(LabSeries series) => series.Trend.Count > 1
        ? string.Create(CultureInfo.InvariantCulture, $"{series.Count} since {series.Trend[0].Time:yyyy-MM-dd}")
        : string.Create(CultureInfo.InvariantCulture, $"{series.Count} in all");

    private static Html Flag(LabSeries series) => series.Flag is { } flag ? Html.Of($""" <span class="flag">{flag}</span>""") : Html.Nothing;

    private static Html Medications(PatientRecords records, string patientId)
    {
        var ordered = records.Of<MedicationRequest>(patientId)
            .Select(order => (Name: Wording.Name(order.Medication), What: $"ordered, {Wording.Code(order.StatusElement)}", Date: order.AuthoredOn));
        var given = records.Of<MedicationAdministration>(patientId)
            .Select(dose => (Name: Wording.Name(dose.Medication), What: $"given, {Wording.Code(dose.StatusElement)}", Date: Wording.Time(dose.Effective)));
        return Table.Of(
            ["Medication", "What", "Date (UTC)"],
            ordered.Concat(given).Select(row => Html.Of($"""
                <tr><td>{row.Name}</td><td data-head="What">{row.What}</td><td data-head="Date (UTC)" class="date">{Wording.Date(row.Date)}</td></tr>
                """)));
    }

    private static string Status(Condition condition)
    {
        var codes = new[] { condition.VerificationStatus, condition.ClinicalStatus }.SelectMany(concept => concept?.Coding ?? []).Select(coding => coding.Code);
        return string.Join(", ", codes);
    }
}
