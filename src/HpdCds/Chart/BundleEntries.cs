using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>An entry of a Bundle, or one resource that stands alone.</summary>
public sealed class WalkedEntry
{
    private readonly ResourceGlance _resource;
    private readonly RawText _fullUrl;

    internal WalkedEntry(in ResourceGlance resource, RawText fullUrl = default, string? searchMode = null) =>
        (_resource, _fullUrl, SearchMode) = (resource, fullUrl, searchMode);

    public string? FullUrl => _fullUrl.In(_resource.All);

    public string? SearchMode { get; }

    /// <summary>It is what was asked for, not what came along.</summary>
    public bool IsMatch => IsMatchBy(SearchMode);

    public ref readonly ResourceGlance Resource => ref _resource;

    internal static bool IsMatchBy(string? searchMode) => searchMode is not ("include" or "outcome");
}

/// <summary>What is remembered of every entry, also of one of which nothing else is.</summary>
internal readonly struct EntryMark
{
    /// <summary>Stands for <c>Type/id</c>, or for what its Bundle calls it; 0 where it says nothing by which to know it again.</summary>
    public ulong Name { get; init; }

    /// <summary>Stands for the bytes of the resource.</summary>
    public ulong Content { get; init; }

    public string? Subject { get; init; }

    /// <summary>Nothing where it is a result with codes that nobody looks for.</summary>
    public WalkedEntry? Kept { get; init; }

    /// <summary>Which of the times of its list is that of one that was not kept; none for 0.</summary>
    public int Time { get; init; }

    public bool IsMatch { get; init; }

    /// <inheritdoc cref="ResourceGlance.IsContradicted"/>
    public bool IsContradicted { get; init; }

    /// <summary>Nothing where it says none, or where it is not sure what it is or whose.</summary>
    public string? Type => IsContradicted ? null : Kept is null ? BundleEntries.Observation : Kept.Resource.Type;
}

/// <summary>
/// The entries of one list, told one after the other. Of results with codes that nobody looks for only a mark stays; what is kept
/// is copied where the memory in which it came is not ours for long.
/// </summary>
public sealed class BundleEntries
{
    internal const string Observation = "Observation";

    // Most lists are short.
    private const int FirstPiece = 8;
    private const int Piece = 128;
    private const int LongestNameInPlace = 256;

    // With a secret, so that nobody can make two names that seem to be one.
    private static readonly long Secret = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly int _mostEntries;
    private readonly WalkMemory _known;
    private readonly LentMemory? _place;
    private List<WalkedEntry>? _kept;
    private List<EntryMark[]>? _marks;
    private List<ReadOnlyMemory<byte>>? _times;

    /// <param name="mostEntries">More of them are passed and not looked at.</param>
    /// <param name="known">What was met before, and which codes are looked for.</param>
    /// <param name="place">Where to keep; nothing where everything may stay where it lies.</param>
    internal BundleEntries(int mostEntries, WalkMemory known, LentMemory? place = null) => (_mostEntries, _known, _place) = (mostEntries, known, place);

    public IReadOnlyList<WalkedEntry> Kept => _kept ?? (IReadOnlyList<WalkedEntry>)[];

    /// <summary>Those that hold nothing to read.</summary>
    public int WithoutResource { get; private set; }

    /// <summary>Those whose resource does not say of which type it is, or says so, or whose it is, in two ways.</summary>
    internal int WithoutType { get; private set; }

    /// <summary>There were more than we are willing to look at.</summary>
    public bool IsCutShort { get; private set; }

    internal int Count { get; private set; }

    /// <summary>A text in one of them is none, so that of all of them nothing is known.</summary>
    internal bool HasNoText { get; private set; }

    internal bool IsEmpty => Count + WithoutResource == 0 && !HasNoText;

    internal ref readonly EntryMark this[int at] => ref Place(at);

    /// <summary>The effective time of one that was not kept.</summary>
    internal ClinicalTime? TimeOf(in EntryMark mark, TimeZoneInfo zone) => mark.Time == 0 ? null : ChartTimes.Parse(_times![mark.Time - 1].Span, zone);

