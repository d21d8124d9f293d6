using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>
/// What one look at the bytes of a resource tells, before anybody parses it: enough to know whose it is, whether it can
/// be a fact, and roughly how old it is.
/// </summary>
public sealed class ResourceGlance
{
    private readonly List<(string? System, string Code)> _codes = [];
    private readonly List<string> _members = [];
    private readonly List<(string? Severity, string? Code, IReadOnlyList<string> Details)> _issues = [];

    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public string? Type { get; private set; }

    public string? Id { get; private set; }

    /// <summary><c>meta.versionId</c>, as it came.</summary>
    public string? VersionId { get; private set; }

    /// <summary><c>meta.lastUpdated</c>, as it came.</summary>
    public string? LastUpdated { get; private set; }

    /// <summary>The reference of <c>subject</c> (or <c>patient</c>, or the patient who takes part), when there is one.</summary>
    public string? Subject { get; private set; }

    public string? Status { get; private set; }

    /// <summary>effective[x], else nothing: the text that decides the time.</summary>
    public string? Effective { get; private set; }

    public string? Issued { get; private set; }

    /// <summary>Codings of <c>code</c> and of every component's code.</summary>
    public IReadOnlyList<(string? System, string Code)> Codes => _codes;

    public IReadOnlyList<string> Members => _members;

    /// <summary>Issues, when this is an OperationOutcome.</summary>
    public IReadOnlyList<(string? Severity, string? Code, IReadOnlyList<string> Details)> Issues => _issues;

    /// <param name="reader">Stands on the first token of the value; afterwards on its last.</param>
    /// <param name="all">The bytes that the reader reads.</param>
    /// <returns><c>null</c> when the value is not an object.</returns>
    public static ResourceGlance? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> all)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var glance = new ResourceGlance();
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            glance.ReadMember(ref reader);
        glance.Bytes = all[start..(int)reader.BytesConsumed];
        return glance;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("resourceType"))
            Type = NextText(ref reader);
        else if (reader.ValueTextEquals("id"))
            Id = NextText(ref reader);
        else if (reader.ValueTextEquals("status"))
            Status = Said(Status, NextText(ref reader));
        else if (reader.ValueTextEquals("meta"))
            (VersionId, LastUpdated) = NextTexts(ref reader, "versionId", "lastUpdated");
        else if (reader.ValueTextEquals("subject") || reader.ValueTextEquals("patient"))
            Subject = NextMemberText(ref reader, "reference") is { Length: > 0 } named ? named : Subject;
        else if (reader.ValueTextEquals("code"))
            ReadCode(ref reader);
        else if (reader.ValueTextEquals("effectiveDateTime") || reader.ValueTextEquals("effectiveInstant"))
            Effective = Said(Effective, NextText(ref reader));
        else if (reader.ValueTextEquals("effectivePeriod"))
            Effective = LaterOf(NextTexts(ref reader, "start", "end"));
        else if (reader.ValueTextEquals("effectiveTiming"))
            ReadTiming(ref reader);
        else if (reader.ValueTextEquals("issued"))
            Issued = NextText(ref reader);
        else
            ReadList(ref reader);
    }

    private void ReadList(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("component"))
            EachObject(ref reader, "code", ReadCode);
        else if (reader.ValueTextEquals("hasMember"))
            EachObject(ref reader, "reference", (ref Utf8JsonReader member) => AddIfAny(_members, NextText(ref member)));
        else if (reader.ValueTextEquals("participant"))
            EachObject(ref reader, "actor", ReadActor);
        else if (reader.ValueTextEquals("issue"))
            ReadIssues(ref reader);
        else
            reader.Skip();
    }

    // An appointment names its patient among those who take part.
    private void ReadActor(ref Utf8JsonReader reader)
    {
        if (NextMemberText(ref reader, "reference") is { } named && References.Relative(named, []).Split('/') is [.., "Patient", _])
            Subject = Said(Subject, named);
    }

    private delegate void Then(ref Utf8JsonReader reader);

    // On a property name: reads the array behind it and stops at one member of each of its objects.
    private static void EachObject(ref Utf8JsonReader reader, string name, Then then)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            EachMember(ref reader, name, then);
    }

    // On a value: when it is an object, calls back on the property with this name.
    private static void EachMember(ref Utf8JsonReader reader, string name, Then then)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
                then(ref reader);
            else
                reader.Skip();
        }
    }

    private void ReadCode(ref Utf8JsonReader reader)
    {
        reader.Read();
        EachMember(ref reader, "coding", (ref Utf8JsonReader coding) =>
        {
            coding.Read();
            if (coding.TokenType != JsonTokenType.StartArray)
            {
                coding.Skip();
                return;
            }

            while (coding.Read() && coding.TokenType != JsonTokenType.EndArray)
                ReadCoding(ref coding);
        });
    }

    private void ReadCoding(ref Utf8JsonReader reader)
    {
        string? system = null;
        string? code = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("system"))
                system = NextText(ref reader);
            else if (reader.ValueTextEquals("code"))
                code = NextText(ref reader);
            else
                reader.Skip();
        }

        if (code is not null)
            _codes.Add((system, code));
    }

    private static string? LaterOf((string? Start, string? End) period) => period.End ?? period.Start;

    // On a property name: two members of the object behind it.
    private static (string? First, string? Second) NextTexts(ref Utf8JsonReader reader, string first, string second)
    {
        (string? First, string? Second) texts = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return texts;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first))
                texts.First = NextText(ref reader);
            else if (reader.ValueTextEquals(second))
                texts.Second = NextText(ref reader);
            else
                reader.Skip();
        }

        return texts;
    }

    private void ReadTiming(ref Utf8JsonReader reader)
    {
        reader.Read();
        EachMember(ref reader, "event", (ref Utf8JsonReader events) =>
        {
            events.Read();
            if (events.TokenType != JsonTokenType.StartArray)
            {
                events.Skip();
                return;
            }

            while (events.Read() && events.TokenType != JsonTokenType.EndArray)
            {
                if (events.TokenType == JsonTokenType.String)
                    Effective ??= events.GetString();
                else
                    events.Skip();
            }
        });
    }

    private void ReadIssues(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string? severity = null;
            string? code = null;
            var details = new List<string>();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("severity"))
                    severity = NextText(ref reader);
                else if (reader.ValueTextEquals("code"))
                    code = NextText(ref reader);
                else if (reader.ValueTextEquals("details"))
                    ReadDetails(ref reader, details);
                else
                    reader.Skip();
            }

            _issues.Add((severity, code, details));
        }
    }

    private static void ReadDetails(ref Utf8JsonReader reader, List<string> codes)
    {
        reader.Read();
        EachMember(ref reader, "coding", (ref Utf8JsonReader codings) =>
            EachObject(ref codings, "code", (ref Utf8JsonReader code) => AddIfAny(codes, NextText(ref code))));
    }

    // What is said twice, and differently, is not known.
    private static string? Said(string? before, string? now) => before is null || before == now ? now : "";

    private static string? NextMemberText(ref Utf8JsonReader reader, string name)
    {
        string? text = null;
        reader.Read();
        EachMember(ref reader, name, (ref Utf8JsonReader member) => text = NextText(ref member));
        return text;
    }

    private static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }

    private static void AddIfAny(List<string> list, string? text)
    {
        if (text is not null)
            list.Add(text);
    }
}
