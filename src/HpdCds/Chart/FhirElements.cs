using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>
/// The members of FHIR's elements in JSON. Whatever has another shape than FHIR gives it reads as nothing: an array where one
/// element belongs, one element where a list belongs, a number where a text belongs.
/// </summary>
internal static class FhirElements
{
    /// <summary>What is named most often, so that no text is made for it.</summary>
    private static readonly string[] Types = ["Quantity", "CodeableConcept", "String", "DateTime", "Period", "Instant", "Reference", "Boolean", "Integer"];

    /// <summary>An element of a type of its own name's ending, such as <c>valueQuantity</c>.</summary>
    internal readonly struct Chosen(string type, FhirElement json)
    {
        public string Type { get; } = type;

        /// <summary>Undefined where only <c>_value...</c> came, which says something about a value that is not there.</summary>
        public FhirElement Json { get; } = json;

        public bool IsList => Json.ValueKind == JsonValueKind.Array;
    }

    public static string? Text(this FhirElement owner, string name) =>
        owner.TryGetProperty(name, out var member) ? member.AsText() : null;

    public static string? AsText(this FhirElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A member of whatever shape; none where it did not come.</summary>
    public static FhirElement Member(this FhirElement owner, string name) => owner.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A date, dateTime or instant; no text is made of one that is written as nearly all are.</summary>
    public static ClinicalTime? AsTime(this FhirElement element, TimeZoneInfo zone) =>
        element.TryAscii(out var text) ? ChartTimes.Parse(text, zone) : ChartTimes.Parse(element.AsText(), zone);

    public static bool IsTrue(this FhirElement owner, string name) =>
        owner.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.True;

    public static bool HasList(this FhirElement owner, string name) =>
        owner.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array;

    /// <summary>An element that came, even if only as a word where members belong: then it has none.</summary>
    public static FhirElement? One(this FhirElement owner, string name) =>
        owner.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Array ? member : null;

    public static FhirElement[] Many(this FhirElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.Items() : [];

    /// <summary>The one of a choice, such as <c>value</c>; there are never two of them (<see cref="FhirReading"/>).</summary>
    public static Chosen? Choice(this FhirElement owner, ReadOnlySpan<byte> name)
    {
        Chosen? said = null;
        if (owner.ValueKind != JsonValueKind.Object)
            return said;
        foreach (var member in owner.Members)
        {
            var isBeside = member.Name is [(byte)'_', ..];
            var plain = isBeside ? member.Name[1..] : member.Name;
            if (!plain.StartsWith(name))
                continue;
            if (!isBeside)
                return new Chosen(TypeOf(plain[name.Length..]), member.Value);
            said = new Chosen(TypeOf(plain[name.Length..]), member.Value.ValueKind == JsonValueKind.Array ? member.Value : default);
        }

        return said;
    }

    /// <summary>Whether it is said at all, in whatever shape.</summary>
    public static bool Says(this FhirElement owner, string name)
    {
        foreach (var member in owner.Members)
        {
            if (member.Name is [(byte)'_', .. var beside] ? Ascii.Equals(beside, name) : Ascii.Equals(member.Name, name) && !member.Value.IsEmptyList)
                return true;
        }

        return false;
    }

    /// <summary>An extension that nobody here knows may turn what it stands in into its opposite.</summary>
    public static bool IsModified(this FhirElement owner) =>
        owner.TryGetProperty("modifierExtension", out var member) && member.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.Array => member.Items().Length > 0,
            _ => true,
        };

    public static ChartConcept? Concept(this FhirElement owner, string name) => owner.One(name)?.AsConcept();

    public static ImmutableArray<ChartConcept> Concepts(this FhirElement owner, string name) =>
        owner.Many(name) is { Length: > 0 } list ? ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(list, AsConcept)) : [];

    public static ChartConcept AsConcept(this FhirElement concept)
    {
        var all = concept.Many("coding");
        var codings = all.Length == 0 ? [] : new ChartCoding[all.Length];
        var count = 0;
        List<string>? uncoded = null;
        foreach (var coding in all)
        {
            if (coding.HasList("code"))
                continue;
            if (coding.Text("code") is { } code)
            {
                if (!coding.HasList("system"))
                    codings[count++] = new ChartCoding(coding.Text("system"), code, coding.Text("display")) { Version = coding.Text("version") };
            }
            else if (coding.Text("display") is { } display)
            {
                (uncoded ??= []).Add(display);
            }
        }

        if (count < codings.Length)
            Array.Resize(ref codings, count);
        return new ChartConcept(ImmutableCollectionsMarshal.AsImmutableArray(codings), concept.Text("text")) { UncodedDisplays = uncoded is null ? [] : [.. uncoded] };
    }

    /// <summary>The code of a single-coded concept such as a clinical status.</summary>
    public static string? FirstCode(this FhirElement owner, string name)
    {
        foreach (var coding in owner.One(name)?.Many("coding") ?? [])
        {
            if (coding.Text("code") is { } code && !coding.HasList("system"))
                return code;
        }

        return null;
    }

    public static string? Reference(this FhirElement owner, string name) => owner.One(name)?.Text("reference");

    public static ImmutableArray<string> Identifiers(this FhirElement owner) =>
        [.. owner.Many("identifier")
            .Where(identifier => !identifier.HasList("system"))
            .Select(identifier => identifier.Text("value") is { } value ? identifier.Text("system") + "|" + value : null)
            .OfType<string>()];

    /// <summary>The concepts in extensions of this name.</summary>
    public static IReadOnlyCollection<ChartConcept> ExtensionConcepts(this FhirElement owner, params ReadOnlySpan<string> urls)
    {
        List<ChartConcept>? concepts = null;
        foreach (var extension in owner.Many("extension"))
        {
            if (urls.Contains(extension.Text("url")) && extension.Choice("value"u8) is { Type: "CodeableConcept", IsList: false } value)
                (concepts ??= []).Add(value.Json.AsConcept());
        }

        return concepts ?? (IReadOnlyCollection<ChartConcept>)[];
    }

    private static string TypeOf(ReadOnlySpan<byte> ending)
    {
        foreach (var type in Types)
        {
            if (Ascii.Equals(ending, type))
                return type;
        }

        return Encoding.UTF8.GetString(ending);
    }
}
