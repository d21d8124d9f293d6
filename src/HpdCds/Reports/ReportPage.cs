using System.Globalization;
using System.Xml.Linq;
using HpdCds.About;

namespace HpdCds.Reports;

/// <summary>A report for people: a picture where it helps, and the table behind each.</summary>
internal static class ReportPage
{
    private const string Hidden = "<5";
    private const int Width = 640;
    private const int NameWidth = 150;
    private const int BarHeight = 18;
    private const int RowHeight = 26;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static string Render(Report report)
    {
        var query = $"?quarter={report.Quarter}";
        return Page.Of(
            "What the cards did",
            Page.Paragraph($"First doses of {report.Quarter} (UTC), each patient once. Counts from 1 to {ReportTable.Fewest - 1} are not shown ({Hidden}), all others stand to the nearest 5, so that nobody is found by subtraction; sums may differ from their parts."),
            Page.Paragraph(report.Lost == 0
                ? "No loss is recorded in this time."
                : string.Create(CultureInfo.InvariantCulture, $"{report.Lost} decisions or feedback items could not be stored in this time: every count below may be short of them.")),
            report.OpenRuns == 0 ? Page.Quiet("No run of the service is on record that ended in this time with something unstored.") : Page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{report.OpenRuns} runs of the service ended in this time and did not record that everything was stored: what they lost, nobody knows.")),
            Page.Quiet(report.Orphans is { } orphans
                ? string.Create(CultureInfo.InvariantCulture, $"{orphans} items of feedback are about cards that are not in the store.")
                : $"Fewer than {ReportTable.Fewest} items of feedback are about cards that are not in the store."),
            new XElement("p", Page.Link($"/reports.csv{query}", "CSV"), " ", Page.Link($"/reports.json{query}", "JSON")),
            report.Tables.Select(Section),
            Page.Section("times", "Time to answer", report.Times.IsEmpty
                ? Page.Quiet("Too few answers to say.")
                : Page.Table(["EHR", "median, ms", "95 % within, ms", "99 % within, ms"], report.Times.Select(row => new object?[] { row.Name, row.Median, row.P95, row.P99 }))));
    }

    private static XElement Section(ReportTable table) => Page.Section(
        table.Id,
        table.Title,
        table.Note.Length > 0 ? Page.Quiet(table.Note) : null,
        table.Rows.Length > 1 && table.Columns.Length > 2 ? Bars(table) : null,
        table.Rows.Length > 1
            ? Page.Table(["", table.Columns[0], .. table.Columns.Skip(1).Select(column => $"{column} (per 100)")], table.Rows.Select(Row))
            : Page.Quiet("Nothing in this time."));

    private static object?[] Row(ReportRow row) =>
        [row.Name, Written(row.Cells[0]), .. row.Cells.Skip(1).Zip(row.PerHundred, (cell, share) => Written(cell) + Share(cell, share))];

    private static string Written(long? cell) => cell?.ToString(CultureInfo.InvariantCulture) ?? Hidden;

    private static string Share(long? cell, decimal? share) => cell is > 0 && share is { } known ? string.Create(CultureInfo.InvariantCulture, $" ({known:0.0})") : "";

    /// <summary>Shares of each row, side by side; hidden counts leave their place empty.</summary>
    private static XElement Bars(ReportTable table)
    {
        var rows = table.Rows.Where(row => row.Cells[0] is not null).ToArray();
        return new XElement(
            "figure",
            new XElement(
                Svg + "svg",
                new XAttribute("viewBox", FormattableString.Invariant($"0 0 {Width} {Math.Max(1, rows.Length) * RowHeight}")),
                new XAttribute("role", "img"),
                new XAttribute("aria-label", $"{table.Title}: shares of each row; the table below has the counts"),
                rows.SelectMany((row, at) => Bar(row, at * RowHeight))),
            new XElement("figcaption", table.Columns.Skip(1).Select((column, at) => new XElement("span", new XAttribute("class", $"key s{at % 8}"), column))));
    }

    private static IEnumerable<XElement> Bar(ReportRow row, int top)
    {
        yield return new XElement(Svg + "text", new XAttribute("x", 0), new XAttribute("y", top + BarHeight - 4), row.Name.Length > 22 ? row.Name[..21] + "…" : row.Name);
        decimal left = NameWidth;
        // Rounded parts may come to more than their rounded sum.
        var whole = Math.Max(row.Cells[0]!.Value, row.Cells.Skip(1).Sum() ?? 0);
        foreach (var (cell, at) in row.Cells.Skip(1).Select((cell, at) => (cell, at)).Where(item => item.cell is not null))
        {
            var width = (Width - NameWidth) * cell!.Value / (decimal)Math.Max(1, whole);
            yield return new XElement(
                Svg + "rect",
                new XAttribute("class", $"s{at % 8}"),
                new XAttribute("x", Math.Round(left, 1)),
                new XAttribute("y", top),
                new XAttribute("width", Math.Round(width, 1)),
                new XAttribute("height", BarHeight));
            left += width;
        }
    }
}
