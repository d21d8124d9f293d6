using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpdCds.Knowledge;

namespace HpdCds.Chart;

/// <summary>Observation resources into our records; each component becomes an observation of its own.</summary>
public static partial class ObservationReader
{
    private const string Ucum = "http://unitsofmeasure.org";

    /// <summary>The simple types of FHIR, whose names begin with a small letter where they stand alone.</summary>
    private static readonly string[] Primitives =
        ["Base64Binary", "Canonical", "Code", "Date", "DateTime", "Id", "Instant", "Integer64", "Markdown", "Oid", "PositiveInt", "Time", "UnsignedInt", "Uri", "Url", "Uuid"];

    private static readonly string[] OfQuantity = ["comparator", "code", "system", "unit"];

    /// <param name="known">Texts that came in others before.</param>
    /// <returns>Nothing when the resource cannot be read at all.</returns>
    public static ImmutableArray<ChartObservation> Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone, WalkMemory? known = null)
    {
        using var document = FhirReading.OpenRecord(bytes, "Observation", known);
        if (document?.RootElement is not { } observation)
            return [];
        var whole = new ChartObservation(
            reference,
            source,
            observation.Text("status"),
            observation.Concept("code") ?? ChartConcept.Empty,
            ReadTime(observation, zone),
            ReadValue(observation),
            ReadRanges(observation),
            observation.Concepts("interpretation"),
            SpecimenOf(observation),
            Panel: null)
        {
            Method = observation.Concept("method"),
            // A focus that does not say what it is may be anything.
            Focus = [.. observation.Many("focus").Select(focus => focus.Text("reference") ?? "")],
            Notes = [.. observation.Many("note").Select(note => note.Text("text")).OfType<string>()],
        };
        return observation.Many("component") is { Length: > 0 } components ? [whole, .. PartsOf(whole, components)] : [whole];
    }

    private static IEnumerable<ChartObservation> PartsOf(ChartObservation whole, FhirElement[] components) => components.Select((component, place) => whole with
    {
        Reference = string.Create(CultureInfo.InvariantCulture, $"{whole.Reference}#{place}"),
        Code = component.Concept("code") ?? ChartConcept.Empty,
        Value = component.IsModified() ? new ChartValue.Unreadable("modified by what is not known here") : ReadValue(component),
        ReferenceRanges = ReadRanges(component),
        Interpretation = component.Concepts("interpretation"),
        Panel = whole.Reference,
    });

    /// <summary>A result of which only a glance is left: what it says cannot be known, but that it was there can.</summary>
    public static ChartObservation Unreadable(in ResourceGlance glance, string reference, ChartKey source, TimeZoneInfo zone)
    {
        var origin = glance.Effective is null ? TimeOrigin.Issued : TimeOrigin.Effective;
        return new ChartObservation(
            reference,
            source,
            glance.Status,
            new ChartConcept([.. glance.Codes.Select(code => new ChartCoding(code.System, code.Code, Display: null))], Text: null),
            ChartTimes.Parse(glance.Effective ?? glance.Issued, zone) is { } when ? new ChartTime(when, origin) : null,
            new ChartValue.Unreadable("not a FHIR resource"),
            ReferenceRanges: [],
            Interpretation: [],
            Specimen: null,
            Panel: null);
    }

    // A label, or a specimen that lives inside this one result, is no evidence that another result is of the same specimen.
    private static string? SpecimenOf(FhirElement observation)
    {
        if (observation.One("specimen") is not { } specimen)
            return null;
        var reference = References.Relative(specimen.Text("reference") ?? "", []);
        if (reference.Split('/') is [.., "Specimen", { Length: > 0 }] || reference.StartsWith("urn:", StringComparison.Ordinal))
            return reference;
        return specimen.One("identifier") is { } identifier && identifier.Text("system") is { } system && identifier.Text("value") is { } value ? system + "|" + value : null;
    }

    private static ChartTime? ReadTime(FhirElement observation, TimeZoneInfo zone)
    {
        var effective = observation.Choice("effective"u8) switch
        {
            { Type: "DateTime" or "Instant" } moment => moment.Json,
            { Type: "Period" } period => period.Json.Member("end") is { IsText: true } end ? end : period.Json.Member("start"),
            { Type: "Timing" } timing => timing.Json.Many("event") is [var first, ..] ? first : default,
            _ => default,
        };
        if (effective.IsText)
            return effective.AsTime(zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
        return observation.Member("issued").AsTime(zone) is { } reported ? new ChartTime(reported, TimeOrigin.Issued) : null;
    }

    private static ChartValue? ReadValue(FhirElement owner)
    {
        if (owner.Choice("value"u8) is not { } value)
            return null;
        if (value.IsList)
            return new ChartValue.Unreadable("not of a FHIR type");
        if (owner.Says("dataAbsentReason"))
            return null;
        var json = value.Json;
        return value.Type switch
        {
            "Quantity" or "Age" or "Count" or "Distance" or "Duration" => ReadQuantity(json),
            "Integer" => AsDecimal(json) is { } whole ? new ChartValue.Number(whole) : new ChartValue.Unreadable("not an integer"),
            "Decimal" => AsDecimal(json) is { } exact ? new ChartValue.Number(exact) : new ChartValue.Unreadable("not a number"),
            "String" => json.AsText() is { } words ? ReadText(words) : null,
            "CodeableConcept" => new ChartValue.Concept(json.AsConcept()),
            "Boolean" => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? new ChartValue.Flag(json.ValueKind == JsonValueKind.True) : new ChartValue.Unreadable("not a boolean"),
            var other => new ChartValue.Unreadable(Primitives.Contains(other) ? char.ToLowerInvariant(other[0]) + other[1..] : other),
        };
    }

    private static ChartValue? ReadQuantity(FhirElement quantity)
    {
        if (quantity.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined) || quantity.HasList("value"))
            return new ChartValue.Unreadable("not of a FHIR type");
        if (quantity.One("value") is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Object) } raw)
            return null;
        if (AsDecimal(raw) is not { } value)
            return new ChartValue.Unreadable("not a number");
        foreach (var name in OfQuantity)
        {
            if (quantity.HasList(name))
                return new ChartValue.Unreadable("not of a FHIR type");
        }

        var comparator = quantity.Text("comparator");
        var code = quantity.Text("code");
        var isUcum = code is not null && quantity.Text("system") is null or Ucum;
        return comparator is not (null or "<" or "<=" or ">" or ">=")
            ? new ChartValue.Unreadable("unknown comparator")
            : new ChartValue.Quantity(value, comparator, isUcum ? code : quantity.Text("unit") ?? code, isUcum)
            {
                WrittenUnit = isUcum ? quantity.Text("unit") : null,
            };
    }

    private static decimal? AsDecimal(FhirElement raw) => raw.ValueKind == JsonValueKind.Number && raw.TryGetDecimal(out var number) ? number : null;

    // Laboratories send "<0.5" or "12.3 mg/L" as text; what is wholly a number is one.
    private static ChartValue ReadText(string text)
    {
        var match = NumberWithUnit().Match(text);
        if (!match.Success || Thousands().IsMatch(match.Groups["number"].ValueSpan) || !decimal.TryParse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return new ChartValue.Text(text);
        var comparator = match.Groups["comparator"].Success ? match.Groups["comparator"].Value.Replace("≤", "<=", StringComparison.Ordinal).Replace("≥", ">=", StringComparison.Ordinal) : null;
        var unit = match.Groups["unit"].Success ? match.Groups["unit"].Value : null;
        return comparator is null && unit is null ? new ChartValue.Number(value) : new ChartValue.Quantity(value, comparator, unit, IsUcum: false);
    }

    [GeneratedRegex(@"^\s*(?<comparator><=|>=|<|>|≤|≥)?\s*(?<number>-?\d{1,15}(\.\d{1,10})?)(\s*(?<unit>[%/\[{A-Za-zµμ]\S{0,30}|10\S{1,30}))?\s*$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex NumberWithUnit();

    // "1.240" is one and a quarter to some writers and over a thousand to others, as "1,240" is.
    [GeneratedRegex(@"^-?[1-9]\d{0,2}\.\d{3}$", RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex Thousands();

    private static ImmutableArray<ChartReferenceRange> ReadRanges(FhirElement owner) =>
        owner.Many("referenceRange") is not { Length: > 0 } ranges ? [] : ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(ranges, range =>
        {
            var (low, high) = (ReadLimit(range, "low"), ReadLimit(range, "high"));
            var age = range.One("age");
            return new ChartReferenceRange(
                low?.Value,
                high?.Value,
                high?.Unit ?? low?.Unit,
                range.Concept("type"),
                range.Concepts("appliesTo"),
                InYears(age is { } from ? ReadLimit(from, "low") : null),
                InYears(age is { } to ? ReadLimit(to, "high") : null),
                range.Text("text"));
        }));

    private static ChartValue.Quantity? ReadLimit(FhirElement owner, string name) =>
        owner.One(name) is { } limit ? ReadQuantity(limit) as ChartValue.Quantity : null;

    // Nobody is that old: a greater number is not an age, and would not fit into a decimal once multiplied.
    private static decimal? InYears(ChartValue.Quantity? age) => age is not { Value: >= 0 and < 100_000 } ? null : age.Unit switch
    {
        "a" or "a_j" or "a_g" or "a_t" or "year" or "years" or "yr" => age.Value,
        "mo" or "mo_j" or "mo_g" or "month" or "months" => age.Value / 12,
        "wk" or "week" or "weeks" => age.Value * 7 / 365.25m,
        "d" or "day" or "days" => age.Value / 365.25m,
        _ => null,
    };
}
