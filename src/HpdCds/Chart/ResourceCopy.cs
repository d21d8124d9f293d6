using System.Text;

namespace HpdCds.Chart;

/// <summary>A resource as it came under one key; the same one may have come before, alike or in another version.</summary>
internal sealed class ResourceCopy(string reference, WalkedEntry entry, KeyReading reading)
{
    public string Reference { get; } = reference;

    public ref readonly ResourceGlance Resource => ref entry.Resource;

    public KeyReading Reading { get; } = reading;

    public static List<ResourceCopy> AllOf(List<KeyReading> readings)
    {
        var all = new List<ResourceCopy>(readings.Sum(reading => reading.Kept.Length));
        foreach (var reading in readings)
        {
            for (var place = 0; place < reading.Kept.Length; place++)
            {
                var reference = BundleSieve.ReferenceOf(reading.Kept[place]);
                all.Add(new(reference.EndsWith('/') ? $"{reference}{reading.Row.Name}-{place}" : reference, reading.Kept[place], reading));
            }
        }

        return all;
    }

    /// <summary>Those that differ, in an order that does not depend on the order of arrival.</summary>
    public static IReadOnlyList<ResourceCopy> Distinct(IReadOnlyList<ResourceCopy> copies) => copies.Count == 1
        ? copies
        : [.. copies.Select(copy => (Copy: copy, Text: Encoding.UTF8.GetString(copy.Resource.Bytes.Span)))
            .DistinctBy(item => item.Text, StringComparer.Ordinal)
            .OrderBy(item => item.Text, StringComparer.Ordinal)
            .Select(item => item.Copy)];

    /// <summary>The newest version where every copy says which it is; otherwise all, and the rules for results that disagree decide.</summary>
    public static IReadOnlyList<ResourceCopy> Newest(IReadOnlyList<ResourceCopy> distinct, TimeZoneInfo zone) =>
        NewestBy(NewestBy(distinct, copy => ChartTimes.Parse(copy.Resource.LastUpdated, zone)?.Latest), copy => copy.Version);

    private long? Version => long.TryParse(Resource.VersionId, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IReadOnlyList<ResourceCopy> NewestBy<T>(IReadOnlyList<ResourceCopy> copies, Func<ResourceCopy, T?> of)
        where T : struct, IComparable<T>
    {
        if (copies.Count == 1 || copies.Any(copy => of(copy) is null))
            return copies;
        var newest = copies.Max(copy => of(copy)!.Value);
        return [.. copies.Where(copy => of(copy)!.Value.CompareTo(newest) == 0)];
    }
}
