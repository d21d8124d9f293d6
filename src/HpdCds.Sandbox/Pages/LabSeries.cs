using System.Globalization;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Pages;

/// <summary>A number at a moment.</summary>
public sealed record LabPoint(DateTimeOffset Time, decimal Value);

/// <summary>All results of one kind, the newest in front, and the trend of those that share its unit.</summary>
public sealed record LabSeries(string Group, string Name, string Code, Observation Newest, IReadOnlyList<LabPoint> Trend, int Count)
{
    public const string OtherGroup = "Other results";

    private static readonly string[] LongNames = [" [", " in ", " score"];

    private static readonly (string Group, string[] Codes)[] Groups =
    [
        ("Blood count", ["6690-2", "26464-8", "751-8", "26499-4", "753-4", "770-8", "26511-6", "731-0", "26474-7", "736-9", "26478-8", "718-7", "777-3", "26515-7"]),
        ("Liver", ["1975-2", "14631-6", "1751-7", "6301-6", "34714-6", "1742-6", "1920-8"]),
        ("Tumour and inflammation markers", ["1834-1", "19176-7", "2532-0", "14804-9", "1988-5", "30522-7"]),
    ];

    public Observation.ReferenceRangeComponent? Range => Newest.ReferenceRange.FirstOrDefault();

    public string When => Wording.Date(Wording.Time(Newest.Effective));

    /// <summary>Above or below the limits that came with the newest result; null when it lies between them or none came.</summary>
    public string? Flag => (Newest.Value as Quantity)?.Value is { } value
        ? (Range?.High?.Value < value, Range?.Low?.Value > value) switch
        {
            (true, _) => "high",
            (_, true) => "low",
            _ => null,
        }
        : null;

    public static IReadOnlyList<LabSeries> Of(IEnumerable<Observation> observations) =>
    [
        .. observations.GroupBy(KeyOf, StringComparer.Ordinal)
            .Select(Make)
            .OrderBy(series => Array.FindIndex(Groups, group => group.Group == series.Group) is >= 0 and var place ? place : Groups.Length)
            .ThenBy(PlaceInGroup)
            .ThenBy(series => series.Name, StringComparer.Ordinal),
    ];

    private static LabSeries Make(IGrouping<string, Observation> results)
    {
        var ordered = results.OrderByDescending(result => Instant(result) ?? DateTimeOffset.MinValue).ToList();
        var unit = (ordered[0].Value as Quantity)?.Unit;
        var trend = ordered
            .Select(result => (Time: Instant(result), Value: NumberOf(result, unit)))
            .Where(point => point is { Time: not null, Value: not null })
            .Select(point => new LabPoint(point.Time!.Value, point.Value!.Value))
            .Reverse().ToList();
        var group = Array.Find(Groups, group => group.Codes.Contains(results.Key)).Group ?? OtherGroup;
        return new(group, Short(Wording.Name(ordered[0].Code)), results.Key, ordered[0], trend, ordered.Count);
    }

    private static int PlaceInGroup(LabSeries series) =>
        Array.Find(Groups, group => group.Group == series.Group).Codes is { } codes ? Array.IndexOf(codes, series.Code) : 0;

    private static string KeyOf(Observation result) => result.Code?.Coding.FirstOrDefault()?.Code ?? Wording.Name(result.Code);

    private static decimal? NumberOf(Observation result, string? unit) => result.Value switch
    {
        Quantity { Comparator: null } quantity when quantity.Unit == unit => quantity.Value,
        Integer number => number.Value,
        _ => null,
    };

    private static DateTimeOffset? Instant(Observation result) =>
        DateTimeOffset.TryParse(Wording.Time(result.Effective), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>LOINC's long names say how something was measured; the row says what.</summary>
    private static string Short(string name)
    {
        var end = LongNames.Select(mark => name.IndexOf(mark, StringComparison.Ordinal)).Where(place => place > 0).DefaultIfEmpty(name.Length).Min();
        return name[..end].Replace(".total", ", total", StringComparison.Ordinal);
    }
}
