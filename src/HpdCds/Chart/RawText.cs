using System.Text;

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

    /// <param name="scanner">In front of a value; afterwards behind it.</param>
    public static RawText Next(ref JsonScanner scanner)
    {
        if (!scanner.TryText(out var text))
            return default;
        return !text.IsEscaped && text.Length > 0 && Ascii.IsValid(scanner.BytesOf(text)) ? new(text.Start, text.Length) : new(scanner.TextOf(text));
    }

    /// <param name="all">The bytes that were scanned.</param>
    public string? In(ReadOnlySpan<byte> all) => IsNothing ? null : _made ?? Encoding.ASCII.GetString(all.Slice(_start, _length));

    /// <summary>Its bytes, as it was meant.</summary>
    public ReadOnlySpan<byte> BytesIn(ReadOnlySpan<byte> all) => _made is null ? all.Slice(_start, _length) : Encoding.UTF8.GetBytes(_made);

    /// <summary>Its characters, one byte each, where that is how it came.</summary>
    public bool TryBytes(ReadOnlySpan<byte> all, out ReadOnlySpan<byte> bytes)
    {
        bytes = _made is null ? all.Slice(_start, _length) : default;
        return _made is null && _length > 0;
    }
}
