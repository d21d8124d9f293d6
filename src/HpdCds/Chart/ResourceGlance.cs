using System.Text.Json;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>
/// What one look at the bytes of a resource tells, before anybody parses it: enough to know whose it is, whether it can
/// be a fact, and roughly how old it is.
/// </summary>
public sealed class ResourceGlance
{
    private static readonly (string? System, string Code)[] NoCodes = [];

    private readonly ReadOnlyMemory<byte> _all;
    private readonly int _start;
    private (string? System, string Code)[] _codes = NoCodes;
    private List<string>? _members;
    private List<(string? Severity, string? Code, IReadOnlyList<string> Details)>? _issues;
    private RawText _id;
    private RawText _versionId;
    private RawText _lastUpdated;
    private RawText _effective;
    private RawText _issued;
    private bool _isEffectiveUnsure;
    private int _length;

    private ResourceGlance(ReadOnlyMemory<byte> all, int start) => (_all, _start) = (all, start);

    public ReadOnlyMemory<byte> Bytes => _all.Slice(_start, _length);

    public string? Type { get; private set; }

    public string? Id => _id.In(_all);

    /// <summary><c>meta.versionId</c>, as it came.</summary>
    public string? VersionId => _versionId.In(_all);

    /// <summary><c>meta.lastUpdated</c>, as it came.</summary>
    public string? LastUpdated => _lastUpdated.In(_all);

    /// <summary>The reference of <c>subject</c> (or <c>patient</c>, or the patient who takes part), when there is one.</summary>
    public string? Subject { get; private set; }

    public string? Status { get; private set; }

    /// <summary>effective[x], else nothing: the text that decides the time.</summary>
    public string? Effective => _isEffectiveUnsure ? "" : _effective.In(_all);

    public string? Issued => _issued.In(_all);

    /// <summary>Codings of <c>code</c> and of every component's code.</summary>
    public IReadOnlyList<(string? System, string Code)> Codes => _codes;

    public IReadOnlyList<string> Members => _members ?? (IReadOnlyList<string>)[];

    /// <summary>Issues, when this is an OperationOutcome.</summary>
    public IReadOnlyList<(string? Severity, string? Code, IReadOnlyList<string> Details)> Issues => _issues ?? (IReadOnlyList<(string?, string?, IReadOnlyList<string>)>)[];

    internal ReadOnlyMemory<byte> All => _all;

    internal RawText RawId => _id;

    /// <summary>The time of <see cref="Effective"/>.</summary>
    internal ClinicalTime? EffectiveTime(TimeZoneInfo zone) => _isEffectiveUnsure ? null : TimeOf(_effective, zone);

    /// <summary>The same, or of <see cref="Issued"/> where nothing at all is said of it.</summary>
    internal ClinicalTime? AnyTime(TimeZoneInfo zone) =>
        _isEffectiveUnsure || !_effective.IsNothing ? EffectiveTime(zone) : TimeOf(_issued, zone);

