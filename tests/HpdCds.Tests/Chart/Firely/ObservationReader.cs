using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>Observation resources into our records; each component becomes an observation of its own.</summary>
internal static partial class ObservationReader
{
    private const string Ucum = "http://unitsofmeasure.org";

    /// <returns>Nothing when the resource cannot be read at all.</returns>
    public static ImmutableArray<ChartObservation> Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone)
    {
        if (FhirReading.ParseRecord<Observation>(bytes) is not { } observation)
            return [];
        var whole = new ChartObservation(
            reference,
            source,
            FhirReading.Try(() => FhirReading.Text(observation.StatusElement)),
            FhirReading.Concept(FhirReading.Try(() => observation.Code)) ?? ChartConcept.Empty,
            ReadTime(observation, zone),
            ReadValue(() => observation.Value, () => observation.DataAbsentReason),
            ReadRanges(() => observation.ReferenceRange),
            FhirReading.Concepts(() => observation.Interpretation),
            SpecimenOf(() => observation.Specimen),
            Panel: null)
        {
            Method = FhirReading.Concept(FhirReading.Try(() => observation.Method)),
            // A focus that does not say what it is may be anything.
            Focus = [.. FhirReading.Each(() => observation.Focus).Select(focus => FhirReading.Reference(() => focus) ?? "")],
            Notes = [.. FhirReading.Each(() => observation.Note).Select(note => FhirReading.Try(() => FhirReading.Text(note.TextElement))).OfType<string>()],
        };
        var parts = FhirReading.Each(() => observation.Component).Select((component, place) => whole with
        {
            Reference = string.Create(CultureInfo.InvariantCulture, $"{reference}#{place}"),
            Code = FhirReading.Concept(FhirReading.Try(() => component.Code)) ?? ChartConcept.Empty,
            Value = FhirReading.IsModified(component)
                ? new ChartValue.Unreadable("modified by what is not known here")
                : ReadValue(() => component.Value, () => component.DataAbsentReason),
            ReferenceRanges = ReadRanges(() => component.ReferenceRange),
            Interpretation = FhirReading.Concepts(() => component.Interpretation),
            Panel = reference,
        });
        return [whole, .. parts];
    }

    /// <summary>A result of which only a glance is left: what it says cannot be known, but that it was there can.</summary>
    public static ChartObservation Unreadable(ResourceGlance glance, string reference, ChartKey source, TimeZoneInfo zone)
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
    private static string? SpecimenOf(Func<ResourceReference?> read)
    {
        var reference = References.Relative(FhirReading.Reference(read) ?? "", []);
        if (reference.Split('/') is [.., "Specimen", { Length: > 0 }] || reference.StartsWith("urn:", StringComparison.Ordinal))
            return reference;
        return FhirReading.Try(() => read()?.Identifier is { } identifier
            && FhirReading.Text(identifier.SystemElement) is { } system && FhirReading.Text(identifier.ValueElement) is { } value
                ? system + "|" + value
                : null);
    }

    private static ChartTime? ReadTime(Observation observation, TimeZoneInfo zone)
    {
        var effective = FhirReading.Try(() => observation.Effective) switch
        {
            FhirDateTime moment => FhirReading.Text(moment),
            Instant instant => FhirReading.Text(instant),
            Period period => FhirReading.Try(() => FhirReading.Text(period.EndElement)) ?? FhirReading.Try(() => FhirReading.Text(period.StartElement)),
            Timing timing => FhirReading.Each(() => timing.EventElement).Select(FhirReading.Text).FirstOrDefault(),
            _ => null,
        };
        if (effective is not null)
            return ChartTimes.Parse(effective, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
        var issued = FhirReading.Try(() => FhirReading.Text(observation.IssuedElement));
        return ChartTimes.Parse(issued, zone) is { } reported ? new ChartTime(reported, TimeOrigin.Issued) : null;
    }

    private static ChartValue? ReadValue(Func<DataType?> read, Func<CodeableConcept?> absent)
    {
        try
        {
            return read() switch
            {
                null => null,
                _ when FhirReading.Try(absent) is not null => null,
                Quantity quantity => ReadQuantity(quantity),
                Integer number => AsDecimal(number.JsonValue) is { } whole ? new ChartValue.Number(whole) : new ChartValue.Unreadable("not an integer"),
                FhirDecimal number => AsDecimal(number.JsonValue) is { } exact ? new ChartValue.Number(exact) : new ChartValue.Unreadable("not a number"),
                FhirString text => FhirReading.Text(text) is { } words ? ReadText(words) : null,
                CodeableConcept concept => new ChartValue.Concept(FhirReading.Concept(concept) ?? ChartConcept.Empty),
                FhirBoolean flag => flag.JsonValue is bool yes ? new ChartValue.Flag(yes) : new ChartValue.Unreadable("not a boolean"),
                var other => new ChartValue.Unreadable(other.TypeName),
            };
        }
        catch (Exception broken) when (broken is Hl7.Fhir.Utility.CodedException or InvalidOperationException or InvalidCastException)
        {
            return new ChartValue.Unreadable("not of a FHIR type");
        }
    }

    private static ChartValue? ReadQuantity(Quantity quantity)
    {
        if (quantity.ValueElement?.JsonValue is not { } raw)
            return null;
        if (AsDecimal(raw) is not { } value)
            return new ChartValue.Unreadable("not a number");
        var comparator = FhirReading.Text(quantity.ComparatorElement);
        var code = FhirReading.Text(quantity.CodeElement);
        var isUcum = code is not null && FhirReading.Text(quantity.SystemElement) is null or Ucum;
        return comparator is not (null or "<" or "<=" or ">" or ">=")
            ? new ChartValue.Unreadable("unknown comparator")
            : new ChartValue.Quantity(value, comparator, isUcum ? code : FhirReading.Text(quantity.UnitElement) ?? code, isUcum)
            {
                WrittenUnit = isUcum ? FhirReading.Text(quantity.UnitElement) : null,
            };
    }

    private static decimal? AsDecimal(object? raw) => raw switch
    {
        decimal number => number,
        int number => number,
        long number => number,
        _ => null,
    };

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

    private static ImmutableArray<ChartReferenceRange> ReadRanges(Func<IEnumerable<Observation.ReferenceRangeComponent>?> read) =>
        [.. FhirReading.Each(read).Select(range =>
        {
            var low = ReadLimit(() => range.Low);
            var high = ReadLimit(() => range.High);
            return new ChartReferenceRange(
                low?.Value,
                high?.Value,
                high?.Unit ?? low?.Unit,
                FhirReading.Concept(FhirReading.Try(() => range.Type)),
                FhirReading.Concepts(() => range.AppliesTo),
                InYears(ReadLimit(() => range.Age?.Low)),
                InYears(ReadLimit(() => range.Age?.High)),
                FhirReading.Try(() => FhirReading.Text(range.TextElement)));
        })];

    private static ChartValue.Quantity? ReadLimit(Func<Quantity?> read) =>
        FhirReading.Try(() => read() is { } limit ? ReadQuantity(limit) as ChartValue.Quantity : null);

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
