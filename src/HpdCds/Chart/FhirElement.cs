using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>A part of a resource; the default is none.</summary>
internal readonly struct FhirElement(FhirDocument document, int at)
{
    public JsonValueKind ValueKind => document is null ? JsonValueKind.Undefined : document[at].Token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };

    /// <param name="name">In ASCII.</param>
    public bool TryGetProperty(ReadOnlySpan<char> name, out FhirElement value)
    {
        var found = document is null ? -1 : document.ValueOf(at, name);
        value = found < 0 ? default : new(document!, found);
        return found >= 0;
    }

    /// <summary>Of an object; nothing else has any.</summary>
    public MemberSteps Members => new(document, at, ValueKind == JsonValueKind.Object);

    /// <summary>Of a list, which lists in it are a part of. What is null is not there.</summary>
    public FhirElement[] Items()
    {
        var count = CountItems(at);
        if (count == 0)
            return [];
        var items = new FhirElement[count];
        Fill(items, at, 0);
        return items;
    }

    /// <summary>Whether it is a list of nothing at all.</summary>
    public bool IsEmptyList => ValueKind == JsonValueKind.Array && document[at].Next == at + 1;

    private int CountItems(int list)
    {
        var count = 0;
        for (var item = list + 1; item < document[list].Next; item = document[item].Next)
            count += document[item].Token switch { JsonTokenType.StartArray => CountItems(item), JsonTokenType.Null => 0, _ => 1 };
        return count;
    }

    private int Fill(FhirElement[] items, int list, int count)
    {
        for (var item = list + 1; item < document[list].Next; item = document[item].Next)
        {
            if (document[item].Token == JsonTokenType.StartArray)
                count = Fill(items, item, count);
            else if (document[item].Token != JsonTokenType.Null)
                items[count++] = new(document, item);
        }

        return count;
    }

    /// <summary>Whether it is a text that says anything.</summary>
    public bool IsText => ValueKind == JsonValueKind.String && document[at].Length > 0;

    /// <summary>A text as it stands there, where it is written in ASCII and without escapes.</summary>
    public bool TryAscii(out ReadOnlySpan<byte> text)
    {
        text = IsText && !document[at].IsEscaped ? document.BytesOf(document[at]) : [];
        return !text.IsEmpty && Ascii.IsValid(text);
    }

    public string? GetString() => document[at].Token == JsonTokenType.String ? document.TextOf(document[at]) : null;

    public bool TryGetDecimal(out decimal value)
    {
        var raw = document.BytesOf(document[at]);
        return Utf8Parser.TryParse(raw, out value, out var read, raw.ContainsAny((byte)'e', (byte)'E') ? 'e' : default) && read == raw.Length;
    }

    /// <summary>Steps from member to member.</summary>
    internal ref struct MemberSteps(FhirDocument document, int at, bool isObject)
    {
        private readonly int _end = isObject ? document[at].Next : 0;
        private int _value = at;
        private bool _hasBegun;

        public readonly MemberSteps GetEnumerator() => this;

        public readonly ReadOnlySpan<byte> NameBytes => document.BytesOf(document[_value - 1]);

        public readonly Member Current => new(NameBytes, new FhirElement(document, _value));

        public bool MoveNext()
        {
            if (_end == 0)
                return false;
            _value = _hasBegun ? document[_value].Next + 1 : _value + 2;
            _hasBegun = true;
            return _value < _end;
        }
    }

    internal readonly ref struct Member(ReadOnlySpan<byte> name, FhirElement value)
    {
        public ReadOnlySpan<byte> Name { get; } = name;

        public FhirElement Value { get; } = value;
    }
}
