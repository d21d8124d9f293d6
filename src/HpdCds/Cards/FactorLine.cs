using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>
/// One factor in words: value, unit, date, threshold, points. Nothing that a chart holds as free text is ever written; units
/// and numbers are our own, and what is not is escaped.
/// </summary>
/// <param name="isMarkdown">False for a page, which escapes all of its text itself.</param>
internal sealed partial class FactorLine(Wording wording, bool isMarkdown = true)
{
    private const string Repeat = "repeat-";

    // Of the knowledge, which has some dozens.
    private static readonly ConcurrentDictionary<string, string> InPrint = new(StringComparer.Ordinal);

    public string Name(string factor) => wording[$"name.{factor}"];

    /// <summary>The name where room is short, of a factor or of a part of one.</summary>
    public string ShortName(string id) => wording.Find($"short.{id}") ?? Name(id);

    /// <summary>The value alone with its unit, for the summary: <c>NLR 5.2</c>.</summary>
    public string Short(FactorAssessment row) => row.Finding?.Shown is Shown.Flag
        ? ShortName(row.Factor.Id)
        : $"{ShortName(row.Factor.Id)} {Value(row)}";

    public string Scored(FactorAssessment row) => row.State == FactState.Unknown
        ? Open(row)
        : Say(row.Finding?.Shown is Shown.Flag ? "factor.flag" : "factor.known", row);

    public string NotScored(FactorAssessment row) => row.State switch
    {
        FactState.PresumedAbsent => wording.Say("factor.presumed", ("name", Name(row.Factor.Id))),
        FactState.NotApplicable => wording.Say("factor.not-applicable", ("name", Name(row.Factor.Id)), ("why", WhyNot(row))),
        _ => Say(
            row.Finding?.Shown switch
            {
                Shown.Flag => "factor.flag-absent",
                Shown.Number { Limit: not null } => "factor.absent-limit",
                _ => "factor.absent",
            },
            row),
    };

    /// <summary>A factor of which something is known, but not enough.</summary>
    public string Open(FactorAssessment row) => Say("factor.open", row);

    /// <summary>What was read of a factor where no points are told, because the whole cannot be assessed.</summary>
    public string Read(FactorAssessment row) => row.State == FactState.Unknown ? Say("factor.read-open", row) : NotScored(row);

    /// <summary>A factor of which everything is open; what was seen is told, in case it is of use to the reader.</summary>
    public string Missing(FactorAssessment row) => row.Fact is Fact<Finding>.Known { Provenance.When: not null, Value.Shown: not Shown.Flag } ? Say("factor.missing-known", row) : wording.Say(
        "factor.missing",
        ("name", Name(row.Factor.Id)),
        ("reason", Reason(row) + Marks(row)),
        ("seen", row.Fact is Fact<Finding>.Unknown { Seen: { Text.Length: > 0 } seen } ? Seen(seen) : ""));

    /// <summary>Why a row is open, and which part of it: <c>lymphocytes: not recorded</c>.</summary>
    public string Reason(FactorAssessment row)
    {
        var reason = IsOpenedByConfounders(row)
            ? wording.Say("reason.confounded-by", ("confounders", string.Join(wording["list-separator"], Confounders(row))))
            : ShortReason(row);
        return row.Datum != row.Factor.Id && wording.Find($"part.{row.Datum}") is { } part ? wording.Say("reason.of-part", ("part", part), ("reason", reason)) : reason;
    }

    public string Points(PointsRange points) => points is { IsSettled: true, Low: 1 }
        ? wording["factor.points-one"]
        : wording.Say("factor.points", ("points", Span(points.Low, points.High)));

    public string Span(int low, int high) => low == high
        ? wording.Say("points.settled", ("low", Number(low)))
        : wording.Say("points.range", ("low", Number(low)), ("high", Number(high)));

    /// <summary>Rows by their short names; those that are open for one reason share it.</summary>
    public IEnumerable<string> ByReason(IEnumerable<FactorAssessment> rows) => rows
        .GroupBy(ShortReason, row => ShortName(row.Factor.Id), StringComparer.Ordinal)
        .Select(names => wording.Say("missing.factors", ("names", string.Join(wording["list-separator"], names)), ("reason", names.Key)));

