using System.Collections.Immutable;
using Hl7.Fhir.Model;

namespace HpdCds.Chart;

/// <summary>Condition resources into our records.</summary>
public static class ConditionReader
{
    /// <returns>Nothing when the resource cannot be read, or does not say of what it is.</returns>
    public static ChartCondition? Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone)
    {
        if (FhirReading.ParseRecord<Condition>(bytes) is not { } condition)
            return null;
        var code = FhirReading.Concept(FhirReading.Try(() => condition.Code)) ?? ChartConcept.Empty;
        if (!code.SaysAnything)
            return null;
        return new ChartCondition(
            reference,
            source,
            code,
            FhirReading.Concepts(() => condition.BodySite),
            FhirReading.FirstCode(() => condition.ClinicalStatus),
            FhirReading.FirstCode(() => condition.VerificationStatus),
            FhirReading.Concept(FhirReading.Try(() => condition.Severity)),
            ReadTime(condition, zone));
    }

    private static ChartTime? ReadTime(Condition condition, TimeZoneInfo zone)
    {
        var onset = FhirReading.Try(() => condition.Onset) switch
        {
            FhirDateTime moment => FhirReading.Text(moment),
            Period period => FhirReading.Try(() => FhirReading.Text(period.StartElement)),
            _ => null,
        };
        if (ChartTimes.Parse(onset, zone) is { } began)
            return new ChartTime(began, TimeOrigin.Effective);
        var recorded = FhirReading.Try(() => FhirReading.Text(condition.RecordedDateElement));
        return ChartTimes.Parse(recorded, zone) is { } when ? new ChartTime(when, TimeOrigin.Issued) : null;
    }
}
