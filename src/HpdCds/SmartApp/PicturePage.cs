using System.Xml.Linq;

namespace HpdCds.SmartApp;

/// <summary>What the place where the page is shown gives it.</summary>
/// <param name="Nonce">For the policy of the page; on the links to style and script.</param>
/// <param name="Stylesheet">The address of <see cref="PicturePage.StyleResource"/>.</param>
/// <param name="Script">The address of <see cref="PicturePage.ScriptResource"/>.</param>
/// <param name="Self">The address of the page itself, without a query; a language is added to it as <c>?language=</c>.</param>
/// <param name="WhatIf">Where what is tried is posted.</param>
/// <param name="AntiforgeryField">The name of the hidden field.</param>
public sealed record PictureFrame(string Nonce, string Stylesheet, string Script, string Self, string WhatIf, string AntiforgeryField, string AntiforgeryToken);

/// <summary>A picture as a page.</summary>
public static class PicturePage
{
    /// <summary>Embedded in the assembly; to be served as text/css and text/javascript from the page's own origin.</summary>
    public const string StyleResource = "SmartApp/picture.css";

    /// <inheritdoc cref="StyleResource" />
    public const string ScriptResource = "SmartApp/picture.js";

    /// <param name="whatIf">What a reader tries; null for the chart alone.</param>
    public static string Render(Picture picture, WhatIf? whatIf, PictureFrame frame)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(frame);
        var html = new XElement("html", new XAttribute("lang", picture.Request.Language), new XElement("body", whatIf?.Answers.Count));
        return "<!doctype html>\n" + html.ToString(SaveOptions.DisableFormatting);
    }
}
