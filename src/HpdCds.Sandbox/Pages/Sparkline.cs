using System.Globalization;

namespace HpdCds.Sandbox.Pages;

/// <summary>A small trend as inline SVG: the reference range as a band, the values as a line, the newest as a dot.</summary>
public static class Sparkline
{
    private const decimal Width = 140;
    private const decimal Height = 32;
    private const decimal Edge = 4;

    public static Html Of(LabSeries series)
    {
        if (series.Trend.Count == 0)
            return Html.Nothing;
        var scale = new Scale(series);
        var last = series.Trend[^1];
        return Html.Of($"""
            <svg class="spark" viewBox="0 0 {Written(Width)} {Written(Height)}" width="{Written(Width)}" height="{Written(Height)}" role="img" aria-label="{Spoken(series)}">{Band(series, scale)}<polyline points="{string.Join(' ', series.Trend.Select(point => $"{Written(scale.X(point))},{Written(scale.Y(point.Value))}"))}"/><circle cx="{Written(scale.X(last))}" cy="{Written(scale.Y(last.Value))}" r="3"/></svg>
            """);
    }

    private static Html Band(LabSeries series, Scale scale)
    {
        if (series.Range is not { } range || (range.Low?.Value is null && range.High?.Value is null))
            return Html.Nothing;
        var top = range.High?.Value is { } high ? Clamp(scale.Y(high)) : 0;
        var bottom = range.Low?.Value is { } low ? Clamp(scale.Y(low)) : Height;
        return Html.Of($"""<rect class="range" x="0" y="{Written(top)}" width="{Written(Width)}" height="{Written(Math.Max(bottom - top, 1))}"/>""");
    }

    /// <summary>What the eye gets from the picture, for those who do not see it.</summary>
    private static string Spoken(LabSeries series)
    {
        var (first, last) = (series.Trend[0], series.Trend[^1]);
        return series.Trend.Count == 1
            ? $"{series.Name}: one result, {Written(last.Value)} on {Day(last)}"
            : $"{series.Name}: {series.Trend.Count.ToString(CultureInfo.InvariantCulture)} results, from {Written(first.Value)} on {Day(first)} to {Written(last.Value)} on {Day(last)}";
    }

    private static string Day(LabPoint point) => point.Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal Clamp(decimal y) => Math.Clamp(y, 0, Height);

    private static string Written(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The values fill the height; the range's limits are drawn in only when they lie near.</summary>
    private sealed class Scale
    {
        private readonly decimal _low;
        private readonly decimal _high;
        private readonly long _first;
        private readonly long _span;

        public Scale(LabSeries series)
        {
            var values = series.Trend.Select(point => point.Value).ToList();
            var limits = new[] { series.Range?.Low?.Value, series.Range?.High?.Value }.OfType<decimal>();
            // A change of a tenth must look small: the height is never less than half the newest value.
            var reach = Math.Max(values.Max() - values.Min(), Math.Max(Math.Abs(values[^1]) / 2, 0.1m));
            var middle = (values.Max() + values.Min()) / 2;
            var near = limits.Where(limit => limit >= values.Min() - reach && limit <= values.Max() + reach).ToList();
            _low = Math.Min(middle - (reach / 2), near.DefaultIfEmpty(middle).Min());
            _high = Math.Max(middle + (reach / 2), near.DefaultIfEmpty(middle).Max());
            _first = series.Trend[0].Time.Ticks;
            _span = Math.Max(series.Trend[^1].Time.Ticks - _first, 1);
        }

        public decimal X(LabPoint point) => IsSingle ? Width / 2 : Edge + ((Width - (2 * Edge)) * (point.Time.Ticks - _first) / _span);

        public decimal Y(decimal value) => Height - Edge - ((Height - (2 * Edge)) * (value - _low) / (_high - _low));

        private bool IsSingle => _span == 1;
    }
}
