namespace HpdCds.Chart;

/// <summary>MedicationRequest, MedicationAdministration and MedicationStatement into one record.</summary>
public static class MedicationReaders
{
    public static ChartMedication? Read(
        ReadOnlyMemory<byte> bytes, string type, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        ChartMedicationKind? known = type switch
        {
            "MedicationRequest" => ChartMedicationKind.Request,
            "MedicationAdministration" => ChartMedicationKind.Administration,
            "MedicationStatement" => ChartMedicationKind.Statement,
            _ => null,
        };
        if (known is not { } kind)
            return null;
        using var document = FhirReading.OpenRecord(bytes, type);
        if (document?.RootElement is not { } medication)
            return null;
        var isRequest = kind == ChartMedicationKind.Request;
        // The day on which somebody was told of a treatment is not the day of it.
        var (counted, began) = isRequest ? (medication.Text("authoredOn"), null) : Effective(medication);
        return new ChartMedication(
            reference,
            source,
            kind,
            medication.Text("status"),
            isRequest && medication.IsTrue("doNotPerform"),
            shelf.Concepts(medication, medication),
            medication.Identifiers(),
            Time(counted, zone))
        {
            Elsewhere = shelf.Elsewhere(medication, medication),
            Began = Time(began, zone),
            HasOnlyEnd = !isRequest && medication.Choice("effective"u8) is { Type: "Period" } period && period.Json.Text("start") is null && period.Json.Text("end") is not null,
        };
    }

    // The latest end counts for a course of treatment; a course that is still running has only its start.
    private static (string? Counted, string? Began) Effective(FhirElement medication) => medication.Choice("effective"u8) switch
    {
        { Type: "DateTime" } moment => (moment.Json.AsText(), null),
        { Type: "Period" } period => (period.Json.Text("end") ?? period.Json.Text("start"), period.Json.Text("start")),
        _ => default,
    };

    private static ChartTime? Time(string? text, TimeZoneInfo zone) =>
        ChartTimes.Parse(text, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
}
