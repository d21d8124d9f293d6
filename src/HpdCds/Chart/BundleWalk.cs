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

public sealed record WalkedEntry(string? FullUrl, string? SearchMode, ResourceGlance Resource) : PatientData;

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
            var walk = reader.TokenType switch
            {
                JsonTokenType.Null => NotFhir with { Shape = ValueShape.Null },
                JsonTokenType.StartObject => TypeOf(value) == "Bundle" ? ReadBundle(ref reader, value, maxEntries) : ReadSingle(ref reader, value),
                _ => NotFhir,
            };
            // Throws where a second document follows: nobody knows which of them is meant.
            return walk.Shape == ValueShape.NotFhir || !reader.Read() ? walk : NotFhir;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return NotFhir;
        }
    }

    /// <summary>Some servers write as Windows does.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> received) =>
        received.Span.StartsWith(ByteOrderMark) ? received[ByteOrderMark.Length..] : received;

    private static string? TypeOf(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("resourceType");
            reader.Read();
            if (isType)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    private static BundleWalk ReadSingle(ref Utf8JsonReader reader, ReadOnlyMemory<byte> value)
    {
        var resource = ResourceGlance.Read(ref reader, value)!;
        return resource.Type switch
        {
            null or "" => NotFhir,
            "OperationOutcome" => new(ValueShape.Outcome, [new(null, null, resource)], null, 0, false),
            _ => new(ValueShape.OneResource, [new(null, null, resource)], null, 0, false),
        };
    }

    private static BundleWalk ReadBundle(ref Utf8JsonReader reader, ReadOnlyMemory<byte> value, int maxEntries)
    {
        var entries = new List<WalkedEntry>();
        string? next = null;
        int? total = null;
        var empty = 0;
        var cut = false;
        var (lists, links) = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("entry") && ++lists == 1)
                ReadEntries(ref reader, value, maxEntries, entries, ref empty, ref cut);
            else if (reader.ValueTextEquals("link") && ++links == 1)
                next = ReadNextLink(ref reader);
            else if (reader.ValueTextEquals("total"))
                total = LargerOf(total, ReadNumber(ref reader));
            else
                reader.Skip();
        }

        // Said twice, it means something else to every reader.
        return lists > 1 || links > 1 ? NotFhir : new(ValueShape.Bundle, entries, next, empty, cut) { Total = total };
    }

    private static void ReadEntries(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> value, int maxEntries, List<WalkedEntry> entries, ref int empty, ref bool cut)
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
            else if (ReadEntry(ref reader, value) is { } entry)
            {
                entries.Add(entry);
            }
            else
            {
                empty++;
            }
        }
    }

    private static WalkedEntry? ReadEntry(ref Utf8JsonReader reader, ReadOnlyMemory<byte> value)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        string? fullUrl = null;
        string? mode = null;
        ResourceGlance? resource = null;
        var resources = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resource"))
            {
                reader.Read();
                resource = ResourceGlance.Read(ref reader, value);
                resources++;
            }
            else if (reader.ValueTextEquals("fullUrl"))
            {
                fullUrl = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("search"))
            {
                mode = ReadPair(ref reader, "mode", "").First;
            }
            else
            {
                reader.Skip();
            }
        }

        return resource is null || resources > 1 ? null : new(fullUrl, mode, resource);
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
        var (relation, url) = ReadObjectPair(ref reader, "relation", "url");
        return relation is null || relation.Trim().Equals("next", StringComparison.OrdinalIgnoreCase) ? url ?? "" : null;
    }

    private static (string? First, string? Second) ReadPair(ref Utf8JsonReader reader, string first, string second)
    {
        reader.Read();
        return ReadObjectPair(ref reader, first, second);
    }

    private static (string? First, string? Second) ReadObjectPair(ref Utf8JsonReader reader, string first, string second)
    {
        (string? First, string? Second) pair = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return pair;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first))
                pair.First = ReadText(ref reader);
            else if (reader.ValueTextEquals(second))
                pair.Second = ReadText(ref reader);
            else
                reader.Skip();
        }

        return pair;
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

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }
}
