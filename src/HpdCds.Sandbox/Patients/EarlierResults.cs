using System.Globalization;
using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Patients;

/// <summary>
/// Gives a chart a past: three earlier values of each laboratory result, all older than any window of the models, so that
/// a trend can be seen and no answer changes. They stand at the laboratory's monthly visits.
/// </summary>
public static class EarlierResults
{
    private static readonly int[] DaysAgo = [160, 130, 100];

    /// <summary>What earlier values were, as a share of the newest: most changed little.</summary>
    private static readonly decimal[] Steady = [0.98m, 1.03m, 0.99m];
    private static readonly decimal[] Rose = [0.62m, 0.71m, 0.83m];
    private static readonly decimal[] Fell = [1.30m, 1.22m, 1.10m];

    private static readonly Dictionary<string, decimal[]> Courses = new(StringComparer.Ordinal)
    {
        ["751-8"] = Rose,
        ["1834-1"] = Rose,
        ["19176-7"] = Rose,
        ["1988-5"] = Rose,
        ["2532-0"] = [0.88m, 0.86m, 0.94m],
        ["731-0"] = Fell,
        ["718-7"] = [1.08m, 1.05m, 1.04m],
        ["1751-7"] = [1.06m, 1.04m, 1.05m],
    };

    public static IEnumerable<Observation> Before(IReadOnlyList<Resource> resources, DateTimeOffset now) =>
        from result in resources.OfType<Observation>().Where(IsTrended).DistinctBy(result => result.Code.Coding[0].Code, StringComparer.Ordinal)
        from visit in Enumerable.Range(0, DaysAgo.Length)
        select At(result, DaysAgo[visit], Courses.GetValueOrDefault(result.Code.Coding[0].Code ?? "", Steady)[visit], now);

    private static bool IsTrended(Observation result) =>
        result is { Status: ObservationStatus.Final, Value: Quantity { Value: not null, Comparator: null, Code: not null } }
        && result.Category.Exists(category => category.Coding.Exists(coding => coding.Code == "laboratory"));

    private static Observation At(Observation newest, int daysAgo, decimal share, DateTimeOffset now)
    {
        var earlier = (Observation)newest.DeepCopy();
        var quantity = (Quantity)earlier.Value!;
        earlier.Id = $"{newest.Id}-{daysAgo.ToString(CultureInfo.InvariantCulture)}d";
        earlier.Effective = new FhirDateTime(RelativeDates.Expand($"{{{{now-{daysAgo.ToString(CultureInfo.InvariantCulture)}d}}}}", now));
        earlier.Issued = null;
        quantity.Value = Scaled(quantity.Value!.Value, share);
        return earlier;
    }

    /// <summary>Rounded as the laboratory rounds: to the places of the newest value.</summary>
    private static decimal Scaled(decimal value, decimal share) => decimal.Round(value * share, value.Scale, MidpointRounding.AwayFromZero);
}
