using System.Text;
using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>
/// What one walk has met before. In a chart the same words and codings stand in every entry: a string is made of them once.
/// Not for several threads, and not for longer than what is walked.
/// </summary>
/// <param name="length">How many bytes are walked.</param>
internal sealed class WalkMemory(int length)
{
    private const int FewestSlots = 32;
    private const int MostSlots = 256;
    private const int BytesForSlot = 128;
    private const int LongestText = 64;

    // As many as what is walked can fill: most bodies are small.
    private readonly string?[] _texts = new string?[Math.Clamp(length / BytesForSlot, FewestSlots, MostSlots)];
    private (int Start, int Length, (string? System, string Code)[] Codes)[]? _codes;

    /// <param name="reader">On a property name; afterwards on the last token of its value.</param>
    public string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return Text(ref reader);
        reader.Skip();
        return null;
    }

    /// <param name="reader">On a property name; afterwards on the last token of its value.</param>
    /// <param name="member">Of the object behind it.</param>
    public string? NextTextIn(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        string? text = null;
        reader.Read();
        if (!JsonSteps.BeginsObject(ref reader))
            return text;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(member))
                text = NextText(ref reader);
            else
                reader.Skip();
        }

        return text;
    }

    /// <summary>The codings of an element that came before, byte for byte.</summary>
    public (string? System, string Code)[]? CodesOf(ReadOnlySpan<byte> all, int start, int length)
    {
        if (_codes is null)
            return null;
        ref var known = ref _codes[SlotOf(all.Slice(start, length))];
        return known.Codes is not null && all.Slice(known.Start, known.Length).SequenceEqual(all.Slice(start, length)) ? known.Codes : null;
    }

    public void Keep(ReadOnlySpan<byte> all, int start, int length, (string? System, string Code)[] codes)
    {
        _codes ??= new (int, int, (string?, string)[])[_texts.Length];
        _codes[SlotOf(all.Slice(start, length))] = (start, length, codes);
    }

    /// <param name="bytes">A text without escapes, of which it is sure that it is UTF-8.</param>
    public string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestText)
            return Encoding.UTF8.GetString(bytes);
        ref var known = ref _texts[SlotOf(bytes)];
        return known is not null && Ascii.Equals(bytes, known) ? known : known = Encoding.UTF8.GetString(bytes);
    }

    private string Text(ref Utf8JsonReader reader)
    {
        var bytes = reader.ValueSpan;
        if (reader.ValueIsEscaped || bytes.Length is 0 or > LongestText)
            return reader.GetString()!;
        ref var known = ref _texts[SlotOf(bytes)];
        // Never equal where a byte is not ASCII, so that such a text is always looked at whole.
        return known is not null && Ascii.Equals(bytes, known) ? known : known = reader.GetString()!;
    }

    // A few of the bytes tell what differs in practice; two in one slot only take turns.
    private int SlotOf(ReadOnlySpan<byte> bytes)
    {
        var hash = (uint)bytes.Length;
        var step = Math.Max(1, bytes.Length / 16);
        for (var at = bytes.Length - 1; at >= 0; at -= step)
            hash = (hash * 31) + bytes[at];
        return (int)((hash ^ (hash >> 15)) % (uint)_texts.Length);
    }
}
