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
internal sealed partial class ReferenceLimits(UnitTable units, TextTerms terms, PersonFacts person)
{
    private const string MaleSnomed = "248153007";
    private const string FemaleSnomed = "248152002";

    /// <returns>The limit in the canonical unit; else null, and why.</returns>
    public decimal? Find<TAnalyte>(ChartObservation observation, LimitSide side, out UnknownReason? problem)
        where TAnalyte : IAnalyte
    {
        // Where the sex is not known both are possible: a limit stands only if it is the same for both.
        var limits = Limits<TAnalyte>(observation, side, person.IsFemale ?? true);
        var others = person.IsFemale is null ? Limits<TAnalyte>(observation, side, isFemale: false) : limits;
        problem = limits.Length + others.Length == 0 ? UnknownReason.NoReferenceRange
            : limits is [var only] && others is [var other] && only == other ? null
            : UnknownReason.Ambiguous;
        return problem is null ? limits[0] : null;
    }

    private decimal[] Limits<TAnalyte>(ChartObservation observation, LimitSide side, bool isFemale)
        where TAnalyte : IAnalyte
    {
        decimal[] limits = [];
        foreach (var range in observation.ReferenceRanges)
        {
            if (IsNormal(range) && AppliesToSex(range, isFemale) && AppliesToAge(range) && Canonical<TAnalyte>(range, side, observation) is { } limit && !limits.Contains(limit))
                limits = [.. limits, limit];
        }

        return limits;
    }

    private decimal? Canonical<TAnalyte>(ChartReferenceRange range, LimitSide side, ChartObservation observation)
        where TAnalyte : IAnalyte
    {
        var read = range.Low is null && range.High is null ? FromText(range.Text) : new(range.Low, range.High, range.Unit);
        if (read.Low >= read.High || read.Low < 0 || read.High <= 0)
            return null;
        var limit = side == LimitSide.Upper ? read.High : read.Low;
        var unit = read.Unit ?? (observation.Value as ChartValue.Quantity)?.Unit;
        return limit > 0
            && units.Find(TAnalyte.Name, unit) is UnitConversion.Exact exact
            && TAnalyte.Plausible.DividedBy(exact.Factor).Intersect(Interval.Exactly(limit.Value)) is not null
                ? limit * exact.Factor
                : null;
    }

    // What stands behind the numbers is their unit, if only one that no table lists: the value's is not put in its place.
    private static Limit FromText(string? text)
    {
        if (text is null || text.Length > 100)
            return new(Low: null, High: null, Unit: null);
        var match = BetweenText().Match(text) is { Success: true } between ? between : BelowText().Match(text);
        var unit = match.Groups["unit"].Value.Trim();
        return new(Number(match.Groups["low"].Value), Number(match.Groups["high"].Value), unit.Length == 0 ? null : unit);
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A kind that is told in words only counts when the words are those of a normal range.
    private bool IsNormal(ChartReferenceRange range) => range.Type is null
        || (range.Type.Codings.IsEmpty ? range.Type.Texts.All(terms.MeansNormalRange) : range.Type.Codings.Any(coding => coding.Code == "normal"));

    // Ranges also say to which sex they apply in words or in the codes of other systems: one that says something we cannot
    // read is left to compete, so that a disagreement shows.
    private static bool AppliesToSex(ChartReferenceRange range, bool isFemale)
    {
        if (range.AppliesTo.IsEmpty)
            return true;
        var codes = range.AppliesTo.SelectMany(concept => concept.Codings.Select(coding => coding.Code.ToLowerInvariant())).ToArray();
        var forMen = codes.Any(code => code is MaleSnomed or "male" or "m");
        var forWomen = codes.Any(code => code is FemaleSnomed or "female" or "f");
        return forMen == forWomen || (isFemale ? forWomen : forMen);
    }

    private bool AppliesToAge(ChartReferenceRange range) =>
        person.Age is not { } age
        || ((range.AgeLowYears is null || age.Most >= range.AgeLowYears) && (range.AgeHighYears is null || age.Least <= range.AgeHighYears));

    [GeneratedRegex(@"^\s*\[?\s*(?<low>\d+(\.\d+)?)\s*[-\u2013]\s*(?<high>\d+(\.\d+)?)(?!\d|[.,]\d)\.?[\s\](]*(?<unit>[^\])(;,]*)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex BetweenText();

    [GeneratedRegex(@"^\s*(<=?|\u2264)\s*(?<high>\d+(\.\d+)?)(?!\d|[.,]\d)\.?[\s\](]*(?<unit>[^\])(;,]*)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TextTerms.MostMilliseconds)]
    private static partial Regex BelowText();

    private sealed record Limit(decimal? Low, decimal? High, string? Unit) : PatientData;
}
