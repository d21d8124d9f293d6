using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.Explain;

/// <summary>What one answer rested on, in a file: enough to give the same assessment again with the same knowledge.</summary>
/// <param name="Knowledge">The content hash of the knowledge that assessed it.</param>
/// <param name="Assessment">What was found then.</param>
public sealed record SavedChart(
    string Knowledge,
    DateTimeOffset AsOf,
    string TimeZone,
    bool HasNoEncounterDiagnoses,
    bool ReadsKarnofsky,
    string Hook,
    ImmutableArray<string> Selections,
    ImmutableArray<ChartOrder> Orders,
    PatientChart Chart,
    JsonObject Assessment) : PatientData
{
    /// <summary>The service that was asked; null for <c>hpd-risk</c>.</summary>
    public string? Service { get; init; }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireMembers } },
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new ClinicalTimeConverter() },
    };

    /// <exception cref="JsonException">It is no saved chart.</exception>
    public static SavedChart Parse(string text)
    {
        var json = JsonNode.Parse(text);
        if (HoldsNull(json))
            throw new JsonException("It holds a null");
        return json.Deserialize<SavedChart>(Options)!;
    }

    // What is null is not written.
    private static bool HoldsNull(JsonNode? json) => json switch
    {
        null => true,
        JsonObject members => members.Any(member => HoldsNull(member.Value)),
        JsonArray items => items.Any(HoldsNull),
        _ => false,
    };

    // A member that may be null was not written when it was; every other one was.
    private static void RequireMembers(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property is { AssociatedParameter: not null, IsGetNullable: false }))
            property.IsRequired = true;
    }

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    public bool IsAssessedAs(JsonNode? assessment) => Bytes(Assessment).AsSpan().SequenceEqual(Bytes(assessment));

    private static byte[] Bytes(JsonNode? json) => JsonSerializer.SerializeToUtf8Bytes(json);

    private sealed class ClinicalTimeConverter : JsonConverter<ClinicalTime>
    {
        public override ClinicalTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var span = JsonSerializer.Deserialize<Span>(ref reader, options) ?? throw new JsonException("A time is null");
            return span.Precision == TimePrecision.Instant
                ? ClinicalTime.At(span.Earliest)
                : ClinicalTime.Spanning(span.Earliest, span.Latest, span.Precision);
        }

        public override void Write(Utf8JsonWriter writer, ClinicalTime value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Span(value.Earliest, value.Latest, value.Precision), options);

        private sealed record Span(DateTimeOffset Earliest, DateTimeOffset Latest, TimePrecision Precision) : PatientData;
    }
}
