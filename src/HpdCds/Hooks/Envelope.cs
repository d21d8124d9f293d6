using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using HpdCds.Chart;

namespace HpdCds.Hooks;

/// <summary>
/// The members of a request body that we read, as they came. FHIR content is stepped over and kept as a range of the bytes,
/// or looked into by one walk, so that nobody ever sees it read in two ways.
/// </summary>
public sealed class Envelope
{
    private const int MaxDepth = 64;

    private readonly Dictionary<string, BundleWalk> _walked = new(StringComparer.Ordinal);
    private readonly Func<string, ReadOnlyMemory<byte>, BundleWalk?> _walk;

    private Envelope(Func<string, ReadOnlyMemory<byte>, BundleWalk?> walk) => _walk = walk;

    private delegate void MemberReader(ref Utf8JsonReader reader, string name);

    public string? Hook { get; private set; }

    public string? HookInstance { get; private set; }

    public string? FhirServer { get; private set; }

    public AuthorizationMembers? Authorization { get; private set; }

    public bool HasContext { get; private set; }

    public string? UserId { get; private set; }

    public string? PatientId { get; private set; }

    public string? EncounterId { get; private set; }

    public ImmutableArray<string>? Selections { get; private set; }

    public ReadOnlyMemory<byte>? DraftOrders { get; private set; }

    public ImmutableDictionary<string, ReadOnlyMemory<byte>> Prefetch { get; private set; } =
        ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>What stands in the prefetch values that were looked into as they came; the rest stays unread.</summary>
    public IReadOnlyDictionary<string, BundleWalk> Walked => _walked;

    /// <exception cref="RefusedException">The body is not JSON, says something twice, or a member has the wrong type.</exception>
    public static Envelope Read(ReadOnlyMemory<byte> body) => Read(BundleWalk.WithoutMark(body), (_, _) => null);

    /// <param name="rest">What was left of a body.</param>
    /// <param name="walk">Looks into a prefetch value, by its key; nothing where it stays unread.</param>
    /// <exception cref="RefusedException">The body is not JSON, says something twice, or a member has the wrong type.</exception>
    internal static Envelope Read(ReadOnlyMemory<byte> rest, Func<string, ReadOnlyMemory<byte>, BundleWalk?> walk)
    {
        var envelope = new Envelope(walk);
        var isRead = false;
        try
        {
            var reader = new Utf8JsonReader(rest.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            envelope.ReadRoot(ref reader, rest);
            isRead = true;
            reader.Read();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw isRead ? Refuse("Something follows the JSON document of the body: one is expected") : NoJson();
        }

        return envelope;
    }

    internal static RefusedException NoJson() => Refuse("The body is not valid JSON, or is nested too deeply");

    private static RefusedException Refuse(string diagnostics) => new(new(StatusCodes.Status400BadRequest, "structure", diagnostics));

    private void ReadRoot(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body) =>
        ReadObject(ref reader, "", (ref Utf8JsonReader member, string name) =>
        {
            switch (name)
            {
                case "hook":
                    Hook = Text(ref member, name);
                    break;
                case "hookInstance":
                    HookInstance = Text(ref member, name);
                    break;
                case "fhirServer":
                    FhirServer = Text(ref member, name);
                    break;
                case "fhirAuthorization" when member.TokenType != JsonTokenType.Null:
                    Authorization = ReadAuthorization(ref member);
                    break;
                case "context" when member.TokenType != JsonTokenType.Null:
                    HasContext = true;
                    ReadContext(ref member, body);
                    break;
                case "prefetch" when member.TokenType != JsonTokenType.Null:
                    ReadPrefetch(ref member, body);
                    break;
                default:
                    member.Skip();
                    break;
            }
        });

    private void ReadContext(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body) =>
        ReadObject(ref reader, "context", (ref Utf8JsonReader member, string name) =>
        {
            switch (name)
            {
                case "userId":
                    UserId = Text(ref member, "context.userId");
                    break;
                case "patientId":
                    PatientId = Text(ref member, "context.patientId");
                    break;
                case "encounterId":
                    EncounterId = Text(ref member, "context.encounterId");
                    break;
                case "selections":
                    Selections = Texts(ref member, "context.selections");
                    break;
                case "draftOrders" when member.TokenType != JsonTokenType.Null:
                    DraftOrders = Range(ref member, body);
                    break;
                default:
                    member.Skip();
                    break;
            }
        });

    private void ReadPrefetch(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var values = ImmutableDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        ReadObject(ref reader, "prefetch", (ref Utf8JsonReader member, string name) =>
        {
            var start = (int)member.TokenStartIndex;
            member.Skip();
            var value = body[start..(int)member.BytesConsumed];
            if (_walk(name, value) is { } walked)
                // Whoever does not know that it was looked into shall not take it for empty.
                (_walked[name], value) = (walked, default);
            values[name] = value;
        });
        Prefetch = values.ToImmutable();
    }

    private static AuthorizationMembers ReadAuthorization(ref Utf8JsonReader reader)
    {
        var members = new AuthorizationMembers();
        ReadObject(ref reader, "fhirAuthorization", (ref Utf8JsonReader member, string name) =>
        {
            switch (name)
            {
                case "access_token":
                    members.AccessToken = LenientText(ref member);
                    break;
                case "token_type":
                    members.TokenType = LenientText(ref member);
                    break;
                case "expires_in":
                    members.ExpiresIn = member.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(member.ValueSpan) : LenientText(ref member);
                    break;
                case "patient":
                    members.Patient = LenientText(ref member);
                    break;
                case "subject":
                    members.Subject = LenientText(ref member);
                    break;
                default:
                    member.Skip();
                    break;
            }
        });
        return members;
    }

    private static void ReadObject(ref Utf8JsonReader reader, string path, MemberReader read)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Refuse(path, "An object is expected here");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name))
                throw Refuse(path, "A member stands here twice");
            reader.Read();
            read(ref reader, name);
        }
    }

    private static string? Text(ref Utf8JsonReader reader, string path) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Null => null,
        _ => throw Refuse(path, "A string is expected here"),
    };

    // The access of a request is a means, not a duty: a member of the wrong type makes it unusable and nothing else.
    private static string? LenientText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }

    private static ImmutableArray<string>? Texts(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Refuse(path, "An array of strings is expected here");
        var texts = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(Text(ref reader, path) ?? throw Refuse(path, "An array of strings is expected here"));
        return texts.ToImmutable();
    }

    private static ReadOnlyMemory<byte> Range(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static RefusedException Refuse(string path, string diagnostics) =>
        new(ErrorReply.BadRequest(path.Length == 0 ? "request" : path, diagnostics));
}

/// <summary><c>fhirAuthorization</c> as it came: any member may be missing or odd.</summary>
public sealed class AuthorizationMembers
{
    public string? AccessToken { get; set; }

    public string? TokenType { get; set; }

    public string? ExpiresIn { get; set; }

    public string? Patient { get; set; }

    public string? Subject { get; set; }

    public override string ToString() => "[token]";
}
