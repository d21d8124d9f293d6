using System.Globalization;
using System.Xml.Linq;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using static HpdCds.SmartApp.Markup;

namespace HpdCds.SmartApp;

/// <summary>What the place where the page is shown gives it.</summary>
/// <param name="Nonce">For the policy of the page; on the links to style and script.</param>
/// <param name="Stylesheet">The address of <see cref="PicturePage.StyleResource"/>.</param>
/// <param name="Script">The address of <see cref="PicturePage.ScriptResource"/>.</param>
/// <param name="Self">The address of the page itself, without a query; a language is added to it as <c>?language=</c>.</param>
/// <param name="WhatIf">Where what is tried is posted.</param>
/// <param name="AntiforgeryField">The name of the hidden field.</param>
public sealed record PictureFrame(string Nonce, string Stylesheet, string Script, string Self, string WhatIf, string AntiforgeryField, string AntiforgeryToken) : PatientData
{
    /// <summary>What has to follow the page's own address for it to stay in the language of its reader; may be empty.</summary>
    public string Query { get; init; } = "";

    /// <summary>The page answers a form, whatever was set in it.</summary>
    public bool IsTried { get; init; }

    /// <summary>Where the models are told of, from the page's own origin.</summary>
    public string Models { get; init; } = "/about/models";

    /// <summary>What stands below the page; nothing where the place has nothing of its own.</summary>
    public XElement? Below { get; init; }
}

/// <summary>A picture as a page: most decision-relevant first.</summary>
public static class PicturePage
{
    /// <summary>Embedded in the assembly; to be served as text/css and text/javascript from the page's own origin.</summary>
    public const string StyleResource = "SmartApp/picture.css";

    /// <inheritdoc cref="StyleResource" />
    public const string ScriptResource = "SmartApp/picture.js";

    // Each language is named in itself, so that whoever looks for it finds it.
    private static readonly (string Language, string Name)[] Languages = [("en", "English"), ("zh-CN", "中文")];