    /// <summary>The datum that would settle an answer, in words.</summary>
    public string Datum(RiskAssessment assessment)
    {
        var datum = assessment.Settles!;
        if (datum.StartsWith(Repeat, StringComparison.Ordinal))
            return wording.Say("datum.repeat", ("name", Name(datum[Repeat.Length..])));
        var isAnticoagulated = assessment.Factors.Any(row => row.Finding?.Confounders.Contains(Confounder.Anticoagulant) == true);
        return datum == "inr" && isAnticoagulated ? wording["datum.inr-anticoagulated"] : wording.Find($"datum.{datum}") ?? ShortName(datum);
    }

    /// <summary>The same in the summary.</summary>
    public string ShortDatum(string datum) => datum.StartsWith(Repeat, StringComparison.Ordinal)
        ? wording.Say("datum.repeat-short", ("name", ShortName(datum[Repeat.Length..])))
        : wording.Find($"part.{datum}") ?? ShortName(datum);

    private string Say(string phrase, FactorAssessment row) => wording.Say(phrase, name => name switch
    {
        "name" => Name(row.Factor.Id),
        "value" => Value(row),
        "date" => DateOf(row),
        "threshold" => Threshold(row),
        "limit" => Limit(row),
        "points" => Points(row.Points),
        "tier" => FactorText.TierOf(row.Factor.Tier),
        "reason" => Reason(row),
        "marks" => Marks(row),
        _ => null,
    });

    public string Value(FactorAssessment row) => row.Finding?.Shown switch
    {
        Shown.Number number => Bound(number.Bound) + Written(row, number) + Unit(number.Unit),
        Shown.Span { Class: not null } => Score(row.Finding.Compared),
        Shown.Span span => Dash(span.Low, span.High),
        Shown.Flag flag => wording[flag.Value ? "value.yes" : "value.no"],
        Shown.Code code => wording[$"{row.Factor.Id}.{code.Value}"],
        _ => "",
    };

    /// <summary>The reason alone; a value that is explained otherwise is known, and open for that reason.</summary>
    public string ShortReason(FactorAssessment row) =>
        wording[$"reason.{(row.Reason ?? (row.Finding?.IsConfounded == true ? UnknownReason.Confounded : UnknownReason.NotRecorded)).Code()}"];

    // The compared range, not the shown one: of two records that disagree both scores stay possible.
    private static string Score(Interval possible)
    {
        var (low, high) = ((int)(possible.Low ?? 0), (int)(possible.High ?? 0));
        var (lowClass, highClass) = (ChildPughScore.ClassOf(low), ChildPughScore.ClassOf(high));
        return low == high ? $"{lowClass}{Number(low)}" : $"{lowClass}{Number(low)}-{highClass}{Number(high)}";
    }

    public string Threshold(FactorAssessment row) => row.Finding?.Shown switch
    {
        Shown.Number { Limit: not null } => wording.Say(
            "factor.limit",
            ("sign", Readable(FactorText.Sign(row.Factor.Levels[0].Threshold.Comparison)).TrimEnd()),
            ("limit", Limit(row))),
        Shown.Number number => Readable(FactorText.ThresholdOf(row)) + Unit(number.Unit),
        _ => Readable(FactorText.ThresholdOf(row)),
    };

    private string Limit(FactorAssessment row) => row.Finding?.Shown is Shown.Number { Limit: { } limit, Unit: var unit }
        ? limit.ToString("#,##0.####", CultureInfo.InvariantCulture) + Unit(unit)
        : "";

    public string WhyNot(FactorAssessment row) =>
        row.Fact.Match((_, _) => "", _ => "", _ => "", why => wording.Find($"why.{why}") ?? why);

    private static string Written(FactorAssessment row, Shown.Number number)
    {
        var perUnit = number.Limit ?? 1;
        return FactorText.Written(number.Value, rounded => row.Factor.Levels.All(level =>
            level.Threshold.Meeting(Interval.Exactly(rounded / perUnit)) is null == (level.Threshold.Meeting(Interval.Exactly(number.Value / perUnit)) is null)));
    }

