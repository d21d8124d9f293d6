using System.Text.Json;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>What stands where a Bundle or a resource is expected.</summary>
public enum ValueShape
{
    Null,
    Bundle,
    Outcome,

    /// <summary>One resource that is neither a Bundle nor an OperationOutcome.</summary>
    OneResource,

    /// <summary>Not an object, an object without a resource type, or no JSON at all.</summary>
    NotFhir,
}

/// <summary>An entry of a Bundle, or one resource that stands alone.</summary>
public sealed class WalkedEntry
{
    private readonly RawText _fullUrl;

    internal WalkedEntry(ResourceGlance resource, RawText fullUrl = default, string? searchMode = null) => (Resource, _fullUrl, SearchMode) = (resource, fullUrl, searchMode);

    public string? FullUrl => _fullUrl.In(Resource.All);

    public string? SearchMode { get; }

    public ResourceGlance Resource { get; }
}

/// <summary>One walk over a prefetch value or an answer of a FHIR server, and where its entries lie.</summary>
/// <param name="EntriesWithoutResource">Entries that hold nothing to read.</param>
/// <param name="IsCutShort">More entries than we are willing to look at.</param>
public sealed record BundleWalk(
    ValueShape Shape, IReadOnlyList<WalkedEntry> Entries, string? NextLink, int EntriesWithoutResource, bool IsCutShort) : PatientData
{
    private const int MaxDepth = 64;

    /// <summary>How many matches there are on all pages, where the Bundle says so.</summary>
    public int? Total { get; init; }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static readonly BundleWalk NotFhir = new(ValueShape.NotFhir, [], null, 0, false);

    public static BundleWalk Read(ReadOnlyMemory<byte> received, int maxEntries)
    {
        var value = WithoutMark(received);
        try
        {
            var reader = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            var walk = ReadValue(ref reader, value, maxEntries, new WalkMemory(value.Length));
            // Throws where a second document follows: nobody knows which of them is meant.
            return walk.Shape == ValueShape.NotFhir || !reader.Read() ? walk : NotFhir;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return NotFhir;
        }
    }

    /// <summary>The same for a value inside a document that is being read, so that it is passed only once.</summary>
    /// <param name="reader">On the first token of the value; afterwards on its last.</param>
    /// <exception cref="JsonException">The document itself is broken.</exception>
    internal static BundleWalk ReadInside(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, int maxEntries, WalkMemory known)
    {
        var before = reader;
        try
        {
            return ReadValue(ref reader, all, maxEntries, known);
        }
        catch (InvalidOperationException)
        {
            // A text that is none: of this value nothing is known, and the document goes on behind it.
            reader = before;
            reader.Skip();
            return NotFhir;
        }
    }

    private static BundleWalk ReadValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, int maxEntries, WalkMemory known)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            return IsBundle(reader) ? ReadBundle(ref reader, all, maxEntries, known) : ReadSingle(ref reader, all, known);
        if (reader.TokenType == JsonTokenType.Null)
            return NotFhir with { Shape = ValueShape.Null };
        reader.Skip();
        return NotFhir;
    }

    /// <summary>Some servers write as Windows does.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> received) =>
        received.Span.StartsWith(ByteOrderMark) ? received[ByteOrderMark.Length..] : received;

    // With a reader of its own: the type may stand behind what it is the type of.
    private static bool IsBundle(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("resourceType"u8);
            reader.Read();
            if (isType)
                return reader.TokenType == JsonTokenType.String && reader.GetString() == "Bundle";
            reader.Skip();
        }

        return false;
    }

    private static BundleWalk ReadSingle(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, WalkMemory known)
    {
        var resource = ResourceGlance.Read(ref reader, all, known)!;
        return resource.Type switch
        {
            null or "" => NotFhir,
            "OperationOutcome" => new(ValueShape.Outcome, [new(resource)], null, 0, false),
            _ => new(ValueShape.OneResource, [new(resource)], null, 0, false),
        };
    }

    private static BundleWalk ReadBundle(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, int maxEntries, WalkMemory known)
    {
        var entries = new List<WalkedEntry>();
        string? next = null;
        int? total = null;
        var empty = 0;
        var cut = false;
        var (lists, links) = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("entry"u8) && ++lists == 1)
                ReadEntries(ref reader, all, maxEntries, known, entries, ref empty, ref cut);
            else if (reader.ValueTextEquals("link"u8) && ++links == 1)
                next = ReadNextLink(ref reader);
            else if (reader.ValueTextEquals("total"u8))
                total = LargerOf(total, ReadNumber(ref reader));
            else
                reader.Skip();
        }

        // Said twice, it means something else to every reader.
        return lists > 1 || links > 1 ? NotFhir : new(ValueShape.Bundle, entries, next, empty, cut) { Total = total };
    }

    private static void ReadEntries(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, int maxEntries, WalkMemory known, List<WalkedEntry> entries, ref int empty, ref bool cut)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            empty += reader.TokenType == JsonTokenType.Null ? 0 : 1;
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count + empty >= maxEntries)
            {
                cut = true;
                reader.Skip();
            }
            else if (ReadEntry(ref reader, all, known) is { } entry)
            {
                entries.Add(entry);
            }
            else
            {
                empty++;
            }
        }
    }

    private static WalkedEntry? ReadEntry(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, WalkMemory known)
    {
        if (!JsonSteps.BeginsObject(ref reader))
            return null;
        RawText fullUrl = default;
        string? mode = null;
        ResourceGlance? resource = null;
        var resources = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resource"u8))
            {
                reader.Read();
                resource = ResourceGlance.Read(ref reader, all, known);
                resources++;
            }
            else if (reader.ValueTextEquals("fullUrl"u8))
            {
                fullUrl = RawText.Next(ref reader);
            }
            else if (reader.ValueTextEquals("search"u8))
            {
                mode = known.NextTextIn(ref reader, "mode"u8);
            }
            else
            {
                reader.Skip();
            }
        }

        return resource is null || resources > 1 ? null : new(resource, fullUrl, mode);
    }

    // Whatever may be a way to more is one, however it is written: to nowhere, when it cannot be read.
    private static string? ReadNextLink(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            return ReadNext(ref reader);
        string? next = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            next = ReadNext(ref reader) ?? next;
        return next;
    }

    private static string? ReadNext(ref Utf8JsonReader reader)
    {
        var (relation, url) = ((string?)null, (string?)null);
        if (JsonSteps.BeginsObject(ref reader))
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("relation"u8))
                    relation = JsonSteps.NextText(ref reader);
                else if (reader.ValueTextEquals("url"u8))
                    url = JsonSteps.NextText(ref reader);
                else
                    reader.Skip();
            }
        }

        return relation is null || relation.Trim().Equals("next", StringComparison.OrdinalIgnoreCase) ? url ?? "" : null;
    }

    private static int? ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt32(out var number) ? number : null;
        reader.Skip();
        return null;
    }

    internal static int? LargerOf(int? one, int? other) => one > other || other is null ? one : other;
}