    /// <param name="whatIf">What a reader tries; null for the chart alone.</param>
    public static string Render(Picture picture, WhatIf? whatIf, PictureFrame frame)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(frame);
        var words = new PictureWords(picture);
        return Written(Of(
            "html",
            Has("lang", picture.Request.Language),
            Of(
                "head",
                Of("meta", Has("charset", "utf-8")),
                Of("meta", Has("name", "viewport"), Has("content", "width=device-width, initial-scale=1")),
                Of("meta", Has("name", "color-scheme"), Has("content", "light dark")),
                Of("title", words["page.title"]),
                NoIcon(),
                Of("link", Has("rel", "stylesheet"), Has("href", frame.Stylesheet), Has("nonce", frame.Nonce)),
                Of("script", Has("src", frame.Script), Has("nonce", frame.Nonce), Has("defer", "defer"), "")),
            Of(
                "body",
                Of("a", Has("class", "skip"), Has("href", "#answer"), words["page.skip"]),
                Head(picture, words, whatIf, frame),
                Of("main", Body(picture, words, whatIf, frame)),
                Foot(picture, words, frame),
                Running(picture, words),
                frame.Below)));
    }

    private static XElement Head(Picture picture, PictureWords words, WhatIf? whatIf, PictureFrame frame) => Of(
        "header",
        Banner(picture, words),
        Of(
            "nav",
            Has("aria-label", words["page.languages"]),
            Languages.Where(item => item.Language != picture.Request.Language).Select(item => whatIf is null
                ? Of("a", Has("href", $"{frame.Self}?language={item.Language}"), Has("lang", item.Language), Has("hreflang", item.Language), item.Name)
                // What is tried goes along.
                : Of("button", Has("type", "submit"), Has("class", "plain"), Has("form", PictureTry.FormId), Has("formaction", $"{frame.WhatIf.Split('?')[0]}?language={item.Language}"), Has("lang", item.Language), item.Name))),
        Of("button", Has("type", "button"), Has("class", "print"), Has("hidden", "hidden"), words["page.print"]));

    private static XElement? Banner(Picture picture, PictureWords words) => picture.Request.Banner is not { } banner ? null : Of(
        "p",
        Has("class", picture.Request.NeedsBanner ? "banner" : "banner print-only"),
        Classed("span", "unseen", words["page.patient"] + ": "),
        banner.IsUnread ? Of("strong", words["page.patient-unread"]) : new object?[]
        {
            Of("strong", Of("bdi", banner.Name ?? words["page.no-name"])),
            banner.Died is { } died ? Of("strong", died.Length == 0 ? words["page.deceased"] : words.Say("page.deceased-on", ("date", died))) : null,
            Of("span", Born(banner, words)),
            Of("span", RecordNumber(banner, words)),
        });

    private static string Born(PatientBanner banner, PictureWords words) => banner.BirthDate is { } born ? words.Say("page.born", ("date", born)) : words["page.no-birth-date"];

    private static string RecordNumber(PatientBanner banner, PictureWords words) => banner.RecordNumber is { } number ? words.Say("page.record-number", ("number", number)) : words["page.no-record-number"];

    // At the foot of each sheet, which may come apart from the first.
    private static XElement? Running(Picture picture, PictureWords words) => picture.Request.Banner is not { } banner ? null : Of(
        "p",
        Has("class", "running print-only"),
        banner.IsUnread ? words["page.patient-unread"] : new object?[]
        {
            words["page.patient"] + ": ", Of("bdi", banner.Name ?? words["page.no-name"]), " · ",
            Born(banner, words), " · ", RecordNumber(banner, words),
        },
        " · ",
        words.Say("page.evaluated", ("asOf", words.Instant(picture.Request.AsOf))));

    private static object?[] Body(Picture picture, PictureWords words, WhatIf? whatIf, PictureFrame frame) => picture.Kind switch
    {
        PictureKind.Assessed or PictureKind.NotAssessable =>
        [
            PictureAnswer.Of(picture, words, whatIf, frame),
            PictureGrowth.Of(picture, words),
            PictureTry.Of(picture, words, whatIf, frame),
            PictureFactors.Of(picture, words),
            PictureCharts.Of(picture, words),
            PictureCharts.Rates(picture, words),
        ],
        PictureKind.TumourUnknown or PictureKind.OutOfScope => [PictureAnswer.Of(picture, words, whatIf, frame), PictureGrowth.Of(picture, words), PictureFactors.Read(picture, words), PictureCharts.Of(picture, words)],
        _ => [PictureAnswer.Of(picture, words, whatIf, frame)],
    };

    private static XElement Foot(Picture picture, PictureWords words, PictureFrame frame)
    {
        var knowledge = picture.Knowledge;
        var model = picture.Table is not { } table ? words["detail.foot-no-model"] : words.Say(
            "detail.foot-model",
            ("model", table.Model.Id),
            ("version", table.Model.Version),
            ("tumours", words[$"model.{table.Model.Id}"]),
            ("overlay", table.Overlay is { } file ? words.Say("detail.foot-overlay", ("file", file)) : ""));
        return Of(
            "footer",
            Of("p", words["page.foot-notice"], " ", words["detail.associated"]),
            Of("p", words.Say("page.foot", ("model", model), ("evidence", knowledge.EvidenceUntil), ("asOf", words.Instant(picture.Request.AsOf)))),
            Of("p", words.Say("page.foot-knowledge", ("version", knowledge.Version), ("hash", knowledge.Hash))),
            Of("p", PictureFactors.Outside(picture.Table is { } spoke ? $"{frame.Models}/{spoke.Model.Id}" : frame.Models, words["page.model-card"])));
    }

    internal static string Drugs(Picture picture, PictureWords words) => picture.Request.Recognition.Agents.IsEmpty
        ? words["page.order-unknown"]
        : DrugNames.Of(picture.Request.Recognition.Agents, picture.Knowledge.Drugs, picture.Wording);
}
