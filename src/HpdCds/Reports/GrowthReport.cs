using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Clinical;

namespace HpdCds.Reports;

/// <summary>An answer of hpd-growth: <c>definition:result:first dose:reason</c>, as the decision keeps it.</summary>
internal sealed record GrowthAnswer : PatientData
{
    public const string Met = "met";
    public const string NotMet = "not-met";
    public const string Awaits = "awaits-scan";
    public const string NotEvaluable = "not-evaluable";

    // A first dose is given within weeks of its order, or was given before somebody wrote the order.
    private const int MostDaysBefore = 7;
    private const int MostDaysAfter = 56;

    public long At { get; init; }

    public string Patient { get; init; } = "";

    public string Growth { get; init; } = "";

    public string Definition => Part(0);

    public string Result => Part(1) == NotEvaluable && Part(3) == "no-on-treatment" ? Awaits : Part(1);

    public bool IsOpen => Result is not (Met or NotMet);

    private DateOnly? FirstDose => DateOnly.TryParseExact(Part(2), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Whether it is about the course that an order of this moment began. Without a first dose nothing was judged, and nobody can say of which course.</summary>
    public bool IsOfCourseOf(long order) => At > order && (FirstDose is { } first
        ? first.DayNumber - DayOf(order).DayNumber is >= -MostDaysBefore and <= MostDaysAfter
        : IsOpen);

    private static DateOnly DayOf(long instant) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(instant).UtcDateTime);

    private string Part(int at) => Growth.Split(':') is var parts && at < parts.Length ? parts[at] : "";
}

/// <summary>
/// What came of first doses: a table for each definition, since definitions pick different patients, with the bands of the two models
/// apart. An answer counts for the order that began its course, and for no other.
/// </summary>
internal static class GrowthReport
{
    private const string NoAnswer = "no-answer";

    private static readonly ImmutableArray<string> Ends = [GrowthAnswer.Met, GrowthAnswer.NotMet, GrowthAnswer.Awaits, GrowthAnswer.NotEvaluable, NoAnswer];

    /// <param name="doses">First doses: when, of whom, by which model and in which band.</param>
    public static IEnumerable<ReportTable> TablesOf(IReadOnlyCollection<(long At, string Patient, string Model, string Band)> doses, IEnumerable<GrowthAnswer> answers)
    {
        var ofPatient = answers.ToLookup(answer => answer.Patient, StringComparer.Ordinal);
        var joined = doses.Select(dose => (Dose: dose, Answers: ofPatient[dose.Patient].Where(answer => answer.IsOfCourseOf(dose.At)).ToArray())).ToArray();
        var definitions = joined.SelectMany(item => item.Answers).Select(answer => answer.Definition).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var judged = joined.Where(item => item.Answers.Length > 0).Select(item => item.Dose.Model).ToHashSet(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            // The doses of a model of which no answer goes by this definition were judged by another.
            var models = joined.Where(item => Array.Exists(item.Answers, answer => answer.Definition == definition)).Select(item => item.Dose.Model).ToHashSet(StringComparer.Ordinal);
            yield return TableOf(
                $"growth-by-band-{definition}",
                $"What came of first doses, by band, as {definition} has it",
                joined.Where(item => models.Contains(item.Dose.Model)).Select(item => (item.Dose.Model, item.Dose.Band, EndOf(item.Answers, definition))));
        }

        // Or by none yet: whoever is counted stands in a table.
        if (definitions.Length == 0 || Array.Exists(joined, item => !judged.Contains(item.Dose.Model)))
        {
            yield return TableOf(
                "growth-by-band",
                "What came of first doses, by band",
                joined.Where(item => !judged.Contains(item.Dose.Model)).Select(item => (item.Dose.Model, item.Dose.Band, NoAnswer)));
        }
    }

    private static ReportTable TableOf(string id, string title, IEnumerable<(string Model, string Band, string End)> doses) => ReportTable.Of(
        id,
        title,
        "What the definition said of growth in the course that the order began, by the last answer of hpd-growth that could judge it. A patient counts once. "
            + "Who died, or went elsewhere, before the first scan stands under awaits-scan or no-answer.",
        Ends,
        doses.GroupBy(dose => $"{dose.Model}: {dose.Band}", StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, CountsOf([.. group.Select(dose => dose.End)]))));

    private static ImmutableArray<long> CountsOf(string[] ends) => [.. Ends.Select(name => (long)ends.Count(end => end == name))];

    private static string EndOf(GrowthAnswer[] answers, string definition) =>
        answers.Where(answer => answer.Definition == definition).OrderBy(answer => answer.IsOpen ? 0 : 1).ThenBy(answer => answer.At).LastOrDefault()?.Result ?? NoAnswer;
}
