using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace HpdCds.Sandbox.Pages;

/// <summary>
/// A piece of a page. Every value put into it is encoded, unless it is a piece of a page itself: a patient's text
/// cannot become markup by being forgotten.
/// </summary>
public sealed class Html
{
    public static readonly Html Nothing = new("");

    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    public static Html Of(Writer writer) => new(writer.Markup());

    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece._markup)));

    /// <summary>Takes markup as it is: only for what a renderer that drops raw HTML has made.</summary>
    public static Html Trusted(string markup) => new(markup);

    public override string ToString() => _markup;

    [InterpolatedStringHandler]
    public readonly ref struct Writer(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(Html piece) => _text.Append(piece._markup);

        public void AppendFormatted(IEnumerable<Html> pieces) => _text.Append(Join(pieces)._markup);

        public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted(int number) => _text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{number}");

        internal string Markup() => _text.ToString();
    }
}