    private string DateOf(FactorAssessment row) => row.Fact is Fact<Finding>.Known { Provenance.When: { } when }
        ? when.Date
        : wording["factor.no-date"];

    public string Seen(SeenValue seen) => wording.Say(
        "factor.seen",
        ("value", Plain().IsMatch(seen.Text) ? Escape(seen.Text) + (seen.Unit is { } unit ? " " + Escape(unit) : "") : "-"),
        ("date", seen.When is { } when ? when.Date : wording["factor.no-date"]));

    private string Marks(FactorAssessment row) => row.Fact is not Fact<Finding>.Known known || (known.Provenance.Marks.IsEmpty && known.Value.Confounders.IsDefaultOrEmpty)
        ? ""
        : string.Concat(MarkWords(row).Select(word => wording["mark-separator"] + word));

    // A refuted condition has no clinical status that could matter, and nothing is explained away that gives no points.
    public IEnumerable<string> MarkWords(FactorAssessment row)
    {
        var confounders = IsOpenedByConfounders(row) ? [] : ConfounderWords(row.Finding?.Confounders ?? []);
        var marks = row.Fact is Fact<Finding>.Known known
            ? known.Provenance.Marks
                .Where(mark => mark switch
                {
                    Mark.StatusUnstated => row.Finding?.Shown is not Shown.Flag { Value: false },
                    Mark.ConfoundersUnread => row.Points.High > 0,
                    _ => true,
                })
                .Select(mark => mark == Mark.PresumedPart
                    ? wording.Say("mark.presumed-part", ("parts", string.Join(wording["part-separator"], known.Provenance.PresumedParts.Select(part => wording[$"part.{part}"]))))
                    : wording[$"mark.{Kebab.Case(mark)}"])
            : [];
        return confounders.Concat(marks);
    }

    public static bool IsOpenedByConfounders(FactorAssessment row) =>
        row.Finding is { Confounders.IsDefaultOrEmpty: false } && !row.Points.IsSettled && row.Reason is null or UnknownReason.Confounded;

    private IEnumerable<string> Confounders(FactorAssessment row) => row.Finding is { } finding ? NamesOf(finding.Confounders) : [];

    private IEnumerable<string> NamesOf(IEnumerable<Confounder> confounders) => confounders.Select(confounder => wording[$"confounder.{Kebab.Case(confounder)}"]);

    /// <summary>What may explain a value, each as a mark of it.</summary>
    public IEnumerable<string> ConfounderWords(IEnumerable<Confounder> confounders) => NamesOf(confounders).Select(word => wording.Say("mark.confounder", ("confounder", word)));

    public static string Bound(Comparison? bound) => bound is { } comparison ? Readable(FactorText.Sign(comparison)) : "";

    /// <summary>Our own comparisons in print: ≥ 400. A space after the sign keeps it from being taken for markup.</summary>
    public static string Readable(string ours) => !ours.AsSpan().ContainsAny('<', '>') ? ours : InPrint.GetOrAdd(ours, static text => Signs().Replace(text, match => match.Groups["sign"].Value switch
    {
        ">=" => "≥ ",
        "<=" => "≤ ",
        var strict => strict + " ",
    }));

    public string Unit(string unit) => unit is "1" or "{score}" or "{INR}" or "a" ? "" : " " + Escape(unit);

    private string Escape(string text) => isMarkdown ? Markdown.Escape(text) : text;

    private static string Dash(int low, int high) => low == high ? Number(low) : $"{Number(low)}-{Number(high)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<sign>[<>]=?)\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: TextTerms.MostMilliseconds)]
    private static partial Regex Signs();

    [GeneratedRegex(@"^[<>=]{0,2}-?[0-9.,]{1,20}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: TextTerms.MostMilliseconds)]
    private static partial Regex Plain();
}

/// <summary>Makes text safe inside GitHub-flavoured Markdown: it is shown as it stands and does nothing.</summary>
internal static class Markdown
{
    private const string Special = @"\`*_{}[]()#+!|<>~&";

    private static readonly SearchValues<char> Specials = SearchValues.Create(Special);

    public static string Escape(string text) => !text.AsSpan().ContainsAny(Specials) ? text
        : string.Concat(text.Select(letter => Special.Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : letter.ToString()));
}
