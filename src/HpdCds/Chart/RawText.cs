using System.Text;
using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>
/// A text of a document that becomes a string only when somebody asks: of thousands of results few are asked. What is not plain
/// ASCII is made at once, so that a text that is none is found while the document is walked.
/// </summary>
internal readonly struct RawText
{
    private readonly string? _made;
    private readonly int _start;
    private readonly int _length;

    private RawText(string made) => _made = made;

    private RawText(int start, int length) => (_start, _length) = (start, length);

    public bool IsNothing => _made is null && _length == 0;

    /// <param name="reader">On a property name; afterwards on the last token of its value.</param>
    public static RawText Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return default;
        }

        return Here(ref reader);
    }

    /// <param name="reader">On a text.</param>
    public static RawText Here(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        return !reader.ValueIsEscaped && text.Length > 0 && Ascii.IsValid(text)
            ? new((int)reader.TokenStartIndex + 1, text.Length)
            : new(reader.GetString()!);
    }

    /// <param name="all">The bytes that the reader read.</param>
    public string? In(ReadOnlyMemory<byte> all) => IsNothing ? null : _made ?? Encoding.ASCII.GetString(all.Span.Slice(_start, _length));

    /// <summary>Its characters, one byte each, where that is how it came.</summary>
    public bool TryBytes(ReadOnlyMemory<byte> all, out ReadOnlySpan<byte> bytes)
    {
        bytes = _made is null ? all.Span.Slice(_start, _length) : default;
        return _made is null && _length > 0;
    }
}
