using System.Runtime.CompilerServices;
using System.Text;

namespace HpdCds.Chart;

/// <summary>
/// What one walk has met before. In a chart the same words and codings stand in every entry: a string is made of them once.
/// Not for several threads, and not for longer than what is walked.
/// </summary>
/// <param name="length">About how many bytes are walked.</param>
/// <param name="isWanted">Which codes are looked for; all, where nothing else is said.</param>
/// <param name="place">Where to keep what came; of its own, where nothing else is said.</param>
public sealed class WalkMemory(long length, Func<string?, string, bool>? isWanted = null, LentMemory? place = null)
{
    private const int FewestSlots = 32;
    private const int MostSlots = 256;
    private const int BytesForSlot = 128;
    private const int TextsForCode = 2;

    // As long as what LOINC calls a test.
    private const int LongestText = 128;

    // As many as what is walked can fill: most bodies are small.
    private readonly string?[] _texts = new string?[Math.Clamp(length / BytesForSlot, FewestSlots, MostSlots)];
    private (ReadOnlyMemory<byte> Element, (string? System, string Code)[]? Codes, bool AreWanted)[]? _codes;

    /// <param name="scanner">In front of a value; afterwards behind it.</param>
    public string? NextText(ref JsonScanner scanner) => scanner.TryText(out var text) ? Text(ref scanner, text) : null;

    /// <param name="scanner">In front of a value; afterwards behind it.</param>
    /// <param name="member">Of the object that the value is.</param>
    public string? NextTextIn(ref JsonScanner scanner, ReadOnlySpan<byte> member)
    {
        string? text = null;
        if (!scanner.BeginsObject())
            return text;
        while (scanner.NextMember(out var name))
        {
            if (scanner.Is(name, member))
                text = NextText(ref scanner);
            else
                scanner.Skip();
        }

        return text;
    }

    /// <summary>Whether anybody may read more of it than that it came: panels name their members, and what is no result is always read.</summary>
    public bool IsWanted(in ResourceGlance resource) =>
        isWanted is null || resource.HasWantedCode || resource.Type != BundleEntries.Observation || resource.Members.Count > 0;

    /// <summary>The codings of an element that came before, byte for byte.</summary>
    public bool TryCodes(ReadOnlySpan<byte> element, out (string? System, string Code)[] codes, out bool areWanted)
    {
        (codes, areWanted) = ([], false);
        if (_codes?[SlotOf(element, _codes.Length)] is not { Codes: { } known } found || !element.SequenceEqual(found.Element.Span))
            return false;
        (codes, areWanted) = (known, found.AreWanted);
        return true;
    }

    /// <returns>Whether one of them is wanted.</returns>
    public bool Keep(ReadOnlySpan<byte> element, (string? System, string Code)[] codes)
    {
        var areWanted = isWanted is null || Array.Exists(codes, code => isWanted(code.System, code.Code));
        _codes ??= new (ReadOnlyMemory<byte>, (string?, string)[]?, bool)[_texts.Length / TextsForCode];
        ref var slot = ref _codes[SlotOf(element, _codes.Length)];
        // The first one stays, so that what is remembered does not grow with what is walked.
        if (slot.Codes is null)
            slot = (place?.Keep(element) ?? element.ToArray(), codes, areWanted);
        return areWanted;
    }

    /// <param name="bytes">A text without escapes, of which it is sure that it is UTF-8.</param>
    public string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestText)
            return Encoding.UTF8.GetString(bytes);
        ref var known = ref _texts[SlotOf(bytes, _texts.Length)];
        return known is not null && Ascii.Equals(bytes, known) ? known : known = Encoding.UTF8.GetString(bytes);
    }

    private string Text(ref JsonScanner scanner, ScannedText text)
    {
        if (text.IsEscaped || text.Length is 0 or > LongestText)
            return scanner.TextOf(text);
        var bytes = scanner.BytesOf(text);
        ref var known = ref _texts[SlotOf(bytes, _texts.Length)];
        // Never equal where a byte is not ASCII, so that such a text is always looked at whole.
        return known is not null && Ascii.Equals(bytes, known) ? known : known = scanner.TextOf(text);
    }

    // A few of the bytes tell what differs in practice.
    [MethodImpl(JsonScanner.Hot)]
    private static int SlotOf(ReadOnlySpan<byte> bytes, int slots)
    {
        var hash = (uint)bytes.Length;
        var step = Math.Max(1, bytes.Length / 16);
        for (var at = bytes.Length - 1; at >= 0; at -= step)
            hash = (hash * 31) + bytes[at];
        return (int)((hash ^ (hash >> 15)) % (uint)slots);
    }
}
