using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>Procedure resources into our records; a procedure counts from its end.</summary>
internal static class ProcedureReader
{
    /// <returns>Nothing when the resource cannot be read, or does not say what was done.</returns>
    public static ChartProcedure? Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone)
    {
        if (FhirReading.ParseRecord<Procedure>(bytes) is not { } procedure)
            return null;
        var code = FhirReading.Concept(FhirReading.Try(() => procedure.Code)) ?? ChartConcept.Empty;
        if (!code.SaysAnything)
            return null;
        return new ChartProcedure(
            reference,
            source,
            FhirReading.Try(() => FhirReading.Text(procedure.StatusElement)),
            code,
            ReadTime(procedure, zone));
    }

    private static ChartTime? ReadTime(Procedure procedure, TimeZoneInfo zone)
    {
        var performed = FhirReading.Try(() => procedure.Performed) switch
        {
            FhirDateTime moment => FhirReading.Text(moment),
            Period period => FhirReading.Try(() => FhirReading.Text(period.EndElement)) ?? FhirReading.Try(() => FhirReading.Text(period.StartElement)),
            _ => null,
        };
        return ChartTimes.Parse(performed, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
    }
}
