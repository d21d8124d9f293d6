using System.Collections.Immutable;
using System.Text.Json;
using HpdCds.Clinical;

namespace HpdCds.Cards;

/// <summary>One factor of the answer as JSON: how it ended, on what value, by which rule.</summary>
internal static class FactorRow
{
    public static void WriteTo(Utf8JsonWriter json, FactorAssessment row)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.Factor.Id);
        json.WriteString("domain"u8, row.Factor.Domain);
        json.WriteBoolean("core"u8, row.Factor.IsCore);
        json.WriteString("state"u8, Kebab.Case(row.State));
        WriteText(json, "reason"u8, row.Reason?.Code());
        WriteFact(json, row);
        json.WriteString("threshold"u8, FactorText.ThresholdOf(row));
        WriteRange(json, "points"u8, row.Points);
        json.WriteString("tier"u8, FactorText.TierOf(row.Factor.Tier));
        json.WriteStartArray("evidence"u8);
        foreach (var citation in row.Factor.Evidence)
            json.WriteStringValue(citation);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The member <c>value</c>, without its name; nothing where the row has none.</summary>
    public static void WriteValue(Utf8JsonWriter json, FactorAssessment row)
    {
        switch (row.Finding?.Shown)
        {
            case Shown.Number number:
                json.WriteNumberValue(FactorText.Rounded(number.Value));
                break;
            case Shown.Span span when span.Low == span.High:
                json.WriteNumberValue(span.Low);
                break;
            case Shown.Flag flag:
                json.WriteBooleanValue(flag.Value);
                break;
            case Shown.Code code:
                json.WriteStringValue(code.Value);
                break;
        }
    }

    public static string? UnitOf(FactorAssessment row) => row.Finding?.Shown switch
    {
        Shown.Number number => number.Unit,
        Shown.Span span => span.Unit,
        _ => null,
    };

    public static ImmutableArray<Mark> MarksOf(FactorAssessment row) => row.Fact is Fact<Finding>.Known known ? known.Provenance.Marks : [];

    public static ImmutableArray<Confounder> ConfoundersOf(FactorAssessment row) => row.Finding is { Confounders: { IsDefault: false } confounders } ? confounders : [];

    /// <summary>A list of codes; nothing where there are none.</summary>
    public static void WriteCodes<T>(Utf8JsonWriter json, ImmutableArray<T> values)
        where T : struct, Enum
    {
        if (values.IsEmpty)
            return;
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteStringValue(Kebab.Case(value));
        json.WriteEndArray();
    }

    /// <summary>A list of texts; nothing where there are none.</summary>
    public static void WriteTexts(Utf8JsonWriter json, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
            return;
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    public static void WriteRange(Utf8JsonWriter json, ReadOnlySpan<byte> name, PointsRange points)
    {
        json.WriteStartObject(name);
        json.WriteNumber("low"u8, points.Low);
        json.WriteNumber("high"u8, points.High);
        json.WriteEndObject();
    }

    private static void WriteFact(Utf8JsonWriter json, FactorAssessment row)
    {
        switch (row.Fact)
        {
            case Fact<Finding>.Known known:
                WriteShown(json, row, known.Value.Shown);
                WritePlace(json, known.Provenance.When, known.Provenance.Source);
                WriteCodes(json, "confounders"u8, ConfoundersOf(row));
                WriteCodes(json, "marks"u8, MarksOf(row));
                break;
            case Fact<Finding>.Unknown { Seen: { } seen }:
                WritePlace(json, seen.When, seen.Source);
                break;
            case Fact<Finding>.NotApplicable not:
                json.WriteString("why"u8, not.Why);
                break;
        }
    }

    private static void WriteShown(Utf8JsonWriter json, FactorAssessment row, Shown shown)
    {
        if (shown is Shown.Span span && span.Low != span.High)
        {
            WriteRange(json, "range"u8, new(span.Low, span.High));
        }
        else
        {
            json.WritePropertyName("value"u8);
            WriteValue(json, row);
        }

        WriteText(json, "unit"u8, UnitOf(row));
        if (shown is not Shown.Number number)
            return;
        WriteText(json, "comparator"u8, number.Bound is { } bound ? FactorText.Sign(bound) : null);
        if (number.Limit is { } limit)
            json.WriteNumber("limit"u8, limit);
    }

    private static void WriteCodes<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<T> values)
        where T : struct, Enum
    {
        if (values.IsEmpty)
            return;
        json.WritePropertyName(name);
        WriteCodes(json, values);
    }

    private static void WritePlace(Utf8JsonWriter json, ClinicalTime? when, string source)
    {
        WriteText(json, "date"u8, when?.Date);
        if (source.Length > 0)
            json.WriteString("source"u8, source);
    }
}