    /// <summary>Looks at the entry with which these bytes begin.</summary>
    /// <param name="depth">How many objects and lists may lie in each other in it.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>When it is not sound, nothing was noted.</returns>
    internal ScanState Take(ReadOnlyMemory<byte> from, int depth, out int length)
    {
        var scanner = new JsonScanner(from.Span, depth);
        if (Count + WithoutResource >= _mostEntries)
        {
            IsCutShort = true;
            return Pass(ref scanner, out length);
        }

        var (fullUrl, mode, resources, isResource, urls, searches) = (default(RawText), (string?)null, 0, false, 0, 0);
        var resource = default(ResourceGlance);
        if (scanner.BeginsObject())
        {
            while (scanner.NextMember(out var name))
            {
                if (scanner.Is(name, "resource"u8))
                    (resources, isResource) = (resources + 1, resource.Read(ref scanner, _known));
                else if (scanner.Is(name, "fullUrl"u8))
                    (urls, fullUrl) = (urls + 1, RawText.Next(ref scanner));
                else if (scanner.Is(name, "search"u8))
                    (searches, mode) = (searches + 1, _known.NextTextIn(ref scanner, "mode"u8));
                else
                    scanner.Skip();
            }
        }

        if (scanner.State == ScanState.NotText)
        {
            HasNoText = true;
            scanner = new JsonScanner(from.Span, depth);
            return Pass(ref scanner, out length);
        }

        length = scanner.At;
        if (scanner.State != ScanState.Sound)
            return scanner.State;
        if (resources == 1 && isResource && urls < 2 && searches < 2)
            Note(from[..length], resource, fullUrl, mode);
        else
            WithoutResource++;
        return ScanState.Sound;
    }

    /// <summary>Takes a resource that stands alone.</summary>
    /// <returns>Its type; nothing where it has none, or is not sound.</returns>
    internal string? TakeAlone(ref JsonScanner scanner, ReadOnlyMemory<byte> all)
    {
        var resource = default(ResourceGlance);
        resource.Read(ref scanner, _known);
        if (scanner.State != ScanState.Sound || string.IsNullOrEmpty(resource.Type))
            return null;
        Note(all, resource, default, mode: null);
        return resource.Type;
    }

    /// <summary>Notes something where entries are expected.</summary>
    internal void CountOne() => WithoutResource++;

    private static ScanState Pass(ref JsonScanner scanner, out int length)
    {
        scanner.Skip();
        length = scanner.At;
        return scanner.State;
    }

    private void Note(ReadOnlyMemory<byte> all, ResourceGlance resource, RawText fullUrl, string? mode)
    {
        WithoutType += resource.IsContradicted || string.IsNullOrEmpty(resource.Type) ? 1 : 0;
        var kept = _known.IsWanted(resource) ? Keep(all, resource, fullUrl, mode) : null;
        if (Count is 0 || (Count - FirstPiece) % Piece == 0)
            (_marks ??= []).Add(new EntryMark[Count == 0 ? FirstPiece : Piece]);
        Place(Count) = new()
        {
            Name = NameOf(all.Span, resource, fullUrl),
            Content = XxHash3.HashToUInt64(resource.BytesIn(all.Span)),
            Subject = resource.Subject,
            IsMatch = WalkedEntry.IsMatchBy(mode),
            IsContradicted = resource.IsContradicted,
            Kept = kept,
            Time = kept is null ? Remember(resource.EffectiveIn(all.Span)) : 0,
        };
        Count++;
    }

    private ref EntryMark Place(int at) =>
        ref at < FirstPiece ? ref _marks![0][at] : ref _marks![1 + ((at - FirstPiece) / Piece)][(at - FirstPiece) % Piece];

    private WalkedEntry Keep(ReadOnlyMemory<byte> all, ResourceGlance resource, RawText fullUrl, string? mode)
    {
        resource.Settle(_place?.Keep(all.Span) ?? all);
        var entry = new WalkedEntry(resource, fullUrl, mode);
        (_kept ??= []).Add(entry);
        return entry;
    }

    // The results of one sample have one time, and come together.
    private int Remember(ReadOnlySpan<byte> time)
    {
        if (time.IsEmpty)
            return 0;
        _times ??= [];
        if (_times.Count == 0 || !time.SequenceEqual(_times[^1].Span))
            _times.Add(_place?.Keep(time) ?? time.ToArray());
        return _times.Count;
    }

    private static ulong NameOf(ReadOnlySpan<byte> all, ResourceGlance resource, RawText fullUrl)
    {
        var type = resource.Type ?? "";
        var id = resource.IdIn(all);
        if (id.Length == 0)
            return HashOf(Encoding.UTF8.GetBytes(fullUrl.In(all) ?? type + "/"));
        Span<byte> name = stackalloc byte[LongestNameInPlace];
        if (type.Length + id.Length >= name.Length || !Encoding.UTF8.TryGetBytes(type, name[..^id.Length], out var length) || length + id.Length >= name.Length)
            return HashOf([.. Encoding.UTF8.GetBytes(type + "/"), .. id]);
        name[length] = (byte)'/';
        id.CopyTo(name[(length + 1)..]);
        return HashOf(name[..(length + 1 + id.Length)]);
    }

    private static ulong HashOf(ReadOnlySpan<byte> name) => name is [] or [.., (byte)'/'] ? 0 : Math.Max(1, XxHash3.HashToUInt64(name, Secret));
}
