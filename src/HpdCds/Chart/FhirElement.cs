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
        foreach (var member in Members)
        {
            if (member.Name.Length == name.Length && Ascii.Equals(member.Name, name))
            {
                value = member.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Of an object; nothing else has any.</summary>
    public MemberSteps Members => new(document, at, ValueKind == JsonValueKind.Object);

    public IEnumerable<FhirElement> EnumerateArray()
    {
        var end = document[at].Next;
        for (var item = at + 1; item < end; item = document[item].Next)
            yield return new(document, item);
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
