using System.Runtime.CompilerServices;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>
/// What one look at the bytes of a resource tells, before anybody parses it: enough to know whose it is, whether it can
/// be a fact, and roughly how old it is.
/// </summary>
public struct ResourceGlance
{
    private ReadOnlyMemory<byte> _all;
    private int _start;
    private IReadOnlyList<(string? System, string Code)>? _codes;
    private List<string>? _members;
    private List<(string? Severity, string? Code, IReadOnlyList<string> Details)>? _issues;
    private RawText _id;
    private RawText _versionId;
    private RawText _lastUpdated;
    private RawText _effective;
    private RawText _issued;
    private bool _isEffectiveUnsure;
    private string? _subject;
    private string? _participant;
    private int _length;

    /// <summary>Its bytes, for as long as the memory in which it came is ours.</summary>
    public readonly ReadOnlyMemory<byte> Bytes => _all.Slice(_start, _length);

    public string? Type { readonly get; private set; }

    public readonly string? Id => _id.In(_all.Span);

    /// <summary><c>meta.versionId</c>, as it came.</summary>
    public readonly string? VersionId => _versionId.In(_all.Span);

    /// <summary><c>meta.lastUpdated</c>, as it came.</summary>
    public readonly string? LastUpdated => _lastUpdated.In(_all.Span);

    /// <summary>The reference of <c>subject</c> (or <c>patient</c>, or the patient who takes part), when there is one.</summary>
    public readonly string? Subject => _subject ?? (Type == "Appointment" ? _participant : null);

    /// <summary>What would decide whose it is, or what, is said twice: to every reader it may be something else.</summary>
    public bool IsContradicted { readonly get; private set; }

    public string? Status { readonly get; private set; }

    /// <summary>effective[x], else nothing: the text that decides the time.</summary>
    public readonly string? Effective => _isEffectiveUnsure ? "" : _effective.In(_all.Span);

    public readonly string? Issued => _issued.In(_all.Span);

    /// <summary>Codings of <c>code</c> and of every component's code.</summary>
    public readonly IReadOnlyList<(string? System, string Code)> Codes => _codes ?? (IReadOnlyList<(string?, string)>)[];

    public readonly IReadOnlyList<string> Members => _members ?? (IReadOnlyList<string>)[];

    /// <summary>Issues, when this is an OperationOutcome.</summary>
    public readonly IReadOnlyList<(string? Severity, string? Code, IReadOnlyList<string> Details)> Issues => _issues ?? (IReadOnlyList<(string?, string?, IReadOnlyList<string>)>)[];

    internal readonly ReadOnlySpan<byte> All => _all.Span;

    /// <summary>A code of it is one that the walk was told to look for.</summary>
    internal bool HasWantedCode { readonly get; private set; }

    /// <summary>The time of <see cref="Effective"/>.</summary>
    internal readonly ClinicalTime? EffectiveTime(TimeZoneInfo zone) => _isEffectiveUnsure ? null : TimeOf(_effective, zone);

    /// <summary>The same, or of <see cref="Issued"/> where nothing at all is said of it.</summary>
    internal readonly ClinicalTime? AnyTime(TimeZoneInfo zone) =>
        _isEffectiveUnsure || !_effective.IsNothing ? EffectiveTime(zone) : TimeOf(_issued, zone);

    /// <summary>The text of <see cref="EffectiveTime"/> in these bytes, which are those that were looked at.</summary>
    internal readonly ReadOnlySpan<byte> EffectiveIn(ReadOnlySpan<byte> all) => _isEffectiveUnsure ? default : _effective.BytesIn(all);

    internal readonly ReadOnlySpan<byte> IdIn(ReadOnlySpan<byte> all) => _id.BytesIn(all);

    internal readonly ReadOnlySpan<byte> BytesIn(ReadOnlySpan<byte> all) => all.Slice(_start, _length);

    /// <summary>Where the bytes that were looked at are from now on.</summary>
    internal void Settle(ReadOnlyMemory<byte> all) => _all = all;

