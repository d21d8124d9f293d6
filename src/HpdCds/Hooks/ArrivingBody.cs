using System.Text.Json;
using HpdCds.Chart;

namespace HpdCds.Hooks;

/// <summary>
/// The body of a call, looked into while it comes: an entry of a prefetch Bundle is looked at when it is whole, and only what may
/// become a fact stays of it. What is left when all has come is the envelope, in which those lists of entries are empty.
/// </summary>
public sealed class ArrivingBody : IDisposable
{
    // Less than a piece of lent memory, by what comes at once.
    public const int Enough = 60_000;

    private const int LengthOfMark = 3;

    // The entries of a prefetch value lie in the body, the prefetch, the Bundle and its list.
    private const int DepthOfEntries = 4;

    private readonly int _least;
    private readonly Func<string, bool> _isWalked;
    private readonly int _maxEntries;
    private readonly WalkMemory _known;
    private readonly LentMemory _kept = new();
    private readonly Dictionary<string, BundleEntries> _taken = new(StringComparer.Ordinal);
    private readonly LentBytes _come = new(Enough);
    private readonly LentBytes _rest = new(8_192);
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = BundleWalk.MostDepth });
    private BundleEntries? _open;
    private string _key = "";
    private int _wanted;
    private bool _isBegun;
    private bool _isFirst;
    private bool _isInPrefetch;
    private bool _isInWalked;
    private bool _isEntryNext;
    private bool _hasEnded;

    /// <param name="isWalked">The prefetch keys whose values are looked into.</param>
    /// <param name="maxEntries">Of each.</param>
    /// <param name="isWanted">The codes of results of which more is read than that they came; null for all.</param>
    /// <param name="length">About how long it will be.</param>
    /// <param name="least">Fewer bytes are not worth a look, unless they are all.</param>
    public ArrivingBody(Func<string, bool> isWalked, int maxEntries, Func<string?, string, bool>? isWanted, long length, int least = Enough) =>
        (_isWalked, _maxEntries, _known, _least, _wanted) = (isWalked, maxEntries, new(length, isWanted, _kept), least, least);

    /// <exception cref="RefusedException">It is not JSON.</exception>
    public void Add(ReadOnlySpan<byte> more)
    {
        _come.Add(more);
        if (_come.Length >= _wanted)
            Pass(isAll: false);
    }

    /// <exception cref="RefusedException">It is not JSON, says something twice, or a member has the wrong type.</exception>
    public Envelope End()
    {
        Pass(isAll: true);
        return Envelope.Read(_rest.Memory, (name, value) =>
            _isWalked(name) ? BundleWalk.Read(value, _taken.GetValueOrDefault(name) ?? new BundleEntries(_maxEntries, _known)) : null);
    }

    public void Dispose()
    {
        _come.Dispose();
        _rest.Dispose();
        _kept.Dispose();
    }

    private void Pass(bool isAll)
    {
        if (!_isBegun && (isAll || _come.Length >= LengthOfMark))
        {
            _come.Drop(_come.Length - BundleWalk.WithoutMark(_come.Memory).Length);
            _isBegun = true;
        }

        if (!_isBegun)
            return;
        try
        {
            while (_open is null ? PassRest(isAll) : PassEntries(_open))
            {
                // Until the next list of entries begins, or ends.
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw Envelope.NoJson();
        }

        if (isAll && _open is not null)
            throw Envelope.NoJson();
        // What is not whole yet is looked at again when there is twice as much of it, so that a long one is not looked at too often.
        _wanted = Math.Max(_least, 2 * _come.Length);
    }

    /// <returns>Whether a list of entries begins behind it.</returns>
    private bool PassRest(bool isAll)
    {
        var opens = false;
        var passed = _come.Length;
        if (!_hasEnded)
        {
            var reader = new Utf8JsonReader(_come.Memory.Span, isAll, _state);
            while (!opens && !_hasEnded && reader.Read())
                opens = Opens(ref reader);
            _state = reader.CurrentState;
            // What follows its end stays, so that it is refused.
            passed = _hasEnded ? _come.Length : (int)reader.BytesConsumed;
        }

        _rest.Add(_come.Memory.Span[..passed]);
        _come.Drop(passed);
        if (opens)
        {
            (_open, _isFirst) = (new BundleEntries(_maxEntries, _known, _kept), true);
            // Two lists under one key are two too many, and the walk says so.
            _taken[_key] = _open;
        }

        return opens;
    }

    /// <summary>Follows where in the body the reader is.</summary>
    private bool Opens(ref Utf8JsonReader reader)
    {
        var isEntry = _isEntryNext;
        _isEntryNext = false;
        switch (reader.TokenType)
        {
            // What is written with an escape is left to the walk over the rest.
            case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                (_isInPrefetch, _isInWalked) = (!reader.ValueIsEscaped && reader.ValueTextEquals("prefetch"u8), false);
                break;
            case JsonTokenType.PropertyName when reader.CurrentDepth == 2:
                _key = _isInPrefetch && !reader.ValueIsEscaped ? reader.GetString()! : "";
                _isInWalked = _isInPrefetch && _isWalked(_key);
                break;
            case JsonTokenType.PropertyName when reader.CurrentDepth == 3:
                _isEntryNext = _isInWalked && !reader.ValueIsEscaped && reader.ValueTextEquals("entry"u8);
                break;
            case JsonTokenType.StartArray:
                return isEntry;
            default:
                _hasEnded = reader.CurrentDepth == 0 && reader.TokenType is not JsonTokenType.StartObject;
                break;
        }

        return false;
    }

    /// <returns>Whether the list has ended.</returns>
    private bool PassEntries(BundleEntries entries)
    {
        var (all, at) = (_come.Memory, 0);
        while ((at = JsonScanner.BehindSpace(all.Span, at)) < all.Length && all.Span[at] != ']')
        {
            var start = _isFirst ? at : all.Span[at] == ',' ? JsonScanner.BehindSpace(all.Span, at + 1) : throw new JsonException();
            var state = entries.Take(all[start..], BundleWalk.MostDepth - DepthOfEntries, out var length);
            if (state == ScanState.Broken)
                throw new JsonException();
            if (state == ScanState.CutOff)
                break;
            at = start + length;
            _isFirst = false;
        }

        var hasEnded = at < all.Length && all.Span[at] == ']';
        _come.Drop(at);
        if (hasEnded)
            _open = null;
        return hasEnded;
    }
}
