using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace HpdCds.Chart;

/// <summary>How a scanner stands.</summary>
public enum ScanState
{
    /// <summary>What was passed is sound.</summary>
    Sound,

    /// <summary>The bytes end inside a value: more of them may make it whole.</summary>
    CutOff,

    /// <summary>It is no JSON, or nested too deeply.</summary>
    Broken,

    /// <summary>A text that was asked for is none: bytes that are no UTF-8, or half of a pair.</summary>
    NotText,
}

/// <summary>What stands between two quotes.</summary>
public readonly struct ScannedText(int start, int length, bool isEscaped)
{
    public int Start => start;

    public int Length => length;

    public bool IsEscaped => isEscaped;
}

/// <summary>
/// Passes JSON from front to back, as strictly as <see cref="Utf8JsonReader"/> and quicker over what nobody asks for. After a fault
/// no step finds anything more, so that every loop ends by itself and the state is asked once, behind it.
/// </summary>
public ref partial struct JsonScanner
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _mostDepth;
    private int _depth;
    private bool _isFirst;

    /// <param name="mostDepth">How many objects and lists may lie in each other; never more than 64.</param>
    public JsonScanner(ReadOnlySpan<byte> bytes, int mostDepth)
    {
        _bytes = bytes;
        _mostDepth = Math.Min(mostDepth, BundleWalk.MostDepth);
    }

    public readonly ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>How many bytes were passed.</summary>
    public int At { get; private set; }

    public ScanState State { get; private set; }

    /// <summary>How many more objects and lists may be opened here.</summary>
    public readonly int DepthLeft => _mostDepth - _depth;

    /// <summary>Whether nothing but space is left; it is passed.</summary>
    public bool IsAtEnd
    {
        get
        {
            At = BehindSpace(_bytes, At);
            return State == ScanState.Sound && At == _bytes.Length;
        }
    }

    /// <summary>Whether the next value is an object, which is then begun; anything else is passed.</summary>
    public bool BeginsObject() => Begins((byte)'{');

    /// <summary>Whether the next value is a list, which is then begun; anything else is passed.</summary>
    public bool BeginsList() => Begins((byte)'[');

    /// <summary>The next name in the object that was begun, in front of its value; false behind the last.</summary>
    public bool NextMember(out ScannedText name)
    {
        name = Goes((byte)'}') ? PassName() : default;
        return name.Start > 0;
    }

    /// <summary>Whether another value stands in the list that was begun; it is then the next.</summary>
    public bool NextItem() => Goes((byte)']');

    /// <summary>The next item of the lists that have this name in the object that was begun; false behind its last member, all others of which are passed.</summary>
    /// <param name="isInList">Of the caller's, false at first.</param>
    public bool NextItemOf(ReadOnlySpan<byte> member, ref bool isInList)
    {
        while (!isInList || !NextItem())
        {
            isInList = false;
            if (!NextMember(out var name))
                return false;
            if (Is(name, member))
                isInList = BeginsList();
            else
                Skip();
        }

        return true;
    }

    /// <summary>Whether the next value is a text; anything else is passed.</summary>
    public bool TryText(out ScannedText text)
    {
        text = default;
        if (Peek() == '"')
            text = PassText();
        else
            Skip();
        return text.Start > 0;
    }

    /// <summary>The next value where it is a text, as it was meant; anything else is passed.</summary>
    public string? NextText() => TryText(out var text) ? TextOf(text) : null;

    /// <summary>The first byte of what comes next, in front of which the scanner then stands; 0 where nothing comes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek() => (uint)At < (uint)_bytes.Length && _bytes[At] > ' ' ? _bytes[At] : PeekBehindSpace();

    /// <summary>Passes a value whole, of any kind.</summary>
    [MethodImpl(Hot)]
    public void Skip()
    {
        // One bit for each level: whether it is an object.
        var (levels, kinds) = (0, 0UL);
        while (State == ScanState.Sound)
        {
            var next = Peek();
            if (next is (byte)'{' or (byte)'[')
            {
                kinds = (kinds << 1) | (next == '{' ? 1UL : 0UL);
                if (++levels + _depth > _mostDepth)
                    Fail(ScanState.Broken);
                At++;
                if (Peek() != Closing(kinds))
                {
                    if (next == '{')
                        PassName();
                    continue;
                }
            }
            else
            {
                PassScalar(next);
            }

            while (levels > 0 && Peek() == Closing(kinds))
            {
                At++;
                levels--;
                kinds >>= 1;
            }

            if (levels == 0)
                return;
            PassComma();
            if ((kinds & 1) == 1)
                PassName();
        }
    }

    public readonly ReadOnlySpan<byte> BytesOf(ScannedText text) => _bytes.Slice(text.Start, text.Length);

    public bool Is(ScannedText text, ReadOnlySpan<byte> expected) =>
        text.IsEscaped ? MayBe(BytesOf(text), expected) && Encoding.UTF8.GetBytes(TextOf(text)).AsSpan().SequenceEqual(expected) : BytesOf(text).SequenceEqual(expected);

    /// <summary>The text as it was meant; empty where it is none, which <see cref="State"/> then says.</summary>
    public string TextOf(ScannedText text)
    {
        var raw = BytesOf(text);
        if (!text.IsEscaped && Utf8.IsValid(raw))
            return Encoding.UTF8.GetString(raw);
        try
        {
            var reader = new Utf8JsonReader(_bytes.Slice(text.Start - 1, text.Length + 2));
            reader.Read();
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Fail(ScanState.NotText);
            return "";
        }
    }

    /// <summary>Somebody else has passed these bytes.</summary>
    public void Pass(int bytes) => At += bytes;

    public void Fail(ScanState how)
    {
        if (State == ScanState.Sound && how != ScanState.Sound)
            (State, At) = (how, _bytes.Length);
    }

    // An escape of one byte has six at most.
    private static bool MayBe(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> expected) =>
        escaped.Length >= expected.Length && escaped.Length <= 6 * expected.Length && expected.StartsWith(escaped[..escaped.IndexOf((byte)'\\')]);
}
