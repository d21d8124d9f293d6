using System.Text.Json;

namespace HpdCds.Chart;

/// <summary>The issues of an OperationOutcome, as a glance sees them.</summary>
internal static class OutcomeIssues
{
    /// <param name="reader">On the name of the issues; afterwards on the last token of its value.</param>
    public static void Read(ref Utf8JsonReader reader, List<(string? Severity, string? Code, IReadOnlyList<string> Details)> issues)
    {
        if (!JsonSteps.BeginsList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string? severity = null;
            string? code = null;
            var details = new List<string>();
            if (!JsonSteps.BeginsObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("severity"))
                    severity = JsonSteps.NextText(ref reader);
                else if (reader.ValueTextEquals("code"))
                    code = JsonSteps.NextText(ref reader);
                else if (reader.ValueTextEquals("details"))
                    ReadDetails(ref reader, details);
                else
                    reader.Skip();
            }

            issues.Add((severity, code, details));
        }
    }

    private static void ReadDetails(ref Utf8JsonReader reader, List<string> codes)
    {
        reader.Read();
        if (!JsonSteps.BeginsObject(ref reader))
            return;
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
                ReadDetail(ref reader, codes);
        }
    }

    private static void ReadDetail(ref Utf8JsonReader reader, List<string> codes)
    {
        if (!JsonSteps.BeginsObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("code"u8))
                reader.Skip();
            else if (JsonSteps.NextText(ref reader) is { } code)
                codes.Add(code);
        }
    }
}