    /// <returns><c>false</c> when the value is not an object.</returns>
    public bool Read(ref JsonScanner scanner, WalkMemory known)
    {
        if (!scanner.BeginsObject())
            return false;
        _start = scanner.At - 1;
        while (scanner.NextMember(out var name))
            ReadMember(ref scanner, name, known);
        _length = scanner.At - _start;
        return true;
    }

    private readonly ClinicalTime? TimeOf(RawText text, TimeZoneInfo zone) =>
        text.TryBytes(_all.Span, out var bytes) ? ChartTimes.Parse(bytes, zone) : ChartTimes.Parse(text.In(_all.Span), zone);

    // Most members of a resource are none of these; a name that is written with escapes is looked at whole.
    [MethodImpl(JsonScanner.Hot)]
    private static bool MayMatter(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'i' or (byte)'s' or (byte)'m' or (byte)'p' or (byte)'c' or (byte)'h', ..] => name.Length is 2 or 4 or 5 or 6 or 7 or 9 or 11,
        [(byte)'r', ..] => name.Length == 12,
        [(byte)'e', ..] => name.Length is >= 15 and <= 17,
        _ => false,
    };

    private void ReadMember(ref JsonScanner scanner, ScannedText name, WalkMemory known)
    {
        if (!name.IsEscaped && !MayMatter(scanner.BytesOf(name)))
            scanner.Skip();
        else if (scanner.Is(name, "resourceType"u8))
            (IsContradicted, Type) = (IsContradicted || Type is not null, known.NextText(ref scanner));
        else if (scanner.Is(name, "id"u8))
            _id = RawText.Next(ref scanner);
        else if (scanner.Is(name, "status"u8))
            Status = Said(Status, known.NextText(ref scanner));
        else if (scanner.Is(name, "meta"u8))
            ReadTexts(ref scanner, "versionId"u8, "lastUpdated"u8, out _versionId, out _lastUpdated);
        else if (scanner.Is(name, "subject"u8) || scanner.Is(name, "patient"u8))
            ReadSubject(ref scanner, known);
        else if (scanner.Is(name, "code"u8))
            ReadCode(ref scanner, known);
        else if (scanner.Is(name, "effectiveDateTime"u8) || scanner.Is(name, "effectiveInstant"u8))
            SayEffective(RawText.Next(ref scanner), scanner.Bytes);
        else if (scanner.Is(name, "effectivePeriod"u8))
            ReadPeriod(ref scanner);
        else if (scanner.Is(name, "effectiveTiming"u8))
            ReadTiming(ref scanner);
        else if (scanner.Is(name, "issued"u8))
            _issued = RawText.Next(ref scanner);
        else
            ReadList(ref scanner, name, known);
    }

    private void ReadSubject(ref JsonScanner scanner, WalkMemory known)
    {
        if (!scanner.BeginsObject())
            return;
        while (scanner.NextMember(out var name))
        {
            if (!scanner.Is(name, "reference"u8))
            {
                scanner.Skip();
                continue;
            }

            var named = known.NextText(ref scanner);
            IsContradicted |= _subject is not null && _subject != named;
            _subject = named is { Length: > 0 } ? named : _subject;
        }
    }

    private void ReadList(ref JsonScanner scanner, ScannedText name, WalkMemory known)
    {
        if (scanner.Is(name, "component"u8))
            ReadComponents(ref scanner, known);
        else if (scanner.Is(name, "hasMember"u8))
            ReadMembers(ref scanner);
        else if (scanner.Is(name, "participant"u8))
            ReadParticipants(ref scanner, known);
        else if (scanner.Is(name, "issue"u8))
            OutcomeIssues.Read(ref scanner, _issues ??= []);
        else
            scanner.Skip();
    }

    // An appointment names its patient among those who take part.
    private void ReadParticipants(ref JsonScanner scanner, WalkMemory known)
    {
        if (!scanner.BeginsList())
            return;
        while (scanner.NextItem())
        {
            if (!scanner.BeginsObject())
                continue;
            while (scanner.NextMember(out var name))
            {
                if (!scanner.Is(name, "actor"u8))
                    scanner.Skip();
                else if (known.NextTextIn(ref scanner, "reference"u8) is { } named && References.Relative(named, []).Split('/') is [.., "Patient", _])
                    _participant = Said(_participant, named);
            }
        }
    }

    private void ReadComponents(ref JsonScanner scanner, WalkMemory known)
    {
        if (!scanner.BeginsList())
            return;
        while (scanner.NextItem())
        {
            if (!scanner.BeginsObject())
                continue;
            while (scanner.NextMember(out var name))
            {
                if (scanner.Is(name, "code"u8))
                    ReadCode(ref scanner, known);
                else
                    scanner.Skip();
            }
        }
    }

    private void ReadMembers(ref JsonScanner scanner)
    {
        if (!scanner.BeginsList())
            return;
        while (scanner.NextItem())
        {
            if (!scanner.BeginsObject())
                continue;
            while (scanner.NextMember(out var name))
            {
                if (scanner.Is(name, "reference"u8))
                {
                    if (scanner.NextText() is { } member)
                        (_members ??= []).Add(member);
                }
                else
                    scanner.Skip();
            }
        }
    }

    // The same element stands in many resources: its bytes are passed, and read where they are new.
    private void ReadCode(ref JsonScanner scanner, WalkMemory known)
    {
        scanner.Peek();
        var inFront = scanner;
        var start = scanner.At;
        scanner.Skip();
        if (scanner.State != ScanState.Sound)
            return;
        var element = scanner.Bytes[start..scanner.At];
        if (!known.TryCodes(element, out var codes, out var areWanted))
        {
            var isDoubled = false;
            codes = ConceptCodings.Read(ref inFront, known, ref isDoubled);
            scanner.Fail(inFront.State);
            // What cannot be read is not remembered, or it would be known as read when it comes again.
            if (scanner.State != ScanState.Sound)
                return;
            IsContradicted |= isDoubled;
            areWanted = isDoubled || known.Keep(element, codes);
        }

        HasWantedCode |= areWanted;
        if (_codes is List<(string?, string)> several)
            several.AddRange(codes);
        else
            _codes = _codes is null ? codes : new List<(string?, string)>([.. _codes, .. codes]);
    }

    // What is said twice, and differently, is not known.
    private void SayEffective(RawText now, ReadOnlySpan<byte> all)
    {
        if (_isEffectiveUnsure || !_effective.IsNothing)
            _isEffectiveUnsure = _isEffectiveUnsure || _effective.In(all) != now.In(all);
        else
            _effective = now;
    }

    private void ReadPeriod(ref JsonScanner scanner)
    {
        ReadTexts(ref scanner, "start"u8, "end"u8, out var start, out var end);
        (_effective, _isEffectiveUnsure) = (end.IsNothing ? start : end, false);
    }

    // Two members of the object that comes next.
    private static void ReadTexts(ref JsonScanner scanner, ReadOnlySpan<byte> firstName, ReadOnlySpan<byte> secondName, out RawText first, out RawText second)
    {
        (first, second) = (default, default);
        if (!scanner.BeginsObject())
            return;
        while (scanner.NextMember(out var name))
        {
            if (scanner.Is(name, firstName))
                first = RawText.Next(ref scanner);
            else if (scanner.Is(name, secondName))
                second = RawText.Next(ref scanner);
            else
                scanner.Skip();
        }
    }

    private void ReadTiming(ref JsonScanner scanner)
    {
        if (!scanner.BeginsObject())
            return;
        for (var isInList = false; scanner.NextItemOf("event"u8, ref isInList);)
        {
            var time = RawText.Next(ref scanner);
            if (_effective.IsNothing && !_isEffectiveUnsure)
                _effective = time;
        }
    }

    // What is said twice, and differently, is not known.
    private static string? Said(string? before, string? now) => before is null || before == now ? now : "";
}
