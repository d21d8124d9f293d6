namespace HpdCds.Sandbox.Pages;

/// <summary>
/// A table with a head. Where the window is narrow its rows stack and the head goes: each cell but the first then needs the
/// name of its column in <c>data-head</c>.
/// </summary>
internal static class Table
{
    public static Html Of(IReadOnlyList<string> heads, IEnumerable<Html> rows, string kind = "plain")
    {
        var body = rows.ToList();
        return body.Count == 0
            ? Html.Of($"""<p class="quiet">Nothing recorded.</p>""")
            : Html.Of($"""
                <table class="{kind}"><thead><tr>{heads.Select(head => Html.Of($"""<th scope="col">{head}</th>"""))}</tr></thead><tbody>{body}</tbody></table>
                """);
    }

    /// <summary>A table of plain text.</summary>
    public static Html OfText(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string?>> rows) =>
        Of(heads, rows.Select(row => Html.Of($"""
            <tr><td>{row[0]}</td>{heads.Zip(row).Skip(1).Select(cell => Html.Of($"""<td data-head="{cell.First}">{cell.Second}</td>"""))}</tr>
            """)), "text");
}