    /// <param name="reader">Stands on the first token of the value; afterwards on its last.</param>
    /// <param name="all">The bytes that the reader reads.</param>
    /// <returns><c>null</c> when the value is not an object.</returns>
    public static ResourceGlance? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all) => Read(ref reader, all, new WalkMemory(all.Length));

    internal static ResourceGlance? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all, WalkMemory known)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var glance = new ResourceGlance(all, (int)reader.TokenStartIndex);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            glance.ReadMember(ref reader, known);
        glance._length = (int)reader.BytesConsumed - glance._start;
        return glance;
    }

    private ClinicalTime? TimeOf(RawText text, TimeZoneInfo zone) =>
        text.TryBytes(_all, out var bytes) ? ChartTimes.Parse(bytes, zone) : ChartTimes.Parse(text.In(_all), zone);

    // Most members of a resource are none of these; a name that is written with escapes is looked at whole.
    private static bool MayMatter(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'i' or (byte)'s' or (byte)'m' or (byte)'p' or (byte)'c' or (byte)'h', ..] => name.Length is 2 or 4 or 5 or 6 or 7 or 9 or 11,
        [(byte)'r', ..] => name.Length == 12,
        [(byte)'e', ..] => name.Length is >= 15 and <= 17,
        _ => false,
    };

    private void ReadMember(ref Utf8JsonReader reader, WalkMemory known)
    {
        if (!reader.ValueIsEscaped && !MayMatter(reader.ValueSpan))
            reader.Skip();
        else if (reader.ValueTextEquals("resourceType"u8))
            Type = known.NextText(ref reader);
        else if (reader.ValueTextEquals("id"u8))
            _id = RawText.Next(ref reader);
        else if (reader.ValueTextEquals("status"u8))
            Status = Said(Status, known.NextText(ref reader));
        else if (reader.ValueTextEquals("meta"u8))
            ReadTexts(ref reader, "versionId"u8, "lastUpdated"u8, out _versionId, out _lastUpdated);
        else if (reader.ValueTextEquals("subject"u8) || reader.ValueTextEquals("patient"u8))
            Subject = known.NextTextIn(ref reader, "reference"u8) is { Length: > 0 } named ? named : Subject;
        else if (reader.ValueTextEquals("code"u8))
            ReadCode(ref reader, known);
        else if (reader.ValueTextEquals("effectiveDateTime"u8) || reader.ValueTextEquals("effectiveInstant"u8))
            SayEffective(RawText.Next(ref reader));
        else if (reader.ValueTextEquals("effectivePeriod"u8))
            ReadPeriod(ref reader);
        else if (reader.ValueTextEquals("effectiveTiming"u8))
            ReadTiming(ref reader);
        else if (reader.ValueTextEquals("issued"u8))
            _issued = RawText.Next(ref reader);
        else
            ReadList(ref reader, known);
    }

    private void ReadList(ref Utf8JsonReader reader, WalkMemory known)
    {
        if (reader.ValueTextEquals("component"u8))
            ReadComponents(ref reader, known);
        else if (reader.ValueTextEquals("hasMember"u8))
            ReadMembers(ref reader);
        else if (reader.ValueTextEquals("participant"u8))
            ReadParticipants(ref reader, known);
        else if (reader.ValueTextEquals("issue"u8))
            OutcomeIssues.Read(ref reader, _issues ??= []);
        else
            reader.Skip();
    }

    // An appointment names its patient among those who take part.
    private void ReadParticipants(ref Utf8JsonReader reader, WalkMemory known)
    {
        if (!JsonSteps.BeginsList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonSteps.BeginsObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("actor"u8))
                    reader.Skip();
                else if (known.NextTextIn(ref reader, "reference"u8) is { } named && References.Relative(named, []).Split('/') is [.., "Patient", _])
                    Subject = Said(Subject, named);
            }
        }
    }

    private void ReadComponents(ref Utf8JsonReader reader, WalkMemory known)
    {
        if (!JsonSteps.BeginsList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonSteps.BeginsObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("code"u8))
                    ReadCode(ref reader, known);
                else
                    reader.Skip();
            }
        }
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        if (!JsonSteps.BeginsList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonSteps.BeginsObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("reference"u8))
                {
                    if (JsonSteps.NextText(ref reader) is { } member)
                        (_members ??= []).Add(member);
                }
                else
                    reader.Skip();
            }
        }
    }

    // The same element stands in many resources: its bytes are passed, and read where they are new.
    private void ReadCode(ref Utf8JsonReader reader, WalkMemory known)
    {
        reader.Read();
        var before = reader;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var length = (int)reader.BytesConsumed - start;
        var codes = known.CodesOf(_all.Span, start, length);
        if (codes is null)
        {
            codes = ReadCodings(ref before, known);
            known.Keep(_all.Span, start, length, codes);
        }

        _codes = _codes.Length == 0 ? codes : [.. _codes, .. codes];
    }

    private static (string? System, string Code)[] ReadCodings(ref Utf8JsonReader reader, WalkMemory known)
    {
        List<(string? System, string Code)>? codes = null;
        if (!JsonSteps.BeginsObject(ref reader))
            return NoCodes;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("coding"u8))
            {
                reader.Skip();
                continue;
            }

            if (!JsonSteps.BeginsList(ref reader))
                continue;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (ReadCoding(ref reader, known) is { } coding)
                    (codes ??= []).Add(coding);
            }
        }

        return codes is null ? NoCodes : [.. codes];
    }

    private static (string? System, string Code)? ReadCoding(ref Utf8JsonReader reader, WalkMemory known)
    {
        string? system = null;
        string? code = null;
        if (!JsonSteps.BeginsObject(ref reader))
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("system"u8))
                system = known.NextText(ref reader);
            else if (reader.ValueTextEquals("code"u8))
                code = known.NextText(ref reader);
            else
                reader.Skip();
        }

        return code is null ? null : (system, code);
    }

    // What is said twice, and differently, is not known.
    private void SayEffective(RawText now)
    {
        if (_isEffectiveUnsure || !_effective.IsNothing)
            _isEffectiveUnsure = _isEffectiveUnsure || Effective != now.In(_all);
        else
            _effective = now;
    }

    private void ReadPeriod(ref Utf8JsonReader reader)
    {
        ReadTexts(ref reader, "start"u8, "end"u8, out var start, out var end);
        (_effective, _isEffectiveUnsure) = (end.IsNothing ? start : end, false);
    }

    // On a property name: two members of the object behind it.
    private static void ReadTexts(ref Utf8JsonReader reader, ReadOnlySpan<byte> firstName, ReadOnlySpan<byte> secondName, out RawText first, out RawText second)
    {
        (first, second) = (default, default);
        reader.Read();
        if (!JsonSteps.BeginsObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(firstName))
                first = RawText.Next(ref reader);
            else if (reader.ValueTextEquals(secondName))
                second = RawText.Next(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadTiming(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonSteps.BeginsObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("event"u8))
            {
                reader.Skip();
                continue;
            }

            if (!JsonSteps.BeginsList(ref reader))
                continue;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                    reader.Skip();
                else if (_effective.IsNothing && !_isEffectiveUnsure)
                    _effective = RawText.Here(ref reader);
            }
        }
    }

    // What is said twice, and differently, is not known.
    private static string? Said(string? before, string? now) => before is null || before == now ? now : "";
}
