using System.Globalization;
using System.Text;

namespace HpdCds.Survey;

/// <summary>A survey as tables for a person at a console.</summary>
internal static class SurveyReport
{
    private const int MostUnknown = 40;

    public static string Text(SurveyResult survey)
    {
        var text = new StringBuilder();
        var about = survey.About;
        text.AppendLine(about.Fhir is null ? $"{about.Url}: no CapabilityStatement could be read" : $"{about.Url}: FHIR {about.Fhir}, {about.Software ?? "software not named"}");
        if (!about.Missing.IsEmpty)
            text.AppendLine($"Not in its CapabilityStatement: {string.Join(", ", about.Missing)}");
        if (survey.OtherPatient > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"Resources of other patients: {survey.OtherPatient}. They count for nothing; the server may not heed patient=.");
        text.AppendLine().Append(Table(
            ["input", "state", "ms", "resources", "known", "of others", "newest", "groups", "units nobody knows"],
            survey.Inputs.Select(input => new[]
            {
                input.Name, input.State, Number(input.Milliseconds), Number(input.Resources), Number(input.Recognised), Number(input.OtherPatient), input.Newest ?? "-",
                string.Join(' ', input.Groups), string.Join(' ', input.UnknownUnits),
            })));
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Codes in no value set: {survey.Codes.Length}{(survey.Codes.Length > MostUnknown ? $", the first {MostUnknown}" : "")}").Append(Table(
            ["may be", "resource", "times", "code", "display", "units"],
            survey.Codes.Take(MostUnknown).Select(code => new[]
            {
                code.Candidate ?? "", code.ResourceType, Number(code.Count), $"{code.System}|{code.Code}", code.Display ?? "", string.Join(' ', code.Units),
            })));
        return text.ToString();
    }

    private static string Table(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] all = [heads, .. rows];
        var widths = heads.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        return string.Concat(all.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + Environment.NewLine));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
