using System.Collections.Immutable;
using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>MedicationRequest, MedicationAdministration and MedicationStatement into one record.</summary>
internal static class MedicationReaders
{
    public static ChartMedication? Read(
        ReadOnlyMemory<byte> bytes, string type, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) => type switch
        {
            "MedicationRequest" => ReadRequest(bytes, reference, source, zone, shelf),
            "MedicationAdministration" => ReadAdministration(bytes, reference, source, zone, shelf),
            "MedicationStatement" => ReadStatement(bytes, reference, source, zone, shelf),
            _ => null,
        };

    private static ChartMedication? ReadRequest(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.ParseRecord<MedicationRequest>(bytes) is not { } request
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Request,
                FhirReading.Try(() => FhirReading.Text(request.StatusElement)),
                FhirReading.Try(() => request.DoNotPerformElement?.JsonValue is true),
                shelf.Concepts(() => request.Medication, request),
                FhirReading.Identifiers(() => request.Identifier),
                Time(FhirReading.Try(() => FhirReading.Text(request.AuthoredOnElement)), zone))
            {
                Elsewhere = shelf.Elsewhere(() => request.Medication, request),
            };

    private static ChartMedication? ReadAdministration(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.ParseRecord<MedicationAdministration>(bytes) is not { } administration
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Administration,
                FhirReading.Try(() => FhirReading.Text(administration.StatusElement)),
                DoNotPerform: false,
                shelf.Concepts(() => administration.Medication, administration),
                FhirReading.Identifiers(() => administration.Identifier),
                Time(CountedTime(() => administration.Effective), zone))
            {
                Elsewhere = shelf.Elsewhere(() => administration.Medication, administration),
                Began = Time(Beginning(() => administration.Effective), zone),
                HasOnlyEnd = HasOnlyEnd(() => administration.Effective),
            };

    // The day on which somebody was told of a treatment is not the day of it.
    private static ChartMedication? ReadStatement(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, MedicationShelf shelf) =>
        FhirReading.ParseRecord<MedicationStatement>(bytes) is not { } statement
            ? null
            : new ChartMedication(
                reference,
                source,
                ChartMedicationKind.Statement,
                FhirReading.Try(() => FhirReading.Text(statement.StatusElement)),
                DoNotPerform: false,
                shelf.Concepts(() => statement.Medication, statement),
                FhirReading.Identifiers(() => statement.Identifier),
                Time(CountedTime(() => statement.Effective), zone))
            {
                Elsewhere = shelf.Elsewhere(() => statement.Medication, statement),
                Began = Time(Beginning(() => statement.Effective), zone),
                HasOnlyEnd = HasOnlyEnd(() => statement.Effective),
            };

    // The latest end counts for a course of treatment; a course that is still running has only its start.
    private static string? CountedTime(Func<DataType?> effective) => FhirReading.Try(effective) switch
    {
        FhirDateTime moment => FhirReading.Text(moment),
        Period period => FhirReading.Try(() => FhirReading.Text(period.EndElement)) ?? FhirReading.Try(() => FhirReading.Text(period.StartElement)),
        _ => null,
    };

    private static string? Beginning(Func<DataType?> effective) =>
        FhirReading.Try(() => effective() is Period period ? FhirReading.Text(period.StartElement) : null);

    private static bool HasOnlyEnd(Func<DataType?> effective) => FhirReading.Try(effective) is Period period
        && FhirReading.Try(() => FhirReading.Text(period.StartElement)) is null && FhirReading.Try(() => FhirReading.Text(period.EndElement)) is not null;

    private static ChartTime? Time(string? text, TimeZoneInfo zone) =>
        ChartTimes.Parse(text, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
}
