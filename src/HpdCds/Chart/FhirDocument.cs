using System.Buffers;
using System.Text;
using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>
/// One resource, read in one pass that refuses what is unsound (<see cref="FhirReading"/>) and notes where each part of it lies.
/// Nothing is made of a part that nobody asks for.
/// </summary>
internal sealed class FhirDocument : IDisposable
{
    public const int MaxDepth = 64;

    // Wider objects than FHIR has are compared by the framework, which does not compare each member with each.
    private const int MostCompared = 48;
    private const int LongestText = 1024 * 1024;
    private const int LongestNumber = 64;
    private const int FewestParts = 256;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The elements of which FHIR has one, of one of several types that its name ends with.</summary>
    private static readonly byte[][] Choices = [.. ((string[])["value", "effective", "medication", "onset", "performed", "item", "occurrence"]).Select(Encoding.UTF8.GetBytes)];

    private static readonly SearchValues<byte> FirstLetters = SearchValues.Create([.. Choices.Select(choice => choice[0])]);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly WalkMemory? _known;
    private Part[] _parts = ArrayPool<Part>.Shared.Rent(FewestParts);
    private int _count;

    private FhirDocument(ReadOnlyMemory<byte> bytes, WalkMemory? known) => (_bytes, _known) = (bytes, known);

    public FhirElement RootElement => new(this, 0);

    /// <summary>A value or the name of a member, behind which its value stands.</summary>
    internal struct Part
    {
        public int Start { get; init; }

        public int Length { get; init; }

        /// <summary>Of a value: the part behind everything in it. Of a name: the name before it in the same object.</summary>
        public int Next { get; set; }

        public JsonTokenType Token { get; init; }

        public bool IsEscaped { get; init; }
    }

    internal Part this[int at] => _parts[at];

    internal ReadOnlySpan<byte> BytesOf(Part part) => _bytes.Span.Slice(part.Start, part.Length);

    /// <param name="known">Texts that came in others before.</param>
    /// <returns>Nothing when it is no sound JSON, or says something twice.</returns>
    public static FhirDocument? Read(ReadOnlyMemory<byte> bytes, WalkMemory? known = null)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes.Span))
            return null;
        var document = new FhirDocument(bytes, known);
        try
        {
            if (document.Fill())
                return document;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Unsound.
        }

        document.Dispose();
        return null;
    }

    public void Dispose()
    {
        if (_parts.Length > 0)
            ArrayPool<Part>.Shared.Return(_parts);
        _parts = [];
    }

    /// <summary>Where the value of a member lies; below 0 where the part is no object or has no such member.</summary>
    /// <param name="name">In ASCII.</param>
    internal int ValueOf(int at, ReadOnlySpan<char> name)
    {
        if (_parts[at].Token != JsonTokenType.StartObject)
            return -1;
        for (var member = at + 1; member < _parts[at].Next; member = _parts[member + 1].Next)
        {
            if (_parts[member].Length == name.Length && Ascii.Equals(BytesOf(_parts[member]), name))
                return member + 1;
        }

        return -1;
    }

    /// <summary>The text of a part, as it was meant.</summary>
    internal string TextOf(Part part)
    {
        var raw = BytesOf(part);
        if (!part.IsEscaped)
            return _known?.Text(raw) ?? Encoding.UTF8.GetString(raw);
        var reader = new Utf8JsonReader(_bytes.Span.Slice(part.Start - 1, part.Length + 2));
        reader.Read();
        return reader.GetString()!;
    }

    private bool Fill()
    {
        var bytes = _bytes.Span;
        Span<(int Start, int Length)> chosen = stackalloc (int, int)[(MaxDepth + 1) * Choices.Length];
        Span<(int Last, int Members)> names = stackalloc (int, int)[MaxDepth + 1];
        Span<int> open = stackalloc int[MaxDepth + 1];
        var isWide = false;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            var (token, depth) = (reader.TokenType, reader.CurrentDepth);
            if (token is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                _parts[open[depth]].Next = _count;
                continue;
            }

            if (reader.ValueSpan.Length > (token == JsonTokenType.Number ? LongestNumber : LongestText))
                return false;
            // No name in FHIR needs an escape; hidden behind one, a value would be passed over.
            if (reader.ValueIsEscaped && (token == JsonTokenType.PropertyName || reader.GetString() is null))
                return false;
            var start = (int)reader.TokenStartIndex + (token is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0);
            var next = _count + 1;
            if (token is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                open[depth] = _count;
                if (token == JsonTokenType.StartObject)
                {
                    chosen.Slice(depth * Choices.Length, Choices.Length).Clear();
                    names[depth] = (-1, 0);
                }
            }
            else if (token == JsonTokenType.PropertyName)
            {
                ref var before = ref names[depth - 1];
                if (!IsOneChoice(reader.ValueSpan, bytes, start, chosen.Slice((depth - 1) * Choices.Length, Choices.Length)) || IsAmong(reader.ValueSpan, before.Last, before.Members))
                    return false;
                next = before.Last;
                before = (_count, before.Members + 1);
                isWide |= before.Members > MostCompared;
            }

            Add(new() { Start = start, Length = reader.ValueSpan.Length, Next = next, Token = token, IsEscaped = reader.ValueIsEscaped });
        }

        // Throws where a member stands twice.
        if (isWide)
            JsonDocument.Parse(_bytes, Strict).Dispose();
        return true;
    }

    private bool IsAmong(ReadOnlySpan<byte> name, int last, int members)
    {
        for (; members is > 0 and <= MostCompared && last >= 0; last = _parts[last].Next)
        {
            if (_parts[last].Length == name.Length && BytesOf(_parts[last]).SequenceEqual(name))
                return true;
        }

        return false;
    }

    private void Add(Part part)
    {
        if (_count == _parts.Length)
        {
            var more = ArrayPool<Part>.Shared.Rent(2 * _count);
            _parts.AsSpan(0, _count).CopyTo(more);
            ArrayPool<Part>.Shared.Return(_parts);
            _parts = more;
        }

        _parts[_count++] = part;
    }

    // Whoever sends two values means one of them.
    private static bool IsOneChoice(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes, int start, Span<(int Start, int Length)> chosen)
    {
        if (name is [(byte)'_', ..])
        {
            name = name[1..];
            start++;
        }

        if (name.IsEmpty || !FirstLetters.Contains(name[0]))
            return true;
        for (var choice = 0; choice < Choices.Length; choice++)
        {
            if (!name.StartsWith(Choices[choice]))
                continue;
            if (chosen[choice].Length == 0)
                chosen[choice] = (start, name.Length);
            return bytes.Slice(chosen[choice].Start, chosen[choice].Length).SequenceEqual(name);
        }

        return true;
    }
}
