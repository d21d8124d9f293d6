using System.Globalization;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Fhir;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>A patient's chart as a clinician reads it: problems, results with units and dates, medications.</summary>
public static class ChartPage
{
    private const int ShownResults = 60;

    public static Html Render(SandboxPatient about, FhirStore store, Html orderForm, Html outcome)
    {
        var patient = (Patient)store.Find("Patient", about.Id)!.Resource;
        return Layout.Page(about.Title, Html.Of($"""
            <h1>{about.Title}</h1>
            <p class="quiet">{Sex(patient)}, born {patient.BirthDate}. {about.Shows}</p>
            <h2>Order</h2>
            {orderForm}
            {outcome}
            <h2>Problems</h2>
            {Problems([.. Of<Condition>(store, about.Id)])}
            <h2>Results</h2>
            {Results([.. Of<Observation>(store, about.Id)])}
            <h2>Medications</h2>
            {Medications(store, about.Id)}
            """));
    }

    private static string Sex(Patient patient) => patient.GenderElement?.JsonValue as string ?? "sex not recorded";

    private static IEnumerable<T> Of<T>(FhirStore store, string patientId)
        where T : Resource =>
        store.All(typeof(T).Name).Where(stored => stored.PatientId == patientId).Select(stored => (T)stored.Resource);

    private static Html Problems(IReadOnlyList<Condition> conditions) => Table(
        ["Problem", "Code", "Status", "Recorded"],
        conditions.Select(condition => Html.Of($"""
            <tr><td>{Name(condition.Code)}</td><td>{Codes(condition.Code)}</td><td>{Status(condition)}</td><td class="date">{Date(condition.RecordedDate)}</td></tr>
            """)));

    private static Html Results(IReadOnlyList<Observation> observations)
    {
        var newest = observations.OrderByDescending(When, StringComparer.Ordinal).Take(ShownResults).ToList();
        var note = newest.Count < observations.Count
            ? Html.Of($"""<p class="quiet">The newest {newest.Count} of {observations.Count} results.</p>""")
            : Html.Nothing;
        var table = Table(
            ["Result", "Value", "Reference", "Date (UTC)"],
            newest.Select(observation => Html.Of($"""
                <tr><td>{Name(observation.Code)}</td><td class="number">{Value(observation.Value)}</td><td class="number">{Reference(observation)}</td><td class="date">{Date(When(observation))}</td></tr>
                """)));
        return Html.Join([note, table]);
    }

    private static Html Medications(FhirStore store, string patientId)
    {
        var ordered = Of<MedicationRequest>(store, patientId)
            .Select(order => (Name(order.Medication), What: $"ordered, {Code(order.StatusElement)}", order.AuthoredOn));
        var given = Of<MedicationAdministration>(store, patientId)
            .Select(dose => (Name(dose.Medication), What: $"given, {Code(dose.StatusElement)}", Text(dose.Effective)));
        return Table(
            ["Medication", "What", "Date (UTC)"],
            ordered.Concat(given).Select(row => Html.Of($"""
                <tr><td>{row.Item1}</td><td>{row.What}</td><td class="date">{Date(row.Item3)}</td></tr>
                """)));
    }

    private static Html Table(IReadOnlyList<string> heads, IEnumerable<Html> rows)
    {
        var body = rows.ToList();
        return body.Count == 0
            ? Html.Of($"""<p class="quiet">Nothing recorded.</p>""")
            : Html.Of($"""
                <div class="scroll"><table><thead><tr>{heads.Select(head => Html.Of($"<th>{head}</th>"))}</tr></thead><tbody>{body}</tbody></table></div>
                """);
    }

    private static string Name(DataType? concept) => concept switch
    {
        CodeableConcept named => named.Text ?? named.Coding.Select(coding => coding.Display ?? coding.Code).FirstOrDefault() ?? "not named",
        ResourceReference reference => reference.Display ?? reference.Reference ?? "not named",
        _ => "not named",
    };

    private static string Codes(CodeableConcept? concept) =>
        string.Join(", ", concept?.Coding.Select(coding => coding.Code).OfType<string>() ?? []);

    private static string Status(Condition condition)
    {
        var codes = new[] { condition.VerificationStatus, condition.ClinicalStatus }.SelectMany(concept => concept?.Coding ?? []).Select(coding => coding.Code);
        return string.Join(", ", codes);
    }

    private static string Value(DataType? value) => value switch
    {
        Quantity quantity => Amount(quantity),
        FhirBoolean { Value: { } flag } => flag ? "yes" : "no",
        CodeableConcept concept => Name(concept),
        PrimitiveType { JsonValue: { } written } => Convert.ToString(written, CultureInfo.InvariantCulture)!,
        _ => "no value",
    };

    private static string Amount(Quantity quantity) =>
        string.Create(CultureInfo.InvariantCulture, $"{quantity.ComparatorElement?.JsonValue}{quantity.ValueElement?.JsonValue} {quantity.Unit ?? quantity.Code}");

    private static string Reference(Observation observation)
    {
        if (observation.ReferenceRange.FirstOrDefault() is not { } range)
            return "";
        return (range.Low, range.High) switch
        {
            ({ } low, { } high) => $"{Number(low)} - {Number(high)}",
            ({ } low, null) => $"from {Number(low)}",
            (null, { } high) => $"up to {Number(high)}",
            _ => range.Text ?? "",
        };
    }

    private static string Number(Quantity quantity) => Convert.ToString(quantity.ValueElement?.JsonValue, CultureInfo.InvariantCulture) ?? "";

    private static string When(Observation observation) => Text(observation.Effective) ?? "";

    private static string? Text(DataType? time) => time is PrimitiveType { JsonValue: string text } ? text : null;

    private static string? Code(PrimitiveType? element) => element?.JsonValue as string;

    /// <summary>To the minute at most: seconds say nothing to a reader.</summary>
    private static string Date(string? text) => text switch
    {
        { Length: >= 16 } => text[..16].Replace('T', ' '),
        { Length: > 0 } => text,
        _ => "no date",
    };
}
