using System.Xml.Linq;
using HpdCds.Clinical;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>What would be if open rows were settled, as a form that works without a script. Nothing of it is from the chart.</summary>
internal static class PictureTry
{
    public const string FormId = "try";

    /// <returns>Null where the chart leaves nothing open that gives points.</returns>
    public static XElement? Of(Picture picture, PictureWords words, WhatIf? whatIf, PictureFrame frame)
    {
        var questions = WhatIf.Questions(picture.Assessment!);
        return questions.IsEmpty ? null : Section(
            "what-if",
            words["page.what-if"],
            Markup.Of("p", words["page.what-if-told"]),
            whatIf is not null ? Answer(picture, whatIf, words)
                : frame.IsTried ? Classed("p", "tried-answer", Has("role", "status"), Has("tabindex", "-1"), words["page.what-if-nothing"])
                : null,
            Markup.Of(
                "form",
                Has("id", FormId),
                Has("autocomplete", "off"),
                Has("method", "post"),
                Has("action", frame.WhatIf),
                Markup.Of("input", Has("type", "hidden"), Has("name", frame.AntiforgeryField), Has("value", frame.AntiforgeryToken)),
                Classed("div", "questions", questions.Select(question => Question(question, words, whatIf))),
                Classed("p", "send", Markup.Of("button", Has("type", "submit"), words["page.what-if-show"]), whatIf is null ? null : Markup.Of("a", Has("href", frame.Self + frame.Query), words["page.what-if-clear"]))));
    }

    private static XElement Answer(Picture picture, WhatIf whatIf, PictureWords words)
    {
        var (read, tried) = (picture.Assessment!, whatIf.Assessment);
        var set = whatIf.Answers.Select(answer => words.Say("page.what-if-answered", ("name", words.Line.ShortName(answer.Key)), ("choice", words.Choice(read[answer.Key], answer.Value))));
        return Classed(
            "div",
            "tried-answer",
            Has("role", "status"),
            Has("tabindex", "-1"),
            Markup.Of("p", Markup.Of("strong", tried.IsAssessable
                ? words.Say("page.what-if-answer", ("band", words.BandText(tried)), ("points", words.Span(tried.Points)), ("most", PictureWords.Number(tried.Model.MostPoints)))
                : words["page.what-if-answer-none"])),
            Markup.Of("p", words.Say("page.what-if-set", ("answers", words.Items(set)))));
    }

    private static XElement Question(WhatIfQuestion question, PictureWords words, WhatIf? whatIf)
    {
        var (row, name) = (question.Row, WhatIf.Field + question.Row.Factor.Id);
        var chosen = whatIf?.Answers.GetValueOrDefault(row.Factor.Id)?.Code;
        return Markup.Of(
            "fieldset",
            Markup.Of("legend", words.Line.Name(row.Factor.Id)),
            Choice(name, "", words.Say("page.what-if-keep", ("reason", words.WhyUnknown(row))), chosen is null),
            question.Choices.Select(choice => Choice(name, choice.Code, words.Say("page.what-if-choice", ("choice", words.Choice(row, choice)), ("points", words.Line.Points(new(choice.Points, choice.Points)))), chosen == choice.Code)));
    }

    private static XElement Choice(string name, string code, string text, bool isChosen) => Markup.Of(
        "label",
        Markup.Of("input", Has("type", "radio"), Has("name", name), Has("value", code), isChosen ? Has("checked", "checked") : null),
        Markup.Of("span", text));
}
