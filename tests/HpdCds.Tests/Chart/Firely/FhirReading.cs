using System.Collections.Immutable;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>
/// Resources through Firely, one at a time, so that a bad one costs only itself. Recoverable mode keeps invalid content
/// and throws when it is touched; every touch therefore goes through <see cref="Try"/> and friends.
/// </summary>
internal static class FhirReading
{
    // Ids beyond 64 characters are common in one large EHR (PVAL109); a property said twice is never guessed at (JSON129).
    private const string DuplicateProperty = "JSON129";

    private const int LongestText = 1024 * 1024;
    private const int LongestNumber = 64;

    private static readonly FhirJsonDeserializer Deserializer = new(new DeserializerSettings().UsingMode(DeserializationMode.Recoverable));

    /// <summary>The parser failed, which says nothing about the resource.</summary>
    [field: ThreadStatic]
    public static bool IsBroken { get; set; }

    public static T? Parse<T>(ReadOnlyMemory<byte> bytes)
        where T : Resource
    {
        try
        {
            if (!IsModest(bytes.Span))
                return null;
            var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            Deserializer.TryDeserializeResource(ref reader, out var resource, out var issues);
            return issues.Any(issue => issue.ErrorCode == DuplicateProperty) ? null : resource as T;
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            IsBroken = true;
            // The parser breaks in ways of its own on what nobody would send by accident (a member without a name, for one).
            return null;
        }
    }

    /// <summary>A record of the chart. One that an unknown extension modifies may mean the opposite of what it says.</summary>
    public static T? ParseRecord<T>(ReadOnlyMemory<byte> bytes)
        where T : DomainResource => Parse<T>(bytes) is { } resource && !IsModified(resource) ? resource : null;

    public static bool IsModified(IModifierExtendable extendable) => Each(() => extendable.ModifierExtension).Count > 0;

    // A walk costs a microsecond; what a parser makes of a number with a million digits is not worth finding out.
    private static bool IsModest(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 64 });
        while (reader.Read())
        {
            if (reader.ValueSpan.Length > (reader.TokenType == JsonTokenType.Number ? LongestNumber : LongestText))
                return false;
        }

        return true;
    }

    public static T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception broken) when (IsBadContent(broken))
        {
            return default;
        }
    }

    public static IReadOnlyList<T> Each<T>(Func<IEnumerable<T>?> read) => Try(() => read()?.Where(item => item is not null).ToList()) ?? [];

    public static string? Text(PrimitiveType? element) => element?.JsonValue as string is { Length: > 0 } text ? text : null;

    public static ChartConcept? Concept(CodeableConcept? concept) => concept is null
        ? null
        : new ChartConcept(
            [.. Each(() => concept.Coding).Select(Coding).OfType<ChartCoding>()],
            Try(() => Text(concept.TextElement)))
        {
            UncodedDisplays = [.. Each(() => concept.Coding).Select(UncodedDisplay).OfType<string>()],
        };

    public static ImmutableArray<ChartConcept> Concepts(Func<IEnumerable<CodeableConcept>?> read) =>
        [.. Each(read).Select(Concept).OfType<ChartConcept>()];

    public static ImmutableArray<string> Identifiers(Func<IEnumerable<Identifier>?> read) =>
        [.. Each(read)
            .Select(identifier => Try(() => Text(identifier.ValueElement) is { } value ? Text(identifier.SystemElement) + "|" + value : null))
            .OfType<string>()];

    public static string? Reference(Func<ResourceReference?> read) => Try(() => read() is { } reference ? Text(reference.ReferenceElement) : null);

    public static string? Display(Func<ResourceReference?> read) => Try(() => read() is { } reference ? Text(reference.DisplayElement) : null);

    /// <summary>The code of a single-coded concept such as a clinical status.</summary>
    public static string? FirstCode(Func<CodeableConcept?> read) => Concept(Try(read))?.Codings.FirstOrDefault()?.Code;

    private static ChartCoding? Coding(Coding coding) => Try(() => Text(coding.CodeElement) is { } code
        ? new ChartCoding(Text(coding.SystemElement), code, Try(() => Text(coding.DisplayElement))) { Version = Try(() => Text(coding.VersionElement)) }
        : null);

    private static string? UncodedDisplay(Coding coding) => Try(() => Text(coding.CodeElement) is null ? Text(coding.DisplayElement) : null);

    private static bool IsBadContent(Exception exception) =>
        exception is Hl7.Fhir.Utility.CodedException or InvalidOperationException or InvalidCastException or FormatException or OverflowException or ArgumentException;
}
