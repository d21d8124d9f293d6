using System.Globalization;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Pages;

/// <summary>FHIR values as a clinician reads them.</summary>
public static class Wording
{
    /// <summary>UCUM is for machines; these are the same units as laboratories print them.</summary>
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["10*3/uL"] = "10³/µL",
        ["10*9/L"] = "10⁹/L",
        ["umol/L"] = "µmol/L",
        ["ukat/L"] = "µkat/L",
        ["[IU]/mL"] = "IU/mL",
        ["{INR}"] = "",
        ["{score}"] = "",
        ["1"] = "",
    };

    public static string Name(DataType? concept) => concept switch
    {
        CodeableConcept named => named.Text ?? named.Coding.Select(coding => coding.Display ?? coding.Code).FirstOrDefault() ?? "not named",
        ResourceReference reference => reference.Display ?? reference.Reference ?? "not named",
        _ => "not named",
    };

    public static string Codes(CodeableConcept? concept) => string.Join(", ", concept?.Coding.Select(coding => coding.Code).OfType<string>() ?? []);

    public static string Value(DataType? value) => value switch
    {
        Quantity quantity => Amount(quantity),
        FhirBoolean { Value: { } flag } => flag ? "yes" : "no",
        CodeableConcept concept => Name(concept),
        PrimitiveType { JsonValue: { } written } => Convert.ToString(written, CultureInfo.InvariantCulture)!,
        _ => "no value",
    };

    public static string Unit(Quantity quantity)
    {
        var written = quantity.Unit ?? quantity.Code ?? "";
        return Units.GetValueOrDefault(written, written);
    }

    public static string Reference(Observation.ReferenceRangeComponent? range) => (range?.Low, range?.High) switch
    {
        ({ } low, { } high) => $"{Number(low)} to {Number(high)}",
        ({ } low, null) => $"from {Number(low)}",
        (null, { } high) => $"up to {Number(high)}",
        _ => range?.Text ?? "none given",
    };

    public static string Number(Quantity quantity) => Convert.ToString(quantity.ValueElement?.JsonValue, CultureInfo.InvariantCulture) ?? "";

    public static string? Time(DataType? time) => time switch
    {
        PrimitiveType { JsonValue: string text } => text,
        Period period => period.End ?? period.Start,
        _ => null,
    };

    /// <summary>To the minute at most: seconds say nothing to a reader.</summary>
    public static string Date(string? text) => text switch
    {
        { Length: >= 16 } => text[..16].Replace('T', ' '),
        { Length: > 0 } => text,
        _ => "no date",
    };

    public static string Code(PrimitiveType? element) => element?.JsonValue as string ?? "";

    private static string Amount(Quantity quantity) => $"{quantity.ComparatorElement?.JsonValue}{Number(quantity)} {Unit(quantity)}".TrimEnd();
}
