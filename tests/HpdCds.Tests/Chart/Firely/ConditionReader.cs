using System.Collections.Immutable;
using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>Condition resources into our records.</summary>
internal static class ConditionReader
{
    private const string Morphology = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior";

    /// <returns>Nothing when the resource cannot be read, or does not say of what it is.</returns>
    public static ChartCondition? Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone)
    {
        if (FhirReading.ParseRecord<Condition>(bytes) is not { } condition)
            return null;
        var code = WithMorphology(FhirReading.Concept(FhirReading.Try(() => condition.Code)) ?? ChartConcept.Empty, condition);
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

    // mCODE says where a cancer is in the code and what it is made of in an extension: together they name it.
    private static ChartConcept WithMorphology(ChartConcept code, Condition condition)
    {
        var said = FhirReading.Concepts(() => condition.Extension
            .Where(extension => extension is not null && FhirReading.Try(() => extension.Url) == Morphology)
            .Select(extension => FhirReading.Try(() => extension.Value as CodeableConcept))
            .OfType<CodeableConcept>());
        return said.IsEmpty ? code : code with
        {
            Codings = [.. code.Codings, .. said.SelectMany(concept => concept.Codings)],
            UncodedDisplays = [.. code.UncodedDisplays, .. said.SelectMany(concept => concept.UncodedDisplays.Prepend(concept.Text).OfType<string>())],
        };
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
