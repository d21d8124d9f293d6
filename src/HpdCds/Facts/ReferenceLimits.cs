using System.Globalization;
using System.Text.RegularExpressions;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

internal enum LimitSide
{
    Lower,
    Upper,
}

/// <summary>
/// The limit of the laboratory that reported a result, from the same Observation: normal ranges only, for the patient's
/// sex and age, converted; two that disagree leave it open, and a range that cannot be, or a limit that no
/// patient can have, is none.
/// </summary>
internal sealed partial class ReferenceLimits(UnitTable units, PersonFacts person)
{
    private const string MaleSnomed = "248153007";
    private const string FemaleSnomed = "248152002";

    /// <returns>The limit in the canonical unit; else null, and why.</returns>
    public decimal? Find<TAnalyte>(ChartObservation observation, LimitSide side, out UnknownReason? problem)
        where TAnalyte : IAnalyte
    {
        // Where the sex is not known both are possible: a limit stands only if it is the same for both.
        bool[] sexes = person.IsFemale is { } isFemale ? [isFemale] : [true, false];
        var bySex = sexes.Select(sex => Limits<TAnalyte>(observation, side, sex)).ToArray();
        var limits = bySex.SelectMany(found => found).Distinct().ToArray();
        problem = limits.Length switch
        {
            0 => UnknownReason.NoReferenceRange,
            1 when bySex.All(found => found.Length > 0) => null,
            _ => UnknownReason.Ambiguous,
        };
        return problem is null ? limits[0] : null;
    }

    private decimal[] Limits<TAnalyte>(ChartObservation observation, LimitSide side, bool isFemale)
        where TAnalyte : IAnalyte => [.. observation.ReferenceRanges
            .Where(range => IsNormal(range) && AppliesToSex(range, isFemale) && AppliesToAge(range))
            .Select(range => Canonical<TAnalyte>(range, side, observation))
            .OfType<decimal>()
            .Distinct()];

    private decimal? Canonical<TAnalyte>(ChartReferenceRange range, LimitSide side, ChartObservation observation)
        where TAnalyte : IAnalyte
    {
        var (low, high) = range.Low is null && range.High is null ? FromText(range.Text) : (range.Low, range.High);
        if (low >= high || low < 0 || high <= 0)
            return null;
        var limit = side == LimitSide.Upper ? high : low;
        var unit = range.Unit ?? (observation.Value as ChartValue.Quantity)?.Unit;
        return limit > 0
            && units.Find(TAnalyte.Name, unit) is UnitConversion.Exact exact
            && TAnalyte.Plausible.DividedBy(exact.Factor).Intersect(Interval.Exactly(limit.Value)) is not null
                ? limit * exact.Factor
                : null;
    }

    private static (decimal? Low, decimal? High) FromText(string? text)
    {
        if (text is null || text.Length > 100)
            return (null, null);
        if (BetweenText().Match(text) is { Success: true } between)
            return (Number(between.Groups["low"].Value), Number(between.Groups["high"].Value));
        return BelowText().Match(text) is { Success: true } below ? (null, Number(below.Groups["high"].Value)) : (null, null);
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsNormal(ChartReferenceRange range) =>
        range.Type is null || range.Type.Codings.IsEmpty || range.Type.Codings.Any(coding => coding.Code == "normal");

    // Ranges also say to which sex they apply in words or in the codes of other systems: one that says something we cannot
    // read is left to compete, so that a disagreement shows.
    private static bool AppliesToSex(ChartReferenceRange range, bool isFemale)
    {
        var codes = range.AppliesTo.SelectMany(concept => concept.Codings.Select(coding => coding.Code.ToLowerInvariant())).ToArray();
        var forMen = codes.Any(code => code is MaleSnomed or "male" or "m");
        var forWomen = codes.Any(code => code is FemaleSnomed or "female" or "f");
        return forMen == forWomen || (isFemale ? forWomen : forMen);
    }

    private bool AppliesToAge(ChartReferenceRange range) =>
        person.Age is not { } age
        || ((range.AgeLowYears is null || age.Most >= range.AgeLowYears) && (range.AgeHighYears is null || age.Least <= range.AgeHighYears));

    [GeneratedRegex(@"^\s*\[?\s*(?<low>\d+(\.\d+)?)\s*[-\u2013]\s*(?<high>\d+(\.\d+)?)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextMatching.MostMilliseconds)]
    private static partial Regex BetweenText();

    [GeneratedRegex(@"^\s*(<=?|\u2264)\s*(?<high>\d+(\.\d+)?)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextMatching.MostMilliseconds)]
    private static partial Regex BelowText();
}
