using System.Globalization;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Fhir;

/// <summary>What a search compares with: a value in a resource, reduced to the shape of its parameter's type.</summary>
public abstract record SearchValue
{
    private SearchValue()
    {
    }

    /// <summary>The text by which a result list is sorted.</summary>
    public abstract string SortKey { get; }

    public static IEnumerable<SearchValue> From(SearchParamType type, Base value) => type switch
    {
        SearchParamType.Token => Tokens(value),
        SearchParamType.Reference when value is ResourceReference { Reference: { } text } => [new Reference(text)],
        SearchParamType.Date => Dates(value),
        SearchParamType.String => Texts(value),
        _ => [],
    };

    private static IEnumerable<Token> Tokens(Base value) => value switch
    {
        CodeableConcept concept => concept.Coding.SelectMany(Tokens),
        Coding { Code: { } code } coding => [new(coding.System, code, HasSystem: true)],
        Identifier { Value: { } id } identifier => [new(identifier.System, id, HasSystem: true)],
        ContactPoint { Value: { } contact } => [new(null, contact, HasSystem: false)],
        PrimitiveType { JsonValue: bool flag } => [new(null, flag ? "true" : "false", HasSystem: false)],
        PrimitiveType { JsonValue: { } code } => [new(null, Convert.ToString(code, CultureInfo.InvariantCulture)!, HasSystem: false)],
        _ => [],
    };

    private static IEnumerable<Date> Dates(Base value)
    {
        if (value is Period period)
        {
            var start = DateRange.TryParse(period.Start)?.Start ?? DateTimeOffset.MinValue;
            return [new(new(start, DateRange.TryParse(period.End)?.End ?? DateTimeOffset.MaxValue))];
        }
        if (value is Timing timing)
            return timing.EventElement.SelectMany(Dates);
        var text = value is PrimitiveType { JsonValue: string written } ? written : null;
        return DateRange.TryParse(text) is { } range ? [new(range)] : [];
    }

    private static IEnumerable<Text> Texts(Base value) => value switch
    {
        HumanName name => Present([name.Text, name.Family, .. name.Given, .. name.Prefix, .. name.Suffix]),
        Address address => Present([address.Text, address.City, address.District, address.State, address.PostalCode, address.Country, .. address.Line]),
        CodeableConcept concept => Present([concept.Text, .. concept.Coding.Select(coding => coding.Display)]),
        PrimitiveType { JsonValue: string text } => Present([text]),
        _ => [],
    };

    private static IEnumerable<Text> Present(IEnumerable<string?> texts) =>
        texts.Where(text => !string.IsNullOrWhiteSpace(text)).Select(text => new Text(text!));

    /// <param name="HasSystem">A plain code element has a system that the resource does not write down.</param>
    public sealed record Token(string? System, string Code, bool HasSystem) : SearchValue
    {
        public override string SortKey => Code;
    }

    public sealed record Reference(string Literal) : SearchValue
    {
        public override string SortKey => Literal;

        public (string? Type, string Id) Target => Parse(Literal);

        /// <summary>The type and id at the end of a relative or absolute reference, or an id alone.</summary>
        public static (string? Type, string Id) Parse(string reference)
        {
            var history = reference.IndexOf("/_history/", StringComparison.Ordinal);
            var segments = (history < 0 ? reference : reference[..history]).Split('/');
            return segments.Length > 1 && ModelInfo.IsKnownResource(segments[^2]) ? (segments[^2], segments[^1]) : (null, segments[^1]);
        }
    }

    public sealed record Date(DateRange Range) : SearchValue
    {
        public override string SortKey => Range.Start.UtcDateTime.ToString("o", CultureInfo.InvariantCulture);
    }

    public sealed record Text(string Value) : SearchValue
    {
        public override string SortKey => Value.ToUpperInvariant();
    }
}
