namespace HpdCds.Chart;

/// <summary>Condition resources into our records.</summary>
public static class ConditionReader
{
    private const string Morphology = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior";

    /// <param name="known">Texts that came in others before.</param>
    /// <returns>Nothing when the resource cannot be read, or does not say of what it is.</returns>
    public static ChartCondition? Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, WalkMemory? known = null)
    {
        using var document = FhirReading.OpenRecord(bytes, "Condition", known);
        if (document?.RootElement is not { } condition)
            return null;
        var code = WithMorphology(condition.Concept("code") ?? ChartConcept.Empty, condition);
        if (!code.SaysAnything)
            return null;
        return new ChartCondition(
            reference,
            source,
            code,
            condition.Concepts("bodySite"),
            condition.FirstCode("clinicalStatus"),
            condition.FirstCode("verificationStatus"),
            condition.Concept("severity"),
            ReadTime(condition, zone));
    }

    // mCODE says where a cancer is in the code and what it is made of in an extension: together they name it.
    private static ChartConcept WithMorphology(ChartConcept code, FhirElement condition)
    {
        var said = condition.ExtensionConcepts(Morphology);
        return said.Count == 0 ? code : code with
        {
            Codings = [.. code.Codings, .. said.SelectMany(concept => concept.Codings)],
            UncodedDisplays = [.. code.UncodedDisplays, .. said.SelectMany(concept => concept.UncodedDisplays.Prepend(concept.Text).OfType<string>())],
        };
    }

    private static ChartTime? ReadTime(FhirElement condition, TimeZoneInfo zone)
    {
        var onset = condition.Choice("onset"u8) switch
        {
            { Type: "DateTime" } moment => moment.Json,
            { Type: "Period" } period => period.Json.Member("start"),
            _ => default,
        };
        if (onset.AsTime(zone) is { } began)
            return new ChartTime(began, TimeOrigin.Effective);
        return condition.Member("recordedDate").AsTime(zone) is { } when ? new ChartTime(when, TimeOrigin.Issued) : null;
    }
}
