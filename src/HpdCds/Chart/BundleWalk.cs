using System.Globalization;
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

/// <summary>One walk over a prefetch value or an answer of a FHIR server, and where its entries lie.</summary>
public sealed record BundleWalk(ValueShape Shape, BundleEntries All, string? NextLink) : PatientData
{
    internal const int MostDepth = 64;

    private static readonly BundleEntries NoEntries = new(0, new WalkMemory(0));

    private static readonly BundleWalk NotFhir = new(ValueShape.NotFhir, NoEntries, null);

    public static readonly BundleWalk OfNothing = NotFhir with { Shape = ValueShape.Bundle };

    /// <summary>The entries of which more is known than that they came.</summary>
    public IReadOnlyList<WalkedEntry> Entries => All.Kept;

    /// <summary>Entries that hold nothing to read.</summary>
    public int EntriesWithoutResource => All.WithoutResource;

    /// <summary>More entries than we are willing to look at.</summary>
    public bool IsCutShort => All.IsCutShort;

    /// <summary>How many matches there are on all pages, where the Bundle says so.</summary>
    public int? Total { get; init; }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static BundleWalk Read(ReadOnlyMemory<byte> received, int maxEntries) => Read(WithoutMark(received), new BundleEntries(maxEntries, new WalkMemory(received.Length)));

    /// <param name="entries">Those that were taken out of its list as it came, else none, and what is to be done with more.</param>
    internal static BundleWalk Read(ReadOnlyMemory<byte> value, BundleEntries entries)
    {
        var scanner = new JsonScanner(value.Span, MostDepth);
        var walk = ReadValue(ref scanner, value, entries);
        // A second document may follow: nobody knows which of them is meant.
        return scanner.IsAtEnd && !walk.All.HasNoText ? walk : NotFhir;
    }

    /// <summary>Some servers write as Windows does.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> received) =>
        received.Span.StartsWith(ByteOrderMark) ? received[ByteOrderMark.Length..] : received;

    private static BundleWalk ReadValue(ref JsonScanner scanner, ReadOnlyMemory<byte> all, BundleEntries entries)
    {
        var first = scanner.Peek();
        if (first == '{')
            return IsBundle(scanner) ? ReadBundle(ref scanner, all, entries) : ReadSingle(ref scanner, all, entries);
        scanner.Skip();
        return first == 'n' ? NotFhir with { Shape = ValueShape.Null } : NotFhir;
    }

    // With a scanner of its own: the type may stand behind what it is the type of.
    private static bool IsBundle(JsonScanner scanner)
    {
        scanner.BeginsObject();
        while (scanner.NextMember(out var name))
        {
            if (scanner.Is(name, "resourceType"u8))
                return scanner.NextText() == "Bundle";
            scanner.Skip();
        }

        return false;
    }

    private static BundleWalk ReadSingle(ref JsonScanner scanner, ReadOnlyMemory<byte> all, BundleEntries entries)
    {
        // What was taken out of it, as if it were a Bundle, nobody has checked as a part of it.
        var type = entries.IsEmpty ? entries.TakeAlone(ref scanner, all) : null;
        return string.IsNullOrEmpty(type) ? NotFhir : new(type == "OperationOutcome" ? ValueShape.Outcome : ValueShape.OneResource, entries, null);
    }

    private static BundleWalk ReadBundle(ref JsonScanner scanner, ReadOnlyMemory<byte> all, BundleEntries entries)
    {
        string? next = null;
        int? total = null;
        var (lists, links, types) = (0, 0, 0);
        scanner.BeginsObject();
        while (scanner.NextMember(out var name))
        {
            if (scanner.Is(name, "entry"u8) && ++lists == 1)
                ReadEntries(ref scanner, all, entries);
            else if (scanner.Is(name, "link"u8) && ++links == 1)
                next = ReadNextLink(ref scanner);
            else if (scanner.Is(name, "total"u8))
                total = LargerOf(total, ReadNumber(ref scanner));
            else
            {
                types += scanner.Is(name, "resourceType"u8) ? 1 : 0;
                scanner.Skip();
            }
        }

        // Said twice, it means something else to every reader.
        return lists > 1 || links > 1 || types > 1 ? NotFhir : new(ValueShape.Bundle, entries, next) { Total = total };
    }

    private static void ReadEntries(ref JsonScanner scanner, ReadOnlyMemory<byte> all, BundleEntries entries)
    {
        var first = scanner.Peek();
        if (!scanner.BeginsList())
        {
            if (first != 'n')
                entries.CountOne();
            return;
        }

        while (scanner.NextItem())
        {
            scanner.Peek();
            scanner.Fail(entries.Take(all[Math.Min(scanner.At, all.Length)..], scanner.DepthLeft, out var length));
            scanner.Pass(length);
        }
    }

    // Whatever may be a way to more is one, however it is written: to nowhere, when it cannot be read.
    private static string? ReadNextLink(ref JsonScanner scanner)
    {
        var first = scanner.Peek();
        if (first == 'n')
        {
            scanner.Skip();
            return null;
        }

        if (first != '[')
            return ReadNext(ref scanner);
        string? next = null;
        scanner.BeginsList();
        while (scanner.NextItem())
            next = ReadNext(ref scanner) ?? next;
        return next;
    }

    private static string? ReadNext(ref JsonScanner scanner)
    {
        var (relation, url, relations, urls) = ((string?)null, (string?)null, 0, 0);
        if (scanner.BeginsObject())
        {
            while (scanner.NextMember(out var name))
            {
                if (scanner.Is(name, "relation"u8))
                    (relations, relation) = (relations + 1, scanner.NextText());
                else if (scanner.Is(name, "url"u8))
                    (urls, url) = (urls + 1, scanner.NextText());
                else
                    scanner.Skip();
            }
        }

        // Of what is said twice nothing is known.
        (relation, url) = (relations > 1 ? null : relation, urls > 1 ? null : url);
        return relation is null || relation.Trim().Equals("next", StringComparison.OrdinalIgnoreCase) ? url ?? "" : null;
    }

    private static int? ReadNumber(ref JsonScanner scanner)
    {
        scanner.Peek();
        var start = scanner.At;
        scanner.Skip();
        return scanner.State == ScanState.Sound && int.TryParse(scanner.Bytes[start..scanner.At], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    internal static int? LargerOf(int? one, int? other) => one > other || other is null ? one : other;
}
