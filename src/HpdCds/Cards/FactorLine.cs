using System.Globalization;
using System.Text.RegularExpressions;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>
/// One factor in words: value, unit, date, threshold, points. Nothing that a chart holds as free text is ever written; units
/// and numbers are our own, and what is not is escaped.
/// </summary>
internal sealed partial class FactorLine(Wording wording)
{
    public string Name(string factor) => wording[$"name.{factor}"];

    /// <summary>The value alone with its unit, for the summary: <c>NLR 5.2</c>.</summary>
    public string Short(FactorAssessment row) => row.Finding?.Shown is Shown.Flag
        ? Name(row.Factor.Id)
        : $"{Name(row.Factor.Id)} {Value(row)}";

    public string Scored(FactorAssessment row) => Say(row.Finding?.Shown is Shown.Flag ? "factor.flag" : "factor.known", row);

    public string NotScored(FactorAssessment row) => row.State switch
    {
        FactState.PresumedAbsent => wording.Say("factor.presumed", ("name", Name(row.Factor.Id))),
        FactState.NotApplicable => wording.Say("factor.not-applicable", ("name", Name(row.Factor.Id))),
        _ => Say(row.Finding?.Shown is Shown.Flag ? "factor.flag-absent" : "factor.absent", row),
    };

    /// <summary>A factor of which something is known, but not enough.</summary>
    public string Open(FactorAssessment row) => Say("factor.open", row);

    public string Missing(FactorAssessment row) => wording.Say(
        "factor.missing",
        ("name", Name(row.Factor.Id)),
        ("reason", Reason(row) + Marks(row)),
        ("seen", row.Fact is Fact<Finding>.Unknown { Seen: { Text.Length: > 0 } seen } ? Seen(seen) : ""));

    /// <summary>Why the row is open; a value that is explained otherwise is known, and open for that reason.</summary>
    public string Reason(FactorAssessment row) =>
        wording[$"reason.{(row.Reason ?? (row.Finding?.IsConfounded == true ? UnknownReason.Confounded : UnknownReason.NotRecorded)).Code()}"];

    public string Points(PointsRange points) => points is { IsSettled: true, Low: 1 }
        ? wording["factor.points-one"]
        : wording.Say("factor.points", ("points", Span(points.Low, points.High)));

    public string Span(int low, int high) => low == high
        ? wording.Say("points.settled", ("low", Number(low)))
        : wording.Say("points.range", ("low", Number(low)), ("high", Number(high)));

    /// <summary>The datum that would settle an answer, in words.</summary>
    public string Datum(string datum)
    {
        const string repeat = "repeat-";
        if (datum.StartsWith(repeat, StringComparison.Ordinal))
            return wording.Say("datum.repeat", ("name", Name(datum[repeat.Length..])));
        return wording.Keys.Contains($"datum.{datum}", StringComparer.Ordinal) ? wording[$"datum.{datum}"] : Name(datum);
    }

    private string Say(string phrase, FactorAssessment row) => wording.Say(
        phrase,
        ("name", Name(row.Factor.Id)),
        ("value", Value(row)),
        ("date", DateOf(row)),
        ("limit", row.Finding?.Shown is Shown.Number { Limit: { } limit, Unit: var unit }
            ? wording.Say("factor.limit", ("limit", limit.ToString("#,##0.####", CultureInfo.InvariantCulture)), ("unit", Markdown.Escape(unit)))
            : ""),
        ("threshold", Readable(FactorText.ThresholdOf(row))),
        ("points", Points(row.Points)),
        ("tier", FactorText.TierOf(row.Factor.Tier)),
        ("reason", Reason(row)),
        ("marks", Marks(row)));

    private string Value(FactorAssessment row) => row.Finding?.Shown switch
    {
        Shown.Number number => Bound(number.Bound) + Written(row, number) + Unit(number.Unit),
        Shown.Span { Class: { } itsClass } span => $"{itsClass} ({Dash(span.Low, span.High)})",
        Shown.Span span => Dash(span.Low, span.High),
        Shown.Flag flag => wording[flag.Value ? "yes" : "no"],
        Shown.Code code => wording[$"{row.Factor.Id}.{code.Value}"],
        _ => "",
    };

    private static string Written(FactorAssessment row, Shown.Number number)
    {
        var perUnit = number.Limit ?? 1;
        return FactorText.Written(number.Value, rounded => row.Factor.Levels.All(level =>
            level.Threshold.Meeting(Interval.Exactly(rounded / perUnit)) is null == (level.Threshold.Meeting(Interval.Exactly(number.Value / perUnit)) is null)));
    }

    private string DateOf(FactorAssessment row) => row.Fact is Fact<Finding>.Known { Provenance.When: { } when }
        ? Date(when)
        : wording["factor.no-date"];

    private string Seen(SeenValue seen) => wording.Say(
        "factor.seen",
        ("value", Plain().IsMatch(seen.Text) ? Markdown.Escape(seen.Text) + (seen.Unit is { } unit && PlainUnit().IsMatch(unit) ? " " + Markdown.Escape(unit) : "") : "-"),
        ("date", seen.When is { } when ? Date(when) : wording["factor.no-date"]));

    private string Marks(FactorAssessment row)
    {
        var confounders = row.Finding?.Confounders.Select(confounder => wording[$"confounder.{Kebab.Case(confounder.ToString())}"]) ?? [];
        var marks = row.Fact is Fact<Finding>.Known known ? known.Provenance.Marks.Select(mark => wording[$"mark.{Kebab.Case(mark.ToString())}"]) : [];
        return string.Concat(confounders.Concat(marks).Select(word => "; " + word));
    }

    private static string Bound(Comparison? bound) => bound is { } comparison ? Readable(FactorText.Sign(comparison)) + " " : "";

    /// <summary>Our own comparisons in print: ≥ 400. A space after the sign keeps it from being taken for markup.</summary>
    public static string Readable(string ours) => Signs().Replace(ours, match => match.Groups["sign"].Value switch
    {
        ">=" => "≥ ",
        "<=" => "≤ ",
        var strict => strict + " ",
    });

    private static string Unit(string unit) => unit is "1" or "{score}" or "{INR}" or "a" ? "" : " " + Markdown.Escape(unit);

    private static string Dash(int low, int high) => low == high ? Number(low) : $"{Number(low)}-{Number(high)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Date(ClinicalTime when) => when.Date.ToString("O", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<sign>[<>]=?)\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Signs();

    [GeneratedRegex(@"^[<>=]{0,2}-?[0-9.,]{1,20}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[A-Za-z0-9/*%\[\]{}.^]{1,15}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex PlainUnit();
}

/// <summary>Makes text safe inside GitHub-flavoured Markdown: it is shown as it stands and does nothing.</summary>
internal static class Markdown
{
    private const string Special = @"\`*_{}[]()#+!|<>~&";

    public static string Escape(string text) =>
        string.Concat(text.Select(letter => Special.Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : letter.ToString()));
}
