using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HpdCds.Chart;

/// <summary>The grammar of RFC 8259: what may follow what.</summary>
public ref partial struct JsonScanner
{
    // Compiled once and well: calls spend most of their time in such loops, and a profile of their branches costs more than it brings.
    internal const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const byte LastControl = 0x1F;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static byte Closing(ulong kinds) => (kinds & 1) == 1 ? (byte)'}' : (byte)']';

    private bool Begins(byte opening)
    {
        if (Peek() != opening)
        {
            Skip();
            return false;
        }

        At++;
        _isFirst = true;
        if (++_depth > _mostDepth)
            Fail(ScanState.Broken);
        return State == ScanState.Sound;
    }

    // Ends the object or list that is open, or steps in front of its next name or value.
    private bool Goes(byte closing)
    {
        if (Peek() == closing)
        {
            At++;
            _depth--;
            _isFirst = false;
            return false;
        }

        if (!_isFirst)
            PassComma();
        _isFirst = false;
        return State == ScanState.Sound;
    }

    private void PassComma()
    {
        if (Peek() == ',')
            At++;
        else
            Fail(ScanState.Broken);
    }

    [MethodImpl(Hot)]
    private ScannedText PassName()
    {
        if (Peek() != '"')
            Fail(ScanState.Broken);
        var name = State == ScanState.Sound ? PassText() : default;
        if (Peek() == ':')
            At++;
        else
            Fail(ScanState.Broken);
        return State == ScanState.Sound ? name : default;
    }

    [MethodImpl(Hot)]
    private ScannedText PassText()
    {
        var start = At + 1;
        var end = EndOfPlain(start);
        var isEscaped = false;
        while (end < _bytes.Length && _bytes[end] == '\\')
        {
            isEscaped = true;
            end = EndOfPlain(end + LengthOfEscape(_bytes[end..]));
        }

        if (end >= _bytes.Length || _bytes[end] != '"')
            Fail(end >= _bytes.Length ? ScanState.CutOff : ScanState.Broken);
        // An escape may have been none.
        if (State != ScanState.Sound)
            return default;

        At = end + 1;
        return new(start, end - start, isEscaped);
    }

    // The next quote, backslash or control character.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int EndOfPlain(int at)
    {
        while (at + Vector256<byte>.Count <= _bytes.Length)
        {
            var some = Vector256.Create(_bytes.Slice(at, Vector256<byte>.Count));
            var ends = Vector256.Equals(some, Vector256.Create((byte)'"'))
                | Vector256.Equals(some, Vector256.Create((byte)'\\'))
                | Vector256.Equals(some, Vector256.Min(some, Vector256.Create(LastControl)));
            var bits = ends.ExtractMostSignificantBits();
            if (bits != 0)
                return at + BitOperations.TrailingZeroCount(bits);
            at += Vector256<byte>.Count;
        }

        while (at < _bytes.Length && _bytes[at] is not ((byte)'"' or (byte)'\\') && _bytes[at] > LastControl)
            at++;
        return at;
    }

    private int LengthOfEscape(ReadOnlySpan<byte> from)
    {
        const int LengthOfUnit = 6;
        if (from is [_, (byte)'u', .. var digits])
        {
            digits = digits[..Math.Min(LengthOfUnit - 2, digits.Length)];
            if (digits.ContainsAnyExcept(HexDigits))
                Fail(ScanState.Broken);
            else if (digits.Length < LengthOfUnit - 2)
                Fail(ScanState.CutOff);
            return LengthOfUnit;
        }

        if (from.Length < 2)
            Fail(ScanState.CutOff);
        else if (!"\"\\/bfnrt"u8.Contains(from[1]))
            Fail(ScanState.Broken);
        return 2;
    }

    [MethodImpl(Hot)]
    private void PassScalar(byte first)
    {
        switch (first)
        {
            case (byte)'"':
                PassText();
                break;
            case (byte)'t':
                PassWord("true"u8);
                break;
            case (byte)'f':
                PassWord("false"u8);
                break;
            case (byte)'n':
                PassWord("null"u8);
                break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                PassNumber();
                break;
            default:
                Fail(ScanState.Broken);
                break;
        }
    }

    private void PassWord(ReadOnlySpan<byte> word)
    {
        var rest = _bytes[At..];
        if (rest.StartsWith(word))
            At += word.Length;
        else
            Fail(word.StartsWith(rest) ? ScanState.CutOff : ScanState.Broken);
    }

    [MethodImpl(Hot)]
    private void PassNumber()
    {
        var at = _bytes[At] == '-' ? At + 1 : At;
        var whole = DigitsFrom(at);
        var isSound = whole == 1 || (whole > 1 && _bytes[at] != '0');
        at += whole;
        if (isSound && at < _bytes.Length && _bytes[at] == '.')
        {
            var decimals = DigitsFrom(++at);
            isSound = decimals > 0;
            at += decimals;
        }

        if (isSound && at < _bytes.Length && _bytes[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < _bytes.Length && _bytes[at] is (byte)'+' or (byte)'-')
                at++;
            var digits = DigitsFrom(at);
            isSound = digits > 0;
            at += digits;
        }

        // Where the bytes end, more of the number may follow.
        if (at >= _bytes.Length)
            Fail(ScanState.CutOff);
        else if (!isSound)
            Fail(ScanState.Broken);
        else
            At = at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int DigitsFrom(int at)
    {
        var end = at;
        while (end < _bytes.Length && _bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        return end - at;
    }

    /// <summary>Where the next byte stands that is no space; behind the last one where there is none.</summary>
    internal static int BehindSpace(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        return at;
    }

    private byte PeekBehindSpace()
    {
        At = BehindSpace(_bytes, At);
        if (At < _bytes.Length)
            return _bytes[At];
        Fail(ScanState.CutOff);
        return 0;
    }
}
