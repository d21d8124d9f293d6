using System.Globalization;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Clinical.Growth;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>The published definitions as a table: met, not met, or not evaluable and why, each with what it was judged by.</summary>
internal static class GrowthRules
{
    /// <summary>What the definitions are made of; each has its name in the wording.</summary>
    public static readonly string[] Parts =
    [
        "progression", "early", "early-progression", "early-stop", "tgr-ratio", "tgk-ratio", "delta-tgr", "percent", "percent-with-new-lesions", "mm", "organs", "new-lesions", "new-organ", "ecog",
    ];

    public static XElement Of(Picture picture, GrowthAssessment assessment, PictureWords words) => Classed(
        "div",
        "growth-rules",
        Markup.Of("h3", words["page.growth-rules"]),
        Classed("p", "quiet", words["page.growth-rules-told"]),
        Table(
            words["page.growth-rules"],
            [words["page.growth-col-rule"], words["page.growth-col-result"], words["page.growth-col-parts"], words["page.rates-source"]],
            assessment.Results.Select(result => (IReadOnlyList<object?>)
            [
                new object?[] { words[$"growth.rule.{result.Rule.Id}"], result.Rule.Id == assessment.Primary ? Classed("span", "this", words["page.growth-rule-primary"]) : null },
                new object?[] { Classed("span", "state", PictureFactors.Shape(ShapeOf(result.Judgement)), Result(result.Judgement, words)), Why(result.Judgement, words) is { } why ? Classed("div", "why", why) : null },
                result.Parts.Select(part => Markup.Of("div", Part(part, words), From(part, words).Select(record => Classed("div", "why", record)))),
                picture.Knowledge.Growth.Rules[result.Rule.Id].Evidence.Select((id, at) => new[] { at > 0 ? (object)"; " : "", PictureCharts.Cited(picture.Knowledge.Evidence[id]) }),
            ])));

    private static string Part(RulePart part, PictureWords words)
    {
        var name = ("name", words[$"page.growth-part-{part.Name}"]);
        var answer = ("answer", Result(part.Judgement, words) + (Why(part.Judgement, words) is { } why ? $" ({why})" : ""));
        if (part.Threshold is not { } threshold)
            return words.Say("page.growth-part", name, answer);
        var limit = ("threshold", FactorLine.Readable(FactorText.Sign(threshold.Comparison) + threshold.Value.ToString(CultureInfo.InvariantCulture)));
        return part.Value is { } value
            ? words.Say("page.growth-part-valued", name, ("value", value.ToString("#,##0.##", CultureInfo.InvariantCulture)), limit, answer)
            : words.Say("page.growth-part-threshold", name, limit, answer);
    }

    // On what progression rests stands once above the table; here only what a number was read from.
    private static IEnumerable<string> From(RulePart part, PictureWords words) => part.Threshold is null ? [] : part.From.Select(ground => GrowthWords.Placed(
        words.Say($"page.growth-from-{GrowthWords.CodeOf(ground.Kind)}", ("grade", ground.Grade is { } grade ? PictureWords.Number(grade) : "")), ground.Place, words.Wording, source => source));

    private static string Result(Judgement judgement, PictureWords words) => words[judgement.Verdict switch
    {
        Verdict.Met => "page.growth-result-met",
        Verdict.NotMet => "page.growth-result-not-met",
        _ => "page.growth-result-open",
    }];

    private static string ShapeOf(Judgement judgement) => judgement.Verdict switch
    {
        Verdict.Met => "present",
        Verdict.NotMet => "absent",
        _ => "unknown",
    };

    private static string? Why(Judgement judgement, PictureWords words) => judgement.Reason is { } gap ? words[$"growth.gap.{gap.Code()}"] : null;
}
